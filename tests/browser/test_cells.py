"""From a cell of the confusion matrix to a sample selected by a saved rule."""

import shutil
from pathlib import Path

import pytest

import qsovae

ROOT = Path(qsovae.__file__).resolve().parents[1]
TRUE, PREDICTED = "QSO", "STAR"


@pytest.fixture
def demo(server):
    """Return the shipped run, beside its catalog on the server."""
    shutil.copy(ROOT / "data" / "demo.fits", server.folder / "data" / "demo.fits")
    files = (ROOT / "checkpoints" / "demo").iterdir()
    folder = server.runs / "demo"
    folder.mkdir()
    for path in files:
        if path.is_file():
            shutil.copy(path, folder)
    return qsovae.open_run("demo", server.runs)


@pytest.fixture
def other(tmp_path):
    """Return a catalog that the run has not seen."""
    path = tmp_path / "other.fits"
    qsovae.write_simulation(path, 300, 11)
    return path


def click_cell(visitor, classes):
    """Click near a corner of a cell of the confusion matrix."""
    visitor.page.get_by_role("heading", name="Confusion matrix").wait_for()
    chart = visitor.part("figure_demo_all_confusion_vae_counts")
    chart.locator(".heatmap-label").first.wait_for()
    chart.scroll_into_view_if_needed()
    box = chart.locator(".nsewdrag").first.bounding_box()
    across, down = classes.index(PREDICTED) + 0.85, classes.index(TRUE) + 0.15
    x = box["x"] + box["width"] * across / len(classes)
    y = box["y"] + box["height"] * down / len(classes)
    visitor.page.mouse.move(x, y)
    visitor.page.wait_for_timeout(200)  # a click is of what the pointer rests on
    visitor.page.mouse.click(x, y)
    visitor.part("evaluate_object_table").wait_for()
    visitor.settle()


def choose_first_line(visitor):
    """Choose the first object in the table, by the box before it."""
    table = visitor.part("evaluate_object_table").locator("canvas").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    visitor.page.mouse.click(box["x"] + 18, box["y"] + 52)
    visitor.part("evaluate_object_links").wait_for()
    visitor.settle()


def ringed_place(visitor):
    """Return the map coordinates of the object that stands out."""
    plot = visitor.part("figure_demo_all_vae_objects_map").locator(".js-plotly-plot")
    return plot.evaluate(
        """plot => {
            const ring = plot._fullData.find(t => t.name === "the object chosen");
            return [ring.x[0], ring.y[0]];
        }"""
    )


def move_threshold(visitor, steps):
    """Move the slider by some steps."""
    handle = visitor.part("evaluate_threshold").get_by_role("slider")
    handle.focus()
    for _ in range(steps):
        visitor.page.keyboard.press("ArrowRight")
    visitor.settle()


def downloaded(visitor, key, folder):
    """Return the table behind a button."""
    path = folder / f"{key}.parquet"
    path.write_bytes(visitor.download(key))
    return qsovae.read_table(path)


def find_first_object(visitor, demo, folder):
    """Open the cell, and look for its first object on the map and on the sky."""
    click_cell(visitor, demo.classes)
    assert f"cell={TRUE}&cell={PREDICTED}" in visitor.page.url
    catalog = qsovae.open_catalog(ROOT / "data" / "demo.fits")
    rows = qsovae.test_rows(demo)
    wanted = qsovae.cell_objects(demo, rows, TRUE, PREDICTED, catalog)
    listed = downloaded(visitor, "download_objects_parquet", folder).frame
    assert listed["object_id"].tolist() == wanted["object_id"].tolist()
    choose_first_line(visitor)
    first = wanted.iloc[0]
    links = visitor.part("evaluate_object_links").locator("a").all()
    expected = qsovae.viewer_links(first["ra_deg"], first["dec_deg"])
    assert [link.get_attribute("href") for link in links] == list(expected.values())
    assert ringed_place(visitor) == pytest.approx([first["map_1"], first["map_2"]])


def test_from_a_cell_to_a_sample_by_a_saved_rule(visitor, demo, other, tmp_path):
    visitor.open("catalog")
    visitor.upload(other)
    visitor.go("Evaluate")
    assert visitor.chosen("run") == "demo"
    find_first_object(visitor, demo, tmp_path)

    visitor.choose("evaluate_section", "Calibration and samples")
    move_threshold(visitor, 4)
    visitor.part("rule_name").locator("input").fill("clean")
    visitor.press("rule_save")
    visitor.page.get_by_text("Saved clean").wait_for()
    rule = qsovae.open_rule(demo, "clean")
    assert (rule.sought, rule.threshold) == ("QSO", 0.52)

    visitor.part("evaluate_rows").get_by_text("Opened catalog").click()
    visitor.settle()
    visitor.pick("score_rule", "clean")
    scored = qsovae.score_catalog(demo, qsovae.open_catalog(other), rule=rule)
    selected = scored.rows["selected"]
    assert 0 < selected.sum() < len(selected)
    assert visitor.metric("Selected rows") == f"{selected.sum():,}"
    scores = downloaded(visitor, "download_scores_parquet", tmp_path)
    assert scores.frame["selected"].tolist() == selected.tolist()
    assert scores.meta["rule"] == "clean"
