"""Evaluate and Explore: the run's numbers, slices, selections, and refusals."""

import json
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import qsovae
from dashboard import cache, picture_view, plane_view, projecting
from dashboard.state import View

LEFT, RIGHT, LOW, HIGH = -3.0, 8.0, -2.0, 6.0
BOX = ((LEFT, LOW), (RIGHT, LOW), (RIGHT, HIGH), (LEFT, HIGH))


@pytest.fixture
def rows(server):
    """Return the rows of the run `tiny` with their places on its map."""
    run = qsovae.open_run("tiny")
    return run.rows().merge(run.map(), on="row")


# --- Evaluate ---------------------------------------------------------------


@pytest.mark.usefixtures("server")
def test_evaluate_shows_the_manifests_scores_and_the_slices(open_page, metrics):
    scores = qsovae.open_run("tiny").manifest["scores"]
    page = open_page("Evaluate")
    assert metrics(page)["Accuracy"] == f"{scores['accuracy']:.3f}"
    qso = scores["per_class"]["QSO"]["f1"]
    assert metrics(page)["F1 QSO"] == f"{qso:.3f}"
    point = scores["by_morphology"]["point"]
    page.button_group(key="evaluate_morphology").set_value("point").run()
    assert metrics(page)["Accuracy"] == f"{point['accuracy']:.3f}"
    assert page.query_params["morphology"] == "point"


@pytest.mark.usefixtures("server")
def test_the_class_table_has_vae_and_baseline(open_page):
    scores = qsovae.open_run("tiny").manifest["scores"]
    page = open_page("Evaluate")
    table = next(d.value for d in page.dataframe if "purity" in d.value)
    rival = table[(table["class_label"] == "QSO") & (table["model"] == "Baseline")]
    wanted = scores["baseline"]["per_class"]["QSO"]["completeness"]
    assert rival["completeness"].item() == pytest.approx(wanted)


def sample_at(details, threshold):
    """Return the line of the least threshold from one up."""
    table = pd.DataFrame(details["thresholds"]["table"]).astype(float)
    return table[table["threshold"] >= threshold].iloc[-1]


@pytest.mark.usefixtures("server")
def test_a_threshold_shows_the_sample_it_gives_here_and_on_the_sky(
    open_page, metrics, texts
):
    run = qsovae.open_run("tiny")
    tested = qsovae.test_rows(run)
    page = open_page("Evaluate", section="samples")
    at = sample_at(qsovae.evaluation_details(run, tested), 0.5)
    assert metrics(page)["Completeness"] == f"{at['completeness']:.3f}"
    assert metrics(page)["Purity"] == f"{at['purity']:.3f}"
    assert "Curves of each class" in texts(page)
    assert "Dotted: the baseline" in texts(page)
    areas = qsovae.evaluation_details(run, tested)["per_class"]["QSO"]
    drawn = "".join(chart.proto.spec for chart in page.get("plotly_chart"))
    for area in ("roc_area", "average_precision"):
        assert f"QSO, area {areas[area]:.4f}" in drawn
    assert drawn.count('"QSO, baseline"') == 2
    page.button_group(key="evaluate_mix").set_value("sky").run()
    page.slider(key="evaluate_threshold").set_value(0.2).run()
    at = sample_at(qsovae.evaluation_details(run, tested, "sky"), 0.2)
    assert metrics(page)["Purity"] == f"{at['purity']:.3f}"
    assert metrics(page)["Sources per deg²"] == f"{at['per_deg2']:.1f}"
    assert "the sky's class mix" in texts(page)
    alone = qsovae.evaluation_details(run, tested)["against_baseline"]["mcnemar"]
    assert f"The VAE alone is right on {alone['first_alone']}," in texts(page)
    assert page.query_params["mix"] == "sky"
    assert page.query_params["threshold"] == "0.2"
    # Point-like sources alone, and another class.
    page.button_group(key="evaluate_morphology").set_value("point").run()
    page.button_group(key="evaluate_class").set_value("STAR").run()
    point = qsovae.with_morphology(tested, "point")
    at = sample_at(qsovae.evaluation_details(run, point, sought="STAR"), 0.2)
    assert metrics(page)["Completeness"] == f"{at['completeness']:.3f}"
    assert page.query_params["sought"] == "STAR"
    # Nobody has counted the sky's point-like sources.
    assert "Sources per deg²" not in metrics(page)


@pytest.mark.usefixtures("server")
def test_a_sample_is_expected_over_an_area_down_to_a_magnitude(
    open_page, metrics, texts
):
    run = qsovae.open_run("tiny")
    page = open_page("Evaluate", section="samples", mix="sky", r_limit="21", area="500")
    details = qsovae.evaluation_details(run, qsovae.test_rows(run), "sky:21")
    at = sample_at(details, 0.5)
    assert metrics(page)["Sources per deg²"] == f"{at['per_deg2']:.1f}"
    assert "r < 21" in texts(page)
    assert f"Over 500 deg²: {500 * at['per_deg2']:,.0f} sources" in texts(page)
    page.number_input(key="evaluate_r_limit").set_value(22.0).run()
    assert "r_limit" not in page.query_params
    assert metrics(page)["Sources per deg²"] != f"{at['per_deg2']:.1f}"
    odd = open_page("Evaluate", section="samples", mix="sky", r_limit="9", area="-3")
    assert odd.number_input(key="evaluate_r_limit").value == 22.0
    assert odd.number_input(key="evaluate_area").value is None


@pytest.mark.usefixtures("server")
def test_a_sample_comes_back_from_its_address(open_page, metrics):
    page = open_page(
        "Evaluate", section="samples", mix="sky", sought="STAR", threshold="0.3"
    )
    assert page.button_group(key="evaluate_class").value == "STAR"
    assert page.slider(key="evaluate_threshold").value == 0.3
    assert "Sources per deg²" in metrics(page)
    odd = open_page(
        "Evaluate", section="samples", mix="moon", sought="BLAZAR", threshold="7"
    )
    assert odd.button_group(key="evaluate_class").value == "QSO"
    assert odd.slider(key="evaluate_threshold").value == 0.5
    assert "Sources per deg²" not in metrics(odd)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("title", ["Evaluate", "Explore"])
@pytest.mark.parametrize("name", ["../tiny", "gone", "/etc"])
def test_a_run_in_the_address_that_is_not_listed_is_refused(
    open_page, title, name, errors
):
    page = open_page(title, run=name)
    assert "no such run" in errors(page)
    assert not page.metric


@pytest.mark.parametrize("title", ["Evaluate", "Explore"])
def test_a_tampered_run_is_refused_by_the_name_of_its_file(
    server, open_page, title, errors
):
    path = server / "checkpoints" / "tiny" / "rows.parquet"
    path.write_bytes(path.read_bytes() + b"x")
    page = open_page(title)
    assert "rows.parquet" in errors(page)
    assert not page.metric


def test_another_catalog_is_scored_without_the_rows_that_trained(
    server, open_page, texts, metrics
):
    qsovae.write_simulation(server / "data" / "other.fits", 600, 11)
    page = open_page("Evaluate", View(catalog="1/other.fits", section="samples"))
    page.radio(key="evaluate_rows").set_value("catalog").run()
    assert not page.error
    assert "labelled rows of other.fits" in texts(page)
    run, other = (
        qsovae.open_run("tiny"),
        qsovae.open_catalog(server / "data/other.fits"),
    )
    # The baseline knows the run's own test rows alone.
    assert "Curves of each class" in texts(page)
    assert "Dotted: the baseline" not in texts(page)
    details = qsovae.evaluate_run(run, other)["details"]
    assert metrics(page)["Purity"] == f"{sample_at(details, 0.5)['purity']:.3f}"


def score_page(server, open_page, **choices):
    """Return Evaluate with another catalog opened, without a label if it has none."""
    qsovae.write_simulation(server / "data" / "other.fits", 300, 11)
    page = open_page("Evaluate", View(catalog="1/other.fits", **choices))
    page.radio(key="evaluate_rows").set_value("catalog").run()
    assert not page.exception
    return page


def mix_of(page):
    return next(d.value for d in page.dataframe if "share" in d.value).set_index(
        "class"
    )


def test_every_row_of_another_catalog_is_scored_at_an_estimated_mix(server, open_page):
    page = score_page(server, open_page)
    trained = qsovae.open_run("tiny").estimator.class_prior_
    np.testing.assert_allclose(mix_of(page)["share"], trained)
    page.button_group(key="score_prior").set_value("estimate").run()
    catalog = qsovae.open_catalog(server / "data" / "other.fits")
    wanted = qsovae.score_catalog(
        qsovae.open_run("tiny"), catalog, prior="estimate"
    ).prior_json()
    shown = mix_of(page)
    for column, told in (("share", "shares"), ("low", "low"), ("high", "high")):
        assert shown[column].to_dict() == pytest.approx(wanted[told])
    assert shown["rows"].sum() == 300
    assert page.query_params["prior"] in ("estimate", ["estimate"])


def test_a_stated_mix_and_abstention_reach_the_scores(server, open_page, errors):
    page = score_page(server, open_page)
    page.button_group(key="score_prior").set_value("stated").run()
    classes = qsovae.open_run("tiny").classes
    for number, name in enumerate(classes):
        share = 0.02 if name == "QSO" else 0.98 / (len(classes) - 1)
        page.number_input(key=f"score_share_tiny_{number}").set_value(share)
    page.number_input(key="score_abstain").set_value(0.95).run()
    shown = mix_of(page)
    assert shown.loc["QSO", "share"] == pytest.approx(0.02)
    assert 0 < shown.loc["no class", "rows"] < 300
    page.number_input(key="score_share_tiny_0").set_value(0.0).run()
    assert "the share of" in errors(page)


def test_the_address_brings_back_the_class_mix(server, open_page):
    names = qsovae.open_run("tiny").classes
    prior = ",".join(f"{n}={1 / len(names):.4f}" for n in names)
    page = score_page(server, open_page, prior=prior, abstain=0.9)
    shares = mix_of(page)["share"].dropna()
    np.testing.assert_allclose(shares, 1 / len(names), atol=1e-3)
    assert page.number_input(key="score_abstain").value == 0.9


def test_another_catalog_that_lacks_a_feature_is_refused(server, open_page, errors):
    (server / "data" / "other.csv").write_text(
        "id,g_mag_ab,class_true\n1,18,QSO\n2,19,STAR\n"
    )
    page = open_page("Evaluate", View(catalog="1/other.csv"))
    page.radio(key="evaluate_rows").set_value("catalog").run()
    assert "lacks" in errors(page)


# --- Explore ----------------------------------------------------------------


def in_box(rows):
    return rows[rows["map_1"].between(LEFT, RIGHT) & rows["map_2"].between(LOW, HIGH)]


def test_an_outline_is_recounted_when_filters_change_and_lists_its_ids(
    rows, open_page, metrics
):
    page = open_page("Explore", View(run="tiny", outlines=(BOX,)))
    inside = in_box(rows)
    assert 0 < len(inside) < len(rows)
    assert metrics(page)["Shown"] == f"{len(rows):,}"
    assert metrics(page)["Selected"] == f"{len(inside):,}"
    page.button_group(key="explore_morphology").set_value("point").run()
    points = inside[inside["morphology"] == "point"]
    assert 0 < len(points) < len(inside)
    assert metrics(page)["Selected"] == f"{len(points):,}"
    assert metrics(page)["Selected, but greyed"] == f"{len(inside) - len(points):,}"
    table = next(d.value for d in page.dataframe if "object_id" in d.value)
    listed = table["object_id"].tolist()
    assert listed == points["object_id"].astype(str).tolist()[:1000]


def doubtful(server, rows, every=3):
    """Give each third row of the run `tiny` a bit, as its files would have it."""
    folder = server / "checkpoints" / "tiny"
    saved = pd.read_parquet(folder / "rows.parquet")
    bits = np.where(np.arange(len(saved)) % every == 0, 2, 0)
    saved["quality"] = bits.astype(saved["quality"].dtype)
    table = pq.read_table(folder / "rows.parquet")
    place = table.column_names.index("quality")
    column = pa.array(saved["quality"], table.schema.field(place).type)
    pq.write_table(table.set_column(place, table.schema.field(place), column),
                   folder / "rows.parquet")  # fmt: skip
    manifest = json.loads((folder / "manifest.json").read_text())
    sha256 = qsovae.file_sha256(folder / "rows.parquet")
    manifest["artifacts"]["rows.parquet"] = sha256
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return rows.assign(quality=bits)


def test_rows_are_filtered_by_what_is_doubtful_about_them(
    server, rows, open_page, metrics, texts
):
    rows = doubtful(server, rows)
    page = open_page("Explore", View(run="tiny", outlines=(BOX,)))
    page.multiselect(key="explore_quality").set_value(["NON_FINITE"]).run()
    assert metrics(page)["Shown"] == f"{(rows['quality'] == 0).sum():,}"
    assert f"Hides {(rows['quality'] > 0).sum():,} of {len(rows):,}" in texts(page)
    inside = in_box(rows[rows["quality"] == 0])
    table = next(d.value for d in page.dataframe if "object_id" in d.value)
    listed = table["object_id"].tolist()
    assert listed == inside["object_id"].astype(str).tolist()[:1000]
    page.button_group(key="explore_quality_choice").set_value("with").run()
    assert metrics(page)["Shown"] == f"{(rows['quality'] > 0).sum():,}"
    # The address has it, and the other page the same filter.
    address = dict(page.query_params)
    assert address["quality"] in ("NON_FINITE", ["NON_FINITE"])
    page.switch_page("screens/evaluation.py").run()
    tested = rows[(rows["split"] == "test") & (rows["quality"] > 0)]
    assert f"Scored on {len(tested):,} test rows" in texts(page)
    right = (tested["class_predicted"] == tested["class_label"]).mean()
    assert metrics(page)["Accuracy"] == f"{right:.3f}"
    fresh = open_page("Explore", **address)
    assert metrics(fresh)["Shown"] == f"{(rows['quality'] > 0).sum():,}"


def test_a_selection_survives_colour_and_a_visit_to_another_page(
    rows, open_page, metrics
):
    page = open_page("Explore", View(run="tiny", outlines=(BOX,)))
    page.selectbox(key="explore_colour").set_value("mag:i").run()
    wanted = f"{len(in_box(rows)):,}"
    assert metrics(page)["Selected"] == wanted
    page.switch_page("screens/evaluation.py").run()
    page.switch_page("screens/latent_map.py").run()
    assert not page.exception
    assert metrics(page)["Selected"] == wanted
    assert page.session_state["view"].colour == "mag:i"


def test_a_permalink_brings_back_selection_and_filters(rows, open_page, metrics):
    view = View(run="tiny", outlines=(BOX,), classes=("QSO",), colour="p_QSO")
    page = open_page("Explore", **view.to_parameters())
    inside = in_box(rows)
    chosen = inside[inside["class_predicted"] == "QSO"]
    assert metrics(page)["Selected"] == f"{len(chosen):,}"
    assert page.selectbox(key="explore_colour").value == "p_QSO"


def test_a_magnitude_range_greys_what_is_outside_or_unmeasured(
    rows, open_page, metrics, simulated
):
    view = View(run="tiny", band="i", magnitudes=(18.0, 21.0))
    page = open_page("Explore", view)
    magnitude = pd.Series(qsovae.open_catalog(simulated).magnitude("i")[0])
    assert metrics(page)["Shown"] == f"{magnitude.between(18.0, 21.0).sum():,}"


@pytest.mark.usefixtures("server")
def test_every_colour_can_be_chosen(open_page):
    page = open_page("Explore")
    options = page.selectbox(key="explore_colour").options
    assert len(options) > 60
    assert "Residual of w1, sigma" in options
    for words in (
        "Column object_id",
        "Column is_simulated",
        "Quality bits",
        "Column u",
        "Residual of i, sigma",
    ):
        if words in options:
            page.selectbox(key="explore_colour").select(words).run()
            assert not page.exception
            assert not page.error


@pytest.mark.usefixtures("server")
def test_clearing_forgets_the_outlines(open_page, texts):
    page = open_page("Explore", View(run="tiny", outlines=(BOX,)))
    page.button(key="explore_clear").click().run()
    assert page.session_state["view"].outlines == ()
    assert "Outline objects on the map" in texts(page)


def test_without_its_catalog_a_run_is_explored_all_the_same(
    server, open_page, metrics, simulated, texts
):
    path = server / "checkpoints" / "tiny" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["catalog"]["path"] = "nowhere/sim.fits"
    path.write_text(json.dumps(manifest))
    page = open_page("Explore", View(catalog="1/gone.csv"))
    assert "catalog of this run is not at hand" in texts(page)
    assert "Shown" in metrics(page)
    page = open_page("Explore", View(catalog="demo"))
    assert "not at hand" not in texts(page)


def test_a_run_without_a_map_offers_to_make_one(server, open_page, metrics, texts):
    path = server / "checkpoints" / "tiny"
    manifest = json.loads((path / "manifest.json").read_text())
    del manifest["artifacts"]["map.parquet"]
    (path / "manifest.json").write_text(json.dumps(manifest))
    (path / "map.parquet").unlink()
    page = open_page("Explore")
    assert "no latent map yet" in texts(page)
    page.button(key="explore_make_map").click().run()
    assert not page.error
    assert "explore_make_map" not in [button.key for button in page.button]
    run = qsovae.open_run("tiny")
    deadline = time.monotonic() + 120
    while projecting.PROJECTING.job(run).is_busy and time.monotonic() < deadline:
        time.sleep(0.1)
    page = open_page("Explore")
    assert metrics(page)["Shown"] == "1,200"


# --- What is drawn first ----------------------------------------------------


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("address", "most_texts", "wanted"),
    [
        ({}, 0, ["drawn", "read"]),
        ({}, 10_000_000, ["read", "drawn"]),
        ({"query": "p_QSO > 0.5"}, 0, ["read", "drawn"]),
    ],
)
def test_many_rows_are_drawn_once_and_before_the_catalog_is_read(
    open_page, metrics, monkeypatch, address, most_texts, wanted
):
    done = []

    def noted(word, function):
        return lambda *given: (done.append(word), function(*given))[1]

    monkeypatch.setattr(picture_view, "MOST_TEXTS", most_texts)
    monkeypatch.setattr(
        picture_view, "show_planes", noted("drawn", picture_view.show_planes)
    )
    monkeypatch.setattr(cache, "run_catalog", noted("read", cache.run_catalog))
    monkeypatch.setattr(
        plane_view, "packed_places", noted("packed", plane_view.packed_places)
    )
    cache._looked_for().clear()
    page = open_page("Explore", run="tiny", **address)
    done.remove("packed")
    assert done == wanted
    run = qsovae.open_run("tiny")
    rows = run.rows()
    shown = rows["p_QSO"] > 0.5 if address else rows["p_QSO"] >= 0
    assert metrics(page)["Shown"] == f"{int(shown.sum()):,}"
    page.selectbox(key="explore_colour").set_value("morphology").run()
    assert done == [*wanted, "read", "drawn"]
