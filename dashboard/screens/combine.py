"""Combine: four surveys' catalogs matched on the sky into one, with a report."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

import qsovae
from dashboard.combine_form import current_choice, show_form
from dashboard.combine_view import show_result
from dashboard.combined import CombineChoice, combine, result_names
from dashboard.layout import escaped, page_head, refuse
from dashboard.state import current_view, seed

_PURPOSE = (
    "Match four surveys' catalogs on the sky into one, and see how far to trust it."
)
_STOPPED, _DONE = "stopped", "done"


def run(choice: CombineChoice) -> None:
    """Combine while a bar shows how far it is, and keep how that ended.

    Whatever the visitor does meanwhile runs the page anew, which ends this at the next
    word of progress: then nothing was written.
    """
    st.session_state["combine_ended"] = _STOPPED
    words, stop = st.columns([6, 1], vertical_alignment="center")
    bar = words.progress(0.0, text="Starting …")
    stop.button("Stop", key="combine_stop", icon=":material/stop_circle:",
                width="stretch")  # fmt: skip
    st.caption(
        "Stopping takes effect at the next step; leaving this page stops it, too."
    )

    def show(entry: Mapping[str, Any]) -> None:
        share = min(max(float(entry["fraction"]), 0.0), 1.0)
        bar.progress(share, text=escaped(entry["message"]))

    try:
        combine(choice, show)
    except qsovae.QsovaeError as error:
        st.session_state["combine_ended"] = error
        return
    st.session_state["combine_ended"] = _DONE
    st.session_state["combine_shown"] = choice.name
    choice.name = ""
    for key in ("combine_name", "combine_replace", "combine_result"):
        st.session_state.pop(key, None)


def show_end() -> None:
    """Say once how the last attempt ended."""
    ended = st.session_state.pop("combine_ended", None)
    if isinstance(ended, qsovae.QsovaeError):
        refuse(ended)
    elif ended == _STOPPED:
        st.info("Stopped: nothing was written.")
    elif ended == _DONE:
        shown = escaped(st.session_state["combine_shown"])
        st.success(f"{shown}.fits is ready: see below.", icon=":material/check_circle:")


def show_results() -> None:
    """Choose one of the results there are, and show it."""
    names = result_names()
    if not names:
        return
    st.subheader("Combined catalogs", anchor=False)
    shown = st.session_state.get("combine_shown")
    seed("combine_result", shown if shown in names else names[0])
    if st.session_state["combine_result"] not in names:
        st.session_state["combine_result"] = names[0]
    name = st.selectbox(
        "Result", names, key="combine_result", label_visibility="collapsed"
    )
    st.session_state["combine_shown"] = name
    try:
        show_result(name)
    except qsovae.QsovaeError as error:
        refuse(error)


def main() -> None:
    """Render the page."""
    view = current_view()
    page_head("Combine", _PURPOSE)
    choice = current_choice()
    # While it runs nothing fills this place: a click in the form would end the run.
    body = st.empty()
    if st.session_state.pop("combine_asked", False):
        run(choice)
        st.rerun()
    with body.container():
        show_end()
        if show_form(choice):
            st.session_state["combine_asked"] = True
            st.rerun()
        show_results()
    view.to_address()


main()
