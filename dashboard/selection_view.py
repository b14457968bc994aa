"""Part of the Explore page: the selected rows, as a table and as files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard.facets_view import facets_query
from dashboard.join_view import joined_file
from dashboard.layout import download_table, escaped
from dashboard.near_view import show_nearness
from dashboard.plane_controls import Selected
from dashboard.selections_view import filters_query
from dashboard.state import View, current_view
from dashboard.why_view import show_why

_MOST_LINES = 1000
_LARGEST_EXACT = 2**53
_SUFFIXES = {".fits": "fits", ".vot": "votable", ".csv": "csv", ".parquet": "parquet"}


def clear_selection() -> None:
    """Forget the query and the outlines."""
    view = current_view()
    view.outlines, view.query = (), None
    st.session_state["explore_query"] = ""


def show_selection(
    view: View, run: qsovae.Run, table: pd.DataFrame, selected: Selected,
    catalog: qsovae.Catalog | None,
) -> None:  # fmt: skip
    """Show the rows inside the outlines that the filters let through.

    Without an outline a query selects by itself.
    """
    chosen = selected.chosen
    counts = {
        "Shown": selected.shown, "Greyed by filters": ~selected.shown,
        "Selected": chosen, "Selected, but greyed": selected.inside & ~selected.shown,
    }  # fmt: skip
    for cell, (words, rows) in zip(st.columns(4), counts.items(), strict=True):
        cell.metric(words, f"{int(rows.sum()):,}")
    at = None
    if view.opened is not None and view.opened < len(table):
        at = str(table["object_id"].iloc[view.opened])
    if not selected.is_any:
        st.info("Outline objects on the map, or write a query, to list them here.")
        show_nearness(view, run, table, catalog, object_id=at)
        return
    picked = qsovae.selection_table(table, chosen, catalog, run)
    query = filters_query(view, facets_query(view, run, table, catalog))
    meta = qsovae.selection_meta(
        run, query, view.outlines, view.outlined_on,
        joined=joined_file(view, run, table),
    )  # fmt: skip
    with st.container(horizontal=True):
        for suffix, name in _SUFFIXES.items():
            download_table(
                lambda: picked, f"{run.name}_selection", suffix,
                key=f"download_{name}", meta=meta,
            )  # fmt: skip
        st.button("Clear selection", key="explore_clear", on_click=clear_selection,
                  icon=":material/close:")  # fmt: skip
        if query and not view.outlines:
            _cite(run, query)
    _show_lines(picked, chosen)
    show_nearness(view, run, table, catalog, query, at)
    show_why(view, run, table, chosen, catalog)


def _show_lines(picked: pd.DataFrame, chosen: NDArray[np.bool_]) -> None:
    """Show the first selected rows; the one that is clicked is opened."""
    shown = picked.head(_MOST_LINES)
    places = np.flatnonzero(chosen)

    def open_line() -> None:
        lines = st.session_state["selection_table"]["selection"]["rows"]
        if lines and lines[0] < len(shown):
            current_view().opened = int(places[lines[0]])

    st.dataframe(
        _exact(shown), hide_index=True,
        key="selection_table", placeholder="", column_config=_selection_columns(picked),
        on_select=open_line, selection_mode="single-row",
    )  # fmt: skip
    if len(picked) > _MOST_LINES:
        st.caption(
            f"The first {_MOST_LINES:,} of {len(picked):,}; files have them all."
        )
    st.caption("Choose a line, or click a row on a plane, to see the object.")


def _exact(shown: pd.DataFrame) -> pd.DataFrame:
    """Return lines with ids as text: a browser's numbers would spoil their digits."""
    long = [
        name for name in shown
        if pd.api.types.is_integer_dtype(shown[name].dtype)
        and (shown[name].abs() > _LARGEST_EXACT).any()
    ]  # fmt: skip
    return shown.astype(dict.fromkeys(["object_id", *long], "string"))


def _cite(run: qsovae.Run, query: str) -> None:
    """Offer the query in the languages of archives and of tables."""
    cited = qsovae.cited_query(run, query)
    with st.popover("ADQL and TOPCAT", icon=":material/code:"):
        for words, write in (("ADQL, after WHERE", cited.to_adql),
                             ("TOPCAT and STILTS", cited.to_stil)):  # fmt: skip
            st.caption(words)
            try:
                st.code(write(), language=None, wrap_lines=True)
            except qsovae.QueryError as error:
                st.caption(escaped(error))


def _selection_columns(picked: pd.DataFrame) -> dict[str, Any]:
    """Return how many digits each column bears."""
    fixed = st.column_config.NumberColumn
    formats = {"ra_deg": "%.5f", "dec_deg": "%.5f", "outlier_score": "%.2f",
               "map_1": "%.2f", "map_2": "%.2f"}  # fmt: skip
    formats |= {c: "%.3f" for c in picked.select_dtypes("number") if c.startswith("p_")}
    return {
        name: fixed(format=form) for name, form in formats.items() if name in picked
    }
