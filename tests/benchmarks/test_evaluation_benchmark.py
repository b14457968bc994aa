"""The benchmark of evaluation runs, says what it measured, and compares results."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

PAGE = (
    "before\n<!-- benchmark:evaluation -->\nold\n<!-- /benchmark:evaluation -->\nafter"
)


@pytest.fixture
def evaluation(module):
    """Return the file of the benchmark as a module."""
    return module("evaluation")


def test_evaluation_says_what_it_measured(evaluation, monkeypatch, tmp_path):
    page, output = tmp_path / "page.md", tmp_path / "evaluation.json"
    page.write_text(PAGE, "utf-8")
    words = ["--rows", 20_000, "--bootstrap-rows", 900, "--resamples", 200,
             "--peer-resamples", 2, "--peer-pairs", 10, "--repeats", 1,
             "--output", output, "--readme", page]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["evaluation.py", *map(str, words)])
    assert evaluation.main() == 0
    result = json.loads(output.read_text())
    bootstrap, slices = result["bootstrap"], result["slices"]
    assert (bootstrap["rows"], bootstrap["peer_resamples"]) == (900, 2)
    # Columns by themselves and in pairs.
    assert slices["pairs"] == slices["columns"] * (slices["columns"] + 1) / 2
    assert 10 <= slices["peer_pairs"] < slices["pairs"]
    assert slices["named"] > 0
    for entry in (bootstrap["seconds"], slices["table_seconds"],
                  slices["worst_seconds"]):  # fmt: skip
        ratio = entry["qsovae"]["values"][0] / entry["peer"]["values"][0]
        assert entry["ratio"]["values"][0] == pytest.approx(ratio, rel=0.01)
    table = page.read_text("utf-8").split("benchmark:evaluation -->")[1]
    assert "old" not in table
    assert f"| {bootstrap['seconds']['ratio']['median']:.2f} (" in table


def test_scores_far_from_the_peers_stop_the_benchmark(evaluation):
    found = {"accuracy": (0.8, 0.9)}
    evaluation.refuse_outside(found, [{"accuracy": 0.84}, {"accuracy": 0.88}])
    with pytest.raises(SystemExit, match="accuracy"):
        evaluation.refuse_outside(found, [{"accuracy": 0.6}])
    with pytest.raises(SystemExit, match="same scores"):
        evaluation.refuse_outside(found, [{"f1": 0.8}])


def test_other_shares_or_counts_stop_the_benchmark(evaluation):
    rng = np.random.default_rng(0)
    columns = evaluation.drawn_columns(5000, rng)
    rows = evaluation.drawn_rows(5000, rng)
    frame = pd.DataFrame({"c0": columns[0].codes, "true": rows.true})
    frame["predicted"] = rows.predicted
    table = evaluation.qsovae.slice_table(rows, columns[0])
    peer = evaluation.peer_table(frame, "c0")
    evaluation.refuse_other_shares(table, peer)
    with pytest.raises(SystemExit, match="purity"):
        evaluation.refuse_other_shares(table, peer.assign(purity=peer["purity"] * 0.99))
    worst = pd.DataFrame(
        {
            "measure": ["accuracy"], "column": ["c0"], "slice": ["s0"],
            "column_2": ["c1"], "slice_2": ["s0"], "rows": [4], "share": [0.5],
        }
    )  # fmt: skip
    places = pd.MultiIndex.from_tuples([(0, 0)])
    counts = pd.DataFrame({"size": [4], "sum": [2]}, index=places)
    evaluation.refuse_other_counts(worst, {("c0", "c1"): counts})
    with pytest.raises(SystemExit, match="is not what"):
        evaluation.refuse_other_counts(worst, {("c0", "c1"): counts + 1})
    with pytest.raises(SystemExit, match="not the worst"):
        evaluation.refuse_other_counts(worst.iloc[:0], {})
