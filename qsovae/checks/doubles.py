"""Ids, positions and whole rows that occur twice, and positions far from all others.

Within checks: above coverage. These need every row at once: of each, only a few numbers
are kept while portions go by.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from qsovae.bands import Quality
from qsovae.catalog import Catalog
from qsovae.checks.report import Finding
from qsovae.checks.stars import Floats, Mask
from qsovae.columns import Mapping
from qsovae.crossmatch import SkyIndex, unit_vectors

Keys = NDArray[np.uint64]

_NEAR_ARCSEC = 0.5
_ROWS_A_STRIP = 250_000
_FEWEST_MEASURED = 4
_FAR_DEG = 10.0
_CELLS = 30  # of 1.9 deg, along each axis of the unit sphere from its centre
_SIDE = 2 * _CELLS + 1
_FEWEST_TOGETHER = 100
_MOST_STRAY_SHARE = 0.001


class Doubles:
    """Finds what occurs twice, once all portions have gone by.

    Ids and rows are compared by 64-bit hashes: whole numbers never collide, and of ten
    million texts or rows two do with a chance of three in a million.

    Parameters
    ----------
    mapping : Mapping
    n_rows : int
    """

    def __init__(self, mapping: Mapping, n_rows: int) -> None:
        self._id, self._label = mapping.only("id"), mapping.only("label")
        self._ra = mapping.only("ra")
        self._measured = [
            c.name for c in mapping.columns if c.role in ("magnitude", "feature")
        ]
        self._ids, self._has_id = _no_keys(n_rows)
        self._rows, self._is_measured = _no_keys(n_rows)
        self._classes = np.zeros(n_rows, dtype=np.uint32)
        self._position = np.full((2, n_rows), np.nan)

    def see(self, portion: Catalog, rows: slice) -> None:
        """Take what is needed of a portion."""
        if self._id is not None:
            self._has_id[rows] = portion.object_id.notna()
            self._ids[rows] = _hashes(portion.object_id)
        if portion.position is not None:
            self._position[:, rows] = portion.position
        if len(self._measured) >= _FEWEST_MEASURED:
            # Adding zero makes -0 and 0 one; NaN has many bit patterns, but one here.
            measured = pd.DataFrame(
                {n: portion.values(n) + 0.0 for n in self._measured}
            ).fillna(np.nan)
            enough = measured.notna().sum(axis=1) >= _FEWEST_MEASURED
            self._is_measured[rows] = enough
            self._rows[rows] = pd.util.hash_pandas_object(measured, index=False)
        if self._label is not None:
            self._classes[rows] = _class_hashes(portion, self._label)

    def bits(self) -> NDArray[np.uint32]:
        """Return the bits of every row, (n_rows,)."""
        bits = np.zeros(len(self._ids), dtype=np.uint32)
        ra, dec = self._position
        for bit, hit in (
            (Quality.DUPLICATE_ID, _repeated(self._ids, self._has_id)),
            (Quality.DUPLICATE_ROW, _repeated(self._rows, self._is_measured)),
            (Quality.DUPLICATE_POSITION, near_another(ra, dec)),
            (Quality.STRAY_POSITION, far_from_all(ra, dec)),
        ):
            bits[hit] |= np.uint32(bit)
        return bits

    def findings(self, quality: NDArray[np.uint32]) -> list[Finding]:
        """Return findings on positions and whole rows, by every row's bits."""
        found = []
        near = (quality & Quality.DUPLICATE_POSITION) > 0
        if near.any():
            found.append(
                Finding.on_rows(
                    "warning", self._ra,
                    f"positions are within {_NEAR_ARCSEC:g} arcsec of another row's",
                    near, "The same source twice? Put both on one side of a split, or "
                    "keep one.",
                )
            )  # fmt: skip
        equal = (quality & Quality.DUPLICATE_ROW) > 0
        if equal.any():
            found.append(
                Finding.on_rows(
                    "warning", None, self._equal_rows(equal), equal,
                    "The same source twice: keep one, and mend its class.",
                )
            )  # fmt: skip
        return found

    def _equal_rows(self, equal: Mask) -> str:
        """Return what to say of rows that equal another."""
        message = (
            f"rows have all {len(self._measured)} measurements in common with another"
        )
        if self._label is not None:
            labelled = equal & (self._classes > 0)
            classes = pd.Series(self._classes[labelled])
            n_classes = classes.groupby(self._rows[labelled]).nunique()
            n_differ = int(np.count_nonzero(n_classes > 1))
            message += f"; in {n_differ:,} of these groups the classes differ"
        return message


def _no_keys(n_rows: int) -> tuple[Keys, Mask]:
    """Return room for a key of each row, and whether the row has one."""
    return np.zeros(n_rows, dtype=np.uint64), np.zeros(n_rows, dtype=bool)


def _hashes(values: "pd.Series[object]") -> Keys:
    """Return a 64-bit hash of each value."""
    hashes: Keys = pd.util.hash_pandas_object(values, index=False).to_numpy()
    return hashes


def _class_hashes(portion: Catalog, label: str) -> NDArray[np.uint32]:
    """Return a hash of each row's class, however it is spelt; 0 without one."""
    codes, names = pd.factorize(portion.raw.frame[label].astype("string"))
    spelt = pd.Series([str(name).casefold() for name in names], dtype=object)
    known = _hashes(spelt).astype(np.uint32) | np.uint32(1)
    # -1, the code of a null, is the last.
    hashes: NDArray[np.uint32] = np.append(known, np.uint32(0))[codes]
    return hashes


def _repeated(keys: Keys, known: Mask) -> Mask:
    """Return which of the known keys occur more than once, (n_rows,)."""
    rows = np.flatnonzero(known)
    order = rows[np.argsort(keys[rows], kind="stable")]
    same = keys[order[1:]] == keys[order[:-1]]
    repeated = np.zeros(len(keys), dtype=bool)
    repeated[order[1:][same]] = True
    repeated[order[:-1][same]] = True
    return repeated


def near_another(ra_deg: Floats, dec_deg: Floats) -> Mask:
    """Return which positions are within half an arcsecond of another, (n_rows,).

    Strips of declination are asked one after another, so that memory does not grow.
    """
    near = np.zeros(len(ra_deg), dtype=bool)
    known = np.flatnonzero(np.isfinite(ra_deg) & np.isfinite(dec_deg))
    order = known[np.argsort(dec_deg[known], kind="stable")]
    dec = dec_deg[order]
    reach_deg = 1.01 * _NEAR_ARCSEC / 3600.0
    for start in range(0, len(order), _ROWS_A_STRIP):
        last = min(start + _ROWS_A_STRIP, len(order)) - 1
        stop = np.searchsorted(dec, dec[last] + reach_deg, side="right")
        rows = order[start:stop]
        near[rows] |= _near_in_strip(ra_deg[rows], dec_deg[rows])
    return near


def _near_in_strip(ra_deg: Floats, dec_deg: Floats) -> Mask:
    """Return which of some known positions are near another of them."""
    # Equal positions first: many rows at one place would make all pairs of them.
    places = pd.DataFrame({"ra": ra_deg, "dec": dec_deg})
    near: Mask = np.array(places.duplicated(keep=False))
    once = np.flatnonzero(~places.duplicated())
    ra, dec = ra_deg[once], dec_deg[once]
    pairs = SkyIndex(ra, dec).pairs_near(ra, dec, _NEAR_ARCSEC)
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
