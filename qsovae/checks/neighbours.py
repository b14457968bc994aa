"""Positions that are near another, and those far from all others.

Within checks: above stars.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from qsovae.checks.stars import Floats, Mask
from qsovae.crossmatch import SkyIndex, unit_vectors

NEAR_ARCSEC = 0.5
_ROWS_A_STRIP = 250_000
_REACH_DEG = 1.01 * NEAR_ARCSEC / 3600.0  # rounding must lose none
_TURN_DEG = 1000.0  # from belt to belt: more than a circle and what is near it
_FAR_DEG = 10.0
_CELLS = 30  # of 1.9 deg, along each axis of the unit sphere from its centre
_SIDE = 2 * _CELLS + 1
_FEWEST_TOGETHER = 100
_MOST_STRAY_SHARE = 0.001


def near_another(ra_deg: Floats, dec_deg: Floats) -> Mask:
    """Return which positions are within half an arcsecond of another, (n_rows,).

    Strips of declination are asked one after another, so that memory does not grow.
    """
    near = np.zeros(len(ra_deg), dtype=bool)
    known = np.flatnonzero(np.isfinite(ra_deg) & np.isfinite(dec_deg))
    order = known[np.argsort(dec_deg[known], kind="stable")]
    dec = dec_deg[order]
    for start in range(0, len(order), _ROWS_A_STRIP):
        last = min(start + _ROWS_A_STRIP, len(order)) - 1
        stop = np.searchsorted(dec, dec[last] + _REACH_DEG, side="right")
        rows = order[start:stop]
        # Few are asked in earnest.
        rows = rows[_maybe_near(ra_deg[rows] % 360.0, dec_deg[rows])]
        near[rows] |= _near_in_strip(ra_deg[rows], dec_deg[rows])
    return near


def _maybe_near(ra_deg: Floats, dec_deg: Floats) -> Mask:
    """Return at least the positions that are within reach of another, (n_rows,).

    Belts are twice the reach high and cut the sky twice, the second time half a belt
    further: whatever is near is once in the same belt, and there no farther in right
    ascension than the reach, as are all between the two.
    """
    # Beyond what a circle reaches at its widest, poleward of its centre.
    width = _REACH_DEG / np.cos(
        np.radians(np.minimum(np.abs(dec_deg) + _REACH_DEG, 90))
    )
    maybe: Mask = (ra_deg <= width) | (ra_deg >= 360.0 - width)
    for shift in (0.0, 0.5):
        belt = np.floor((dec_deg + 90.0) / (2.0 * _REACH_DEG) + shift)
        keys = belt * _TURN_DEG + ra_deg
        order = np.argsort(keys)
        wide = np.maximum(width[order[1:]], width[order[:-1]])
        close = np.diff(keys[order]) <= wide
        maybe[order[1:][close]] = True
        maybe[order[:-1][close]] = True
    return maybe


def _near_in_strip(ra_deg: Floats, dec_deg: Floats) -> Mask:
    """Return which of some known positions are near another of them."""
    # Equal positions first: many rows at one place would make all pairs of them.
    places = pd.DataFrame({"ra": ra_deg, "dec": dec_deg})
    near: Mask = np.array(places.duplicated(keep=False))
    once = np.flatnonzero(~places.duplicated())
    ra, dec = ra_deg[once], dec_deg[once]
    pairs = SkyIndex(ra, dec).pairs_near(ra, dec, NEAR_ARCSEC)
    different = pairs.first != pairs.second
    near[once[pairs.first[different]]] = True
    return near


def far_from_all(ra_deg: Floats, dec_deg: Floats) -> Mask:
    """Return which few positions are ten degrees or more from all others, (n_rows,).

    A catalog must have a hundred positions that hang together, by steps of less than
    ten degrees; those that do not, up to one in a thousand, are far.
    """
    far = np.zeros(len(ra_deg), dtype=bool)
    rows = np.flatnonzero(np.isfinite(ra_deg) & np.isfinite(dec_deg))
    cell_of = _cells(ra_deg, dec_deg, rows)
    counts = np.bincount(cell_of, minlength=_SIDE**3)
    cells = np.flatnonzero(counts)
    if len(cells) < 2:
        return far
    groups = _groups(cells)
    sizes = np.bincount(groups, weights=counts[cells])
    largest = int(np.argmax(sizes))
    n_outside = len(rows) - sizes[largest]
    few = n_outside <= max(1.0, _MOST_STRAY_SHARE * len(rows))
    if sizes[largest] >= _FEWEST_TOGETHER and few:
        is_outside = np.zeros(_SIDE**3, dtype=bool)
        is_outside[cells] = groups != largest
        far[rows] = is_outside[cell_of]
    return far


def _cells(
    ra_deg: Floats, dec_deg: Floats, rows: NDArray[np.intp]
) -> NDArray[np.int32]:
    """Return in which cell in space each of some positions is, by number."""
    cell_of = np.empty(len(rows), dtype=np.int32)
    for start in range(0, len(rows), _ROWS_A_STRIP):
        some = rows[start : start + _ROWS_A_STRIP]
        place = np.floor(unit_vectors(ra_deg[some], dec_deg[some]) * _CELLS)
        whole = place.astype(np.int32) + _CELLS
        number = (whole[:, 0] * _SIDE + whole[:, 1]) * _SIDE + whole[:, 2]
        cell_of[start : start + _ROWS_A_STRIP] = number
    return cell_of


def _groups(cells: NDArray[np.intp]) -> NDArray[np.int32]:
    """Return which cells hang together by steps of less than ten degrees."""
    places = np.column_stack(np.unravel_index(cells, (_SIDE,) * 3))
    centres = (places - _CELLS + 0.5) / _CELLS
    # Two rows ten degrees apart may have cells that are a cell's diagonal nearer.
    chord = 2.0 * np.sin(np.radians(0.5 * _FAR_DEG)) + np.sqrt(3.0) / _CELLS
    pairs = cKDTree(centres).query_pairs(chord, output_type="ndarray")
    links = coo_array(
        (np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(cells),) * 2
    )
    groups: NDArray[np.int32] = connected_components(links, directed=False)[1]
    return groups
