"""Steps of a visitor on the Explore page, which can be taken back."""

from __future__ import annotations

import streamlit as st

from dashboard.state import View, current_view

Parameters = dict[str, list[str]]

_MOST_STEPS = 50
_UNDONE = (
    "query", "outlines", "outlined_on", "hidden", "classes", "class_kind", "morphology",
    "quality", "quality_choice", "band", "magnitudes", "slices", "facets", "brushes",
    "colour", "plane", "turned",
)  # fmt: skip
# Widgets that show these, by the beginnings of their keys.
_WIDGETS = (
    "explore_query", "explore_morphology", "explore_quality", "explore_class",
    "explore_band", "explore_magnitudes", "explore_colour", "explore_formula",
    "explore_plane", "explore_x", "explore_y", "explore_facets", "explore_turned",
)  # fmt: skip


def remember(view: View) -> None:
    """Keep what is shown and selected, so that a step back is possible."""
    past, now = _past(), _now(view)
    if past and past[-1]["run"] != now["run"]:
        past.clear()
    if not past or past[-1] != now:
        past.append(now)
        del past[:-_MOST_STEPS]


def undo() -> None:
    """Show and select again what was before the last step."""
    past = _past()
    past.pop()
    show_again(past[-1])


def take_back() -> Parameters:
    """Show and select what was before what is asked now, which is returned.

    Without anything before, all rows are shown in the usual colours.
    """
    past, now = _past(), _now(current_view())
    while past and past[-1] == now:
        past.pop()
    is_same = bool(past) and past[-1]["run"] == now["run"]
    show_again(past[-1] if is_same else {})
    return now


def show_again(parameters: Parameters) -> None:
    """Show and select what was kept."""
    view, before = current_view(), View.from_parameters(parameters)
    for name in _UNDONE:
        setattr(view, name, getattr(before, name))
    for key in [k for k in st.session_state if str(k).startswith(_WIDGETS)]:
        del st.session_state[key]


def _past() -> list[Parameters]:
    past: list[Parameters] = st.session_state.setdefault("explore_past", [])
    return past


def _now(view: View) -> Parameters:
    now = {k: v for k, v in view.to_parameters().items() if k in _UNDONE}
    return now | {"run": [view.run or ""]}
