"""The catalog itself, and how one is opened.

Within catalog: above cleaning and labels.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import BANDS, MORPHOLOGIES, Quality, morphology_codes
from qsovae.catalog.cleaning import Floats, as_numbers, check_numeric, clean
from qsovae.catalog.labels import Labels, read_labels
from qsovae.catalog.measuring import Measured, magnitudes, measure, statuses
from qsovae.columns import Mapping
from qsovae.errors import CatalogError
from qsovae.recognition import recognise_columns
from qsovae.tables import RawTable, read_table


class Catalog:
    """A table with the meaning of its columns; nothing in it changes.

    Parameters
    ----------
    raw : RawTable
        As read.
    mapping : Mapping
        What each column is; must name every column of the table.
    whole : Catalog, optional
        What a portion is of, or a sample of that: medians are its own.

    Raises
    ------
    CatalogError
        If the mapping and the table name different columns.
    """

    def __init__(
        self, raw: RawTable, mapping: Mapping, whole: "Catalog | None" = None
    ) -> None:
        fitted = mapping.fitted_to(list(raw.frame.columns))
        if fitted is None:
            missing = [c.name for c in mapping.columns
                       if c.role != "ignore" and c.name not in raw.frame]  # fmt: skip
            raise CatalogError(
                f"the mapping names columns that are not there: {', '.join(missing)}",
                raw.name,
                "Use the mapping with the catalog it was made for.",
            )
        self.raw = raw
        self.mapping = fitted
        self.whole = whole or self
        for column in fitted.columns:
            if column.is_measurement or column.role in ("ra", "dec", "astrometry"):
                where = f"{raw.name}, column {column.name}"
                check_numeric(raw.frame[column.name], where)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.raw.frame)

    @property
    def name(self) -> str:
        """File name."""
        return self.raw.name

    @property
    def sha256(self) -> str:
        """Digest of the file's bytes."""
        return self.raw.sha256

    @property
    def id_is_row(self) -> bool:
        """Whether rows are named by their number, for want of an id column."""
        return self.mapping.only("id") is None

    @cached_property
    def object_id(self) -> "pd.Series[Any]":
        """Id of each row, integer or text as the file has it; else the row number."""
        name = self.mapping.only("id")
        if name is None:
            return pd.Series(np.arange(self.n_rows), name="object_id")
        return self.raw.frame[name].rename("object_id")

    @cached_property
    def is_simulated(self) -> bool:
        """Whether the file says that it was simulated."""
        stated = {k.lower(): v.lower() for k, v in self.raw.meta.items()}
        if stated.get("is_sim", stated.get("is_simulated")) in ("t", "true", "1"):
            return True
        columns = {c.lower(): c for c in self.raw.frame.columns}
        if "is_simulated" in columns:
            values = self.raw.frame[columns["is_simulated"]]
            return bool(values.astype("string").str.lower().isin(["true", "1"]).any())
        return False

    @cached_property
    def _cleaned(self) -> dict[str, tuple[Floats, NDArray[np.uint32]]]:
        return {}

    def values(self, name: str) -> Floats:
        """Return a column's numbers, (n_rows,), NaN where unobserved or doubtful."""
        return self._clean(name)[0]

    def _clean(self, name: str) -> tuple[Floats, NDArray[np.uint32]]:
        """Return a column's numbers and the quality bits that they earn the rows."""
        if name not in self._cleaned:
            self._cleaned[name] = clean(self.raw.frame[name], self.mapping.column(name))
        return self._cleaned[name]

    def numbers(self, name: str) -> Floats:
        """Return a column's numbers as they stand in the file, (n_rows,)."""
        return as_numbers(self.raw.frame[name])

    @cached_property
    def bands(self) -> tuple[str, ...]:
        """Bands with a magnitude or flux column, bluest first."""
        roles = ("magnitude", "flux")
        here = {c.band for c in self.mapping.columns if c.role in roles}
        return tuple(b for b in BANDS if b in here)

    @cached_property
    def _statuses(self) -> dict[str, NDArray[np.int8]]:
        return {}

    def status(self, band: str) -> NDArray[np.int8]:
        """Return what became of a band in each row, (n_rows,), as in ``STATUSES``.

        Raises
        ------
        CatalogError
            If no column has the band.
        """
        if band not in self.bands:
            raise CatalogError(
                f"there is no magnitude in {band}",
                self.name,
                f"Bands here: {', '.join(self.bands) or 'none'}.",
            )
        if band not in self._statuses:
            self._statuses[band] = statuses(self, band)
        return self._statuses[band]

    def magnitude(self, band: str) -> tuple[Floats, Floats]:
        """Return AB magnitudes and their errors, (n_rows,) each; NaN where unknown.

        An upper limit is no magnitude. Raises as ``status`` does.
        """
        self.status(band)
        return magnitudes(self, band)

    def measured(self, band: str) -> Measured:
        """Return magnitudes, fluxes and statuses; raises as ``status`` does."""
        self.status(band)
        return measure(self, band)

    def error_of(self, name: str) -> Floats:
        """Return the errors of a feature column, (n_rows,), NaN where unknown."""
        for column in self.mapping.columns:
            if column.role == "feature_error" and column.error_of == name:
                return self.values(column.name)
        return np.full(self.n_rows, np.nan)

    @cached_property
    def position(self) -> tuple[Floats, Floats] | None:
        """Right ascension and declination in deg, None without; NaN off the sphere."""
        ra_name, dec_name = self.mapping.only("ra"), self.mapping.only("dec")
        if ra_name is None or dec_name is None:
            return None
        ra, dec = self.values(ra_name), self.values(dec_name)
        with np.errstate(invalid="ignore"):
            off = ~((ra >= 0) & (ra <= 360) & (np.abs(dec) <= 90))
        return np.where(off, np.nan, ra), np.where(off, np.nan, dec)

    @cached_property
    def quality(self) -> NDArray[np.uint32]:
        """Quality bits of each row, (n_rows,)."""
        quality = np.zeros(self.n_rows, dtype=np.uint32)
        for column in self.mapping.columns:
            if column.is_measurement:
                quality |= self._clean(column.name)[1]
        ids = self.object_id
        if not self.id_is_row:
            double = (ids.duplicated(keep=False) & ids.notna()).to_numpy(dtype=bool)
            quality[double] |= np.uint32(Quality.DUPLICATE_ID)
        if self.position is not None:
            off = np.isnan(self.position[0])
            quality[off] |= np.uint32(Quality.INVALID_POSITION)
        return quality

    @cached_property
    def morphology(self) -> NDArray[np.object_]:
        """Point, extended or unknown for each row, by the morphology column."""
        result = np.full(self.n_rows, "unknown", dtype=object)
        name = self.mapping.only("morphology")
        if name is None:
            return result
        column = self.raw.frame[name]
        is_text = not pd.api.types.is_numeric_dtype(column.dtype)
        codes = morphology_codes(name, is_text=is_text)
        if codes is None:
            return result
        values = column.astype("string").str.lower() if is_text else column
        for word, meant in (("point", codes.point), ("extended", codes.extended)):
            result[values.isin(meant).fillna(False).to_numpy(dtype=bool)] = word
        return result

    def labels(self, name: str) -> Labels:
        """Return the classes in a column; spellings that differ in case are one.

        Raises
        ------
        CatalogError
            If the column is absent, or holds fewer than 2 or more than 50 classes.
        """
        self.mapping.column(name)
        return read_labels(self.raw.frame[name], f"{self.name}, column {name}")


def open_catalog(path: Path | str, mapping: Mapping | None = None) -> Catalog:
    """Return a catalog from a file; columns are recognised where no mapping is given.

    Raises
    ------
    CatalogError
        If the file cannot be read, or the mapping does not fit it.
    """
    raw = read_table(path)
    return Catalog(raw, mapping or recognise_columns(raw))


def with_morphology(table: pd.DataFrame, choice: str) -> pd.DataFrame:
    """Return the rows of a table with a ``morphology`` of this choice, all for 'all'.

    Raises
    ------
    CatalogError
        If the choice is none of ``MORPHOLOGIES``.
    """
    if choice not in MORPHOLOGIES:
        raise CatalogError(
            f"morphology {choice!r}", "filter", f"Use one of {', '.join(MORPHOLOGIES)}."
        )
    return table if choice == "all" else table[table["morphology"] == choice]
