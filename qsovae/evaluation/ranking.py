"""How pure the most probable rows are: what a night of spectra would find.

Within evaluation: above intervals.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.evaluation.intervals import share_interval
from qsovae.evaluation.predictions import Predictions

_STEPS = np.array([1, 2, 5])


def top_table(predictions: Predictions, name: str) -> pd.DataFrame:
    """Return purity and completeness of the rows most probably of a class.

    Of rows with the same probability, any may come first: the hits among them are
    spread evenly.

    Parameters
    ----------
    predictions : Predictions
        Rows held out.
    name : str
        The class sought.

    Returns
    -------
    DataFrame
        One line for 10, 20, 50, 100, … and all rows: ``rows``, ``hits`` (expected),
        ``purity`` with ``purity_low`` and ``purity_high`` (Wilson, 95 %), and
        ``completeness``, NaN if no row is of the class.
    """
    k = predictions.classes.index(name)
    sought = predictions.true == k
    rows = _sizes(sought.size)
    hits = _expected_hits(predictions.probabilities[:, k], sought)[rows]
    low, high = share_interval(np.rint(hits).astype(np.int64), rows)
    n_sought = int(sought.sum())
    return pd.DataFrame(
        {
            "rows": rows,
            "hits": hits,
            "purity": hits / np.maximum(rows, 1),
            "purity_low": low,
            "purity_high": high,
            "completeness": hits / n_sought if n_sought else np.full(len(rows), np.nan),
        }
    )


def _sizes(n_rows: int) -> NDArray[np.int64]:
    """Return 10, 20, 50, 100, … below the number of rows, and that."""
    decades = 10 ** np.arange(1, 19, dtype=np.int64)
    sizes = np.outer(decades, _STEPS).ravel()
    return np.append(sizes[sizes < n_rows], n_rows) if n_rows else sizes[:0]


def _expected_hits(
    probability: NDArray[np.float64], sought: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return how many of the first rows are hits, (n_rows + 1,), from none on."""
    order = np.argsort(-probability, kind="stable")
    ranked = probability[order]
    ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1) + 1
    hits = np.append(0, np.cumsum(sought[order]))
    knots = np.append(0, ends)
    expected: NDArray[np.float64] = np.interp(
        np.arange(len(ranked) + 1), knots, hits[knots]
    )
    return expected
