"""What a finished run's own files say of its test rows; no model is needed.

Within workflow: lowest.
"""

import json
from typing import Any

import pandas as pd

from qsovae.runs import Run
from qsovae.tables import write_whole

_SPLITS = "splits.json"


def run_report(name: str, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a run's scores with what they rest on, as ``train --json`` prints them."""
    return {
        "run": name,
        "catalog": manifest["catalog"]["name"],
        "is_simulated": manifest["is_simulated"],
        "label": manifest["label"],
        "features": [f["name"] for f in manifest["features"]],
        "split": manifest["split"],
        **manifest["scores"],
        "rows_hidden": 0,
        "seconds": manifest["timings_seconds"]["train"],
        "timings_seconds": manifest["timings_seconds"],
        "notes": manifest["notes"],
    }


def saved_report(run: Run) -> dict[str, Any]:
    """Return the scores of all test rows that the training wrote down.

    However many rows there are, none is read: ``evaluate_rows`` scores them anew, from
    the probabilities that the run's rows hold in single precision.

    Returns
    -------
    dict
        As the report of ``evaluate_rows``.
    """
    return run_report(run.name, run.manifest) | {
        "splits": split_results(run),
        "quality": {"choice": "without", "bits": []},
    }


def test_rows(run: Run) -> pd.DataFrame:
    """Return the saved rows that were held out for the scores."""
    rows = run.rows()
    return rows[rows["split"] == "test"]


def split_results(run: Run) -> list[dict[str, Any]]:
    """Return what the scores of a run's settings are under other splits, as kept.

    Returns
    -------
    list of dict
        For each split ``spec``, ``folds`` (None without), ``split`` (the rule, of the
        first fold), ``notes``, ``scores`` and ``baseline`` (as of ``train --json``),
        ``intervals`` (95 %, as of ``resampled_intervals``) and ``differences`` (value,
        low and high of the model's minus the baseline's, by score).
    """
    path = run.folder / _SPLITS
    if not path.is_file():
        return []
    kept: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return kept


def keep_split(run: Run, result: dict[str, Any]) -> None:
    """Keep a result with the run, in place of an earlier one of that split."""
    key = result["spec"], result["folds"]
    others = [r for r in split_results(run) if (r["spec"], r["folds"]) != key]
    text = json.dumps([*others, result], indent=1, allow_nan=False)
    write_whole(run.folder / _SPLITS, text.encode("utf-8"))
