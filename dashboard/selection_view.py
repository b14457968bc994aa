"""Part of the Explore page: the selected rows, as a table and as files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

import qsovae
from dashboard.layout import download_table, escaped
from dashboard.map_view import MapChoices
from dashboard.near_view import show_nearness
from dashboard.object_view import show_object
from dashboard.selections_view import filters_query
from dashboard.state import View, current_view
from dashboard.why_view import show_why

_MOST_LINES = 1000
_LARGEST_EXACT = 2**53
_SUFFIXES = {".fits": "fits", ".vot": "votable", ".csv": "csv", ".parquet": "parquet"}


def clear_selection() -> None:
    """Forget the query and the outlines, also those that the browser still shows."""
    view = current_view()
    view.outlines, view.query = (), None
    st.session_state["explore_query"] = ""
    st.session_state["outline_round"] = st.session_state.get("outline_round", 0) + 1


def show_selection(
    view: View, run: qsovae.Run, table: pd.DataFrame, choices: MapChoices,
    catalog: qsovae.Catalog | None,
) -> None:  # fmt: skip
    """Show the rows inside the outlines that the filters let through.

    Without an outline a query selects by itself.
    """
    inside = qsovae.inside_outline_mask(table["map_1"], table["map_2"], view.outlines)
    if choices.is_asked and not view.outlines:
        inside = choices.shown
    chosen = inside & choices.shown
    cells = st.columns(4)
    cells[0].metric("Shown", f"{int(choices.shown.sum()):,}")
    cells[1].metric("Greyed by filters", f"{int((~choices.shown).sum()):,}")
    cells[2].metric("Selected", f"{int(chosen.sum()):,}")
    cells[3].metric("Selected, but greyed", f"{int((inside & ~choices.shown).sum()):,}")
    if not view.outlines and not choices.is_asked:
        st.info("Outline objects on the map, or write a query, to list them here.")
        show_nearness(view, run, table, catalog)
        return
    picked = qsovae.selection_table(table, chosen, catalog, run)
    query = filters_query(view)
    meta = qsovae.selection_meta(run, query, view.outlines)
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
    line = _choose_line(picked)
    at = None if line is None else str(picked["object_id"].iloc[line])
    show_nearness(view, run, table, catalog, at)
    if line is None:
        st.caption("Choose a line to see the object.")
    else:
        show_object(run, table, int(np.flatnonzero(chosen)[line]), catalog)
    show_why(view, run, table, chosen, catalog)


def _choose_line(picked: pd.DataFrame) -> int | None:
    """Show the first selected rows; return which of them is chosen."""
    shown = picked.head(_MOST_LINES)
    event: Any = st.dataframe(
        _exact(shown), hide_index=True,
        key="selection_table", placeholder="", column_config=_selection_columns(picked),
        on_select="rerun", selection_mode="single-row",
    )  # fmt: skip
    if len(picked) > _MOST_LINES:
        st.caption(
            f"The first {_MOST_LINES:,} of {len(picked):,}; files have them all."
        )
    lines = [line for line in event.selection.rows if line < len(shown)]
    return lines[0] if lines else None


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
