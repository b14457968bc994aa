"""The objects behind the confusion matrix, as Evaluate lists them."""

import json

import pandas as pd
import pytest

import qsovae
from dashboard.state import View


def listed(page):
    """Return the objects in the table, as text where they are ids."""
    return next(d.value for d in page.dataframe if "probability" in d.value)


def biggest_mistake(run):
    """Return the classes of the fullest cell off the diagonal."""
    matrix = qsovae.confusion_table(qsovae.Scores.from_json(run.manifest["scores"]))
    off = [(true, put) for true in matrix.index for put in matrix if true != put]
    return max(off, key=lambda cell: matrix.loc[cell])


@pytest.mark.usefixtures("server")
def test_a_cell_lists_its_objects_and_stands_in_the_address(open_page):
    run = qsovae.open_run("tiny")
    cell = biggest_mistake(run)
    rows = qsovae.test_rows(run)
    page = open_page("Evaluate")
    assert not any("probability" in d.value for d in page.dataframe)
    page.selectbox(key="evaluate_cell").set_value(cell).run()
    wanted = qsovae.cell_objects(run, rows, *cell, qsovae.run_catalog(run))
    assert len(wanted) > 1
    assert (
        listed(page)["object_id"].tolist() == wanted["object_id"].astype(str).tolist()
    )
    assert "ra_deg" in listed(page)
    assert page.query_params["cell"] == list(cell)

    # Point-like sources alone; then the baseline's cell of the same name.
    page.button_group(key="evaluate_morphology").set_value("point").run()
    points = qsovae.with_morphology(rows, "point")
    wanted = qsovae.cell_objects(run, points, *cell)
    assert listed(page)["row"].tolist() == wanted["row"].tolist()
    page.button_group(key="evaluate_model").set_value("baseline").run()
    wanted = qsovae.cell_objects(run, qsovae.baseline_rows(run, points), "QSO", "QSO")
    page.selectbox(key="evaluate_cell").set_value(("QSO", "QSO")).run()
    assert listed(page)["row"].tolist() == wanted["row"].tolist()


@pytest.mark.usefixtures("server")
def test_the_address_brings_a_cell_back_and_odd_ones_fall_back(open_page):
    page = open_page("Evaluate", cell=["STAR", "STAR"])
    assert page.selectbox(key="evaluate_cell").value == ("STAR", "STAR")
    assert set(listed(page)["class_label"]) == {"STAR"}
    for odd in (["STAR", "PLANET"], ["STAR"], ["a", "b", "c"]):
        page = open_page("Evaluate", cell=odd)
        assert page.selectbox(key="evaluate_cell").value is None
        assert "cell" not in page.query_params


@pytest.mark.usefixtures("server")
def test_doubtful_labels_are_listed_the_surest_mistakes_first(open_page, texts):
    run = qsovae.open_run("tiny")
    page = open_page("Evaluate")
    page.button_group(key="evaluate_objects").set_value("suspects").run()
    wanted = qsovae.label_suspects(run, qsovae.test_rows(run))
    shown = listed(page)
    assert shown["row"].tolist() == wanted["row"].tolist()
    assert shown["is_suspect"].tolist() == wanted["is_suspect"].tolist()
    assert f"{len(wanted):,} objects" in texts(page)
    assert page.query_params["objects"] in ("suspects", ["suspects"])


def test_without_its_catalog_a_cell_says_so(server, open_page, texts):
    (server / "data" / "demo.fits").unlink()
    path = server / "checkpoints" / "tiny" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["catalog"]["path"] = "moved/away.fits"
    path.write_text(json.dumps(manifest))
    page = open_page("Evaluate", View(cell=("STAR", "STAR")))
    assert "not at hand" in texts(page)
    assert "ra_deg" not in listed(page)
    assert "map_1" in listed(page)


def test_objects_of_another_catalog_are_its_own(server, open_page):
    qsovae.write_simulation(server / "data" / "other.fits", 300, 11)
    page = open_page("Evaluate", View(catalog="1/other.fits", cell=("STAR", "STAR")))
    page.radio(key="evaluate_rows").set_value("catalog").run()
    other = qsovae.open_catalog(server / "data" / "other.fits")
    run = qsovae.open_run("tiny")
    rows = qsovae.evaluate_rows(run, other).rows
    wanted = qsovae.cell_objects(run, rows, "STAR", "STAR", other)
    pd.testing.assert_series_equal(listed(page)["i_mag_ab"], wanted["i_mag_ab"])
    assert "map_1" not in listed(page)
