"""Part of the Combine page: combinations that run, ended badly, or have just ended."""

import streamlit as st

from dashboard.combined import result_names
from dashboard.combining import Combination, ask_to_stop, combinations, put_away
from dashboard.layout import escaped
from dashboard.state import current_view

_RUNNING = ("running", "stopping")


def follow(name: str) -> None:
    """Remember a combination whose end this visitor shall hear of."""
    if name not in _followed():
        _followed().append(name)


def _followed() -> list[str]:
    followed: list[str] = st.session_state.setdefault("combine_followed", [])
    return followed


def show_jobs() -> None:
    """Show every combination; renewed every second while one runs."""
    listed = combinations()
    busy = [c.name for c in listed if c.status in _RUNNING]
    for name in busy:
        follow(name)
    for ended in listed:
        if ended.status == "done":
            put_away(ended.name)
        elif ended.name not in busy:
            follow(ended.name)
            _show_failure(ended)
    _tell_of_success([c.name for c in listed if c.status != "done"])
    st.fragment(_show_progress, run_every=1 if busy else None)(busy)


def _tell_of_success(unfinished: list[str]) -> None:
    """Say once which of the visitor's results have come to be, and show the last."""
    results = result_names()
    for name in [n for n in _followed() if n not in unfinished]:
        _followed().remove(name)
        if name in results:
            current_view().combined = name
            st.success(
                f"{escaped(name)}.fits is ready: see below.",
                icon=":material/check_circle:",
            )


def _show_progress(busy: list[str]) -> None:
    """Show those that run; when one has ended, the whole page is shown anew."""
    running = [c for c in combinations() if c.status in _RUNNING]
    if [c.name for c in running] != busy:
        st.rerun()
    for listed in running:
        _show_running(listed)


def _show_running(listed: Combination) -> None:
    """Show how far a combination is, with the means to stop it."""
    with st.container(border=True, key=f"combining_{listed.name}"):
        head, stop = st.columns([5, 1], vertical_alignment="center")
        head.subheader(f"Combining {escaped(listed.name)}", anchor=False)
        stopping = listed.status == "stopping"
        if stop.button(
            "Stopping …" if stopping else "Stop", key=f"combine_stop_{listed.name}",
            icon=":material/stop_circle:", width="stretch", disabled=stopping,
        ):  # fmt: skip
            ask_to_stop(listed.name)
        st.progress(listed.fraction, text=escaped(listed.message))
        st.caption("It goes on when this page is left or closed.")


def _show_failure(listed: Combination) -> None:
    """Say why nothing came of a combination, until that is dismissed."""
    words, dismiss = st.columns([6, 1], vertical_alignment="center")
    said = f"{escaped(listed.name)}: {escaped(listed.message)}"
    if listed.status == "stopped":
        words.info(said, icon=":material/stop_circle:")
    else:
        words.error(said, icon=":material/error:")
    if dismiss.button("Dismiss", key=f"combine_dismiss_{listed.name}", width="stretch"):
        put_away(listed.name)
        _followed().remove(listed.name)
        st.rerun()
