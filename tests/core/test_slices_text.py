"""What the command line says of slices, by the numbers that it is given."""

import pytest

import qsovae
from qsovae.cli.scores_text import scores_text


@pytest.fixture(scope="module")
def report(runs):
    """Return the scores of the run `tiny`."""
    return qsovae.evaluate_run(qsovae.open_run("tiny", runs))


def changed(report, **slices):
    """Return the report with other entries under its slices."""
    details = report["details"]
    return report | {"details": details | {"slices": details["slices"] | slices}}


def test_slices_by_magnitude_stand_in_the_text(report):
    said = scores_text(report)
    column = report["details"]["slices"]["columns"]["magnitude"]
    assert f"by {column['title']}; no share of fewer than 10 rows" in said
    lines = said.split(f"by {column['title']}")[1].splitlines()
    table = column["table"]
    for at, (name, n) in enumerate(zip(table["slice"], table["rows"], strict=True)):
        if table["class_label"][at] == "QSO":
            (line,) = [s for s in lines if s.startswith(f"{name} ")]
            assert line.removeprefix(name).split()[0] == str(n)
    assert "also sliced, see --json: morphology" in said


def test_the_worst_slices_are_named_with_rows_and_interval(report):
    table = {
        "measure": ["accuracy"] * 6 + ["purity"],
        "column": ["magnitude"] * 7, "slice": [f"{n} to {n + 1}" for n in range(7)],
        "column_2": [None] * 6 + ["morphology"], "slice_2": [None] * 6 + ["unknown"],
        "rows": [84] * 7, "share": [0.5] * 7, "low": [0.25] * 7, "high": [0.75] * 7,
        "share_elsewhere": [0.9375] * 7, "q_value": [0.001] * 7,
    }  # fmt: skip
    worst = {"tested": 1234, "named": 9, "table": table}
    said = scores_text(changed(report, worst=worst))
    assert "worst slices, QSO: 9 of 1,234 are worse than the rest" in said
    assert "accuracy  magnitude: 4 to 5" in said
    assert "5 to 6" not in said  # the sixth of its measure
    (line,) = [s for s in said.splitlines() if "morphology: unknown" in s]
    assert line.split("unknown")[1].split() == [
        "84", "0.5000", "0.2500", "to", "0.7500", "0.9375",
    ]  # fmt: skip


def test_that_nothing_is_worse_and_what_is_lacking_is_said(report):
    worst = {"tested": 7, "named": 0, "table": {"measure": []}}
    said = scores_text(changed(report, worst=worst, columns={}))
    assert "no slice is worse than the rest by more than chance: 7 slices" in said
    assert "also sliced, see --json: none" in said
