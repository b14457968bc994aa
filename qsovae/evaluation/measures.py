"""Scores that a confusion matrix alone decides, of many matrices at once.

Within evaluation: lowest. Matrices are (..., n_classes, n_classes), true classes down
and predicted ones across; what a matrix leaves undefined is NaN.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def accuracies(confusion: ArrayLike) -> Floats:
    """Return shares of rows classed rightly, (...)."""
    counts = np.asarray(confusion, dtype=np.float64)
    return ratio(counts.trace(axis1=-2, axis2=-1), counts.sum(axis=(-2, -1)))


def balanced_accuracies(confusion: ArrayLike) -> Floats:
    """Return mean completenesses of the classes that have rows, (...)."""
    found = completenesses(confusion)
    present = np.isfinite(found)
    return ratio(np.where(present, found, 0.0).sum(axis=-1), present.sum(axis=-1))


def completenesses(confusion: ArrayLike) -> Floats:
    """Return the share of each class that was found, (..., n_classes)."""
    counts = np.asarray(confusion, dtype=np.float64)
    return ratio(_hits(counts), counts.sum(axis=-1))


def purities(confusion: ArrayLike) -> Floats:
    """Return the share of rows put in a class that are of it, (..., n_classes).

    NaN where nothing is put there, and for a class without rows.
    """
    counts = np.asarray(confusion, dtype=np.float64)
    purity = ratio(_hits(counts), counts.sum(axis=-2))
    return np.where(counts.sum(axis=-1) > 0, purity, np.nan)


def f1_scores(confusion: ArrayLike) -> Floats:
    """Return each class's harmonic mean of completeness and purity, (..., n_classes).

    NaN for a class without rows; 0 for one that is never found.
    """
    counts = np.asarray(confusion, dtype=np.float64)
    rows = counts.sum(axis=-1)
    f1 = ratio(2.0 * _hits(counts), rows + counts.sum(axis=-2))
    return np.where(rows > 0, f1, np.nan)


def matthews(confusion: ArrayLike) -> Floats:
    """Return the correlation of true and predicted classes, (...), -1 to 1.

    0 where all rows are of one class, or put in one (Gorodkin 2004, Computational
    Biology and Chemistry 28, 367).
    """
    counts = np.asarray(confusion, dtype=np.float64)
    total = counts.sum(axis=(-2, -1))
    true, predicted = counts.sum(axis=-1), counts.sum(axis=-2)
    both = counts.trace(axis1=-2, axis2=-1) * total - (true * predicted).sum(axis=-1)
    spread = np.sqrt(
        (total**2 - (true**2).sum(axis=-1)) * (total**2 - (predicted**2).sum(axis=-1))
    )
    correlation = np.where(spread > 0, ratio(both, spread), 0.0)
    return np.where(total > 0, correlation, np.nan)


def named_scores(confusion: ArrayLike, names: Sequence[str]) -> dict[str, Floats]:
    """Return scores by name, (...) each.

    ``accuracy``, ``balanced_accuracy``, ``mcc``, and of each class ``f1 CLASS``.
    """
    f1 = f1_scores(confusion)
    return {
        "accuracy": accuracies(confusion),
        "balanced_accuracy": balanced_accuracies(confusion),
        "mcc": matthews(confusion),
        **{f"f1 {name}": f1[..., k] for k, name in enumerate(names)},
    }


def _hits(counts: Floats) -> Floats:
    return np.diagonal(counts, axis1=-2, axis2=-1)


def ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Return part / whole, NaN where there is no whole."""
    top, bottom = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    nothing = np.full(np.broadcast_shapes(top.shape, bottom.shape), np.nan)
    ratio: Floats = np.divide(top, bottom, out=nothing, where=bottom > 0)
    return ratio
