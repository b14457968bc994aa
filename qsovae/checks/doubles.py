"""Ids, positions and whole rows that occur twice, and positions far from all others.

Within checks: above coverage and neighbours. These need every row at once: of each,
only a few numbers are kept while portions go by.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import Quality
from qsovae.catalog import Catalog
from qsovae.checks.neighbours import NEAR_ARCSEC, far_from_all, near_another
from qsovae.checks.report import Finding
from qsovae.checks.stars import Floats, Mask
from qsovae.columns import Mapping
from qsovae.threads import n_cores

Keys = NDArray[np.uint64]

_FEWEST_MEASURED = 4


class Doubles:
    """Finds what occurs twice, once all portions have gone by.

    Ids and rows are compared by 64-bit hashes: whole numbers never collide, and of ten
    million texts or rows two do with a chance of three in a million.

    Parameters
    ----------
    mapping : Mapping
    n_rows : int

    Attributes
    ----------
    position : ndarray, (2, n_rows)
        Right ascension and declination in deg; NaN where unknown.
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
        self.position = np.full((2, n_rows), np.nan)

    def see(self, portion: Catalog, rows: slice) -> None:
        """Take what is needed of a portion."""
        if self._id is not None:
            self._has_id[rows] = portion.object_id.notna()
            self._ids[rows] = _hashes(portion.object_id)
        if portion.position is not None:
            self.position[:, rows] = portion.position
        if len(self._measured) >= _FEWEST_MEASURED:
            keys, n_measured = _row_keys(portion, self._measured)
            self._rows[rows] = keys
            self._is_measured[rows] = n_measured >= _FEWEST_MEASURED
        if self._label is not None:
            self._classes[rows] = _class_hashes(portion, self._label)

    def bits(self) -> NDArray[np.uint32]:
        """Return the bits of every row, (n_rows,)."""
        bits = np.zeros(len(self._ids), dtype=np.uint32)
        ra, dec = self.position
        with ThreadPoolExecutor(n_cores()) as threads:
            ask = threads.submit
            hits = {
                Quality.DUPLICATE_POSITION: ask(near_another, ra, dec),
                Quality.DUPLICATE_ID: ask(_repeated, self._ids, self._has_id),
                Quality.DUPLICATE_ROW: ask(_repeated, self._rows, self._is_measured),
                Quality.STRAY_POSITION: ask(far_from_all, ra, dec),
            }
        for bit, hit in hits.items():
            bits[hit.result()] |= np.uint32(bit)
        return bits

    def findings(self, quality: NDArray[np.uint32]) -> list[Finding]:
        """Return findings on positions and whole rows, by every row's bits."""
        found = []
        near = (quality & Quality.DUPLICATE_POSITION) > 0
        if near.any():
            found.append(
                Finding.on_rows(
                    "warning", self._ra,
                    f"positions are within {NEAR_ARCSEC:g} arcsec of another row's",
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


def _row_keys(portion: Catalog, names: list[str]) -> tuple[Keys, NDArray[np.intp]]:
    """Return a key of all the measurements of each row, and how many there are."""
    keys = np.zeros(portion.n_rows, dtype=np.uint64)
    n_measured = np.zeros(portion.n_rows, dtype=np.intp)
    with ThreadPoolExecutor(n_cores()) as threads:
        for hashes, is_known in threads.map(_value_keys, map(portion.values, names)):
            # An odd factor loses nothing, and tells columns apart.
            keys *= np.uint64(1000003)
            keys ^= hashes
            n_measured += is_known
    return keys, n_measured


def _value_keys(values: Floats) -> tuple[Keys, Mask]:
    """Return a hash of each number, and whether there is one."""
    is_known = ~np.isnan(values)
    # Zero and what is missing have several bit patterns, but one meaning.
    spelt = np.where(is_known, values + 0.0, np.nan)
    hashes: Keys = pd.util.hash_array(spelt)
    return hashes, is_known


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
