"""Scores by slices on Evaluate, the worst of them, and their rows on Explore's map."""

import json

import numpy as np
import pandas as pd
import pytest

import qsovae
from dashboard import figures
from dashboard.state import View


@pytest.fixture
def run(server):
    """Return the run `tiny`, whose catalog stays where it found it."""
    return qsovae.open_run("tiny")


def slices_of(run, rows, sought=None):
    slicing = qsovae.slicing_columns(run, rows)
    return qsovae.evaluation_slices(run, rows, slicing, sought)


def shown_table(page):
    return next(d.value for d in page.dataframe if "slice" in d.value)


def own_table(found, name):
    table = pd.DataFrame(found["columns"][name]["table"])
    own = table[table["class_label"] == found["class"]].reset_index(drop=True)
    columns = ["slice", "rows", "accuracy", "class_rows", "completeness", "purity"]
    return own[columns].astype({c: float for c in columns[1:]})


def test_the_sought_class_is_scored_by_slices_of_a_choice(run, open_page, texts):
    tested = qsovae.test_rows(run)
    page = open_page("Evaluate", View(section="slices", run="tiny"))
    found = slices_of(run, tested)
    expected = own_table(found, "magnitude")
    pd.testing.assert_frame_equal(
        shown_table(page)[expected.columns].astype(expected.dtypes), expected
    )
    few = found["columns"]["magnitude"]["few"]
    assert few["slices"] > 0
    assert f"slices with so few: {few['slices']}, rows in them: {few['rows']}" in texts(
        page
    )
    assert not found["worst"]["named"]
    assert f"by more than chance: {found['worst']['tested']:,} slices" in texts(page)
    # Another column, the point-like sources, and another class.
    page.selectbox(key="evaluate_sliced_by").set_value("bands").run()
    page.button_group(key="evaluate_morphology").set_value("point").run()
    page.button_group(key="evaluate_class").set_value("STAR").run()
    assert not page.exception
    found = slices_of(run, qsovae.with_morphology(tested, "point"), "STAR")
    expected = own_table(found, "bands")
    pd.testing.assert_frame_equal(
        shown_table(page)[expected.columns].astype(expected.dtypes), expected
    )
    assert page.query_params["sliced_by"] in ("bands", ["bands"])
    again = open_page("Evaluate", section="slices", run="tiny", sliced_by="bands")
    assert again.selectbox(key="evaluate_sliced_by").value == "bands"
    odd = open_page("Evaluate", section="slices", run="tiny", sliced_by="<b>moon</b>")
    assert odd.selectbox(key="evaluate_sliced_by").value == "magnitude"


def spoilt(server):
    """Put each extended test row of `tiny` into a wrong class, as its files have it."""
    folder = server / "checkpoints" / "tiny"
    rows = pd.read_parquet(folder / "rows.parquet")
    shares = [c for c in rows if c.startswith("p_")]
    extended = (rows["morphology"] == "extended") & (rows["split"] == "test")
    true = rows["class_label"].map({c[2:]: k for k, c in enumerate(shares)})
    wrong = np.eye(len(shares), dtype=np.float32)[
        (true[extended].astype(int) + 1) % len(shares)
    ]
    rows.loc[extended, shares] = wrong
    rows.to_parquet(folder / "rows.parquet")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["artifacts"]["rows.parquet"] = qsovae.file_sha256(folder / "rows.parquet")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return rows


def test_the_worst_slice_leads_to_its_rows_on_the_map(
    server, open_page, metrics, texts
):
    rows = spoilt(server)
    page = open_page("Evaluate", View(section="slices", run="tiny"))
    assert "morphology: extended" in texts(page)
    button = page.button(key="slice_accuracy_morphology=extended")
    button.click().run()
    # AppTest does not follow the switch of the page by itself.
    assert page.session_state["view"].slices == ("morphology=extended",)
    page.switch_page("screens/latent_map.py").run()
    assert not page.exception
    n_extended = (rows["morphology"] == "extended").sum()
    assert metrics(page)["Shown"] == f"{n_extended:,}"
    assert "Only rows with morphology: extended" in texts(page)
    address = dict(page.query_params)
    fresh = open_page("Explore", **address)
    assert metrics(fresh)["Shown"] == f"{n_extended:,}"
    fresh.button(key="explore_all_slices").click().run()
    assert metrics(fresh)["Shown"] == f"{len(rows):,}"


def test_a_pair_of_slices_and_a_slice_that_is_not_there(run, open_page, metrics, texts):
    slicing = qsovae.slicing_columns(run, run.rows())
    columns = {c.name: c for c in slicing.columns}
    vhs = columns["survey VHS"].rows_in("missing")
    magnitude = columns["magnitude"]
    label = magnitude.labels[int(np.median(magnitude.codes[vhs]))]
    inside = magnitude.rows_in(label)
    assert 0 < (vhs & inside).sum() < inside.sum()
    pair = ("survey VHS=missing", f"magnitude={label}")
    page = open_page("Explore", View(section="slices", run="tiny", slices=pair))
    assert metrics(page)["Shown"] == f"{(vhs & inside).sum():,}"
    odd = open_page("Explore", run="tiny", slices=["magnitude=bright", "moon=full"])
    assert metrics(odd)["Shown"] == f"{len(vhs):,}"
    assert "There is no slice magnitude=bright" in texts(odd)


def test_slices_of_a_run_need_no_catalog(server, open_page):
    path = server / "checkpoints" / "tiny" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["catalog"]["path"] = "nowhere/sim.fits"
    path.write_text(json.dumps(manifest))
    page = open_page("Evaluate", View(section="slices", run="tiny"))
    assert page.selectbox(key="evaluate_sliced_by").value == "magnitude"


def test_another_catalog_is_sliced_and_leads_to_no_map(server, open_page):
    qsovae.write_simulation(server / "data" / "other.fits", 600, 11)
    page = open_page(
        "Evaluate", View(section="slices", run="tiny", catalog="1/other.fits")
    )
    page.radio(key="evaluate_rows").set_value("catalog").run()
    assert not page.exception
    run = qsovae.open_run("tiny")
    catalog = qsovae.open_catalog(server / "data" / "other.fits")
    rows = qsovae.evaluate_rows(run, catalog).rows
    slicing = qsovae.slicing_columns(run, rows, catalog)
    expected = own_table(qsovae.evaluation_slices(run, rows, slicing), "magnitude")
    pd.testing.assert_frame_equal(
        shown_table(page)[expected.columns].astype(expected.dtypes), expected
    )
    assert not [b for b in page.button if str(b.key).startswith("slice_")]


def test_the_figure_shows_the_numbers_of_its_table_and_names_as_text():
    table = pd.DataFrame(
        {
            "slice": ["<b>16</b>", "17"], "rows": [40, 30], "class_rows": [10, 20],
            "completeness": [0.5, np.nan], "completeness_low": [0.3, np.nan],
            "completeness_high": [0.7, np.nan], "purity": [0.9, 0.8],
            "purity_low": [0.72, 0.6], "purity_high": [0.97, 0.95],
        }
    )  # fmt: skip
    figure = figures.slices_figure(table, "QSO", "r", is_simulated=True)
    by_name = {trace.name: trace for trace in figure.data}
    assert by_name["completeness"].y[0] == 0.5
    assert by_name["completeness"].error_y.arrayminus[0] == pytest.approx(0.2)
    assert by_name["purity"].error_y.array[1] == pytest.approx(0.15)
    assert list(by_name["rows: QSO"].y) == [10, 20]
    assert list(by_name["rows: others"].y) == [30, 10]
    assert figure.layout.xaxis2.ticktext == ("&lt;b&gt;16&lt;/b&gt;", "17")
    assert figure.layout.yaxis.range[0] < 0.3
    assert "Simulated data" in [note.text for note in figure.layout.annotations]
    empty = table.assign(completeness_low=np.nan, purity_low=np.nan)
    assert np.isfinite(
        figures.slices_figure(empty, "QSO", "r", is_simulated=False).layout.yaxis.range
    ).all()
