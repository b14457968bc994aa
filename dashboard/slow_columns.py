"""Columns of a run's rows that take long: made with a bar, and a way to stop.

A widget knows what is asked in the midst of a page, often in a cached function, where
no bar can be. So what takes longer than a moment ends the run of the page there, and
the next one begins with it.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import qsovae
from dashboard.on_request import telling
from dashboard.steps import show_again, take_back

_WANTED, _STOPPED = "slow_columns_wanted", "slow_columns_stopped"
# Of these all columns are there in half a second.
_FEW_ROWS = 40_000


def told_columns(
    run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None
) -> qsovae.RunColumns:
    """Return the columns of a run's rows; one that takes long is for the next run."""
    on_progress = _leave_for_next_run if len(table) > _FEW_ROWS else None
    return qsovae.RunColumns(run, table, catalog, on_progress=on_progress)


def _leave_for_next_run(_: dict[str, Any]) -> None:
    """End the run of the page: what begins here takes long."""
    st.session_state[_WANTED] = True
    st.rerun()


def make_wanted(
    place: DeltaGenerator, run: qsovae.Run, catalog: qsovae.Catalog | None
) -> None:
    """Make what the last run of the page could not wait for, if anything.

    A click on Stop takes back the step that asked for it; any other goes before it.
    """
    stopped = st.session_state.pop(_STOPPED, None)
    if stopped is not None:
        with place.container(horizontal=True, vertical_alignment="center"):
            st.info("Stopped, and the step that needs residuals was taken back.")
            st.button(
                "Go on with it", key="slow_columns_on", on_click=show_again,
                args=(stopped,), icon=":material/play_circle:",
            )  # fmt: skip
    if not st.session_state.pop(_WANTED, False) or catalog is None:
        return
    with place.container():
        bar = st.progress(0.0, "Reading …")
        st.button(
            "Stop", key="slow_columns_stop", icon=":material/stop_circle:",
            on_click=_stop,
        )  # fmt: skip
    qsovae.band_residuals(run, catalog, on_progress=telling(bar))
    place.empty()


def _stop() -> None:
    """Show what was before; what was asked can be asked again."""
    st.session_state[_STOPPED] = take_back()
