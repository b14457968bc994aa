"""Rows that are one object, which must never be on both sides of a split.

Within splits: above fingerprints.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qsovae.crossmatch import SkyIndex
from qsovae.errors import ShapeError
from qsovae.splits.fingerprints import NO_FINGERPRINT

# What more rows than these have in common is a placeholder, not one object.
_MOST_REPEATS = 100


def repeat_groups(
    fingerprints: NDArray[np.uint64],
    object_id: ArrayLike | None = None,
    ra_deg: ArrayLike | None = None,
    dec_deg: ArrayLike | None = None,
    radius_arcsec: float = 0.5,
) -> NDArray[np.int64]:
    """Return a number for each object that several rows are of, (n_rows,).

    Rows are one object if they have the same fingerprint or id, or lie within a radius
    of each other, and so on from row to row. An id or a place that more than 100 rows
    share is taken for a placeholder.

    Parameters
    ----------
    fingerprints : ndarray of uint64, (n_rows,)
        As of ``row_fingerprints``.
    object_id : array_like, (n_rows,), optional
        Null where unknown.
    ra_deg, dec_deg : array_like, (n_rows,), optional
        ICRS in deg; NaN where unknown.
    radius_arcsec : float
        0.5 by default: what a survey measures twice it finds again within that, and
        separate sources it seldom resolves there.

    Returns
    -------
    ndarray of int64, (n_rows,)
        -1 for a row that is alone.
    """
    n_rows = len(fingerprints)
    prints, _ = pd.factorize(fingerprints)
    links = [_chained(np.where(fingerprints == NO_FINGERPRINT, -1, prints))]
    if object_id is not None:
        codes, _ = pd.factorize(np.asarray(object_id, dtype=object))
        links.append(_chained(_without_crowds(codes)))
    if ra_deg is not None and dec_deg is not None:
        ra, dec = (np.asarray(v, dtype=np.float64) for v in (ra_deg, dec_deg))
        links.append(_near(ra, dec, radius_arcsec))
    first, second = np.concatenate(links, axis=1)
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(n_rows, n_rows))
    _, components = connected_components(graph, directed=False)
    numbers: NDArray[np.int64] = components.astype(np.int64)
    numbers[np.bincount(numbers, minlength=1)[numbers] == 1] = -1
    return numbers


def _chained(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return pairs that link the rows of each code to the next, (2, n_pairs)."""
    rows = np.flatnonzero(codes >= 0)
    order = rows[np.argsort(codes[rows], kind="stable")]
    same = codes[order[1:]] == codes[order[:-1]]
    return np.stack([order[:-1][same], order[1:][same]])


def _without_crowds(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the codes, -1 where too many rows share one."""
    counts = np.bincount(codes[codes >= 0], minlength=1)
    crowded = (codes >= 0) & (counts[codes] > _MOST_REPEATS)
    return np.where(crowded, -1, codes)


def _near(
    ra_deg: NDArray[np.float64], dec_deg: NDArray[np.float64], radius_arcsec: float
) -> NDArray[np.int64]:
    """Return pairs of rows that lie within a radius of each other, (2, n_pairs)."""
    known = np.isfinite(ra_deg) & np.isfinite(dec_deg)
    # Equal positions first: many rows at one place would make all pairs of them.
    places, _ = pd.factorize(ra_deg + 1j * dec_deg)
    places = _without_crowds(np.where(known, places, -1))
    rows = np.flatnonzero(places >= 0)
    once = rows[np.unique(places[rows], return_index=True)[1]]
    ra, dec = ra_deg[once], dec_deg[once]
    pairs = SkyIndex(ra, dec).pairs_near(ra, dec, radius_arcsec)
    apart = pairs.first < pairs.second
    near = np.stack([once[pairs.first[apart]], once[pairs.second[apart]]])
    return np.concatenate([_chained(places), near], axis=1)


def group_numbers(groups: ArrayLike, n_rows: int) -> NDArray[np.int64]:
    """Return a number for each group, (n_rows,), -1 for what is in none.

    Raises
    ------
    ShapeError
        If there is not one group a row.
    """
    entries = np.asarray(groups)
    if entries.shape != (n_rows,):
        raise ShapeError(
            f"{entries.shape} groups for {n_rows} rows",
            "qsovae.splits",
            "Pass one group for each row.",
        )
    codes, _ = pd.factorize(entries)
    numbers: NDArray[np.int64] = codes.astype(np.int64)
    if entries.dtype.kind == "u":
        numbers[entries == NO_FINGERPRINT] = -1
    elif entries.dtype.kind == "i":
        numbers[entries < 0] = -1
    return numbers


def with_first_of_group(
    tested: NDArray[np.bool_],
    taking_part: NDArray[np.bool_],
    numbers: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return which rows are held out once each group is where its first row is.

    Only rows that take part count, and only they are moved.
    """
    rows = np.flatnonzero(taking_part & (numbers >= 0))
    _, first, inverse = np.unique(numbers[rows], return_index=True, return_inverse=True)
    together = tested.copy()
    together[rows] = tested[rows[first]][inverse]
    return together
