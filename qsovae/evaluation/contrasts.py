"""How much some rows differ from others in a column, whatever its scale.

Within evaluation: above intervals.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri
from scipy.stats import rankdata

from qsovae.evaluation.intervals import LEVEL, share_interval

Floats = NDArray[np.float64]


class Effect(NamedTuple):
    """How much rows differ, -1 to 1, and its 95 % interval; NaN where nobody knows."""

    value: float
    low: float
    high: float


_UNKNOWN = Effect(np.nan, np.nan, np.nan)


def cliffs_delta(chosen: ArrayLike, others: ArrayLike) -> Effect:
    """Return how often a chosen row is above another, less how often it is below.

    1: every chosen row is above every other; 0: as often above as below. It is 2 A - 1
    of the area A under the ROC curve, whose variance is DeLong's; the interval is that
    of A's logit. Where one side is wholly above, the interval's other end is Wilson's
    for the smaller side.

    Parameters
    ----------
    chosen, others : array_like of float
        Those not finite are left out.

    References
    ----------
    Cliff 1993, Psychological Bulletin 114, 494. DeLong, DeLong & Clarke-Pearson 1988,
    Biometrics 44, 837.
    """
    x, y = (np.asarray(side, dtype=np.float64) for side in (chosen, others))
    x, y = x[np.isfinite(x)], y[np.isfinite(y)]
    if not x.size or not y.size:
        return _UNKNOWN
    ranks = rankdata(np.concatenate([x, y]))
    # Of each row, the share of the other side that is below it, equal ones half.
    above = (ranks[: x.size] - rankdata(x)) / y.size
    below = 1.0 - (ranks[x.size :] - rankdata(y)) / x.size
    area = float(above.mean())
    if area in (0.0, 1.0):
        n = min(x.size, y.size)
        bound = 2.0 * float(share_interval(n, n)[0]) - 1.0
        return Effect(1.0, bound, 1.0) if area == 1.0 else Effect(-1.0, -1.0, -bound)
    variance = sum(
        float(side.var(ddof=1)) / side.size for side in (above, below) if side.size > 1
    )
    width = ndtri(0.5 + LEVEL / 2.0) * np.sqrt(variance) / (area * (1.0 - area))
    low, high = expit(logit(area) + width * np.array([-1.0, 1.0]))
    return Effect(2.0 * area - 1.0, 2.0 * float(low) - 1.0, 2.0 * float(high) - 1.0)


def share_difference(hits: int, rows: int, other_hits: int, other_rows: int) -> Effect:
    """Return the difference of two shares, of independent rows.

    References
    ----------
    Newcombe 1998, Statistics in Medicine 17, 873, method 10.
    """
    if not rows or not other_rows:
        return _UNKNOWN
    first, second = hits / rows, other_hits / other_rows
    (low, other_low), (high, other_high) = share_interval(
        [hits, other_hits], [rows, other_rows]
    )
    value = first - second
    return Effect(
        value,
        value - float(np.hypot(first - low, other_high - second)),
        value + float(np.hypot(high - first, second - other_low)),
    )
