"""The objects behind a cell of the confusion matrix."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae.cli import main
from qsovae.errors import ConfigError


@pytest.fixture(scope="module")
def found(run):
    return qsovae.evaluate_rows(run)


def test_the_cells_hold_the_objects_that_the_matrix_counts(run, found, catalog):
    matrix = qsovae.confusion_table(qsovae.Scores.from_json(found.report))
    seen = []
    for true in run.classes:
        for predicted in run.classes:
            objects = qsovae.cell_objects(run, found.rows, true, predicted, catalog)
            assert len(objects) == matrix.loc[true, predicted]
            assert objects["probability"].is_monotonic_decreasing
            assert (objects["probability"] == objects[f"p_{predicted}"]).all()
            assert (objects["class_label"] == true).all()
            seen += objects["row"].tolist()
    assert sorted(seen) == sorted(found.rows["row"])


def test_an_object_has_what_its_catalog_and_the_map_say(run, found, catalog):
    objects = qsovae.cell_objects(run, found.rows, "STAR", "STAR", catalog)
    places = objects["row"].to_numpy()
    ids = catalog.object_id.to_numpy()[places]
    assert objects["object_id"].tolist() == ids.tolist()
    raw = catalog.raw.frame
    np.testing.assert_allclose(objects["ra_deg"], raw["ra_deg"].to_numpy()[places])
    np.testing.assert_array_equal(
        objects["i_mag_ab"], catalog.magnitude("i")[0][places]
    )
    at = run.map().set_index("row").loc[places]
    np.testing.assert_array_equal(objects["map_1"], at["map_1"])
    bare = qsovae.cell_objects(run, found.rows, "STAR", "STAR")
    assert "ra_deg" not in bare
    assert bare["row"].tolist() == objects["row"].tolist()


def test_of_another_catalog_the_rows_are_its_own(run, tmp_path):
    qsovae.write_simulation(tmp_path / "other.fits", 300, 11)
    other = qsovae.open_catalog(tmp_path / "other.fits")
    found = qsovae.evaluate_rows(run, other)
    objects = qsovae.cell_objects(run, found.rows, "QSO", "QSO", other)
    assert len(objects) > 5
    ids = other.object_id.to_numpy()[objects["row"].to_numpy()]
    assert objects["object_id"].tolist() == ids.tolist()
    assert "map_1" not in objects
    with pytest.raises(ConfigError, match="own test rows only"):
        qsovae.baseline_rows(run, found.rows)


def test_the_baselines_cells_are_those_of_its_matrix(run, found):
    scores = qsovae.Scores.from_json(found.report["baseline"])
    matrix = qsovae.confusion_table(scores)
    rows = qsovae.baseline_rows(run, found.rows)
    for true in run.classes:
        for predicted in run.classes:
            objects = qsovae.cell_objects(run, rows, true, predicted)
            assert len(objects) == matrix.loc[true, predicted]
    assert rows["latent_1"].tolist() == found.rows["latent_1"].tolist()


def test_a_mean_sed_by_hand():
    sed = qsovae.mean_sed(
        {"w1": [18.0, np.nan], "g": [20.0, 21.0], "u": [np.nan, np.nan]}
    )
    assert sed["band"].tolist() == ["u", "g", "w1"]
    assert sed["wavelength_um"].is_monotonic_increasing
    assert sed["rows"].tolist() == [0, 2, 1]
    np.testing.assert_allclose(sed["mag_ab"], [np.nan, 20.5, 18.0])
    normal = np.random.default_rng(1).normal(20.0, 0.5, 100_000)
    line = qsovae.mean_sed({"i": normal}).iloc[0]
    # Of normal scatter the bounds are a standard deviation away.
    assert line["mag_ab_high"] - line["mag_ab"] == pytest.approx(0.5, abs=0.01)
    assert line["mag_ab"] - line["mag_ab_low"] == pytest.approx(0.5, abs=0.01)


def test_the_sed_of_a_cell_stands_beside_those_of_right_rows(run, found, catalog):
    seds = qsovae.cell_seds(found.rows, "QSO", "STAR", catalog)
    named = seds.groupby(["class_label", "class_predicted"], sort=False)
    assert list(named.groups) == [("QSO", "STAR"), ("QSO", "QSO"), ("STAR", "STAR")]
    objects = qsovae.cell_objects(run, found.rows, "STAR", "STAR", catalog)
    line = seds[(seds["class_label"] == "STAR") & (seds["band"] == "r")].iloc[0]
    assert line["mag_ab"] == pytest.approx(objects["r_mag_ab"].mean())
    assert line["rows"] == objects["r_mag_ab"].notna().sum()
    diagonal = qsovae.cell_seds(found.rows, "QSO", "QSO", catalog)
    assert len(diagonal) == len(catalog.bands)


def test_a_catalog_that_has_changed_is_not_the_runs(
    runs, simulated, tmp_path, monkeypatch
):
    run = qsovae.open_run("tiny", runs)
    same = qsovae.run_catalog(run)
    assert same.sha256 == run.manifest["catalog"]["sha256"]
    moved = shutil.copy(simulated, tmp_path / "sim.fits")
    monkeypatch.setitem(run.manifest["catalog"], "path", str(moved))
    assert qsovae.run_catalog(run).n_rows == same.n_rows
    (tmp_path / "sim.fits").write_bytes(b"another file")
    assert qsovae.run_catalog(run) is None
    (tmp_path / "sim.fits").unlink()
    assert qsovae.run_catalog(run) is None


def test_the_command_writes_a_cell_and_suspects(run, found, tmp_path, capsys):
    out, doubtful = tmp_path / "cell.parquet", tmp_path / "doubtful.csv"
    words = ["evaluate", "tiny", "--runs", str(run.folder.parent), "--json"]
    words += ["--cell", "STAR,STAR", "--objects", str(out), "--suspects", str(doubtful)]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    catalog = qsovae.run_catalog(run)
    objects = qsovae.cell_objects(run, found.rows, "STAR", "STAR", catalog)
    read = qsovae.read_table(out)
    assert read.frame["object_id"].tolist() == objects["object_id"].tolist()
    assert read.meta["is_sim"].lower() == "true"
    assert told["cell"]["rows"] == len(objects)
    assert {line["band"] for line in told["cell"]["seds"]} == set(catalog.bands)
    suspects = pd.read_csv(doubtful)
    assert told["suspects"]["rows"] == len(suspects)
    assert told["suspects"]["suspects"] == suspects["is_suspect"].sum()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cell", "QSO,STAR"], "need the cell and a file"),
        (["--objects", "OUT.csv"], "need the cell and a file"),
        (["--cell", "QSO,PLANET", "--objects", "OUT.csv"], "is no cell"),
        (["--cell", "QSO", "--objects", "OUT.csv"], "is no cell"),
        (["--cell", "QSO,STAR", "--objects", "OUT.doc"], "cannot be written"),
        (["--suspects", "OUT.doc"], "cannot be written"),
    ],
)
def test_a_cell_that_cannot_be_is_refused(run, tmp_path, capsys, words, said):
    words = [word.replace("OUT", str(tmp_path / "out")) for word in words]
    assert main(["evaluate", "tiny", "--runs", str(run.folder.parent), *words]) == 1
    assert said in capsys.readouterr().err


def test_a_class_that_is_not_there_is_refused(run, found):
    with pytest.raises(ConfigError, match="no class PLANET"):
        qsovae.cell_objects(run, found.rows, "QSO", "PLANET")
