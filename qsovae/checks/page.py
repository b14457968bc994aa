"""A check as one HTML file that needs nothing else: no script, nothing to load.

Within checks: above pictures.
"""

from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from qsovae.bands import QUALITY_DESCRIPTIONS, Quality
from qsovae.checks.report import CheckReport, Finding
from qsovae.pages import figure_html, page_html, table_html
from qsovae.tables import write_file

# By key of the report: what it is called on the page.
_COLUMNS = {
    "column": "column", "role": "role", "band": "band", "unit": "unit",
    "system": "system", "sentinels": "codes for missing",
    "observed_share": "observed", "nulls": "null", "nans": "NaN",
    "sentinel_rows": "sentinel", "upper_limits": "upper limit",
    "outside_footprint": "not looked at", "non_finite": "infinite",
    "non_positive_errors": "error ≤ 0", "small_errors": "error too small",
    "duplicate_ids": "id twice",
    "out_of_range": "off the sphere", "minimum": "minimum", "median": "median",
    "maximum": "maximum", "reason": "why",
}  # fmt: skip


def write_check_page(report: CheckReport, path: Path | str) -> None:
    """Write a check with figures of its sample as one HTML file.

    The same catalog and mapping give the same bytes.

    Raises
    ------
    CatalogError
        If the file cannot be written.
    """
    write_file(Path(path), check_page(report).encode("utf-8"))


def check_page(report: CheckReport) -> str:
    """Return the HTML of a check."""
    # Takes long to load, and a check without a page needs none of it.
    from qsovae.checks.pictures import catalog_pictures

    parts = [
        f"<h1>{escape(report.name)}</h1>",
        f"<p>{report.n_rows:,} rows, {len(report.columns):,} columns. SHA-256 of the "
        f"file: <code>{escape(report.sha256)}</code></p>",
        "<h2>Findings</h2>",
        _findings(report.findings),
    ]
    if report.is_simulated:
        words = "Simulated data: this catalog says nothing of the sky."
        parts.insert(0, f'<p class="simulated">{words}</p>')
    for picture in catalog_pictures(report.sample, report.n_rows):
        parts.append(f"<h2>{escape(picture.title)}</h2>\n{figure_html(picture)}")
    parts += [
        "<h2>Columns</h2>", _column_table(report.columns),
        "<h2>Quality bits</h2>",
        "<p>No row is dropped: a doubtful value counts as unobserved, and a bit of the "
        "row says why.</p>",
        _quality_table(report.quality_counts),
    ]  # fmt: skip
    return page_html(f"Check of {report.name}", "\n".join(parts))


def _findings(findings: tuple[Finding, ...]) -> str:
    """Return the findings as a table, errors first."""
    if not findings:
        return "<p>Nothing to complain about.</p>"
    counts = []
    for severity in ("error", "warning", "note"):
        n = sum(f.severity == severity for f in findings)
        counts.append(f"{n:,} {severity}" + "s" * (n != 1))
    lines = [
        [
            f'<span class="{escape(f.severity)}">{escape(f.severity)}</span>',
            escape(f.column or ""), escape(f.message), f"{f.n_rows:,}",
            escape(", ".join(map(str, f.rows))), escape(f.fix),
        ]
        for f in findings
    ]  # fmt: skip
    header = ["", "column", "what", "rows", "first rows", "what to do"]
    return f"<p>{', '.join(counts)}.</p>" + table_html(header, lines, numbers={3})


def _column_table(columns: pd.DataFrame) -> str:
    """Return the table by column."""
    here = [key for key in _COLUMNS if key in columns]
    words = {"column", "role", "band", "unit", "system", "sentinels", "reason"}
    lines = [
        [_cell(key, line[key]) for key in here] for line in columns.to_dict("records")
    ]
    numbers = {i for i, key in enumerate(here) if key not in words}
    return table_html([_COLUMNS[key] for key in here], lines, numbers, kind="wide")


def _cell(key: str, value: Any) -> str:
    """Return one value as HTML; nothing where it is missing."""
    if pd.isna(value):
        return ""
    if key == "observed_share":
        return f"{value:.1%}"
    if isinstance(value, float):
        return f"{value:.5g}"
    return escape(f"{value:,}" if isinstance(value, int) else str(value))


def _quality_table(counts: dict[str, int]) -> str:
    """Return how many rows have each quality bit."""
    lines = [
        [escape(name), f"{n:,}", escape(QUALITY_DESCRIPTIONS[Quality[name]])]
        for name, n in counts.items()
    ]
    return table_html(["quality", "rows", "meaning"], lines, numbers={1})
