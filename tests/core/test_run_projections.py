"""Projections that are kept with a run: made once, refused where they do not belong."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae.errors import ConfigError, ManifestMismatchError, RunError
from qsovae.tables import write_whole
from qsovae.workflow import (
    make_map,
    make_projection,
    project_catalog,
    projection_columns,
    run_places,
    run_projections,
)


@pytest.fixture
def run(runs, tmp_path):
    """Return a copy of the run `tiny`, free to be added to."""
    shutil.copytree(runs, tmp_path / "runs")
    return qsovae.open_run("tiny", tmp_path / "runs")


def reopened(run):
    return qsovae.open_run(run.name, run.folder.parent)


@pytest.fixture(scope="module")
def projected(runs, tmp_path_factory):
    """Return a run with densMAP in the plane, and UMAP in space of a sample."""
    folder = tmp_path_factory.mktemp("projected") / "runs"
    shutil.copytree(runs, folder)
    run = qsovae.open_run("tiny", folder)
    make_projection(run, "densmap")
    make_projection(run, "umap", 3, seed=5, max_fit_rows=400)
    return run


def test_what_is_kept_says_how_it_was_made(projected):
    space, density = run_projections(reopened(projected))
    assert (space["name"], density["name"]) == ("umap3d", "densmap")
    assert space["columns"] == ["umap3d_1", "umap3d_2", "umap3d_3"]
    assert (space["seed"], space["fitted_rows"], space["rows"]) == (5, 400, 1200)
    assert density["seed"] == projected.manifest["seed"]
    assert density["epochs"] == density["n_epochs"] == 700
    files = {p.name for p in (projected.folder / "projections").iterdir()}
    assert files == {f"{n}.{s}" for n in ("umap3d", "densmap")
                     for s in ("json", "parquet")}  # fmt: skip


def test_its_columns_stand_beside_the_runs_rows(projected):
    rows = projected.rows()
    columns = projection_columns(projected, rows)
    assert list(columns) == ["pca_1", "pca_2", "pca_3", "umap3d_1", "umap3d_2",
                             "umap3d_3", "densmap_1", "densmap_2"]  # fmt: skip
    assert np.isfinite(columns).all(axis=None)
    latent = rows.filter(like="latent_").to_numpy(dtype=float)
    assert columns["pca_1"].var(ddof=0) == pytest.approx(
        np.linalg.eigvalsh(np.cov(latent.T, bias=True))[-1], rel=1e-4
    )
    shuffled = rows.sample(frac=1, random_state=0).reset_index(drop=True)
    again = projection_columns(projected, shuffled)
    by_row = again.set_index(shuffled["row"]).loc[rows["row"], "densmap_1"]
    assert by_row.tolist() == columns["densmap_1"].tolist()
    places = run_places(projected)
    assert list(places)[:4] == ["object_id", "row", "map_1", "map_2"]
    assert places["map_1"].tolist() == projected.map()["map_1"].tolist()


def test_rows_of_a_catalog_land_on_every_projection(projected, simulated):
    placed = project_catalog(projected, qsovae.open_catalog(simulated))
    own = projection_columns(projected, projected.rows())
    assert set(own) <= set(placed)
    for name in own:
        away = np.abs(placed[name] - own[name]) / own[name].std()
        assert np.median(away) < 1e-3, name


def test_one_that_is_there_is_not_made_again(run):
    calls = []
    first = make_projection(run, "umap", 3, seed=2, max_fit_rows=100)
    kept = make_projection(run, "umap", 3, on_progress=calls.append)
    assert (kept, calls) == (first, [])
    with pytest.raises(ConfigError, match="other settings: seed 2, fitted rows at"):
        make_projection(run, "umap", 3, seed=3)
    replaced = make_projection(
        run, "umap", 3, seed=3, max_fit_rows=90, overwrite=True
    )  # fmt: skip
    assert (replaced["seed"], replaced["fitted_rows"]) == (3, 90)


def test_a_stop_keeps_nothing(run):
    with pytest.raises(ConfigError, match="stopped"):
        make_projection(run, "densmap", should_stop=lambda: True)
    with pytest.raises(ConfigError, match="stopped"):
        make_map(run, max_fit_rows=700, overwrite=True, should_stop=lambda: True)
    assert run_projections(run) == []
    assert reopened(run).map_record()["max_fit_rows"] == 20_000


@pytest.mark.parametrize(
    ("method", "n_dimensions"), [("tsne", 2), ("umap", 4), ("umap", 2)]
)
def test_what_is_no_projection_beside_the_map_is_refused(run, method, n_dimensions):
    with pytest.raises(ConfigError):
        make_projection(run, method, n_dimensions)


def test_a_training_says_how_its_map_was_laid_out(run):
    record = run.map_record()
    assert (record["name"], record["seed"], record["rows"]) == ("map", 0, 1200)
    assert "map.json" in run.manifest["artifacts"]


def test_a_map_of_other_settings_is_made_only_when_said(run):
    old = run.map()
    pd.testing.assert_frame_equal(make_map(run, max_fit_rows=20_000), old)
    with pytest.raises(ConfigError, match="--overwrite"):
        make_map(run, max_fit_rows=300)
    new = make_map(run, seed=4, max_fit_rows=300, overwrite=True)
    again = reopened(run)
    pd.testing.assert_frame_equal(again.map(), new)
    assert again.map_record()["fitted_rows"] == new["is_fitted"].sum() == 300
    assert again.map_record()["seed"] == 4


@pytest.mark.parametrize("n_written", range(4))
def test_a_disk_that_refuses_at_any_step_leaves_a_run_that_opens(
    run, monkeypatch, n_written
):
    old, left = run.map(), [n_written]

    def write(path, content):
        if not left[0]:
            raise OSError(28, "No space left on device")
        left[0] -= 1
        write_whole(path, content)

    with monkeypatch.context() as patch:
        patch.setattr("qsovae.runs.writer.write_whole", write)
        with pytest.raises(RunError, match="the map cannot be written: No space"):
            make_map(run, seed=4, max_fit_rows=300, overwrite=True)
    found = reopened(run)
    is_old = found.map()["map_1"].equals(old["map_1"])
    assert is_old == (n_written < 2)
    if is_old:
        assert found.map_record().get("seed") in (0, None)


def test_a_map_that_selections_were_outlined_on_stays(run):
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    qsovae.save_selection(run, "island", qsovae.run_table(run), outlines=(square,))
    with pytest.raises(ConfigError, match="outlined on the map that there is: island"):
        make_map(run, seed=4, overwrite=True)
    assert reopened(run).map_record()["seed"] == 0


def test_a_run_of_before_has_a_map_without_a_record(run):
    manifest = json.loads((run.folder / "manifest.json").read_text())
    del manifest["artifacts"]["map.json"]
    (run.folder / "manifest.json").write_text(json.dumps(manifest))
    (run.folder / "map.json").unlink()
    old = reopened(run)
    assert old.map_record() == {}
    pd.testing.assert_frame_equal(make_map(old, seed=0), old.map())
    assert list(projection_columns(old, old.rows())) == ["pca_1", "pca_2", "pca_3"]


def test_what_is_damaged_or_of_other_weights_is_refused_in_words(run):
    make_projection(run, "umap", 3, max_fit_rows=90)
    folder = run.folder / "projections"
    record = (folder / "umap3d.json").read_text()
    other = record.replace(json.loads(record)["weights_sha256"], "0" * 64)
    (folder / "umap3d.json").write_text(other)
    with pytest.raises(ManifestMismatchError, match="with other weights"):
        projection_columns(run, run.rows())
    (folder / "umap3d.json").write_text("[]")
    with pytest.raises(RunError, match="umap3d is damaged"):
        projection_columns(run, run.rows())
    (folder / "umap3d.json").write_text(record)
    (folder / "umap3d.parquet").write_bytes(b"")
    with pytest.raises(ManifestMismatchError, match="not the table"):
        projection_columns(run, run.rows())
