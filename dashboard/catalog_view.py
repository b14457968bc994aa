"""Parts of the Catalog page: quality, pictures, rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache, figures
from dashboard.layout import (
    download_table,
    escaped,
    page_link,
    show_figure,
    simulated_badge,
)
from dashboard.quality_filter import choose_quality
from dashboard.sources import Source
from dashboard.state import View

_ICONS = {"error": ":material/error:", "warning": ":material/warning:",
          "note": ":material/info:"}  # fmt: skip
# What the page shows of the check, in a few words; files have every column.
_QUALITY_COLUMNS = {
    "observed_share": ("observed", "percent"),
    "nulls": ("null", "localized"),
    "nans": ("NaN", "localized"),
    "sentinel_rows": ("sentinel", "localized"),
    "upper_limits": ("upper limit", "localized"),
    "outside_footprint": ("not looked at", "localized"),
    "non_finite": ("infinite", "localized"),
    "non_positive_errors": ("error ≤ 0", "localized"),
    "small_errors": ("error too small", "localized"),
    "duplicate_ids": ("id twice", "localized"),
    "out_of_range": ("off the sphere", "localized"),
    "minimum": ("minimum", "%.4g"),
    "median": ("median", "%.4g"),
    "maximum": ("maximum", "%.4g"),
}
_PREVIEW_ROWS = 200
_MOST_FINDINGS = 40
# Beyond, a file is made in memory for longer than a page should wait.
_MOST_FLAGGED_ROWS = 1_000_000


def show_head(
    source: Source, catalog: qsovae.Catalog, report: qsovae.CheckReport
) -> None:
    """Show a catalog's name and size, and how many of its rows are doubtful."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(escaped(source.path.name), anchor=False, width="content")
        if catalog.is_simulated:
            simulated_badge()
        page_link("train", "Train on this catalog")
    cells = st.columns(4)
    doubtful = int(((report.quality & qsovae.DOUBTS) > 0).sum())
    cells[0].metric("Rows", f"{catalog.n_rows:,}")
    cells[1].metric("Columns", f"{len(report.columns):,}")
    cells[2].metric("Bands", f"{len(catalog.bands)}")
    cells[3].metric(
        "Doubtful rows", f"{doubtful:,}",
        help="With a quality bit other than for an upper limit, a place outside of a "
        "footprint or a crowded beam; see Quality.",
    )  # fmt: skip


def show_quality(
    source: Source, report: qsovae.CheckReport, catalog: qsovae.Catalog
) -> None:
    """Show findings, the table by column and the quality bits."""
    st.caption(
        "No row is dropped: a doubtful value counts as unobserved, and a bit says why."
    )
    if not report.findings:
        st.success("Nothing to complain about.", icon=":material/check:")
    lines = [_finding_line(finding) for finding in report.findings[:_MOST_FINDINGS]]
    if lines:
        with st.container(border=True, key="findings"):
            st.markdown("\n".join(lines))
    st.dataframe(
        report.columns, hide_index=True, key="quality_table", placeholder="",
        column_order=["column", "role", *_QUALITY_COLUMNS],
        column_config={"column": st.column_config.TextColumn(pinned=True)} | {
            name: st.column_config.NumberColumn(words, format=form)
            for name, (words, form) in _QUALITY_COLUMNS.items()
        },
    )  # fmt: skip
    bits = quality_bits(report)
    st.dataframe(bits, hide_index=True, key="quality_bits")
    with st.container(horizontal=True):
        stem = source.path.stem
        download_table(
            lambda: report.columns, f"{stem}_quality", label="By column (CSV)"
        )
        download_table(lambda: bits, f"{stem}_quality_bits", label="Quality bits (CSV)")
        if report.n_rows <= _MOST_FLAGGED_ROWS:
            download_table(
                lambda: qsovae.flag_table(catalog.object_id, report.quality),
                f"{stem}_flags", suffix=".parquet", label="Flags of each row (Parquet)",
            )  # fmt: skip
        else:
            st.caption("Flags of each row: `qsovae check CATALOG --flags FILE`.")
        st.download_button(
            "Report (HTML)", data=lambda: qsovae.check_page(report),
            file_name=f"{stem}_check.html", mime="text/html", key="download_check",
            icon=":material/download:", on_click="ignore",
            help="All of this with pictures, in one file that needs no network",
        )  # fmt: skip


def _finding_line(finding: qsovae.Finding) -> str:
    """Return a finding as one line of Markdown, the catalog's words escaped."""
    place = f"**{escaped(finding.column)}**: " if finding.column else ""
    rows = f" ({finding.n_rows:,} rows)" if finding.n_rows else ""
    fix = f". {escaped(finding.fix)}" if finding.fix else ""
    return f"- {_ICONS[finding.severity]} {place}{escaped(finding.message)}{rows}{fix}"


def show_rows_by_quality(
    view: View, source: Source, catalog: qsovae.Catalog, report: qsovae.CheckReport
) -> None:
    """Show the rows with, or without, bits of one's choice, to look at and to take."""
    bits = pd.Series(report.quality)
    choose_quality(view, bits, "catalog")
    if not view.quality:
        return
    kept = qsovae.quality_mask(bits, view.quality_choice, view.quality)
    rows = catalog.raw.frame[kept]
    shown = rows.head(_PREVIEW_ROWS)
    st.caption(f"The first {len(shown):,} of {len(rows):,} rows, as in the file.")
    st.dataframe(shown, hide_index=True, key="rows_by_quality", placeholder="")
    stem = source.path.stem
    download_table(lambda: rows, f"{stem}_by_quality", label="These rows (CSV)")


def quality_bits(report: qsovae.CheckReport) -> pd.DataFrame:
    """Return how many rows have each quality bit, with its meaning."""
    meaning = {bit.name: text for bit, text in qsovae.QUALITY_DESCRIPTIONS.items()}
    return pd.DataFrame(
        [(name, rows, meaning[name]) for name, rows in report.quality_counts.items()],
        columns=["quality", "rows", "meaning"],
    )


def show_pictures(source: Source, catalog: qsovae.Catalog) -> None:
    """Show which share of rows each band observed, and how bright they are."""
    if not catalog.bands:
        st.info("No column is taken for a magnitude: give one the role under Columns.")
        return
    shares, counts = cache.band_tables(source, catalog.mapping)
    left, right = st.columns(2)
    simulated, stem = catalog.is_simulated, source.path.stem
    with left:
        st.subheader("Observed share", anchor=False)
        figure = figures.observed_figure(shares, is_simulated=simulated)
        show_figure(figure, f"{stem}_observed", shares)
    with right:
        st.subheader("Magnitudes", anchor=False)
        figure = figures.magnitude_figure(counts, is_simulated=simulated)
        show_figure(figure, f"{stem}_magnitudes", counts)


def show_rows(raw: qsovae.RawTable, source: Source) -> None:
    """Show the first rows as they are in the file."""
    shown = raw.frame.head(_PREVIEW_ROWS)
    st.caption(f"The first {len(shown):,} rows, as in the file.")
    st.dataframe(shown, hide_index=True, key="catalog_rows", placeholder="")
    stem = source.path.stem
    download_table(lambda: raw.frame, f"{stem}_rows", label="All rows (CSV)")
