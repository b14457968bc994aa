"""Splits that hold out whole blocks: cells of the sky, fields, the faint end.

Within splits: above sides.
"""

import hashlib

import numpy as np
from astropy import units
from astropy_healpix import HEALPix, nside_to_pixel_area
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from qsovae.errors import InputError

NSIDE = 16
_FINEST_NSIDE = 1024
_FEWEST_CELLS = 20

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def sky_cells(ra_deg: Floats, dec_deg: Floats, nside: int) -> Codes:
    """Return the nested HEALPix cell of each position, (n_rows,), -1 where unknown."""
    known = np.isfinite(ra_deg) & np.isfinite(dec_deg)
    cells = np.full(len(ra_deg), -1, dtype=np.int64)
    cells[known] = HEALPix(nside=nside, order="nested").lonlat_to_healpix(
        ra_deg[known] * units.deg, dec_deg[known] * units.deg
    )
    return cells


def fitting_nside(ra_deg: Floats, dec_deg: Floats) -> int:
    """Return the coarsest NSIDE from 16 on of which 20 cells hold some position.

    Blocks of 13.4 deg2 are far wider than what clusters on the sky, and a catalog of a
    small field needs finer ones to be split at all.
    """
    nside = NSIDE
    while nside < _FINEST_NSIDE:
        cells = sky_cells(ra_deg, dec_deg, nside)
        if np.unique(cells[cells >= 0]).size >= _FEWEST_CELLS:
            break
        nside *= 2
    return nside


def cell_area_deg2(nside: int) -> float:
    """Return the area of a HEALPix cell in deg2."""
    return float(nside_to_pixel_area(nside).to_value("deg2"))


def held_out_blocks(
    blocks: Codes, names: list[str], test_fraction: float, seed: int, where: str
) -> NDArray[np.bool_]:
    """Return which rows are in blocks held out, (n_rows,).

    Blocks come in the order of a hash of seed and name, so that a block that is held
    out from one catalog is among the first to be from any; as many of them as come
    nearest to the fraction of the rows.

    Parameters
    ----------
    blocks : ndarray, (n_rows,)
        Number of each row's block; -1 in none.
    names : list of str
        Of the blocks, by number.
    test_fraction, seed, where
        As of ``stratified_split``.

    Raises
    ------
    InputError
        If there are fewer than two blocks.
    """
    counts = np.bincount(blocks[blocks >= 0], minlength=len(names))
    order = [k for k in sorted(range(len(names)), key=lambda k: _hash(names[k], seed))
             if counts[k]]  # fmt: skip
    _check_blocks(len(order), 2, where)
    reached = np.cumsum(counts[order])[:-1] / counts.sum()
    n_blocks = int(np.argmin(np.abs(reached - test_fraction))) + 1
    return np.isin(blocks, order[:n_blocks])


def folds_of_blocks(blocks: Codes, n_folds: int, where: str) -> Codes:
    """Return the fold of each row, (n_rows,), -1 in none: those of ``GroupKFold``.

    Raises
    ------
    InputError
        If there are fewer blocks than folds.
    """
    rows = np.flatnonzero(blocks >= 0)
    _check_blocks(np.unique(blocks[rows]).size, n_folds, where)
    folds = np.full(len(blocks), -1, dtype=np.int64)
    parts = GroupKFold(n_folds).split(rows, groups=blocks[rows])
    for number, (_, tested) in enumerate(parts):
        folds[rows[tested]] = number
    return folds


def faint_share(magnitude: Floats) -> Floats:
    """Return the share of the known magnitudes that are brighter, (n_rows,), or NaN."""
    known = np.isfinite(magnitude)
    share = np.full(len(magnitude), np.nan)
    in_order = np.sort(magnitude[known])
    share[known] = np.searchsorted(in_order, magnitude[known]) / max(in_order.size, 1)
    return share


def _hash(name: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=8).digest()


def _check_blocks(n_blocks: int, n_wanted: int, where: str) -> None:
    if n_blocks < n_wanted:
        raise InputError(
            f"the labelled rows lie in {n_blocks} block(s) of the split, of "
            f"{n_wanted} at least",
            where,
            "Choose smaller cells, another column, or a split at random.",
        )
