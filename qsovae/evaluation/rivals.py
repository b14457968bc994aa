"""Two classifiers on the same rows: by how much one is better, and whether by chance.

Within evaluation: above intervals and measures.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from qsovae.errors import ShapeError
from qsovae.evaluation.intervals import (
    N_RESAMPLES,
    Interval,
    drawn_counts,
    middle,
    resampled_means,
)
from qsovae.evaluation.measures import named_scores
from qsovae.evaluation.predictions import Predictions

Floats = NDArray[np.float64]


class Difference(NamedTuple):
    """One classifier's score minus the other's, and the middle 95 % of resamples."""

    value: float
    interval: Interval


class McNemar(NamedTuple):
    """Rows that one alone classed rightly, the other alone, and how likely by chance.

    ``p_value`` is that of the exact test, two-sided (McNemar 1947): how often as uneven
    a division, or more, would come of a fair coin.
    """

    first_alone: int
    second_alone: int
    p_value: float


def mcnemar(first: Predictions, second: Predictions) -> McNemar:
    """Return McNemar's test of two classifiers on the same rows.

    Raises
    ------
    ShapeError
        If the rows are not the same.
    """
    _refuse_other_rows(first, second)
    right = [rows.predicted == rows.true for rows in (first, second)]
    alone = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    p_value = float(binomtest(alone[0], sum(alone)).pvalue) if sum(alone) else 1.0
    return McNemar(*alone, p_value)


def differences(
    first: Predictions, second: Predictions, seed: int = 0,
    n_resamples: int = N_RESAMPLES,
) -> dict[str, Difference]:  # fmt: skip
    """Return how much better each score of the first is, by the paired bootstrap.

    Rows are drawn with what both say of them, by true class as in
    ``resampled_intervals``. What some resample leaves undefined is left out.

    Returns
    -------
    dict
        By ``accuracy``, ``balanced_accuracy``, ``mcc``, ``log_loss``, ``brier`` and
        ``f1 CLASS``; first minus second.

    Raises
    ------
    ShapeError
        If the rows are not the same.
    """
    _refuse_other_rows(first, second)
    rng = np.random.default_rng(seed)
    found = _of_confusions(first, second, rng, n_resamples)
    for name, losses in (
        ("log_loss", first.log_losses() - second.log_losses()),
        ("brier", first.brier_losses() - second.brier_losses()),
    ):
        mean = losses.mean() if losses.size else np.nan
        found[name] = mean, resampled_means(losses, first.true, rng, n_resamples)
    return {
        name: Difference(float(value), middle(drawn))
        for name, (value, drawn) in found.items()
        if np.isfinite(value) and np.isfinite(drawn).all()
    }


def _of_confusions(
    first: Predictions, second: Predictions, rng: np.random.Generator, n_resamples: int
) -> dict[str, tuple[float, Floats]]:
    """Return differences that both confusion matrices decide, and resampled ones."""
    n = len(first.classes)
    cells = (first.true * n + first.predicted) * n + second.predicted
    joint = np.bincount(cells, minlength=n**3).reshape(n, n, n)
    drawn = np.stack(
        [drawn_counts(of_class.ravel(), rng, n_resamples) for of_class in joint], axis=1
    ).reshape(n_resamples, n, n, n)
    # What the first says stands in the last axis but one, the second in the last.
    ours, theirs = (
        [
            named_scores(counts.sum(axis=axis), first.classes)
            for counts in (joint, drawn)
        ]
        for axis in (-1, -2)
    )
    return {
        name: (float(ours[0][name] - theirs[0][name]), ours[1][name] - theirs[1][name])
        for name in ours[0]
    }


def _refuse_other_rows(first: Predictions, second: Predictions) -> None:
    if first.classes != second.classes or not np.array_equal(first.true, second.true):
        raise ShapeError(
            f"{first.true.size} and {second.true.size} rows, of the classes "
            f"{first.classes} and {second.classes}, are not the same rows",
            "comparison",
            "Compare what two classifiers say of the same rows, in one order.",
        )
