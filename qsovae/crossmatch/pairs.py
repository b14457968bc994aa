"""Positions as vectors, and pairs of them.

Within crossmatch: lowest.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsovae.errors import ShapeError

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

ARCSEC = np.pi / (180.0 * 3600.0)  # rad


class Pairs(NamedTuple):
    """Pairs of rows, each field (n_pairs,), by first row, then separation, then second.

    A row of the second list that lies equally near comes in the order of its list.
    """

    first: Rows
    second: Rows
    separation_arcsec: Floats

    def take(self, which: NDArray[np.bool_] | Rows) -> "Pairs":
        """Return some of the pairs, by a mask or in an order."""
        return Pairs(
            self.first[which], self.second[which], self.separation_arcsec[which]
        )


def as_positions(ra_deg: Floats, dec_deg: Floats) -> tuple[Floats, Floats]:
    """Return positions as arrays of doubles, (n,) each; NaN off the sphere.

    Raises
    ------
    ShapeError
        If the two differ in length.
    """
    ra = np.asarray(ra_deg, dtype=np.float64)
    dec = np.asarray(dec_deg, dtype=np.float64)
    if ra.ndim != 1 or ra.shape != dec.shape:
        raise ShapeError(
            f"right ascensions have shape {ra.shape}, declinations {dec.shape}",
            "qsovae.crossmatch",
            "Pass one of each for every row.",
        )
    with np.errstate(invalid="ignore"):
        off_sphere = ~(np.isfinite(ra) & (np.abs(dec) <= 90.0))
    if not off_sphere.any():
        return ra, dec
    return np.where(off_sphere, np.nan, ra), np.where(off_sphere, np.nan, dec)


def unit_vectors(ra_deg: Floats, dec_deg: Floats) -> Floats:
    """Return positions as vectors of length one, (n, 3); NaN off the sphere.

    Raises
    ------
    ShapeError
        If the two differ in length.
    """
    ra, dec = as_positions(ra_deg, dec_deg)
    longitude, latitude = np.radians(ra), np.radians(dec)
    across = np.cos(latitude)
    vectors = np.empty((len(ra), 3))
    np.multiply(across, np.cos(longitude), out=vectors[:, 0])
    np.multiply(across, np.sin(longitude), out=vectors[:, 1])
    np.sin(latitude, out=vectors[:, 2])
    return vectors


def in_order(pairs: Pairs) -> Pairs:
    """Return pairs by first row, then separation, then second row."""
    pairs = pairs.take(np.argsort(pairs.first))
    same = pairs.first[1:] == pairs.first[:-1]
    # Most rows have one partner: only the others have anything left to order.
    several = np.zeros(len(pairs.first), dtype=bool)
    several[1:] = same
    several[:-1] |= same
    rows = np.flatnonzero(several)
    part = pairs.take(rows)
    order = np.arange(len(pairs.first))
    order[rows] = rows[np.lexsort((part.second, part.separation_arcsec, part.first))]
    return pairs.take(order)
