"""Parts of the Explore page: which planes show, how rows look, what was selected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard import cache
from dashboard.address import DENSITIES, MARKS_PX
from dashboard.layout import choose_one
from dashboard.map_view import MapChoices
from dashboard.slow_columns import told_columns
from dashboard.state import View, seed
from dashboard.steps import undo
from dashboard.theme import CLIPS, SCALES

_OWN = "own"
_CLIP_WORDS = dict(zip(CLIPS, ("Percentiles 1 to 99", "Extremes", "Log"), strict=True))
_DENSITY_WORDS = dict(zip(DENSITIES, ("Log", "Linear", "Equalised"), strict=True))


@dataclass(frozen=True)
class Selected:
    """Which rows are shown and selected, (n_rows,) each.

    ``inside`` are those in an outline, or that a query is true of, whether shown or
    not; ``is_any`` says whether anything selects.
    """

    shown: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    is_any: bool

    @property
    def chosen(self) -> NDArray[np.bool_]:
        """Rows that are inside and shown."""
        return self.inside & self.shown


def choose_plane(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None
) -> qsovae.Plane:
    """Show the planes there are; return the chosen one, the first if it cannot be."""
    planes = cache.planes(run, table, catalog)
    words = {key: plane.title for key, plane in planes.items()}
    words[_OWN] = "Two formulas"
    is_own = len(view.plane) == 2
    current = _OWN if is_own else view.plane[0]
    seed("explore_plane", current if current in words else next(iter(words)))
    chosen = st.selectbox(
        "Plane", list(words), key="explore_plane", format_func=words.__getitem__
    )
    _choose_beside(view, {k: w for k, w in words.items() if k not in (chosen, _OWN)})
    plane = _own_plane(view) if chosen == _OWN else planes[chosen]
    plane = _turned(view, plane)
    wanted = (plane.key,) if plane.key else (plane.x, plane.y)
    if wanted != view.plane:  # a window of another plane shows nothing of this one
        view.plane, view.window = wanted, ()
    return plane


def _turned(view: View, plane: qsovae.Plane) -> qsovae.Plane:
    """Offer to turn a projection in space; return it as it is seen."""
    if not plane.depth:
        view.turned = 0.0
        return plane
    seed("explore_turned", view.turned)
    view.turned = float(st.slider(
        "Turn, degrees", -180.0, 180.0, step=5.0, key="explore_turned",
        help="About the upright axis: shows the axis that lies in depth.",
    ))  # fmt: skip
    return qsovae.turned_plane(plane, view.turned)


def _choose_beside(view: View, words: dict[str, str]) -> None:
    """Show which planes can stand beside the chosen one."""
    kept = [key for key in view.beside if key in words]
    st.session_state.setdefault("explore_beside", kept)
    now = [key for key in st.session_state["explore_beside"] if key in words]
    st.session_state["explore_beside"] = now
    view.beside = tuple(st.multiselect(
        "Beside it", list(words), key="explore_beside", max_selections=4,
        format_func=words.__getitem__, placeholder="Other planes",
    ))  # fmt: skip


def _own_plane(view: View) -> qsovae.Plane:
    """Show two formulas to write; return their plane."""
    x, y = view.plane if len(view.plane) == 2 else ("latent_1", "latent_2")
    seed("explore_x", x)
    seed("explore_y", y)
    cells = st.columns(2)
    words = "As a side of a comparison in a query: g_mag_ab - r_mag_ab"
    x = cells[0].text_input("Across", key="explore_x", help=words)
    y = cells[1].text_input("Upwards", key="explore_y", help=words)
    return qsovae.own_plane(x.strip() or "row", y.strip() or "row")


def choose_look(view: View, *, is_number: bool) -> None:
    """Show how rows can look."""
    with st.popover("Look", icon=":material/palette:"):
        seed("explore_fits", view.marks is None)
        if st.toggle("Marks of a size that fits", key="explore_fits"):
            view.marks = None
        else:
            seed("explore_marks", view.marks or 4.0)
            view.marks = float(
                st.slider("Size, px", *MARKS_PX, step=0.5, key="explore_marks")
            )
        seed("explore_opacity", view.opacity)
        view.opacity = float(
            st.slider("Opacity", 0.05, 1.0, step=0.05, key="explore_opacity")
        )
        seed("explore_density", view.density)
        view.density = choose_one(
            "Opacity of pixels by their rows", _DENSITY_WORDS, "explore_density"
        )
        if is_number:
            seed("explore_scale", view.scale)
            scales = {name: name.title() for name in SCALES}
            view.scale = choose_one("Colours", scales, "explore_scale")
            seed("explore_clip", view.clip)
            view.clip = choose_one("Ends of the scale", _CLIP_WORDS, "explore_clip")


def selected_rows(
    view: View, run: qsovae.Run, table: pd.DataFrame,
    catalog: qsovae.Catalog | None, choices: MapChoices, hidden: NDArray[np.bool_],
) -> Selected:  # fmt: skip
    """Return which rows are shown, and selected by an outline or by a query alone."""
    shown = choices.shown & ~hidden
    if not view.outlines:
        return Selected(shown, shown if choices.is_asked else np.zeros_like(shown),
                        choices.is_asked)  # fmt: skip
    columns = told_columns(run, table, catalog)
    inside = _inside(
        cache.run_key(run), (*view.joined, cache.said_of(run)), view.outlined_on,
        view.outlines, columns,
        len(table),
    )  # fmt: skip
    return Selected(shown, inside, True)


@st.cache_resource(max_entries=16, show_spinner=False)
def _inside(
    key: tuple[str, str, int], changes: tuple[str, ...], plane: tuple[str, str],
    outlines: tuple[tuple[tuple[float, float], ...], ...],
    _columns: qsovae.RunColumns, n_rows: int,
) -> NDArray[np.bool_]:  # fmt: skip
    places = qsovae.plane_places(qsovae.own_plane(*plane), _columns, n_rows)
    return qsovae.inside_outline_mask(*places, outlines)


def show_tools() -> None:
    """Show what changes the selection as a whole."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.toggle(
            "Add to the selection", key="explore_add", width="content",
            help="The next outline joins those there instead of replacing them",
        )  # fmt: skip
        past = st.session_state.setdefault("explore_past", [])
        st.button(
            "Undo", key="explore_undo", icon=":material/undo:", type="tertiary",
            disabled=len(past) < 2, on_click=undo,
        )  # fmt: skip
