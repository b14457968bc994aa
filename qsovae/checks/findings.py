"""Findings on a table and its columns, in words.

Within checks: above report.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import Quality, band_columns
from qsovae.catalog import Catalog, is_sentinel
from qsovae.checks.report import Finding
from qsovae.recognition import rows_of_text

_SHOWN_ROWS = 5


def _rows(hit: NDArray[np.bool_]) -> tuple[int, tuple[int, ...]]:
    """Return how many rows and the first few."""
    where = np.flatnonzero(hit)
    return len(where), tuple(int(r) for r in where[:_SHOWN_ROWS])


def table_findings(catalog: Catalog) -> list[Finding]:
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


def column_findings(catalog: Catalog, table: pd.DataFrame) -> list[Finding]:
    """Return findings on single columns."""
    found: list[Finding] = []
    for line in table.to_dict("records"):
        if not str(line["role"]).startswith(("magnitude", "feature")):
            found += _text_findings(catalog, str(line["column"]))
            continue
        name = line["column"]
        if line["observed_share"] == 0 and catalog.n_rows:
            found.append(
                Finding("warning", name, "nothing was observed in this column",
                        catalog.n_rows, (), "Ignore it, or correct its sentinels.")
            )  # fmt: skip
        found += _value_findings(catalog, str(name), line)
    return found


def _text_findings(catalog: Catalog, name: str) -> list[Finding]:
    """Return a finding if a band's column was set aside because of text in it."""
    values = catalog.raw.frame[name]
    if name not in band_columns(list(catalog.raw.frame.columns)):
        return []
    rows = rows_of_text(values)
    if not rows.size or catalog.mapping.column(name).role != "ignore":
        return []
    return [
        Finding("warning", name,
                f"named like a magnitude, but not all are numbers: "
                f"{values.iloc[rows[0]]!r}",
                rows.size, tuple(map(int, rows[:_SHOWN_ROWS])),
                "Mend the values, then the column is used.")
    ]  # fmt: skip


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
        ("non_positive_errors",
         lambda: (raw <= 0) & ~is_sentinel(raw, column.sentinels),
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
