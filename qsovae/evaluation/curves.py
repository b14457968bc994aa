"""What a threshold on one class's probability finds, for every threshold.

Within evaluation: above predictions and measures. Counts go by groups of rows of about
equal probability, the most probable first: (..., n_groups).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qsovae.evaluation.measures import ratio
from qsovae.evaluation.predictions import Predictions

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def ranked_counts(predictions: Predictions, k: int, n_groups: int = 1024) -> Counts:
    """Return rows of each true class by groups of falling probability of class ``k``.

    Parameters
    ----------
    predictions : Predictions
    k : int
        Number of the class.
    n_groups : int
        Most groups. Rows of the same probability are never parted.

    Returns
    -------
    ndarray of int, (n_classes, n_groups or less)
    """
    edges = group_edges(predictions.probabilities[:, k], n_groups)
    return counts_between(predictions, k, edges)


def group_edges(probability: Floats, n_groups: int) -> Floats:
    """Return thresholds, falling, that part rows into groups of about equal size."""
    if not probability.size:
        return np.zeros(1)
    falling = np.sort(probability)[::-1]
    last = np.linspace(0, falling.size, min(n_groups, falling.size) + 1)[1:]
    # The last value of each group, so that equal ones stay together.
    return np.unique(falling[last.round().astype(np.int64) - 1])[::-1]


def counts_between(predictions: Predictions, k: int, edges: Floats) -> Counts:
    """Return rows of each true class from each threshold up to the one before.

    The last threshold must not lie above any probability.
    """
    # Ascending for the search: group 0 is from edges[0] up.
    place = np.searchsorted(edges[::-1], predictions.probabilities[:, k], side="right")
    group = len(edges) - place
    n = len(predictions.classes)
    counts = np.bincount(
        predictions.true * len(edges) + group, minlength=n * len(edges)
    )
    return counts.reshape(n, len(edges))


def roc_area(positive: ArrayLike, negative: ArrayLike) -> Floats:
    """Return the area under the ROC curve, (...); NaN without rows of either kind.

    It is the share of pairs in which the positive row is ahead, equal ones counting
    half (Hanley & McNeil 1982).
    """
    p, n = np.asarray(positive, np.float64), np.asarray(negative, np.float64)
    behind = n.sum(axis=-1, keepdims=True) - n.cumsum(axis=-1)
    ahead = (p * (behind + 0.5 * n)).sum(axis=-1)
    return ratio(ahead, p.sum(axis=-1) * n.sum(axis=-1))


def average_precision(positive: ArrayLike, negative: ArrayLike) -> Floats:
    """Return the mean purity at each positive row, (...); NaN without any.

    As of scikit-learn: purity at each threshold, weighted by what completeness gains.
    """
    p, n = np.asarray(positive, np.float64), np.asarray(negative, np.float64)
    # Where nothing is selected yet, no positive row is either.
    purity = np.nan_to_num(ratio(p.cumsum(axis=-1), (p + n).cumsum(axis=-1)))
    return ratio((purity * p).sum(axis=-1), p.sum(axis=-1))


def exact_areas(predictions: Predictions, k: int) -> dict[str, float]:
    """Return ``roc_area`` and ``average_precision`` of class ``k``, of single rows.

    NaN where the class has no row, or has all.
    """
    is_class, probability = predictions.true == k, predictions.probabilities[:, k]
    areas = {"roc_area": roc_area, "average_precision": average_precision}
    if not is_class.any() or is_class.all():
        return dict.fromkeys(areas, float("nan"))
    order = np.argsort(probability)[::-1]
    # Rows of one probability are one group: none of them comes first.
    first = np.flatnonzero(np.diff(probability[order], prepend=np.inf))
    positive = np.add.reduceat(is_class[order].astype(np.int64), first)
    negative = np.diff(first, append=order.size) - positive
    return {name: float(area(positive, negative)) for name, area in areas.items()}
