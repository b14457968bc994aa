"""ROC and precision-recall curves, at so few thresholds that they travel.

Within evaluation: above curves.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.evaluation.curves import counts_between, group_edges
from qsovae.evaluation.measures import ratio
from qsovae.evaluation.predictions import Predictions

N_POINTS = 200


def curve_table(
    predictions: Predictions, name: str, n_points: int = N_POINTS
) -> pd.DataFrame:
    """Return what thresholds on a class's probability find, at points of its curves.

    Points are points of the exact curves. Half of the thresholds part the rows of the
    class evenly, half the others, so that both axes are followed however rare it is.

    Parameters
    ----------
    predictions : Predictions
    name : str
        The class.
    n_points : int
        Most points.

    Returns
    -------
    DataFrame
        One line a threshold, falling: ``threshold``, ``completeness``,
        ``false_positive_rate`` (share of all other rows at or above it), ``purity``.
        NaN where there is no row to take a share of.
    """
    k = predictions.classes.index(name)
    edges = _thresholds(
        predictions.probabilities[:, k], predictions.true == k, n_points
    )
    reached = counts_between(predictions, k, edges).cumsum(axis=1)
    hits, others = reached[k], reached.sum(axis=0) - reached[k]
    n_hits = np.count_nonzero(predictions.true == k)
    return pd.DataFrame({
        "threshold": edges,
        "completeness": ratio(hits, np.full(hits.shape, n_hits)),
        "false_positive_rate": ratio(
            others, np.full(hits.shape, predictions.true.size - n_hits)
        ),
        "purity": ratio(hits, hits + others),
    })  # fmt: skip


def _thresholds(
    probability: NDArray[np.float64], is_class: NDArray[np.bool_], n_points: int
) -> NDArray[np.float64]:
    """Return thresholds, falling, the last no higher than any probability."""
    parts = [
        group_edges(probability[chosen], n_points // 2)
        for chosen in (is_class, ~is_class)
        if chosen.any()
    ]
    return np.unique(np.concatenate(parts or [np.zeros(1)]))[::-1]
