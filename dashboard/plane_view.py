"""Parts of the Explore page: planes of rows, their look, and what is done on them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard import cache
from dashboard.colours import Coded, coded, missing_name, rgb
from dashboard.components.packing import (
    Places,
    codes_and_bits,
    packed,
    packed_places,
    squeezed,
)
from dashboard.components.plane import send_places, show_plane
from dashboard.layout import refuse
from dashboard.map_rows import Colouring, hover_texts
from dashboard.plane_heard import hear, was_changed
from dashboard.slow_columns import told_columns
from dashboard.state import View
from dashboard.theme import OUTLINE_COLOUR

_HEIGHT, _HEIGHT_BESIDE = 600, 320
MOST_TEXTS = 30_000  # rows whose texts are sent along


@dataclass(frozen=True)
class Picture:
    """What all planes of a page show.

    Attributes
    ----------
    run : Run
    table : DataFrame
    catalog : Catalog or None
    shown, selected : ndarray of bool, (n_rows,)
    colouring : Colouring
    coded : Coded
    magnitude : (str, ndarray) or None
        Written beside each row.
    """

    run: qsovae.Run
    table: pd.DataFrame
    catalog: qsovae.Catalog | None
    shown: NDArray[np.bool_]
    selected: NDArray[np.bool_]
    colouring: Colouring
    coded: Coded
    magnitude: tuple[str, NDArray[np.float64]] | None


def coded_rows(view: View, colouring: Colouring) -> Coded:
    """Return rows as the codes of their colours."""
    missing = missing_name(view.colour)
    return coded(colouring.colours, missing, view.scale, view.clip)


def hidden_mask(view: View, rows: Coded) -> NDArray[np.bool_]:
    """Return which rows are of categories that the legend hides, (n_rows,)."""
    is_hidden = np.zeros(256, dtype=bool)
    for one in rows.legend:
        is_hidden[one.code] = one.name in view.hidden
    return is_hidden[rows.codes]


@st.fragment
def show_planes(view: View, plane: qsovae.Plane, picture: Picture) -> None:
    """Show a plane, and beneath those chosen beside it; they are drawn on alike.

    Zooming tells the address alone; all else is for the whole page.
    """
    if was_changed():
        st.rerun()
    _show_one(view, plane, picture, "plane", _HEIGHT)
    planes = cache.planes(picture.run, picture.table, picture.catalog)
    others = [planes[key] for key in view.beside if key in planes and key != plane.key]
    for first in range(0, len(others), 2):
        for cell, other in zip(st.columns(2), others[first : first + 2], strict=False):
            with cell:
                st.caption(other.title)
                _show_one(view, other, picture, f"plane_{other.key}", _HEIGHT_BESIDE)
    view.to_address()


def _columns(picture: Picture) -> qsovae.RunColumns:
    return told_columns(picture.run, picture.table, picture.catalog)


def _show_one(
    view: View, plane: qsovae.Plane, picture: Picture, key: str, height: int
) -> None:
    """Send where rows are, once, and show them."""
    # Drawn before the catalog is read, the map is not packed anew after.
    needs_catalog = not {plane.x, plane.y} <= set(picture.table)
    try:
        places = _places(
            cache.run_key(picture.run), plane,
            (*view.joined, _said(picture.run, plane)), len(picture.table),
            needs_catalog and picture.catalog is not None, _columns(picture),
        )  # fmt: skip
    except qsovae.QsovaeError as error:
        refuse(error)
        return
    send_places(f"{key}_places", places.packed)
    n_lost = len(picture.table) - len(places.rows)
    bits = codes_and_bits(places, picture.coded.codes, picture.shown, picture.selected)
    blocks = [*map(squeezed, bits), _texts(picture, places)]
    header = _header(view, plane, picture, places, key, height)
    digest = hashlib.sha256(repr(header).encode())
    for block in blocks:
        digest.update(block)
    header["version"] = digest.hexdigest()[:16]
    show_plane(
        key, packed(header, blocks), height + (_ABOUT_PX if height == _HEIGHT else 64),
        lambda event, value: hear(
            plane, places.rows, picture.coded.legend, event, value,
            is_first=key == "plane",
        ),
    )  # fmt: skip
    if n_lost:
        st.caption(f"{n_lost:,} rows have no place on this plane.")


def _said(run: qsovae.Run, plane: qsovae.Plane) -> str:
    """Return what changes with what people say; nothing for the standard planes."""
    return "" if plane.key else cache.said_of(run)


@st.cache_resource(max_entries=16, show_spinner="Placing the rows …")
def _places(
    key: tuple[str, str, int], plane: qsovae.Plane, changes: tuple[str, ...],
    n_rows: int, has_catalog: bool, _columns: qsovae.RunColumns,
) -> Places:  # fmt: skip
    return packed_places(*qsovae.plane_places(plane, _columns, n_rows))


@st.cache_resource(max_entries=16, show_spinner=False)
def _guides(
    key: tuple[str, str, int], plane: qsovae.Plane, has_catalog: bool,
    _catalog: qsovae.Catalog | None,
) -> list[dict[str, Any]]:  # fmt: skip
    return [
        {"name": guide.name, "line": _finite(guide.line), "isFaint": guide.is_faint}
        for guide in qsovae.plane_guides(plane, _catalog)
    ]


def _finite(line: Sequence[tuple[float, float]]) -> list[tuple[float, float] | None]:
    """Return a line as JSON knows it: nothing where it is broken."""
    return [place if np.isfinite(place).all() else None for place in line]


def _texts(picture: Picture, places: Places) -> bytes:
    """Return what the pointer shows over each row; nothing for very many rows."""
    if not 0 < len(places.rows) <= MOST_TEXTS:
        return squeezed(b"")
    name = None if picture.magnitude is None else picture.magnitude[0]
    return _packed_texts(
        cache.run_key(picture.run), places.key, name, picture, places.rows
    )


# For thirty visitors at once: to write and pack them takes longer than all else.
@st.cache_resource(max_entries=32, show_spinner=False)
def _packed_texts(
    key: tuple[str, str, int], places: str, magnitude: str | None, _picture: Picture,
    _rows: NDArray[np.int64],
) -> bytes:  # fmt: skip
    texts = hover_texts(_picture.table, _picture.run.classes, _picture.magnitude)
    return squeezed("\n".join(texts[_rows]).encode())


# What stands above and beneath the picture: tools, legend, words.
_ABOUT_PX = 96


def _header(
    view: View, plane: qsovae.Plane, picture: Picture, places: Places, key: str,
    height: int,
) -> dict[str, Any]:  # fmt: skip
    """Return what is told of the picture beside its rows."""
    rows, run = picture.coded, picture.run
    at = _opened_place(view, plane, picture)
    is_own = view.outlined_on == (plane.x, plane.y)
    round_, window = _round(view, plane, key)
    return {
        "places": places.key, "round": f"{run.name} {plane.x} {plane.y} {round_}",
        "window": window, "height": height, "lut": rows.lookup,
        "greyedColour": [128, 128, 128], "outlineColour": rgb(OUTLINE_COLOUR),
        "legend": [
            {**one._asdict(), "isHidden": one.name in view.hidden, "isFaint":
             one.name == missing_name(view.colour)} for one in rows.legend
        ],
        "isContinuous": rows.scale is not None, "scale": rows.scale,
        "title": picture.colouring.title, "nMissing": rows.n_missing,
        "nGreyed": int((~picture.shown).sum()),
        "nSelected": int(picture.selected.sum()),
        "look": {"size": view.marks or 0, "opacity": view.opacity,
                 "density": view.density},
        "axes": {"hasTicks": plane.key != "sky", "names": [plane.x_name, plane.y_name],
                 "isEqual": plane.is_equal, "isFlipped": [False, plane.is_flipped]},
        "guides": _guides(cache.run_key(run), plane, picture.catalog is not None,
                          picture.catalog),
        "outlines": view.outlines if is_own else [], "opened": at,
        "isSimulated": run.is_simulated, "isSmall": height < _HEIGHT,
        "file": f"{run.name}_{plane.key or 'plane'}",
    }  # fmt: skip


def _opened_place(
    view: View, plane: qsovae.Plane, picture: Picture
) -> list[tuple[float, float]]:
    """Return where the object lies that is looked at, if there is one."""
    if view.opened is None or view.opened >= len(picture.table):
        return []
    one = picture.table.iloc[[view.opened]].reset_index(drop=True)
    if plane.x in one and plane.y in one:
        place = (float(one[plane.x].iloc[0]), float(one[plane.y].iloc[0]))
        return [place] if np.isfinite(place).all() else []
    x, y = qsovae.plane_places(plane, _columns(picture), len(picture.table))
    place = (float(x[view.opened]), float(y[view.opened]))
    return [place] if np.isfinite(place).all() else []


def _round(
    view: View, plane: qsovae.Plane, key: str
) -> tuple[int, tuple[float, ...] | None]:
    """Return which round of windows it is, and the window that the round began with.

    While it stays the same the browser minds its own window: it is sent once.
    """
    if key != "plane":
        return 0, None
    number = st.session_state.get("window_round", 0)
    begun: dict[Any, tuple[float, ...]] = st.session_state.setdefault("windows", {})
    window = begun.setdefault((number, plane.x, plane.y), view.window)
    return number, window or None
