"""One survey's files as one table of known meaning, and what can be wrong with them.

Within combine: above request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import COMBINED_SURVEYS, SurveyDefinition, plain_name
from qsovae.catalog import Catalog, Measured, doubted_by_survey
from qsovae.combine.refusals import (
    refuse_other_columns,
    refuse_other_surveys,
    refuse_positions,
)
from qsovae.crossmatch import Floats
from qsovae.errors import CatalogError
from qsovae.magnitudes import POGSON
from qsovae.magnitudes import flux_error as error_of_flux
from qsovae.recognition import recognise_columns
from qsovae.tables import RawTable, read_table

_EPOCHS = ("epoch_jyr", "epoch", "ref_epoch", "mjd_mean", "meanobsmjd")
_MJD_J2000 = 51544.5
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class SurveyTable:
    """A survey's rows, in the order of its files.

    Attributes
    ----------
    definition : SurveyDefinition
    catalog : Catalog
        Of all files together.
    files : tuple of dict
        ``name``, ``sha256`` and ``rows`` of each file.
    """

    definition: SurveyDefinition
    catalog: Catalog
    files: tuple[dict[str, Any], ...]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.catalog.n_rows

    @property
    def bands(self) -> tuple[str, ...]:
        """The survey's bands that the table has, bluest first."""
        return tuple(b for b in self.catalog.bands if b in self.definition.bands)

    @cached_property
    def position(self) -> tuple[Floats, Floats]:
        """Right ascension and declination in deg, NaN where missing."""
        position = self.catalog.position
        if position is None:
            raise CatalogError(
                "no columns were recognised as right ascension and declination",
                self.catalog.name,
                "Name them ra and dec, in degrees.",
            )
        return position

    @cached_property
    def epoch_jyr(self) -> Floats:
        """Epoch of each position, (n_rows,), in Julian years."""
        usual = np.full(self.n_rows, self.definition.epoch_jyr)
        epoch = self.number(_EPOCHS)
        if epoch is None:
            return usual
        # Modified Julian dates are told from years by their size.
        years = np.where(
            epoch > 10_000, 2000.0 + (epoch - _MJD_J2000) / _DAYS_A_YEAR, epoch
        )
        return np.where((years > 1900) & (years < 2100), years, usual)

    def id_texts(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Return the ids of some rows as text, blank where null."""
        ids = self.catalog.object_id.iloc[rows].astype("string")
        texts: NDArray[np.object_] = ids.to_numpy(dtype=object, na_value="")
        return texts

    @cached_property
    def id_width(self) -> int:
        """Bytes of the longest id as text."""
        return longest_text(self.catalog.object_id)

    @cached_property
    def _kept(self) -> dict[str | tuple[str, ...], Any]:
        """What has been made once and is asked for with every portion."""
        return {}

    def measured(self, band: str) -> Measured:
        """Return what the survey says of a band, for its own rows, as float32."""
        if band not in self._kept:
            self._kept[band] = _measure(self, band)
        measured: Measured = self._kept[band]
        return measured

    def doubted(self) -> NDArray[np.bool_] | None:
        """Return which rows the survey's own flags doubt, None without such columns."""
        if "doubted" not in self._kept:
            hits = list(doubted_by_survey(self.catalog).values())
            self._kept["doubted"] = np.logical_or.reduce(hits) if hits else None
        doubted: NDArray[np.bool_] | None = self._kept["doubted"]
        return doubted

    def number(self, names: Sequence[str]) -> Floats | None:
        """Return the first column that bears one of the names, NaN where not finite."""
        key = tuple(names)
        if key not in self._kept:
            column = self.column(names)
            self._kept[key] = None if column is None else _finite(column)
        values: Floats | None = self._kept[key]
        return values

    def column(self, names: Sequence[str]) -> "pd.Series[Any] | None":
        """Return the first column that bears one of the names, None without."""
        here = {plain_name(c): c for c in reversed(self.catalog.raw.frame.columns)}
        for name in names:
            if plain_name(name) in here:
                return self.catalog.raw.frame[here[plain_name(name)]]
        return None


def open_survey(key: str, paths: Sequence[Path]) -> SurveyTable:
    """Return the files of a survey as one table.

    Raises
    ------
    CatalogError
        If a file cannot be read or differs in its columns from the first, there is no
        row or position, or the bands are another survey's.
    """
    tables = [read_table(path) for path in paths]
    for table in tables[1:]:
        refuse_other_columns(table, tables[0])
    raw = tables[0] if len(tables) == 1 else _joined(tables)
    survey = SurveyTable(
        COMBINED_SURVEYS[key],
        Catalog(raw, recognise_columns(raw)),
        tuple(
            {"name": t.name, "sha256": t.sha256, "rows": len(t.frame)} for t in tables
        ),
    )
    refuse_other_surveys(survey.definition, survey.catalog)
    refuse_positions(survey.position, survey.catalog)
    return survey


def _joined(tables: Sequence[RawTable]) -> RawTable:
    """Return tables of the same columns as one, the rows in order."""
    frame = pd.concat([table.frame for table in tables], ignore_index=True)
    meta = {k: v for table in reversed(tables) for k, v in table.meta.items()}
    return replace(tables[0], frame=frame, meta=meta)


def _finite(column: "pd.Series[Any]") -> Floats:
    """Return a column's numbers, NaN where it has none."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    return np.where(np.isfinite(values), values, np.nan)


def _measure(survey: SurveyTable, band: str) -> Measured:
    """Return what a survey says of a band, in small types.

    Of a survey they stay in memory while the primary's rows go by.
    """
    measured = survey.catalog.measured(band)
    if survey.definition.snr is not None and not np.isfinite(measured.error).any():
        error = _errors_from_snr(survey, band)
        measured = measured._replace(
            error=error, flux_error=error_of_flux(measured.flux, error)
        )
    magnitude, error, flux, flux_error, status = measured
    return Measured(
        magnitude.astype(np.float32), error.astype(np.float32),
        flux.astype(np.float32), flux_error.astype(np.float32), status,
    )  # fmt: skip


def longest_text(column: "pd.Series[Any]") -> int:
    """Return the bytes of a column's longest value as text."""
    present = column.dropna()
    if pd.api.types.is_integer_dtype(present.dtype) and len(present):
        return max(len(str(present.min())), len(str(present.max())))
    lengths = present.drop_duplicates().astype("string").str.encode("utf-8").str.len()
    return int(lengths.max()) if len(lengths) else 1


def _errors_from_snr(survey: SurveyTable, band: str) -> Floats:
    """Return magnitude errors from a band's signal to noise, NaN where unknown."""
    definition = survey.definition
    snr = survey.number([definition.spelt(str(definition.snr), band)])
    if snr is None:
        return np.full(survey.n_rows, np.nan)
    error: Floats = POGSON / np.where(snr > 0, snr, np.nan)
    return error
