"""What is wrong or doubtful in a catalog: a table by column, and findings in words.

Layer: above catalog, beside features. Only looks; nothing is changed.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import Quality
from qsovae.catalog import Catalog, is_sentinel
from qsovae.columns import Column

_SHOWN_ROWS = 5
_COORDINATE_RANGES = {"ra": (0.0, 360.0), "dec": (-90.0, 90.0)}  # deg
_COUNTS = (
    "sentinel_rows",
    "non_finite",
    "non_positive_errors",
    "duplicate_ids",
    "out_of_range",
)


@dataclass(frozen=True)
class Finding:
    """One thing to know.

    Attributes
    ----------
    severity : str
        ``error`` (results would be wrong), ``warning`` (values were set aside) or
        ``note``.
    column : str or None
    message, fix : str
    n_rows : int
        How many rows it concerns.
    rows : tuple of int
        The first of them, counted from 0.
    """

    severity: str
    column: str | None
    message: str
    n_rows: int
    rows: tuple[int, ...]
    fix: str


@dataclass(frozen=True)
class CheckReport:
    """Outcome of a check.

    Attributes
    ----------
    name : str
        File name.
    n_rows : int
    is_simulated : bool
    columns : DataFrame
        One line a column: role, band, unit, system, sentinels, rows, nulls, nans,
        sentinel_rows, non_finite, non_positive_errors, duplicate_ids (rows whose id
        another row has), out_of_range (coordinates off the sphere), observed_share,
        minimum, median, maximum (of observed values), reason. A count that has no
        meaning for a column is missing.
    findings : tuple of Finding
        Errors first.
    quality_counts : dict
        Rows with each quality bit.
    """

    name: str
    n_rows: int
    is_simulated: bool
    columns: pd.DataFrame
    findings: tuple[Finding, ...]
    quality_counts: dict[str, int]

    @property
    def has_errors(self) -> bool:
        """Whether a finding is an error."""
        return any(f.severity == "error" for f in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        columns = self.columns.astype(object).where(self.columns.notna(), None)
        return {
            "catalog": self.name,
            "rows": self.n_rows,
            "is_simulated": self.is_simulated,
            "columns": columns.to_dict("records"),
            "findings": [asdict(f) | {"rows": list(f.rows)} for f in self.findings],
            "quality": self.quality_counts,
        }


def check_catalog(catalog: Catalog) -> CheckReport:
    """Return what a look at every column and row of a catalog finds."""
    columns = [_column_line(catalog, c) for c in catalog.mapping.columns]
    table = pd.DataFrame(columns).astype(dict.fromkeys(_COUNTS, "Int64"))
    findings = [
        *_table_findings(catalog),
        *_column_findings(catalog, table),
        *(Finding("note", None, note, 0, (), "") for note in catalog.raw.notes),
    ]
    order = {"error": 0, "warning": 1, "note": 2}
    findings.sort(key=lambda f: order[f.severity])
    quality = catalog.quality
    counts = {
        str(bit.name): int(np.count_nonzero(quality & bit))
        for bit in Quality
        if bit is not Quality.NOTHING_OBSERVED
    }
    return CheckReport(
        catalog.name,
        catalog.n_rows,
        catalog.is_simulated,
        table,
        tuple(findings),
        counts,
    )


def _column_line(catalog: Catalog, column: Column) -> dict[str, Any]:
    """Return one column's line of the quality table."""
    values = catalog.raw.frame[column.name]
    line: dict[str, Any] = {
        "column": column.name, "role": column.role, "band": column.band,
        "unit": column.unit, "system": column.system,
        "sentinels": ", ".join(f"{s:g}" for s in column.sentinels),
        "rows": len(values),
    }  # fmt: skip
    is_float = pd.api.types.is_float_dtype(values.dtype)
    missing = int(values.isna().sum())
    line |= {"nulls": 0 if is_float else missing, "nans": missing if is_float else 0}
    line |= dict.fromkeys(_COUNTS)
    if column.role == "id":
        doubles = (catalog.quality & Quality.DUPLICATE_ID) > 0
        line["duplicate_ids"] = int(doubles.sum())
    if pd.api.types.is_numeric_dtype(values.dtype):
        raw = values.to_numpy(dtype=np.float64, na_value=np.nan)
        clean = raw
        if column.role.startswith(("magnitude", "feature")):
            clean = catalog.values(column.name)
        line |= _number_cells(raw, clean, column)
    else:
        line |= {"observed_share": 1.0 - missing / max(len(values), 1)}
    return line | {"reason": column.reason}


def _number_cells(
    raw: NDArray[np.float64], clean: NDArray[np.float64], column: Column
) -> dict[str, Any]:
    """Return the cells that only a column of numbers has."""
    observed = clean[np.isfinite(clean)]
    low, middle, high = (
        np.percentile(observed, [0, 50, 100]) if observed.size else (np.nan,) * 3
    )
    cells = {
        "sentinel_rows": int(is_sentinel(raw, column.sentinels).sum()),
        "non_finite": int(np.isinf(raw).sum()),
    }
    if column.role.endswith("error"):
        cells["non_positive_errors"] = int((raw <= 0).sum())
    if column.role in _COORDINATE_RANGES:
        first, last = _COORDINATE_RANGES[column.role]
        cells["out_of_range"] = int(((raw < first) | (raw > last)).sum())
    return cells | {
        "observed_share": observed.size / max(raw.size, 1),
        "minimum": float(low),
        "median": float(middle),
        "maximum": float(high),
    }


def _rows(hit: NDArray[np.bool_]) -> tuple[int, tuple[int, ...]]:
    """Return how many rows and the first few."""
    where = np.flatnonzero(hit)
    return len(where), tuple(int(r) for r in where[:_SHOWN_ROWS])


def _table_findings(catalog: Catalog) -> list[Finding]:
    """Return findings on the table as a whole: rows, ids, positions."""
    found = []
    if not catalog.n_rows:
        fix = "Give a catalog with rows."
        found.append(Finding("error", None, "the catalog has no rows", 0, (), fix))
    for bit, severity, message, fix in (
        (Quality.DUPLICATE_ID, "warning", "ids occur more than once",
         "Rows keep their number as well; check the match that made the catalog."),
        (Quality.INVALID_POSITION, "warning", "positions are missing or off the sphere",
         "Right ascension runs from 0 to 360, declination from -90 to 90 deg."),
    ):  # fmt: skip
        count, rows = _rows((catalog.quality & bit) > 0)
        if count:
            role = "id" if bit is Quality.DUPLICATE_ID else "ra"
            column = catalog.mapping.only(role)
            found.append(Finding(severity, column, message, count, rows, fix))
    if catalog.id_is_row:
        found.append(
            Finding("note", None, "no id column: rows are named by their number", 0, (),
                    "Give a column the role 'id' if one is unique.")
        )  # fmt: skip
    if not any(c.role in ("magnitude", "feature") for c in catalog.mapping.columns):
        found.append(
            Finding("error", None, "no column was recognised as a measurement", 0, (),
                    "Give columns the role 'magnitude' or 'feature'.")
        )  # fmt: skip
    return found


def _column_findings(catalog: Catalog, table: pd.DataFrame) -> list[Finding]:
    """Return findings on single columns."""
    found: list[Finding] = []
    for line in table.to_dict("records"):
        if not str(line["role"]).startswith(("magnitude", "feature")):
            continue
        name = line["column"]
        if line["observed_share"] == 0 and catalog.n_rows:
            found.append(
                Finding("warning", name, "nothing was observed in this column",
                        catalog.n_rows, (), "Ignore it, or correct its sentinels.")
            )  # fmt: skip
        found += _value_findings(catalog, str(name), line)
    return found


def _value_findings(catalog: Catalog, name: str, line: dict[str, Any]) -> list[Finding]:
    """Return findings on the values of one measured column."""
    raw = pd.to_numeric(catalog.raw.frame[name], errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    column = catalog.mapping.column(name)
    tests: list[tuple[str, Callable[[], NDArray[np.bool_]], str, str]] = [
        ("sentinel_rows", lambda: is_sentinel(raw, column.sentinels),
         "values are codes for 'missing' and count as unobserved", ""),
        ("non_finite", lambda: np.isinf(raw),
         "values are infinite and count as unobserved", ""),
        ("non_positive_errors", lambda: raw <= 0,
         "errors are zero or negative and count as unknown",
         "Check how the errors were made."),
    ]  # fmt: skip
    found = []
    for key, hit, message, fix in tests:
        if not pd.isna(line[key]) and line[key]:
            count, rows = _rows(hit())
            severity = "note" if key == "sentinel_rows" else "warning"
            found.append(Finding(severity, name, message, count, rows, fix))
    return found
