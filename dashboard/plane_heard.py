"""What a person did on a plane; what the browser says of it is not trusted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard.address import is_window
from dashboard.colours import Category
from dashboard.outlines import MOST_OUTLINES, rounded_outline
from dashboard.state import View, current_view

_CHANGED = "plane_changed"
# Where on the map somebody clicked, if on no row.
PLACED = "plane_placed"


def was_changed() -> bool:
    """Return whether something was done that is for the whole page, once."""
    return bool(st.session_state.pop(_CHANGED, False))


def hear(
    plane: qsovae.Plane, rows: NDArray[np.int64], legend: Sequence[Category],
    event: str, value: Any, *, is_first: bool,
) -> None:  # fmt: skip
    """Do what a person did on a plane.

    Parameters
    ----------
    plane : Plane
    rows : ndarray of int, (n_placed,)
        Of the table, in the order in which they were sent.
    legend : sequence of Category
    event : str
        One of ``EVENTS`` of the component.
    value : object
        What the browser says of it.
    is_first : bool
        Whether it is the plane whose window the address tells.
    """
    view = current_view()
    if event == "viewed":
        if is_first:
            view.window = _window(value)
        return
    st.session_state[_CHANGED] = True
    if event == "outlined":
        keep_outline(view, (plane.x, plane.y), value)
    elif event == "picked" and type(value) is int and value in range(len(rows)):
        view.opened = int(rows[value])
        st.session_state.pop(PLACED, None)
    elif event == "placed" and plane.key == "map":
        st.session_state[PLACED] = _numbers(value, 2)
    elif event == "toggled":
        names = {one.name for one in legend if one.code == value}
        view.hidden = tuple(sorted(set(view.hidden) ^ names))


def keep_outline(view: View, plane: tuple[str, str], corners: Any) -> None:
    """Take an outline that was drawn: it outlives filters, redraws and page changes."""
    if not isinstance(corners, list):
        return
    pairs = [_numbers(corner, 2) for corner in corners]
    outline = rounded_outline((p[0], p[1]) for p in pairs if p is not None)
    if len(outline) < 3 or len(outline) != len(corners):
        return
    is_added = st.session_state.get("explore_add") and view.outlined_on == plane
    kept = view.outlines if is_added else ()
    view.outlines, view.outlined_on = (*kept, outline)[-MOST_OUTLINES:], plane


def _window(value: Any) -> tuple[float, ...]:
    """Return four ends that were sent, none where they are not that."""
    ends = _numbers(value, 4)
    return ends if ends is not None and is_window(ends) else ()


def _numbers(value: Any, n: int) -> tuple[float, ...] | None:
    """Return so many finite numbers; None for anything else."""
    if not isinstance(value, list) or len(value) != n:
        return None
    if not all(type(v) in (int, float) for v in value):
        return None
    try:
        numbers = tuple(float(v) for v in value)
    except OverflowError:
        return None
    return numbers if np.isfinite(numbers).all() else None
