"""Part of the Explore page: the rows on planes, with what can be done there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache
from dashboard.layout import refuse
from dashboard.map_quality_view import show_map_quality
from dashboard.map_rows import Colouring
from dashboard.map_view import MapChoices, plain_choices
from dashboard.plane_controls import (
    Selected,
    choose_look,
    choose_plane,
    remember,
    selected_rows,
    show_tools,
)
from dashboard.plane_view import Picture, coded_rows, hidden_mask, show_planes
from dashboard.sources import Source
from dashboard.state import View


def show_early(
    view: View, run: qsovae.Run, table: pd.DataFrame, source: Source | None
) -> None:
    """Show the map while the catalog, which it does not need, is read."""
    controls, picture = st.columns([2, 5], gap="medium")
    with picture:
        show_picture(view, run, table, None, *plain_choices(view, run, table))
    with controls:
        cache.run_catalog(run, source)
    st.rerun()


def show_picture(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    coloured: Colouring, choices: MapChoices,
) -> Selected:  # fmt: skip
    """Show planes of rows; return which are shown and selected."""
    plane = choose_plane(view, qsovae.RunColumns(run, table, catalog))
    remember(view)
    with st.container(horizontal=True):
        choose_look(view, is_number=coloured.colours.numbers is not None)
        show_tools()
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
    show_planes(view, plane, Picture(
        run, table, catalog, chosen.shown, ringed, coloured, rows, choices.magnitude
    ))  # fmt: skip
    show_map_quality(run)
    return chosen
