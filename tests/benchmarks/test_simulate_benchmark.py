"""The benchmark of simulating runs and says what it measured."""

import json
import sys

import pytest
from astropy.table import Table

import qsovae

PAGE = "before\n<!-- benchmark:simulate -->\nold\n<!-- /benchmark:simulate -->\nafter"


@pytest.fixture
def simulate(module):
    """Return the file of the benchmark as a module."""
    return module("simulate")


def test_simulating_says_what_it_measured(simulate, monkeypatch, tmp_path):
    page, output = tmp_path / "page.md", tmp_path / "simulate.json"
    page.write_text(PAGE, "utf-8")
    words = ["--rows", "300", "--repeats", "1", "--output", output, "--readme", page]
    monkeypatch.setattr(sys, "argv", ["simulate.py", *map(str, words)])
    assert simulate.main() == 0
    result = json.loads(output.read_text())
    assert (result["rows"], result["mix"]) == (300, "sky")
    for key, least in (("seconds", 0.1), ("peak_mib", 30.0)):
        entry = result[key]
        assert entry["peer"]["name"].startswith("astropy ")
        # No Python with numpy is quicker or smaller than that.
        assert least < entry["qsovae"]["min"]
        assert least < entry["peer"]["min"]
        ratio = entry["qsovae"]["values"][0] / entry["peer"]["values"][0]
        assert entry["ratio"]["values"][0] == pytest.approx(ratio, rel=1e-3)
    # A row has some 460 bytes.
    assert 0.1 < result["file_mib"] < 0.3
    per_second = 300 / result["seconds"]["qsovae"]["median"]
    assert result["rows_per_second"] == pytest.approx(per_second, rel=1e-3)
    table = page.read_text("utf-8").split("benchmark:simulate -->")[1]
    assert "old" not in table
    assert f"| {result['seconds']['ratio']['median']:.2f} (" in table


def test_the_peer_writes_the_same_table(simulate, tmp_path):
    source, out = tmp_path / "source.fits", tmp_path / "out.fits"
    qsovae.write_simulation(source, 60, 2)
    simulate.copy(str(source), str(out))
    ours, theirs = Table.read(source), Table.read(out)
    assert theirs.colnames == ours.colnames
    assert theirs["object_id"].tolist() == ours["object_id"].tolist()
    assert theirs["g_status"].tolist() == ours["g_status"].tolist()
