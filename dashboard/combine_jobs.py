"""Part of the Combine page: combinations that run, ended badly, or have just ended."""

import streamlit as st

from dashboard.combined import result_names
from dashboard.combining import ask_to_stop, combinations, put_away
from dashboard.job_view import show_failure, show_running
from dashboard.layout import escaped
from dashboard.state import current_view


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
    busy = [c.name for c in listed if c.is_busy]
    for name in busy:
        follow(name)
    for ended in listed:
        if ended.status == "done":
            put_away(ended.name)
        elif ended.name not in busy:
            follow(ended.name)
            if show_failure(ended, f"{escaped(ended.name)}: ", "combine"):
                put_away(ended.name)
                _followed().remove(ended.name)
                st.rerun()
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
    running = [c for c in combinations() if c.is_busy]
    if [c.name for c in running] != busy:
        st.rerun()
    for listed in running:
        show_running(
            listed, f"Combining {escaped(listed.name)}", "combine", ask_to_stop
        )
