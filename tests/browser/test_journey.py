"""The whole way in a browser: a file goes in, the ids of a lasso come out."""

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.path import Path as Polygon

import qsovae

# Where a lasso is drawn, as shares of the map's plot area; corners in order.
LASSO = ((0.12, 0.15), (0.88, 0.2), (0.7, 0.86), (0.45, 0.55), (0.15, 0.8))
MOMENTS = 240_000  # ms for a training of five epochs with its map, on a slow machine


@pytest.fixture
def simulated_upload(tmp_path, simulated):
    """Return a simulated catalog under a name of its own; and what to correct."""
    path = tmp_path / "mock.fits"
    path.write_bytes(simulated.read_bytes())
    return path, "ks_mag_ab", "class_true"


@pytest.fixture
def real_upload(tmp_path, shared_data):
    """Return a real catalog as a FITS file; and what to correct."""
    name = "delve_vhs_wise_dwarfs_hzqso"
    path = tmp_path / "dwarfs.fits"
    frame = pd.read_parquet(shared_data / name / f"{name}.parquet")
    qsovae.write_table(frame.iloc[::4].reset_index(drop=True), path)
    return path, "kspetromag", "class"


def correct_system(visitor, catalog, column):
    """Say on the page that a magnitude is in the system that was not guessed."""
    mapping = qsovae.open_catalog(catalog).mapping
    names = [c.name for c in mapping.columns]
    now = "AB" if mapping.column(column).system == "Vega" else "Vega"
    visitor.settle()
    table = visitor.part("mapping_editor").locator("[data-testid=stDataFrame]")
    box = table.locator("canvas").first.bounding_box()
    # Cells are painted, not elements: reach ours by the keyboard, from the first.
    visitor.page.mouse.click(box["x"] + 60, box["y"] + 1.5 * 33)
    for key in ["ArrowDown"] * names.index(column) + ["ArrowRight"] * 3:
        visitor.page.keyboard.press(key)
    visitor.page.keyboard.press("Enter")
    options = visitor.page.locator("#portal").get_by_role("option")
    options.filter(has_text=now).wait_for()
    visitor.page.keyboard.type(now)
    options.filter(has_not_text=now).first.wait_for(state="detached")
    visitor.page.keyboard.press("Enter")
    options.first.wait_for(state="detached")
    visitor.settle()
    return now


def draw_lasso(visitor):
    """Draw on the map; return the corners in map coordinates, as the plane has them."""
    over, (left, top, width, height), (x0, x1, y0, y1) = visitor.plane()
    left, top = left + over["x"], top + over["y"]
    # A mouse moves by whole pixels: corners on them are where the plane takes them.
    corners = [(round(left + a * width), round(top + b * height)) for a, b in LASSO]
    places = [
        (x0 + (x - left) / width * (x1 - x0), y1 - (y - top) / height * (y1 - y0))
        for x, y in corners
    ]
    visitor.page.mouse.move(*corners[0])
    visitor.page.mouse.down()
    for corner in [*corners[1:], corners[0]]:
        visitor.page.mouse.move(*corner)
    visitor.page.mouse.up()
    visitor.settle()
    return places


def wanted_ids(run, corners):
    """Return the ids of point-like rows inside a polygon, and of those at its edge.

    The edge is half a pixel wide: of rows nearer than that nothing can be said.
    """
    rows = run.rows().merge(run.map(), on="row")
    places = rows[["map_1", "map_2"]].to_numpy(dtype=float)
    corners = np.array(corners)
    inside = Polygon(corners).contains_points(places)
    half_a_pixel = np.ptp(corners[:, 0]) / 1000
    near = distance_to_edges(places, corners) < half_a_pixel
    ids = named_rows(rows)
    is_point = (rows["morphology"] == "point").to_numpy()
    return set(ids[inside & is_point & ~near]), set(ids[is_point & near])


def distance_to_edges(places, corners):
    """Return how far each place is from the nearest edge of a polygon."""
    nearest = np.full(len(places), np.inf)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = end - start
        share = np.clip((places - start) @ along / (along @ along), 0, 1)
        foot = start + share[:, None] * along
        nearest = np.minimum(nearest, np.linalg.norm(places - foot, axis=1))
    return nearest


def named_rows(table):
    """Return number and id of each row as one text: ids alone may occur twice."""
    return table["row"].astype(str) + " " + table["object_id"].astype(str)


def ids_in(content):
    """Return number and id of the rows in a downloaded CSV."""
    ids = named_rows(pd.read_csv(io.BytesIO(content), dtype={"object_id": str}))
    assert ids.is_unique
    return set(ids)


def train_five_epochs(visitor, server, name, label):
    """Train a run on the Train page; return it."""
    visitor.go("Train")
    visitor.pick("train_label", label)
    visitor.fill("train_name", name)
    visitor.unfold("Expert")
    visitor.fill("train_epochs", "5")
    visitor.press("train_start")
    visitor.page.get_by_text("is trained").wait_for(timeout=MOMENTS)
    return qsovae.open_run(name, server.runs)


def read_confusion_matrix(visitor):
    """Return the numbers in the cells of the confusion matrix."""
    visitor.page.get_by_role("heading", name="Confusion matrix").wait_for()
    cells = visitor.page.locator(".heatmap-label")
    cells.first.wait_for()
    return [int(text.replace(",", "")) for text in cells.all_text_contents()]


# One upload takes the same way as the other, and three quarters of a minute.
@pytest.mark.parametrize(
    "upload",
    [pytest.param("simulated_upload", marks=pytest.mark.slow), "real_upload"],
)
def test_from_an_upload_to_the_ids_of_a_lasso(upload, request, visitor, server):
    catalog, column, label = request.getfixturevalue(upload)
    visitor.open("catalog")
    visitor.upload(catalog)
    assert visitor.metric("Rows") == f"{qsovae.open_catalog(catalog).n_rows:,}"
    system = correct_system(visitor, catalog, column)

    run = train_five_epochs(visitor, server, upload, label)
    assert run.manifest["estimator"]["epochs"] == 5
    trained = qsovae.Mapping.from_toml(run.manifest["mapping"], "manifest")
    assert trained.column(column).system == system

    visitor.press(f"train_evaluate_{upload}")
    matrix = np.array(run.manifest["scores"]["confusion_matrix"])
    assert sorted(read_confusion_matrix(visitor)) == sorted(matrix.ravel().tolist())
    assert visitor.metric("Accuracy") == f"{np.trace(matrix) / matrix.sum():.3f}"

    visitor.go("Explore")
    assert visitor.chosen("run") == upload
    visitor.choose("explore_morphology", "Point-like")
    n_points = int((run.rows()["morphology"] == "point").sum())
    assert visitor.metric("Shown") == f"{n_points:,}"
    inside, doubtful = wanted_ids(run, draw_lasso(visitor))
    ids = ids_in(visitor.download("download_csv"))
    assert len(inside) > 10 * len(doubtful)
    assert ids - doubtful == inside - doubtful
    assert visitor.metric("Selected") == f"{len(ids):,}"

    visitor.pick("explore_colour", "Predicted class")
    assert visitor.metric("Selected") == f"{len(ids):,}"
    visitor.choose("explore_morphology", "All")
    visitor.choose("explore_morphology", "Point-like")
    assert ids_in(visitor.download("download_csv")) == ids
