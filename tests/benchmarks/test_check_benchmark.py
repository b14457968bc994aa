"""The benchmark of the check runs, says what it measured, and checks what was found."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import qsovae

FOLDER = Path(qsovae.__file__).resolve().parents[1] / "benchmarks"
PAGE = "before\n<!-- benchmark:check -->\nold\n<!-- /benchmark:check -->\nafter"


@pytest.fixture
def benchmark(module):
    """Return the file of the benchmark as a module."""
    return module("check")


@pytest.mark.usefixtures("stilts")
def test_the_check_says_what_it_measured(tmp_path):
    page, output = tmp_path / "page.md", tmp_path / "check.json"
    page.write_text(PAGE, "utf-8")
    done = subprocess.run(
        [sys.executable, str(FOLDER / "check.py"), "--rows", "4000",
         "--output", str(output), "--readme", str(page)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    result = json.loads(output.read_text())
    assert (result["rows"], result["columns"]) == (4000, 40)
    for key, least in (("seconds", 0.1), ("peak_mib", 30.0)):
        entry = result[key]
        assert entry["peer"]["name"].startswith("STILTS ")
        ratio = entry["qsovae"]["values"][0] / entry["peer"]["values"][0]
        assert entry["ratio"]["values"][0] == pytest.approx(ratio, rel=1e-3)
        # No Python with numpy, and no Java, is quicker or smaller than that.
        assert min(entry[side]["min"] for side in ("qsovae", "peer")) > least
    assert str(tmp_path) not in output.read_text()
    before, table, after = page.read_text("utf-8").split("benchmark:check -->")
    assert (before, after) == ("before\n<!-- ", "\nafter")
    assert "old" not in table
    assert "4,000 rows" in table


def test_the_catalog_has_the_columns_and_the_doubles_that_are_told(benchmark, tmp_path):
    benchmark.write_catalog(3000, tmp_path / "catalog.fits")
    table = qsovae.read_table(tmp_path / "catalog.fits").frame
    assert table.shape == (3000, 40)
    assert table["object_id"].duplicated(keep=False).sum() == 6
    assert table[["ra_deg", "dec_deg"]].duplicated(keep=False).sum() == 6


@pytest.mark.parametrize("fault", ["planted", "minimum", "observed", "none"])
def test_what_was_not_found_stops_the_benchmark(benchmark, tmp_path, fault):
    column = {"column": "g", "role": "magnitude", "observed_share": 0.5,
              "minimum": 15.0, "maximum": 24.0}  # fmt: skip
    quality = {"DUPLICATE_ID": 4, "DUPLICATE_POSITION": 5}
    if fault == "planted":
        quality["DUPLICATE_ID"] = 3
    elif fault == "minimum":
        column["minimum"] = 15.1
    elif fault == "observed":
        column["observed_share"] = np.nextafter(0.5, 1) + 1e-3
    (tmp_path / "stats.csv").write_text(
        "Name,NGood,Minimum,Median,Maximum\ng,1000,15.0,20,24.0\n"
    )
    said = {"quality": quality, "columns": [column]}
    if fault == "none":
        benchmark.refuse_wrong(said, tmp_path / "stats.csv", 2000)
    else:
        with pytest.raises(SystemExit, match="planted" if fault == "planted" else "g"):
            benchmark.refuse_wrong(said, tmp_path / "stats.csv", 2000)
