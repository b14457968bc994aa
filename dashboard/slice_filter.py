"""The filter by slices of the Explore page: the rows that Evaluate pointed at."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard.layout import escaped
from dashboard.slices_cache import run_slicing
from dashboard.state import View, current_view


def chosen_slices(view: View, run: qsovae.Run) -> NDArray[np.bool_] | None:
    """Return which rows are in the view's slices, None if it asks for none; say so."""
    if not view.slices:
        return None
    slicing = run_slicing(run)
    columns = {column.name: column for column in slicing.columns}
    inside = np.ones(len(run.rows()), dtype=bool)
    known = []
    for wanted in view.slices:
        name, _, label = wanted.rpartition("=")
        if name not in columns or label not in columns[name].labels:
            st.caption(f"There is no slice {escaped(wanted)}: it does not filter.")
            continue
        known.append(wanted)
        inside &= columns[name].rows_in(label)
        st.caption(f"Only rows with {escaped(columns[name].title)}: {escaped(label)}.")
    view.slices = tuple(known)
    if not known:
        return None
    st.button(
        "Show all slices", key="explore_all_slices", icon=":material/close:",
        on_click=_forget_slices,
    )  # fmt: skip
    return inside


def _forget_slices() -> None:
    """Show the rows of all slices again."""
    current_view().slices = ()
