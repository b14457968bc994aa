"""The benchmark of matching runs, says what it measured, and checks the pairs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.coordinates import SkyCoord, match_coordinates_sky
from astropy.table import Table

import qsovae

FOLDER = Path(qsovae.__file__).resolve().parents[1] / "benchmarks"
PAGE = "before\n<!-- benchmark:matching -->\nold\n<!-- /benchmark:matching -->\nafter"


def run(*words, path=None):
    """Run the benchmark as a person does; return what it did."""
    command = [sys.executable, str(FOLDER / "matching.py"), *map(str, words)]
    environment = os.environ if path is None else os.environ | {"PATH": str(path)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def matching(module):
    """Return the file of the benchmark as a module."""
    return module("matching")


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(PAGE, "utf-8")
    return path


@pytest.mark.usefixtures("stilts")
def test_matching_says_what_it_measured(page, tmp_path):
    output = tmp_path / "new" / "matching.json"
    done = run("--rows", 2000, "--repeats", 2, "--output", output, "--readme", page)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    result = json.loads(output.read_text())
    assert result["rows"] == result["pairs"] == 2000
    assert result["machine"]["versions"]["qsovae"]
    for key, least in (("seconds", 0.1), ("peak_mib", 30.0)):
        entry = result[key]
        assert entry["peer"]["name"].startswith("STILTS ")
        for side in ("qsovae", "peer"):
            # No Python with numpy, and no Java, is quicker or smaller than that.
            assert least < entry[side]["min"] <= entry[side]["max"]
            assert len(entry[side]["values"]) == 2
        ratio = entry["qsovae"]["values"][0] / entry["peer"]["values"][0]
        assert entry["ratio"]["values"][0] == pytest.approx(ratio, rel=1e-3)
    assert str(tmp_path) not in output.read_text()
    before, table, after = page.read_text("utf-8").split("benchmark:matching -->")
    assert (before, after) == ("before\n<!-- ", "\nafter")
    assert "old" not in table
    assert f"| {result['seconds']['ratio']['median']:.2f} (" in table
    assert "the same 2,000 pairs" in table


def test_without_stilts_that_is_told_before_anything_runs(page):
    done = run("--readme", page, path="/nowhere")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "STILTS is not on this machine: `apt install stilts`.\n"
    assert page.read_text("utf-8") == PAGE


def test_a_page_without_a_place_is_told_before_anything_runs(tmp_path):
    empty = tmp_path / "empty.md"
    empty.write_text("no markers", "utf-8")
    done = run("--readme", empty, path="/nowhere")
    assert done.returncode == 1
    assert "<!-- benchmark:matching -->" in done.stderr
    assert empty.read_text("utf-8") == "no markers"


def test_a_peer_that_fails_stops_the_benchmark(tmp_path):
    peer = tmp_path / "stilts"
    peer.write_text("#!/bin/sh\necho out of memory >&2\nexit 3\n")
    peer.chmod(0o755)
    done = run("--rows", 100, "--repeats", 1, path=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "out of memory" in done.stderr


@pytest.mark.parametrize("fault", ["another partner", "one less", "none"])
def test_pairs_that_differ_stop_the_benchmark(matching, tmp_path, fault):
    ours = Table({"row_1": [0, 1, 2], "row_2": [5, 5, 7]})
    theirs = ours[[2, 0, 1]]  # the order is no matter
    if fault == "another partner":
        theirs["row_2"][0] = 6
    elif fault == "one less":
        theirs = theirs[:2]
    paths = tmp_path / "ours.fits", tmp_path / "theirs.fits"
    ours.write(paths[0])
    theirs.write(paths[1])
    if fault == "none":
        assert matching.same_pairs(*paths) == 3
    else:
        with pytest.raises(SystemExit, match="the pairs differ: qsovae has 3"):
            matching.same_pairs(*paths)


def test_the_lists_have_the_density_and_the_scatter_that_are_told(matching, tmp_path):
    matching.write_lists(4000, tmp_path)
    first, second = (
        Table.read(tmp_path / name) for name in ("first.fits", "second.fits")
    )
    assert len(first) == len(second) == 4000
    here, there = (SkyCoord(t["ra"], t["dec"], unit="deg") for t in (first, second))
    row, apart, _ = match_coordinates_sky(here, there)
    # Rayleigh: the mean separation is sqrt(pi / 2) of the scatter on each axis.
    assert apart.arcsec.mean() == pytest.approx(0.3 * np.sqrt(np.pi / 2), rel=0.05)
    assert np.abs(row - np.arange(4000)).mean() > 100  # in another order
    # 4000 rows at 10,000 per square degree: a square about 0.63 degrees wide.
    assert np.ptp(first["dec"]) == pytest.approx(0.632, abs=0.01)
    width = np.ptp((first["ra"] + 180) % 360) * np.cos(np.radians(30))
    assert width == pytest.approx(0.632, abs=0.01)
    assert first["ra"].max() > 359.5
    assert first["ra"].min() < 0.5


def test_one_process_finds_and_writes_the_nearest(matching, tmp_path):
    matching.write_lists(500, tmp_path)
    first, second = (str(tmp_path / name) for name in ("first.fits", "second.fits"))
    matching.match(first, second, str(tmp_path / "out.fits"))
    out = Table.read(tmp_path / "out.fits")
    here, there = (
        SkyCoord(t["ra"], t["dec"], unit="deg")
        for t in (Table.read(first), Table.read(second))
    )
    row, apart, _ = match_coordinates_sky(here, there)
    assert out["row_1"].tolist() == list(range(500))
    assert out["row_2"].tolist() == row.tolist()
    assert np.asarray(out["Separation"]) == pytest.approx(apart.arcsec, abs=1e-9)
    assert out["ra_2"].tolist() == np.asarray(there.ra)[row].tolist()
