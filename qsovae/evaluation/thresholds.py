"""Which sample a threshold gives: how complete, how pure, how large on the sky.

Within evaluation: above curves, intervals and measures.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qsovae.class_mix import stated_mix, with_class_mix
from qsovae.evaluation.curves import counts_between, group_edges
from qsovae.evaluation.intervals import TAILS
from qsovae.evaluation.measures import ratio
from qsovae.evaluation.predictions import Predictions

Floats = NDArray[np.float64]

_N_THRESHOLDS = 200
_N_DRAWS = 1000
_SHARES = ("completeness", "purity")


def threshold_table(
    predictions: Predictions,
    name: str,
    prior: Mapping[Any, float] | None = None,
    *,
    trained_prior: ArrayLike | None = None,
    density: float | None = None,
    n_thresholds: int = _N_THRESHOLDS,
    thresholds: ArrayLike | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return completeness and purity of the rows above each threshold.

    At a stated mix, probabilities are moved to it, and purity is
    C pi / (C pi + sum_j F_j pi_j), with C the completeness of the class sought, F_j the
    share of class j that is selected, and pi the mix.

    Parameters
    ----------
    predictions : Predictions
        Rows held out.
    name : str
        The class sought.
    prior : mapping, optional
        Share of each class on the sky; by default that of these rows.
    trained_prior : array_like, (n_classes,), optional
        Mix behind the probabilities, from which they are moved to the prior; by default
        that of these rows.
    density : float, optional
        Sources of all classes per square degree.
    n_thresholds : int
    thresholds : array_like, optional
        These, falling, instead of so many that part the rows evenly.
    seed : int

    Returns
    -------
    DataFrame
        One line a threshold, falling: ``threshold``, ``completeness``, ``purity``, each
        with ``_low`` and ``_high`` (95 %; Jeffreys' posteriors of C and F_j, drawn),
        ``rows`` (selected of these), and with a density ``per_deg2`` and
        ``contaminants_per_deg2``. Purity is NaN where nothing is selected.

    Raises
    ------
    ConfigError
        If the prior states no positive share for each class with the sum one.
    """
    k, n_classes = predictions.classes.index(name), len(predictions.classes)
    rows = np.bincount(predictions.true, minlength=n_classes)
    shares = rows / max(rows.sum(), 1)
    if prior is not None:
        stated = stated_mix(prior, predictions.classes).shares
        trained = shares if trained_prior is None else np.asarray(trained_prior)
        predictions, shares = _moved(predictions, trained, stated), stated
    edges = (
        group_edges(predictions.probabilities[:, k], n_thresholds)
        if thresholds is None
        else np.asarray(thresholds, dtype=np.float64)
    )
    # No probability is below 0, as the last edge of the counts must be.
    counts = counts_between(predictions, k, np.append(edges, 0.0))
    selected = counts.cumsum(axis=1)[:, :-1]
    found = ratio(selected, rows[:, None])
    reached = _shares(found, shares, k)
    rng = np.random.default_rng(seed)
    table = {"threshold": edges} | reached
    table |= _intervals(selected, rows, shares, k, reached, rng)
    table["rows"] = selected.sum(axis=0)
    if density is not None:
        kept = np.nan_to_num(found) * (shares * density)[:, None]
        table["per_deg2"] = kept.sum(axis=0)
        table["contaminants_per_deg2"] = kept.sum(axis=0) - kept[k]
    return pd.DataFrame(table)


def _moved(predictions: Predictions, trained: Floats, stated: Floats) -> Predictions:
    """Return the rows with probabilities moved from one mix to another.

    A class without rows keeps its probability: nothing is known of how it was given.
    """
    held = np.where(trained > 0, trained, stated)
    moved = with_class_mix(predictions.probabilities, held / held.sum(), stated)
    return Predictions(predictions.true, moved, predictions.classes)


def _shares(found: Floats, mix: Floats, k: int) -> dict[str, Floats]:
    """Return completeness and purity of (..., n_classes, n_thresholds)."""
    kept = np.nan_to_num(found) * mix[:, None]
    purity = ratio(kept[..., k, :], kept.sum(axis=-2))
    return dict(zip(_SHARES, (found[..., k, :], purity), strict=True))


def _intervals(
    selected: NDArray[np.int64], rows: NDArray[np.int64], mix: Floats, k: int,
    shares: dict[str, Floats], rng: np.random.Generator,
) -> dict[str, Floats]:  # fmt: skip
    """Return where the middle 95 % of completeness and purity begin and end."""
    hits, misses = selected + 0.5, rows[:, None] - selected + 0.5
    drawn = _shares(rng.beta(hits, misses, size=(_N_DRAWS, *hits.shape)), mix, k)
    bounds: dict[str, Floats] = {}
    for name, values in drawn.items():
        low, high = np.quantile(values, TAILS, axis=0)
        # Where none or all are hit, the posterior ends short of 0 and 1 (Brown, Cai &
        # DasGupta 2001, section 4.1.2).
        bounds |= {
            f"{name}_low": np.fmin(low, shares[name]),
            f"{name}_high": np.fmax(high, shares[name]),
        }
    return bounds
