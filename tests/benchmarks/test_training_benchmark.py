"""The benchmark of training on many rows runs and says what it measured."""

import json
import sys

import pytest

PAGE = "before\n<!-- benchmark:training -->\nold\n<!-- /benchmark:training -->\nafter"


@pytest.fixture
def training(module):
    """Return the file of the benchmark as a module."""
    return module("training")


# Trains in fresh processes three times: half a minute.
@pytest.mark.slow
def test_training_says_what_it_measured(training, monkeypatch, tmp_path):
    page, output = tmp_path / "page.md", tmp_path / "training.json"
    page.write_text(PAGE, "utf-8")
    words = ["--rows", 1000, "--test-rows", 500, "--output", output, "--readme", page]
    monkeypatch.setattr(sys, "argv", ["training.py", *map(str, words)])
    assert training.main() == 0
    result = json.loads(output.read_text())
    assert 0.1 < result["labelled_share"] < 0.9
    # Values and errors, four bytes each.
    input_mib = 1000 * result["features"] * 8 / 2**20
    assert result["input_mib"] == pytest.approx(input_mib, rel=1e-3)
    for size, rows in (("few", 100), ("many", 1000)):
        part = result[size]
        assert part["rows"] == rows
        assert part["accuracy"]["qsovae"]["min"] > 0.6
        assert part["seconds"]["qsovae"]["min"] > 0.1
        assert part["mib_beyond_input"]["qsovae"]["min"] > 1.0
    table = page.read_text("utf-8").split("benchmark:training -->")[1]
    assert "old" not in table
    assert f"| {result['many']['seconds']['ratio']['median']:.2f} (" in table


def test_own_memory_is_what_no_file_holds(module):
    tasks = module("tasks")
    with tasks.OwnMemory() as memory:
        held = bytearray(b"x") * 2**26
        memory._ends.wait(0.3)
    assert len(held) == 2**26
    assert 60 < memory.most_mib < 80
