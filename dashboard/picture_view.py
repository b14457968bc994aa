"""Part of the Explore page: the rows on planes, with what can be done there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import qsovae
from dashboard import cache
from dashboard.layout import refuse
from dashboard.map_quality_view import show_map_quality
from dashboard.map_rows import Colouring
from dashboard.map_view import MapChoices, needs_no_catalog, plain_choices
from dashboard.plane_controls import (
    Selected,
    choose_look,
    selected_rows,
    show_tools,
)
from dashboard.plane_view import (
    MOST_TEXTS,
    Picture,
    coded_rows,
    hidden_mask,
    show_planes,
)
from dashboard.sources import Source
from dashboard.state import View
from dashboard.steps import remember


def show_early(
    view: View, run: qsovae.Run, table: pd.DataFrame, source: Source | None
) -> bool:
    """Show the map of many rows before the catalog, which it does not need, is read.

    Returns whether it is shown. Of fewer rows the catalog is read soon, and names what
    the pointer shows over them.
    """
    is_slow = len(table) > MOST_TEXTS and cache.is_catalog_unread(run, source)
    if not (is_slow and needs_no_catalog(view)):
        return False
    coloured, shown = plain_choices(view, run, table)
    plane = qsovae.standard_planes(qsovae.RunColumns(run, table))["map"]
    _show_tools(view, coloured)
    show_planes(view, plane, Picture(
        run, table, None, shown, np.zeros_like(shown), coloured,
        coded_rows(view, coloured), None,
    ))  # fmt: skip
    return True


def show_picture(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    plane: qsovae.Plane, coloured: Colouring, choices: MapChoices,
    canvas: DeltaGenerator | None,
) -> Selected:  # fmt: skip
    """Show planes of rows; return which are shown and selected.

    ``canvas`` is where the planes go; None where they are shown already.
    """
    if canvas is not None:
        with canvas:
            _show_tools(view, coloured)
    rows = coded_rows(view, coloured)
    hidden = hidden_mask(view, rows)
    try:
        chosen = selected_rows(view, run, table, catalog, choices, hidden)
    except qsovae.QsovaeError as error:
        # Drawn on a plane of what is no longer there.
        refuse(error)
        view.outlines = ()
        chosen = selected_rows(view, run, table, catalog, choices, hidden)
    # Rows that a query selects are told from others by those being grey.
    ringed = chosen.chosen if view.outlines else np.zeros_like(chosen.shown)
    if canvas is not None:
        with canvas:
            show_planes(view, plane, Picture(
                run, table, catalog, chosen.shown, ringed, coloured, rows,
                choices.magnitude,
            ))  # fmt: skip
    show_map_quality(run)
    return chosen


def _show_tools(view: View, coloured: Colouring) -> None:
    remember(view)
    with st.container(horizontal=True):
        choose_look(view, is_number=coloured.colours.numbers is not None)
        show_tools()
