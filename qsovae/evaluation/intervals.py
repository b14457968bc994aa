"""How far a score may be off for want of rows.

Within evaluation: above predictions, measures and curves. Shares of independent rows
have Wilson's interval; everything else is resampled.
"""

from typing import NamedTuple

import numpy as np
from astropy.stats import binom_conf_interval
from numpy.typing import ArrayLike, NDArray

from qsovae.evaluation.curves import (
    average_precision,
    exact_areas,
    ranked_counts,
    roc_area,
)
from qsovae.evaluation.measures import named_scores
from qsovae.evaluation.predictions import Predictions

Floats = NDArray[np.float64]

LEVEL = 0.95
TAILS = ((1.0 - LEVEL) / 2.0, 1.0 - (1.0 - LEVEL) / 2.0)
N_RESAMPLES = 1000
# Rows of equal rank are drawn together, in so many groups at most: the work does not
# grow with the rows, and what a group's own spread would add is far below a percent.
_MOST_GROUPS = 1024


class Interval(NamedTuple):
    """Where the middle 95 % begin and end."""

    low: float
    high: float


def share_interval(
    hits: ArrayLike, rows: ArrayLike, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """Return Wilson's 95 % intervals of shares; NaN where there is no row.

    Parameters
    ----------
    hits, rows : array_like of int, of one shape
    level : float
        Another share of intervals that shall hold the truth than 95 %.

    References
    ----------
    Wilson 1927; Brown, Cai & DasGupta 2001, Statistical Science 16, 101.
    """
    n = np.asarray(rows)
    k = np.where(n > 0, hits, 0)
    low, high = binom_conf_interval(k, np.maximum(n, 1), level, "wilson")
    none = n == 0
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def resampled_intervals(
    predictions: Predictions, seed: int = 0, n_resamples: int = N_RESAMPLES
) -> dict[str, Interval]:
    """Return 95 % intervals by the stratified bootstrap, of percentiles.

    Each resample has as many rows of each true class as there are: the intervals are
    for these numbers of rows, as a stratified split holds them out. Purity, F1 and
    average precision depend on the class mix, which is taken as given.

    Parameters
    ----------
    predictions : Predictions
    seed : int
    n_resamples : int

    Returns
    -------
    dict
        By ``accuracy``, ``balanced_accuracy``, ``mcc``, ``log_loss``, ``brier`` and,
        followed by a space and a class, ``f1``, ``roc_area``, ``average_precision``.
        What is not defined in some resample is left out.

    References
    ----------
    Efron & Tibshirani 1993, chapters 8 and 13.
    """
    rng = np.random.default_rng(seed)
    drawn = _of_confusion(predictions, rng, n_resamples)
    for name, losses in (
        ("log_loss", predictions.log_losses()),
        ("brier", predictions.brier_losses()),
    ):
        drawn[name] = resampled_means(losses, predictions.true, rng, n_resamples)
    for k, name in enumerate(predictions.classes):
        drawn |= {
            f"{score} {name}": values
            for score, values in _of_ranks(predictions, k, rng, n_resamples).items()
        }
    return {
        name: middle(values)
        for name, values in drawn.items()
        if np.isfinite(values).all()
    }


def middle(values: Floats) -> Interval:
    """Return where the middle 95 % of resampled values begin and end."""
    return Interval(*map(float, np.quantile(values, TAILS)))


def _of_confusion(
    predictions: Predictions, rng: np.random.Generator, n_resamples: int
) -> dict[str, Floats]:
    """Return resampled scores that the confusion matrix alone decides."""
    confusion = predictions.confusion()
    # Rows of a class are drawn anew with where they were put: a multinomial.
    counts = np.stack(
        [drawn_counts(row, rng, n_resamples) for row in confusion], axis=1
    )
    return named_scores(counts, predictions.classes)


def resampled_means(
    losses: Floats, true: NDArray[np.int64], rng: np.random.Generator, n_resamples: int
) -> Floats:
    """Return means over rows, resampled by true class, (n_resamples,)."""
    sums = np.zeros(n_resamples)
    for k in np.unique(true):
        own = np.sort(losses[true == k])
        n_groups = min(_MOST_GROUPS, own.size)
        rows = np.full(n_groups, own.size // n_groups)
        rows[: own.size % n_groups] += 1
        means = np.add.reduceat(own, rows.cumsum() - rows) / rows
        sums += drawn_counts(rows, rng, n_resamples) @ means
    return sums / len(true) if len(true) else np.full(n_resamples, np.nan)


def _of_ranks(
    predictions: Predictions, k: int, rng: np.random.Generator, n_resamples: int
) -> dict[str, Floats]:
    """Return resampled areas under the curves of one class, (n_resamples,) each."""
    counts = ranked_counts(predictions, k)
    positive = drawn_counts(counts[k], rng, n_resamples)
    others = np.delete(counts, k, axis=0)
    negative = sum((drawn_counts(row, rng, n_resamples) for row in others), np.zeros(1))
    exact = exact_areas(predictions, k)
    areas = {"roc_area": roc_area, "average_precision": average_precision}
    return {
        # Groups cost the area a little, the same in each resample.
        name: area(positive, negative)
        - area(counts[k], others.sum(axis=0))
        + exact[name]
        for name, area in areas.items()
    }


def drawn_counts(
    counts: NDArray[np.int64], rng: np.random.Generator, n_resamples: int
) -> Floats:
    """Return counts as they might have been, (n_resamples, n_groups), the sum kept."""
    total = counts.sum()
    if not total:
        return np.zeros((n_resamples, len(counts)))
    return rng.multinomial(total, counts / total, size=n_resamples).astype(np.float64)
