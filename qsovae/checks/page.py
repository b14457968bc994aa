"""A check as one HTML file that needs nothing else: no script, nothing to load.

Within checks: above pictures.
"""

import base64
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from qsovae.bands import QUALITY_DESCRIPTIONS, Quality
from qsovae.checks.report import CheckReport, Finding
from qsovae.tables import write_file

if TYPE_CHECKING:
    from qsovae.checks.pictures import Picture

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
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff;
  max-width: 1180px; margin: 0 auto; padding: 24px; }
h1 { font-size: 1.6rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
p { max-width: 75ch; }
.simulated { background: #d55e00; color: #fff; font-weight: 700; padding: 8px 14px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; }
th, td { padding: 4px 10px; text-align: left; vertical-align: top;
  border-bottom: 1px solid #d8dee4; }
th { background: #f3f5f7; }
.wide td { white-space: nowrap; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.error { color: #a33f00; font-weight: 700; }
.warning { color: #7a5200; font-weight: 700; }
.note { color: #00517d; }
figure { margin: 0 0 1.5rem; }
figure img { max-width: 100%; height: auto; }
figcaption { color: #4a525a; max-width: 75ch; }
@media print { body { padding: 0; } figure, tr { break-inside: avoid; } }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Check of {name}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


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
    parts += [
        _figure(picture) for picture in catalog_pictures(report.sample, report.n_rows)
    ]
    parts += [
        "<h2>Columns</h2>", _column_table(report.columns),
        "<h2>Quality bits</h2>",
        "<p>No row is dropped: a doubtful value counts as unobserved, and a bit of the "
        "row says why.</p>",
        _quality_table(report.quality_counts),
    ]  # fmt: skip
    title = escape(report.name)
    return _PAGE.format(name=title, style=_STYLE, body="\n".join(parts))


def _figure(picture: "Picture") -> str:
    """Return a figure, its SVG within the page."""
    content = base64.b64encode(picture.svg).decode("ascii")
    return (
        f"<h2>{escape(picture.title)}</h2>\n<figure>"
        f'<img alt="{escape(picture.title)}" '
        f'src="data:image/svg+xml;base64,{content}">'
        f"<figcaption>{escape(picture.about)}</figcaption></figure>"
    )


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
    return f"<p>{', '.join(counts)}.</p>" + _table(header, lines, numbers={3})


def _column_table(columns: pd.DataFrame) -> str:
    """Return the table by column."""
    here = [key for key in _COLUMNS if key in columns]
    words = {"column", "role", "band", "unit", "system", "sentinels", "reason"}
    lines = [
        [_cell(key, line[key]) for key in here] for line in columns.to_dict("records")
    ]
    numbers = {i for i, key in enumerate(here) if key not in words}
    return _table([_COLUMNS[key] for key in here], lines, numbers, kind="wide")


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
    return _table(["quality", "rows", "meaning"], lines, numbers={1})


def _table(
    header: Iterable[str],
    lines: Iterable[list[str]],
    numbers: set[int],
    kind: str = "plain",
) -> str:
    """Return an HTML table of cells that are HTML already."""
    head = "".join(f"<th>{escape(h)}</th>" for h in header)
    rows = [
        "<tr>"
        + "".join(
            f'<td class="n">{c}</td>' if i in numbers else f"<td>{c}</td>"
            for i, c in enumerate(line)
        )
        + "</tr>"
        for line in lines
    ]
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>'
        + head
        + "</tr></thead><tbody>\n"
        + "\n".join(rows)
        + "\n</tbody></table></div>"
    )
