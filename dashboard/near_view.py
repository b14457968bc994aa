"""Part of the Explore page: rows near an object, or like others, or that are unsure."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import qsovae
from dashboard.layout import choose_one, refusals
from dashboard.selections_view import quoted, show_only
from dashboard.state import View, seed

_JOINS = {"instead": "Instead of the present rows", "among": "Among the present rows"}
_NEAR, _LIKE, _UNSURE = 50, 200, 0.6


def show_nearness(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    query: str | None = None, object_id: str | None = None,
) -> None:  # fmt: skip
    """Offer rows near an object, rows like the selected ones, and unsure rows.

    Each becomes the query. ``query`` is what all filters say now; ``object_id`` is that
    of the object that is looked at.
    """
    with st.popover("Rows near or like these", icon=":material/hub:"):
        seed("near_join", "instead")
        choose_one("Show them", _JOINS, "near_join", show_label=False)
        _offer_near(view, len(table), object_id)
        _offer_like(view, run, table, catalog, query)
        _offer_unsure(view)


def _offer_near(view: View, n_rows: int, object_id: str | None) -> None:
    """Offer the rows nearest to an object."""
    # A key an object: another one that is looked at is proposed anew.
    key = f"near_id_{object_id or ''}"
    seed(key, object_id or "")
    with _line():
        st.text_input("Near the object", key=key, placeholder="Its id")
        _choose_count("near_rows", _NEAR, n_rows)
        st.button(
            "Nearest rows", key="near_object", icon=":material/near_me:",
            on_click=_select_near, args=(view, key),
            help="The object and so many rows whose latent means are nearest to it: "
            "Euclidean distance, exactly.",
        )  # fmt: skip


def _offer_like(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    filters: str | None,
) -> None:  # fmt: skip
    """Offer the rows nearest to the mean of those that are selected."""
    st.caption("Like the selected rows: nearest to the mean of their latent means.")
    query = _selected_query(view, run, filters)
    if query is None:
        if view.outlines:
            _offer_name(view, run, table, catalog, filters)
        else:
            st.caption("Select rows first.")
        return
    with _line():
        _choose_count("like_rows", _LIKE, len(table))
        st.button(
            "Rows like these", key="near_like", icon=":material/group_work:",
            on_click=_select_like, args=(view, query),
        )  # fmt: skip


def _selected_query(view: View, run: qsovae.Run, query: str | None) -> str | None:
    """Return the selection as a query, None where none can say it."""
    if not view.outlines:
        return query
    for kept in qsovae.list_selections(run):
        saved = kept.value
        if saved is None or saved.plane != view.outlined_on:
            continue
        if (saved.query, saved.outlines) == (query, view.outlines):
            return f"`sel_{saved.name}`"
    return None


def _offer_name(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    query: str | None,
) -> None:  # fmt: skip
    """Offer to save outlines, which a query knows by their name alone."""
    with _line():
        name = st.text_input("Save the outlines first", key="near_name",
                             placeholder="Name of the selection")  # fmt: skip
        wanted = st.button(
            "Save", key="near_save", icon=":material/bookmark_add:", disabled=not name
        )
    with refusals():
        if wanted:
            qsovae.save_selection(
                run, name.strip(), table, catalog, query=query,
                outlines=view.outlines, plane=view.outlined_on,
            )  # fmt: skip
            st.rerun()


def _offer_unsure(view: View) -> None:
    """Offer the rows of which no class is probable."""
    seed("near_unsure", _UNSURE)
    with _line():
        st.slider("Where the model is unsure: largest probability below", 0.3, 1.0,
                  step=0.05, key="near_unsure")  # fmt: skip
        st.button(
            "Unsure rows", key="near_unsure_rows", icon=":material/question_mark:",
            on_click=_select_unsure, args=(view,),
        )  # fmt: skip


def _line() -> DeltaGenerator:
    """Return a line for fields and the button that uses them."""
    return st.container(horizontal=True, vertical_alignment="bottom")


def _choose_count(key: str, usual: int, n_rows: int) -> None:
    """Show how many rows are wanted, of those that the run has."""
    st.session_state[key] = min(st.session_state.get(key, usual), n_rows)
    st.number_input("Rows", 1, n_rows, step=10, key=key, width=140)


# What a button selects is read when it is clicked: a field may have changed just then.
def _select_near(view: View, key: str) -> None:
    """Select the rows near the object whose id is written."""
    wanted = st.session_state[key].strip()
    if wanted:
        _select(view, f"near({quoted(wanted)}, {st.session_state['near_rows']})")


def _select_like(view: View, query: str) -> None:
    """Select the rows like those of a query."""
    _select(view, f"like({query}, {st.session_state['like_rows']})")


def _select_unsure(view: View) -> None:
    """Select the rows of which no class is as probable as is chosen."""
    _select(view, f"p_max < {st.session_state['near_unsure']:g}")


def _select(view: View, query: str) -> None:
    """Select the rows of a query, instead of those there are or among them."""
    if st.session_state.get("near_join") != "among":
        show_only(view, query)
        return
    view.query = query if view.query is None else f"({view.query}) and {query}"
    st.session_state["explore_query"] = view.query
