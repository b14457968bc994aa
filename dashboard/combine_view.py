"""Part of the Combine page: what came of it, in numbers, pictures and files."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import figures
from dashboard.combined import read_report, report_text, result_path, result_source
from dashboard.layout import (
    PAGES,
    download_table,
    escaped,
    show_figure,
    simulated_badge,
)
from dashboard.sources import Source
from dashboard.state import current_view

# What the page says of each survey: words and form; files have the report's own names.
_MATCH_COLUMNS = {
    "matches": ("matches", "localized"),
    "share": ("of the rows", "percent"),
    "in_footprint": ("rows in footprint", "localized"),
    "radius_arcsec": ("radius, ″", "%.2f"),
    "suggested_radius_arcsec": ("suggested, ″", "%.2f"),
    "chance_rate": ("chance rate", "percent"),
    "chance_matches": ("chance matches", "%.1f"),
    "ambiguous": ("ambiguous", "localized"),
    "tied": ("tied", "localized"),
    "shared": ("shared", "localized"),
}
_MEANINGS = """
- **chance rate**: the share of rows in the footprint that a random position would match
- **chance matches**: how many of the matches are expected to be there by chance
- **ambiguous**: rows with more than one source within the radius
- **tied**: of these, rows with another source equally near
- **shared**: rows whose partner is nearer to another row
"""


def show_result(name: str) -> None:
    """Show the report of a result, with everything in it as files.

    Raises
    ------
    CatalogError
        If the report cannot be read.
    """
    report = read_report(name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(escaped(f"{name}.fits"), anchor=False, width="content")
        if report["is_simulated"]:
            simulated_badge()
        _offer_result(name, report)
    table = match_table(report)
    cells = st.columns(max(len(table) + 1, 4))
    cells[0].metric("Rows", f"{report['rows']:,}")
    for cell, line in zip(cells[1:], table.to_dict("records"), strict=False):
        cell.metric(f"With {escaped(line['title'])}", f"{line['share']:.1%}")
    st.dataframe(
        table, hide_index=True, key="combine_table", placeholder="—",
        column_order=["title", *_MATCH_COLUMNS],
        column_config={"title": st.column_config.TextColumn("survey", pinned=True)} | {
            key: st.column_config.NumberColumn(words, format=form)
            for key, (words, form) in _MATCH_COLUMNS.items()
        },
    )  # fmt: skip
    with st.container(horizontal=True):
        download_table(lambda: table, f"{name}_matches", label="Matches (CSV)")
        with st.popover("What these mean", icon=":material/help:"):
            st.markdown(_MEANINGS)
    _show_separations(name, report)
    _show_origin(name, report)


def _offer_result(name: str, report: dict[str, Any]) -> None:
    """Offer the combined catalog and its report, and lead to its page."""
    path, source = result_path(name), result_source(name)
    if not path.is_file():
        st.warning("Only its report is left: the catalog was removed.")
        return
    if source is not None and st.button(
        "Open it as catalog", key="combine_open", type="primary",
        icon=":material/table_chart:", on_click=_open, args=(source,),
    ):  # fmt: skip
        st.switch_page(PAGES["catalog"].path)
    st.download_button(
        "FITS", data=path.read_bytes, file_name=path.name, key="download_combined",
        mime="application/fits", icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    st.download_button(
        "Report (JSON)", data=lambda: report_text(report), file_name=f"{name}.json",
        mime="application/json", key="download_report", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip


def _open(source: Source) -> None:
    current_view().catalog = source.key


def match_table(report: dict[str, Any]) -> pd.DataFrame:
    """Return the numbers of each survey's match, one line a survey."""
    rows = report["primary"]["rows"]
    return pd.DataFrame(
        [
            {
                "survey": key, "title": entry["title"], "rows": entry["rows"],
                "share": entry["matches"] / rows if rows else None,
            } | {name: entry[name] for name in _MATCH_COLUMNS if name != "share"}
            for key, entry in report["surveys"].items()
        ],
        columns=["survey", "title", "rows", *_MATCH_COLUMNS],
    )  # fmt: skip


def separation_table(entry: dict[str, Any]) -> pd.DataFrame:
    """Return the pairs of one survey by separation, as its figure takes them."""
    counts = entry["separations"]
    edges = counts["edges_arcsec"]
    return pd.DataFrame(
        {
            "from_arcsec": edges[:-1], "to_arcsec": edges[1:],
            "pairs": counts["pairs"], "chance": counts["chance"],
        }
    )  # fmt: skip


def _show_separations(name: str, report: dict[str, Any]) -> None:
    """Show for each survey how far apart partners are, and what is to be said of it."""
    places = st.columns(2, gap="medium")
    for number, (survey, entry) in enumerate(report["surveys"].items()):
        with places[number % 2]:
            st.markdown(f"**{escaped(entry['title'])}**")
            table = separation_table(entry)
            figure = figures.separation_figure(
                table, entry["radius_arcsec"], entry["suggested_radius_arcsec"],
                is_simulated=report["is_simulated"],
            )  # fmt: skip
            show_figure(figure, f"{name}_{survey}_separations", table)
            for note in entry["notes"]:
                st.caption(escaped(note))


def file_table(report: dict[str, Any]) -> pd.DataFrame:
    """Return the files that a result was made from, one line each."""
    parts = [report["primary"], *report["surveys"].values()]
    return pd.DataFrame(
        [
            (part["title"], file["name"], file["rows"], file["sha256"])
            for part in parts
            for file in part["files"]
        ]
        + [
            ("dust map", file["name"], None, file["sha256"])
            for file in report.get("dust_map", [])
        ],
        columns=["survey", "file", "rows", "sha256"],
    )


def _show_origin(name: str, report: dict[str, Any]) -> None:
    """Show from which files the result was made, and which columns it has."""
    for note in report["notes"]:
        st.caption(escaped(note))
    files, columns = st.tabs(["Files", "Columns"])
    table = file_table(report)
    with files:
        st.dataframe(table, hide_index=True, key="combine_files_table", placeholder="")
        download_table(lambda: table, f"{name}_files", label="Files (CSV)")
    columns.write(escaped(", ".join(report["columns"])))
