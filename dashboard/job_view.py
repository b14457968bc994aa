"""Parts of pages: a process that runs, with the means to stop it, or that failed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

import qsovae
from dashboard.launching import Job, RunProcess
from dashboard.layout import escaped


def show_running(job: Job, title: str, key: str, stop: Callable[[str], None]) -> None:
    """Show how far a process is, with the means to stop it.

    ``key`` tells the widgets of one kind of process from those of others.
    """
    with st.container(border=True, key=f"{key}_running_{job.name}"):
        head, button = st.columns([5, 1], vertical_alignment="center")
        head.subheader(title, anchor=False)
        stopping = job.status == "stopping"
        if button.button(
            "Stopping …" if stopping else "Stop", key=f"{key}_stop_{job.name}",
            icon=":material/stop_circle:", width="stretch", disabled=stopping,
        ):  # fmt: skip
            stop(job.name)
        st.progress(job.fraction, text=escaped(job.message))
        st.caption("It goes on when this page is left or closed.")


def show_failure(job: Job, head: str, key: str) -> bool:
    """Say why nothing came of a process; return whether that is to be dismissed."""
    words, dismiss = st.columns([6, 1], vertical_alignment="center")
    said = f"{head}{escaped(job.message)}"
    if job.status == "stopped":
        words.info(said, icon=":material/stop_circle:")
    else:
        words.error(said, icon=":material/error:")
    return dismiss.button("Dismiss", key=f"{key}_dismiss_{job.name}", width="stretch")


def show_process(process: RunProcess, run: qsovae.Run, title: str, key: str) -> None:
    """Show the process of a run; the whole page anew when it has ended."""
    job = process.job(run)
    if job is None:
        return
    if job.is_busy:
        show_running(job, title, key, lambda _: process.ask_to_stop(run))
        return
    if job.status == "done" or show_failure(job, "", key):
        process.put_away(run)
        st.rerun()
