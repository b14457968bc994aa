"""Evaluate: rivals on the same rows, and what drives a run, on the page."""

import json
import shutil

import pandas as pd
import pytest

import qsovae
from dashboard.drivers_view import by_effect, decoded_table, loss_table
from dashboard.rivals_view import difference_table, rival_table
from dashboard.state import View


@pytest.fixture
def two_runs(server):
    """Return a server's folder with a copy of `tiny` that is called `twin`."""
    runs = server / "checkpoints"
    shutil.copytree(runs / "tiny", runs / "twin")
    return server


def table_of(page, key):
    return next(d.value for d in page.dataframe if key in d.value)


@pytest.mark.usefixtures("two_runs")
def test_cuts_and_boosting_stand_beside_the_run_and_others_by_choice(open_page, texts):
    run = qsovae.open_run("tiny")
    page = open_page("Evaluate", View(section="rivals", run="tiny"))
    wanted = qsovae.compare_rivals(run, qsovae.test_rows(run), cuts=True)
    shown = table_of(page, "p_value")
    assert shown["rival"].unique().tolist() == [entry["name"] for entry in wanted]
    selected = shown[shown["model"] == "rival"]["selected"].tolist()
    assert selected == [entry["scores"]["selected"] for entry in wanted]
    assert "count as not selected" in texts(page)
    page.multiselect(key="evaluate_rivals_tiny").set_value(["twin"]).run()
    assert not page.error
    shown = table_of(page, "p_value")
    assert "twin" in shown["rival"].tolist()
    assert page.query_params["rivals"] in ("twin", ["twin"])
    again = open_page(
        "Evaluate", section="rivals", run="tiny", rivals=["twin", "../gone"]
    )
    assert again.multiselect(key="evaluate_rivals_tiny").value == ["twin"]


def test_a_rival_of_other_classes_is_refused_in_words(two_runs, open_page, errors):
    path = two_runs / "checkpoints" / "twin" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["classes"][1] = "AGN"
    path.write_text(json.dumps(manifest))
    page = open_page("Evaluate", View(section="rivals", run="tiny", rivals=("twin",)))
    assert "twin knows the classes" in errors(page)
    # The rest of the page stands.
    assert page.metric


@pytest.mark.usefixtures("server")
def test_columns_of_a_rival_are_chosen_and_refused_if_they_are_none(open_page, errors):
    page = open_page("Evaluate", View(section="rivals", run="tiny"))
    classes = qsovae.open_run("tiny").classes
    number = classes.index("QSO")
    page.selectbox(key=f"evaluate_rival_column_tiny_{number}").set_value("i_mag_ab")
    page.run()
    assert "hold what are no class probabilities" in errors(page)
    assert page.query_params["rival_columns"] in ("QSO=i_mag_ab", ["QSO=i_mag_ab"])
    odd = open_page("Evaluate", section="rivals", run="tiny", rival_columns="nonsense")
    assert not odd.error
    assert odd.selectbox(key=f"evaluate_rival_column_tiny_{number}").value is None


@pytest.mark.usefixtures("server")
def test_drivers_are_found_on_request_and_kept(open_page, texts):
    page = open_page("Evaluate", View(section="drivers", run="tiny"))
    assert "What drives it" in texts(page)
    assert "drivers_measure" not in [b.key for b in page.button_group]
    page.button(key="drivers_start").click().run()
    assert not page.exception
    assert not page.error
    assert "permuted together, 5 times" in texts(page)
    page.button_group(key="drivers_measure").set_value("f1").run()
    page.selectbox(key="drivers_dimension_tiny_all_QSO").select_index(1).run()
    assert not page.exception
    # A second visit has them at once, without another click.
    fresh = open_page("Evaluate", View(section="drivers", run="tiny"))
    assert "permuted together, 5 times" in texts(fresh)
    # Of other rows they are not known yet.
    fresh.button_group(key="evaluate_morphology").set_value("point").run()
    assert "permuted together" not in texts(fresh)
    fresh.button(key="drivers_start")


def test_without_its_catalog_a_run_has_rivals_and_says_what_it_lacks(
    server, open_page, texts
):
    path = server / "checkpoints" / "tiny" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["catalog"]["path"] = "nowhere/sim.fits"
    path.write_text(json.dumps(manifest))
    page = open_page(
        "Evaluate", View(section="rivals", run="tiny", catalog="1/gone.csv")
    )
    assert not page.error
    assert table_of(page, "p_value")["rival"].unique().tolist() == ["gradient boosting"]
    page.button_group(key="evaluate_section").set_value("drivers").run()
    assert "The catalog of this run is not at hand" in texts(page)


def test_rows_that_nothing_answers_say_so(server, open_page, texts):
    (server / "data" / "optical.csv").write_text("id,class_true\n1,QSO\n2,STAR\n")
    qsovae.write_simulation(server / "data" / "other.fits", 300, 11)
    page = open_page(
        "Evaluate", View(section="rivals", catalog="1/other.fits", sought="STAR")
    )
    page.radio(key="evaluate_rows").set_value("catalog").run()
    assert "Nothing to compare with yet" in texts(page)


def test_tables_have_a_line_for_each_side_and_only_what_is_defined():
    scores = {
        "accuracy": 0.9, "log_loss": None, "selected": 3, "completeness": 0.5,
        "purity": None, "f1": 0.6, "intervals": {},
    }  # fmt: skip
    entry = {
        "name": "cut", "rows": 10, "scores": scores, "run_scores": scores | {"f1": 0.7},
        "differences": {"f1 QSO": [0.1, 0.0, 0.2]},
        "mcnemar": {"first_alone": 2, "second_alone": 1, "p_value": 1.0},
    }  # fmt: skip
    assert rival_table([entry])["f1"].tolist() == [0.6, 0.7]
    (line,) = difference_table([entry], "QSO").to_dict("records")
    assert line == {
        "rival": "cut", "score": "F1", "value": 0.1, "low": 0.0, "high": 0.2,
    }  # fmt: skip
    group = {"name": "g", "kind": "band", "features": ["g - r"], "log_loss": None,
             "f1": [0.1, 0.0, 0.2]}  # fmt: skip
    found = {"permuted": [group], "removed": []}
    assert loss_table(found, "log_loss").empty
    assert loss_table(found, "f1")["value"].tolist() == [0.1]


def test_without_bands_features_are_decoded():
    line = {
        "class": "QSO", "dimension": None, "step_sd": 0.0, "probability": 0.9,
        "magnitudes": [], "values": [9.0, 9.0], "deviations": [1.0, 2.0],
    }  # fmt: skip
    table = decoded_table({"bands": [], "features": ["a", "b"], "lines": [line]})
    assert table["input"].tolist() == ["a", "b"]
    assert table["value"].tolist() == [1.0, 2.0]
    assert "wavelength_um" not in table


def test_dimensions_that_change_most_come_first():
    steps = [("latent_1", 20.0, 20.1), ("latent_2", 19.0, 21.0), (None, 20.0, 20.0)]
    table = pd.DataFrame(
        [(name, band, value) for name, *values in steps for value in values
         for band in ("g", "r")],
        columns=["dimension", "input", "value"],
    )  # fmt: skip
    assert by_effect(table) == ["latent_2", "latent_1"]
