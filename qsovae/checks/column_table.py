"""One line a column: what it is, and counts of what it holds.

Within checks: above coverage and error_columns.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from qsovae.bands import Quality, band_columns
from qsovae.catalog import Catalog, is_sentinel
from qsovae.checks.coverage import Missing, missing_in
from qsovae.checks.error_columns import is_too_small
from qsovae.checks.report import Finding, Hits
from qsovae.checks.stars import Floats, Mask
from qsovae.columns import Column
from qsovae.recognition import rows_of_text

_COORDINATE_RANGES = {"ra": (0.0, 360.0), "dec": (-90.0, 90.0)}  # deg
COUNTS = (
    "sentinel_rows",
    "upper_limits",
    "outside_footprint",
    "non_finite",
    "non_positive_errors",
    "small_errors",
    "duplicate_ids",
    "out_of_range",
)
MEASURES = ("observed_share", "minimum", "median", "maximum")
# Severity, message and fix of the counts that are findings as well.
_TOLD = {
    "sentinel_rows": (
        "note", "values are codes for 'missing' and count as unobserved", ""),
    "non_finite": ("warning", "values are infinite and count as unobserved", ""),
    "non_positive_errors": (
        "warning", "errors are zero or negative and count as unknown",
        "Check how the errors were made."),
}  # fmt: skip


class ColumnTable:
    """Counts what every column holds, portion by portion.

    Parameters
    ----------
    sample : Catalog
        Medians are its medians.
    """

    def __init__(self, sample: Catalog) -> None:
        named_bands = band_columns(list(sample.raw.frame.columns))
        self._lines = [
            _ColumnLine(column, sample, is_band=column.name in named_bands)
            for column in sample.mapping.columns
        ]

    def see(self, portion: Catalog, start: int) -> None:
        """Count a portion's rows."""
        missing = {band: missing_in(portion, band) for band in portion.bands}
        for line in self._lines:
            line.see(portion, start, missing)

    def table(self, quality_counts: dict[str, int]) -> pd.DataFrame:
        """Return one line a column; see ``CheckReport``."""
        kinds = dict.fromkeys(COUNTS, "Int64") | dict.fromkeys(MEASURES, "float64")
        n_doubles = quality_counts[str(Quality.DUPLICATE_ID.name)]
        lines = [line.cells(n_doubles) for line in self._lines]
        return pd.DataFrame(lines).astype(kinds)

    def findings(self) -> list[Finding]:
        """Return findings on single columns."""
        return [finding for line in self._lines for finding in line.findings()]


class _ColumnLine:
    """What one column holds."""

    def __init__(self, column: Column, sample: Catalog, *, is_band: bool) -> None:
        self._column = column
        values = sample.raw.frame[column.name]
        self._is_float = pd.api.types.is_float_dtype(values.dtype)
        self._is_number = pd.api.types.is_numeric_dtype(values.dtype)
        self._is_measured = column.is_measurement
        self._is_set_aside = is_band and column.role == "ignore"
        self._hits: dict[str, Hits] = {}
        self._text: tuple[Hits, Any] = Hits(), None
        self._n_rows = self._n_missing = self._n_observed = 0
        self._lowest, self._highest = np.inf, -np.inf
        self._median = np.nan
        if self._is_number:
            observed = self._clean(sample)
            observed = observed[np.isfinite(observed)]
            self._median = float(np.median(observed)) if observed.size else np.nan

    def _clean(self, portion: Catalog) -> Floats:
        """Return the numbers without what is doubtful, as they are used."""
        if self._is_measured:
            return portion.values(self._column.name)
        return self._raw(portion)

    def _raw(self, portion: Catalog) -> Floats:
        values = portion.raw.frame[self._column.name]
        if not self._is_number:
            values = pd.to_numeric(values, errors="coerce")
        raw: Floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return raw

    def see(self, portion: Catalog, start: int, missing: Mapping[str, Missing]) -> None:
        """Count a portion's rows."""
        values = portion.raw.frame[self._column.name]
        self._n_rows += len(values)
        n_missing = int(values.isna().sum())
        self._n_missing += n_missing
        if self._is_set_aside:
            self._see_text(values, start)
        if not self._is_number:
            self._n_observed += len(values) - n_missing
            return
        for key, hit in self._masks(portion, missing).items():
            self._hits.setdefault(key, Hits()).add(hit, start)
        clean = self._clean(portion)
        observed = clean[np.isfinite(clean)]
        self._n_observed += observed.size
        self._lowest = min(self._lowest, observed.min(initial=np.inf))
        self._highest = max(self._highest, observed.max(initial=-np.inf))

    def _masks(
        self, portion: Catalog, missing: Mapping[str, Missing]
    ) -> dict[str, Mask]:
        """Return what is counted of a column of numbers, each (n_portion,)."""
        column, raw = self._column, self._raw(portion)
        coded = is_sentinel(raw, column.sentinels)
        masks: dict[str, Mask] = {"sentinel_rows": coded, "non_finite": np.isinf(raw)}
        if column.role == "magnitude" and column.band:
            masks["upper_limits"] = missing[column.band].upper_limit
            masks["outside_footprint"] = missing[column.band].outside_footprint
        if column.role.endswith("error"):
            masks["non_positive_errors"] = (raw <= 0) & ~coded
        if column.role == "magnitude_error":
            masks["small_errors"] = is_too_small(self._clean(portion))
        if column.role in _COORDINATE_RANGES:
            first, last = _COORDINATE_RANGES[column.role]
            masks["out_of_range"] = (raw < first) | (raw > last)
        return masks

    def _see_text(self, values: "pd.Series[Any]", start: int) -> None:
        """Look for text in a column that is named like a magnitude."""
        hits, first = self._text
        hit = np.zeros(len(values), dtype=bool)
        rows = rows_of_text(values)
        hit[rows] = True
        hits.add(hit, start)
        if first is None and rows.size:
            self._text = hits, values.iloc[rows[0]]

    def cells(self, n_doubles: int) -> dict[str, Any]:
        """Return the column's line."""
        column = self._column
        cells: dict[str, Any] = {
            "column": column.name, "role": column.role, "band": column.band,
            "unit": column.unit, "system": column.system,
            "sentinels": ", ".join(f"{s:g}" for s in column.sentinels),
            "rows": self._n_rows,
            "nulls": 0 if self._is_float else self._n_missing,
            "nans": self._n_missing if self._is_float else 0,
        }  # fmt: skip
        cells |= dict.fromkeys((*COUNTS, *MEASURES))
        cells |= {key: hits.n_rows for key, hits in self._hits.items()}
        if column.role == "id":
            cells["duplicate_ids"] = n_doubles
        cells["observed_share"] = self._share()
        # An id is a name: it has no size.
        if self._is_number and self._n_observed and column.role != "id":
            cells["minimum"], cells["maximum"] = self._lowest, self._highest
            cells["median"] = self._median
        return cells | {"reason": column.reason}

    def _share(self) -> float:
        """Return which share of the rows was observed."""
        if not self._n_rows:
            return 0.0 if self._is_number else 1.0
        return self._n_observed / self._n_rows

    def findings(self) -> list[Finding]:
        """Return findings on the column."""
        name = self._column.name
        if not self._is_measured:
            hits, first = self._text
            return [
                Finding.on_rows(
                    "warning", name,
                    f"named like a magnitude, but not all are numbers: {first!r}",
                    hits, "Mend the values, then the column is used.",
                )
            ] if hits.n_rows else []  # fmt: skip
        found = [
            Finding.on_rows(severity, name, message, self._hits[key], fix)
            for key, (severity, message, fix) in _TOLD.items()
            if key in self._hits and self._hits[key].n_rows
        ]
        if self._n_rows and not self._n_observed:
            found.insert(
                0,
                Finding("warning", name, "nothing was observed in this column",
                        self._n_rows, (), "Ignore it, or correct its sentinels."),
            )  # fmt: skip
        return found
