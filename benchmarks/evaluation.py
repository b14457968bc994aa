"""How long intervals and slices of many rows take, beside scikit-learn and pandas.

Intervals of all scores by the stratified bootstrap, beside the same with scikit-learn's
scores of drawn rows; the scores in the slices of one column, and the worst slices of
many columns and their pairs, beside pandas' groupby. Ours and the peer run in turns, in
the same process, on rows drawn at random; what both find must agree. Prints one JSON
object with the median, least and most of each measurement.
"""

import argparse
import sys
import time
from collections.abc import Callable
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import report
from sklearn import metrics

import qsovae

COMMAND = "python benchmarks/evaluation.py --readme README.md"
CLASSES = ("GALAXY", "QSO", "STAR")
SKLEARN = "scikit-learn's scores of drawn rows"
GROUPBY = "pandas groupby"
_SEED = 1
_MIX = (0.5, 0.2, 0.3)
# Slices of the columns: one as magnitudes have, colours, few steps, two halves.
_SLICES = (20, *[12] * 10, *[6] * 4, *[2] * 13)


def drawn_rows(n_rows: int, rng: np.random.Generator) -> qsovae.Predictions:
    """Return rows whose classes are drawn from their probabilities."""
    logits = 3.0 * rng.normal(size=(n_rows, 3)) + np.log(_MIX)
    shares = np.exp(logits)
    shares /= shares.sum(axis=1, keepdims=True)
    true = (shares.cumsum(axis=1) < rng.random(n_rows)[:, None]).sum(axis=1)
    return qsovae.Predictions(np.minimum(true, 2), shares, CLASSES)


def drawn_columns(
    n_rows: int, rng: np.random.Generator
) -> tuple[qsovae.SliceColumn, ...]:
    """Return columns that say nothing of the classes."""
    return tuple(
        qsovae.SliceColumn(
            f"c{number}", f"column {number}", tuple(f"s{k}" for k in range(n_slices)),
            rng.integers(0, n_slices, n_rows).astype(np.int16),
        )
        for number, n_slices in enumerate(_SLICES)
    )  # fmt: skip


def with_worse_pair(
    rows: qsovae.Predictions, columns: tuple[qsovae.SliceColumn, ...],
    rng: np.random.Generator,
) -> qsovae.Predictions:  # fmt: skip
    """Return the rows with half the classes wrong where two columns are at their first.

    Without it nothing would be named that could be compared.
    """
    inside = (columns[0].codes == 0) & (columns[1].codes == 0)
    turned = inside & (rng.random(inside.size) < 0.5)
    return qsovae.Predictions(
        np.where(turned, (rows.true + 1) % 3, rows.true), rows.probabilities, CLASSES
    )


def timed(task: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of a task, and what it returns."""
    started = time.perf_counter()
    found = task()
    return time.perf_counter() - started, found


def peer_scores(true: np.ndarray, shares: np.ndarray) -> dict[str, float]:
    """Return by scikit-learn what ``qsovae.resampled_intervals`` has intervals of."""
    predicted, labels = shares.argmax(axis=1), [0, 1, 2]
    f1 = metrics.f1_score(true, predicted, average=None, labels=labels)
    scores = {
        "accuracy": metrics.accuracy_score(true, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(true, predicted),
        "mcc": metrics.matthews_corrcoef(true, predicted),
        "log_loss": metrics.log_loss(true, shares, labels=labels),
        "brier": metrics.brier_score_loss(true, shares, labels=labels),
    }
    for k, name in enumerate(CLASSES):
        is_class = true == k
        scores |= {
            f"f1 {name}": f1[k],
            f"roc_area {name}": metrics.roc_auc_score(is_class, shares[:, k]),
            f"average_precision {name}": metrics.average_precision_score(
                is_class, shares[:, k]
            ),
        }
    return scores


def peer_resamples(
    rows: qsovae.Predictions, n_resamples: int
) -> list[dict[str, float]]:
    """Return the scores of rows drawn anew within each class, by scikit-learn."""
    rng = np.random.default_rng(_SEED)
    own = [np.flatnonzero(rows.true == k) for k in range(3)]
    scores = []
    for _ in range(n_resamples):
        drawn = np.concatenate([rng.choice(numbers, numbers.size) for numbers in own])
        scores.append(peer_scores(rows.true[drawn], rows.probabilities[drawn]))
    return scores


def measure_bootstrap(options: argparse.Namespace) -> dict[str, Any]:
    """Return the seconds of intervals of all scores."""
    rows = drawn_rows(options.bootstrap_rows, np.random.default_rng(_SEED))
    ours, peer = [], []
    for number in range(options.repeats):
        seconds, found = timed(
            lambda: qsovae.resampled_intervals(rows, n_resamples=options.resamples)
        )
        ours.append(seconds)
        seconds, resampled = timed(lambda: peer_resamples(rows, options.peer_resamples))
        peer.append(seconds * options.resamples / options.peer_resamples)
        report.say(f"intervals {number + 1}: {ours[-1]:.2f} s, peer {peer[-1]:.1f}")
        refuse_outside(found, resampled)
    return {
        "rows": options.bootstrap_rows,
        "resamples": options.resamples,
        "peer_resamples": options.peer_resamples,
        "seconds": report.paired(ours, peer, SKLEARN),
    }


def refuse_outside(
    found: dict[str, qsovae.Interval], resampled: list[dict[str, float]]
) -> None:
    """Leave if the peer has other scores, or they are far from the intervals."""
    if any(scores.keys() != found.keys() for scores in resampled):
        raise SystemExit("both do not have the same scores")
    for name, (low, high) in found.items():
        middle = float(np.mean([scores[name] for scores in resampled]))
        # The mean of draws strays from the middle by less than the interval is wide.
        if not low - (high - low) <= middle <= high + (high - low):
            raise SystemExit(f"{name}: {low} to {high}, but the peer has {middle}")


def peer_table(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return completeness and purity of each class, by slice."""
    counts = frame.groupby([column, "true", "predicted"], observed=True).size()
    counts = counts.rename("rows").reset_index()
    hits = counts[counts["true"] == counts["predicted"]]
    own, put = (
        counts.groupby([column, side], observed=True)["rows"].sum()
        for side in ("true", "predicted")
    )
    found = hits.set_index([column, "true"])["rows"].reindex(own.index, fill_value=0)
    put.index.names = own.index.names
    return pd.DataFrame({"completeness": found / own, "purity": found / put})


def peer_counts(
    frame: pd.DataFrame, pairs: list[tuple[str, str]]
) -> dict[tuple[str, str], pd.DataFrame]:
    """Return how many rows each slice of some pairs has, and how many are right."""
    return {
        pair: frame.groupby(list(dict.fromkeys(pair)), observed=True)["right"].agg(
            ["size", "sum"]
        )
        for pair in pairs
    }


def measure_slices(options: argparse.Namespace) -> dict[str, Any]:
    """Return the seconds of the slices of a column, and of the worst of all pairs."""
    rng = np.random.default_rng(_SEED)
    columns = drawn_columns(options.rows, rng)
    rows = with_worse_pair(drawn_rows(options.rows, rng), columns, rng)
    frame = pd.DataFrame({c.name: c.codes for c in columns}).astype("category")
    frame["true"], frame["predicted"] = rows.true, rows.predicted
    frame["right"] = frame["true"] == frame["predicted"]
    every = list(combinations_with_replacement([c.name for c in columns], 2))
    # Spread over all: columns of many slices and of few.
    some = every[:: max(1, len(every) // options.peer_pairs)]
    taken: dict[str, list[float]] = {}
    for number in range(options.repeats):
        table_s, table = timed(lambda: qsovae.slice_table(rows, columns[0]))
        groupby_s, peer = timed(lambda: peer_table(frame, "c0"))
        refuse_other_shares(table, peer)
        find_s, found = timed(lambda: qsovae.worst_slices(rows, columns, "QSO"))
        count_s, counts = timed(lambda: peer_counts(frame, some))
        refuse_other_counts(found.table, {**counts, **peer_counts(frame, every[1:2])})
        for name, seconds in (
            ("table", table_s), ("groupby", groupby_s), ("find", find_s),
            ("count", count_s * len(every) / len(some)),
        ):  # fmt: skip
            taken.setdefault(name, []).append(seconds)
        report.say(f"slices {number + 1}: {table_s:.3f} s, peer {groupby_s:.3f}")
        report.say(f"worst {number + 1}: {find_s:.2f} s, peer {taken['count'][-1]:.1f}")
    return {
        "rows": options.rows,
        "columns": len(columns),
        "pairs": len(every),
        "peer_pairs": len(some),
        "tested": found.tested,
        "named": len(found.table),
        "table_seconds": report.paired(taken["table"], taken["groupby"], GROUPBY),
        "worst_seconds": report.paired(
            taken["find"], taken["count"], f"{GROUPBY}, accuracy alone, no test"
        ),
    }


def refuse_other_shares(table: pd.DataFrame, peer: pd.DataFrame) -> None:
    """Leave if the slices of a column have other scores."""
    ours = table.set_index(["slice", "class_label"]).sort_index()
    theirs = peer.rename(index=dict(enumerate(CLASSES)), level="true")
    theirs = theirs.rename(index=lambda code: f"s{code}", level="c0").sort_index()
    for name in ("completeness", "purity"):
        known = ours[name].dropna()
        if not np.allclose(known, theirs.loc[known.index, name], equal_nan=True):
            raise SystemExit(f"{name} by slice is not that of {GROUPBY}")


def refuse_other_counts(
    worst: pd.DataFrame, counts: dict[tuple[str, str], pd.DataFrame]
) -> None:
    """Leave if a named slice has other rows, or the worse pair was not named first."""
    named = worst[worst["measure"] == "accuracy"]
    first = named.iloc[0] if len(named) else None
    planted = ["c0", "s0", "c1", "s0"]
    keys = ["column", "slice", "column_2", "slice_2"]
    if first is None or first[keys].tolist() != planted:
        raise SystemExit("the pair that was made worse is not the worst")
    for line in named.to_dict("records"):
        pair = line["column"], line["column_2"] or line["column"]
        if pair in counts:
            codes = [int(line[k][1:]) for k in ("slice", "slice_2") if line[k]]
            size, right = counts[pair].loc[tuple(codes) if codes[1:] else codes[0]]
            if (size, right) != (line["rows"], round(line["share"] * line["rows"])):
                raise SystemExit(f"{line} is not what {GROUPBY} counts")


def readme_text(result: dict[str, Any]) -> str:
    """Return the table for the README, and what it rests on."""
    bootstrap, slices = result["bootstrap"], result["slices"]
    head = ["what", "peer", "qsovae", "of the peer", "ratio"]
    scores = f"{bootstrap['resamples']:,} resamples of {bootstrap['rows']:,} rows"
    many = f"{slices['rows']:,} rows"
    lines = [
        report.ratio_line(f"{scores}, three classes, s", bootstrap["seconds"], 2),
        report.ratio_line(
            f"slices of one column, {many}, s", slices["table_seconds"], 3
        ),
        report.ratio_line(
            f"worst slices of {slices['columns']} columns and their pairs, {many}, s",
            slices["worst_seconds"], 2,
        ),
    ]  # fmt: skip
    facts = report.machine_text(result["machine"], "numpy", "scikit-learn")
    notes = report.paragraph(f"""
Median (least to most); turns: {result["repeats"]}. Intervals of 14 scores by the
bootstrap within each class; the peer draws rows and scores them,
{bootstrap["peer_resamples"]} times, and its seconds are scaled to all. Slices: accuracy
and, of each class, completeness, purity and F1 with Wilson's intervals; the peer has
completeness and purity without any. Worst slices: {slices["tested"]:,} tests of three
measures over {slices["pairs"]} tables; the peer counts rows and right ones in
{slices["peer_pairs"]} of these, scaled to all. What both count is the same. Below 1
qsovae is quicker.
{facts}.""")
    table = report.table_text(head, lines, n_text=2)
    return (
        f"{table}\n\n{notes}\nMade by `make benchmark`; this part alone: `{COMMAND}`."
    )


def parse_options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default, about in (
        ("rows", 1_000_000, "that are sliced"),
        ("bootstrap-rows", 100_000, "that have intervals"),
        ("resamples", 1000, "of the bootstrap"),
        ("peer-resamples", 5, "of the peer's, scaled to all"),
        ("peer-pairs", 40, "of columns that the peer counts, scaled to all"),
        ("repeats", 3, "turns"),
    ):
        parser.add_argument(
            f"--{name}", type=report.positive, default=default, metavar="N", help=about
        )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="JSON, by default to stdout"
    )
    parser.add_argument(
        "--readme", type=Path, metavar="FILE", help="page whose table to replace"
    )
    return parser.parse_args()


def main() -> int:
    """Run the benchmark."""
    options = parse_options()
    report.check_readme(options.readme, "evaluation")
    result = {
        "benchmark": "evaluation",
        "machine": report.machine(),
        "repeats": options.repeats,
        "bootstrap": measure_bootstrap(options),
        "slices": measure_slices(options),
    }
    report.publish(options, "evaluation", result, readme_text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
