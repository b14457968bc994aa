"""The filter by a query of the Explore page: rows told by a formula."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard.layout import escaped
from dashboard.slow_columns import told_columns
from dashboard.state import View, seed

_HELP = (
    "Numbers are compared and computed, also as 18 < g_mag_ab < 20; text is equal or "
    "not, in quotes; x in (1, 2); x is missing; and, or, not. A row that lacks a value "
    "is not shown. Names with other signs than letters, digits and _ stand in back "
    "quotes. near('ID', 50) is an object with the 50 rows nearest to it in the latent "
    "space, like(p_QSO > 0.9, 200) the 200 nearest to the mean of such rows."
)


def chosen_by_query(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None
) -> NDArray[np.bool_] | None:
    """Show the query to write; return which rows it is true of, None without one.

    One that cannot be read, or does not fit, filters nothing and is said to be wrong,
    and where.
    """
    columns = told_columns(run, table, catalog)
    seed("explore_query", view.query)
    text = st.text_input(
        "Query", key="explore_query", help=_HELP,
        placeholder="p_QSO > 0.9 and g_mag_ab < 20",
    )  # fmt: skip
    with st.popover("What it can name", icon=":material/list:", type="tertiary"):
        st.dataframe({"name": list(columns)}, hide_index=True, height=320)
    view.query = text.strip() if text and text.strip() else None
    if view.query is None:
        return None
    try:
        inside = qsovae.Query(view.query).mask(columns, len(table))
    except qsovae.QueryError as error:
        show_error(view.query, error)
        return None
    st.caption(f"The query is true of {int(inside.sum()):,} rows.")
    return inside


def show_error(text: str, error: qsovae.QueryError) -> None:
    """Show what is wrong with a query or a formula, and where."""
    st.code(pointed(text, error.at), language=None)
    st.error(escaped(error))


def pointed(text: str, at: int) -> str:
    """Return a query with a mark beneath the character that is meant."""
    shown = text.replace("\n", " ").replace("\t", " ")
    return f"{shown}\n{' ' * min(at, len(shown))}▲"
