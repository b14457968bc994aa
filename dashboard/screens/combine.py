"""Combine: four surveys' catalogs matched on the sky into one, with a report."""

from __future__ import annotations

import streamlit as st

import qsovae
from dashboard.combine_form import current_choice, show_form
from dashboard.combine_jobs import follow, show_jobs
from dashboard.combine_view import show_result
from dashboard.combined import result_names
from dashboard.combining import CombineChoice, start_combining
from dashboard.layout import page_head, refuse
from dashboard.state import View, current_view

_PURPOSE = (
    "Match four surveys' catalogs on the sky into one, and see how far to trust it."
)


def begin(choice: CombineChoice) -> None:
    """Start what was chosen, and make room for the next."""
    try:
        start_combining(choice)
    except qsovae.QsovaeError as error:
        refuse(error)
        return
    follow(choice.name)
    choice.name = ""
    for key in ("combine_name", "combine_replace"):
        st.session_state.pop(key, None)
    st.rerun()


def show_results(view: View) -> None:
    """Choose one of the results there are, and show it."""
    names = result_names()
    if not names:
        return
    st.subheader("Combined catalogs", anchor=False)
    # The address says which; a name is looked up among those that are there.
    st.session_state["combine_result"] = (
        view.combined if view.combined in names else names[0]
    )
    view.combined = st.selectbox(
        "Result", names, key="combine_result", label_visibility="collapsed",
        on_change=_keep_choice,
    )  # fmt: skip
    try:
        show_result(view.combined)
    except qsovae.QsovaeError as error:
        refuse(error)


def _keep_choice() -> None:
    current_view().combined = st.session_state["combine_result"]


def main() -> None:
    """Render the page."""
    view = current_view()
    page_head("Combine", _PURPOSE)
    show_jobs()
    choice = current_choice()
    if show_form(choice):
        begin(choice)
    show_results(view)
    view.to_address()


main()
