"""`qsovae project`: projections are made, rows placed on them, and the map judged."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from astropy.table import Table

import qsovae
from qsovae.cli import main


@pytest.fixture
def folder(runs, tmp_path):
    """Return a copy of the folder with the run `tiny`, free to be added to."""
    shutil.copytree(runs, tmp_path / "runs")
    return tmp_path / "runs"


def projected(folder, *words):
    return main(["project", "tiny", *map(str, words), "--runs", str(folder)])


def test_quality_is_measured_once_and_printed_as_a_table_and_as_json(folder, capsys):
    assert projected(folder, "--quality", "--watch", folder / ".projecting" / "t") == 0
    table = capsys.readouterr().out
    lines = qsovae.read_json_lines(folder / ".projecting" / "t" / "progress.jsonl")
    assert lines[-1]["phase"] == "done"
    assert projected(folder, "--quality", "--json") == 0
    told = capsys.readouterr()
    assert "layout" not in told.err
    result = json.loads(told.out)
    assert result["projection"]["columns"] == ["map_1", "map_2"]
    quality = result["quality"]
    assert f"{quality['agreement']:.4g}" in table
    assert quality == qsovae.map_quality(qsovae.open_run("tiny", folder))


def test_a_stop_file_ends_it_and_the_run_stays(folder, capsys, tmp_path):
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "STOP").touch()
    assert projected(folder, "--quality", "--watch", tmp_path / "watch") == 1
    assert "it was stopped" in capsys.readouterr().err
    assert qsovae.map_quality(qsovae.open_run("tiny", folder)) is None


def test_a_projection_in_space_is_kept_and_written_with_its_seed(
    folder, simulated, tmp_path, capsys
):
    out = tmp_path / "places.fits"
    words = ["--dimensions", 3, "--fit-rows", 300, "--seed", 9, "-o", out, "--json"]
    assert projected(folder, *words) == 0
    result = json.loads(capsys.readouterr().out)
    record = result["projection"]
    assert (record["name"], record["fitted_rows"], record["seed"]) == ("umap3d", 300, 9)
    assert (result["rows"], result["is_simulated"]) == (1200, True)
    written = Table.read(out)
    said = {key.lower(): value for key, value in written.meta.items()}
    assert 9 in said.values()
    assert {"object_id", "map_1", "pca_1", "umap3d_3"} <= set(written.colnames)
    assert projected(folder, simulated, "-o", tmp_path / "new.parquet") == 0
    new = pd.read_parquet(tmp_path / "new.parquet")
    away = np.abs(new["umap3d_3"] - np.asarray(written["umap3d_3"], dtype=float))
    assert np.median(away) < 1e-3


def test_principal_components_need_nothing(folder, capsys):
    assert projected(folder, "--method", "pca") == 0
    assert "columns pca_1, pca_2, of all rows" in capsys.readouterr().out
    assert not (folder / "tiny" / "projections").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--method", "pca", "--seed", "1"], "pca has no seed"),
        (["--method", "densmap", "--quality"], "--quality is of the map"),
        (["catalog.fits"], "Add -o OUT"),
        (["-o", "places.txt"], "tables cannot be written as .txt"),
        (["--fit-rows", "50"], "there is a map of other settings"),
    ],
)
def test_what_says_nothing_together_is_refused(folder, capsys, words, said):
    assert projected(folder, *words) == 1
    assert said in capsys.readouterr().err
