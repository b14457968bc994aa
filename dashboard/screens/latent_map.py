"""Explore: the latent map of a run, coloured, filtered and outlined by the visitor."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache, jobs
from dashboard.facets_view import show_facets
from dashboard.join_view import joined_table
from dashboard.layout import page_head, page_link, refuse, simulated_badge
from dashboard.map_rows import Colouring
from dashboard.map_view import MapChoices, choose_colour, choose_filters
from dashboard.object_view import show_opened
from dashboard.plane_controls import (
    Selected,
    choose_look,
    choose_plane,
    remember,
    selected_rows,
    show_tools,
)
from dashboard.plane_view import Picture, coded_rows, hidden_mask, show_planes
from dashboard.run_choice import choose_run, opened_run
from dashboard.selection_view import show_selection
from dashboard.selections_view import show_selections
from dashboard.sources import find_source
from dashboard.state import View, current_view
from dashboard.verdict_view import download_verdicts

_PURPOSE = (
    "The latent space as a map: colour it, filter it, outline objects, take them."
)


def show_explorer(view: View, run: qsovae.Run) -> None:
    """Show one run's map."""
    table = cache.latent_table(run)
    found = cache.run_catalog(run, find_source(view.catalog))
    if "map_1" not in table:
        offer_map(run, found)
        return
    catalog = found.catalog if found else None
    controls, picture = st.columns([2, 5], gap="medium")
    with controls:
        if run.is_simulated:
            simulated_badge()
        # Asked for seldom, and so beneath, though the others tell of what it joins.
        above = st.container()
        table = joined_table(view, run, table)
        with above:
            coloured = choose_colour(view, run, table, catalog)
            choices = choose_filters(view, run, table, catalog)
        beneath = st.container()
        if catalog is None:
            st.caption(
                "The catalog of this run is not at hand: open it under Catalog to "
                "colour by its columns and filter by magnitude."
            )
    with picture:
        chosen = show_picture(view, run, table, catalog, coloured, choices)
    with beneath:
        show_facets(view, run, table, catalog, choices.unbrushed, chosen.chosen)
    show_selection(view, run, table, chosen, catalog)
    show_opened(view, run, table, chosen.chosen, catalog)
    show_selections(view, run, table, catalog)
    download_verdicts(run)


def show_picture(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    coloured: Colouring, choices: MapChoices,
) -> Selected:  # fmt: skip
    """Show planes of rows; return which are shown and selected."""
    plane = choose_plane(view, qsovae.RunColumns(run, table, catalog))
    with st.container(horizontal=True):
        choose_look(view, is_number=coloured.colours.numbers is not None)
        show_tools()
    rows = coded_rows(view, coloured)
    hidden = hidden_mask(view, rows)
    chosen = selected_rows(view, run, table, catalog, choices, hidden)
    remember(view)
    # Rows that a query selects are told from others by those being grey.
    ringed = chosen.chosen if view.outlines else np.zeros_like(chosen.shown)
    show_planes(view, plane, Picture(
        run, table, catalog, chosen.shown, ringed, coloured, rows, choices.magnitude
    ))  # fmt: skip
    return chosen


def offer_map(run: qsovae.Run, found: cache.FoundCatalog | None) -> None:
    """Offer to make the map of a run that has none."""
    st.info("This run has no latent map yet.")
    if found is None:
        st.caption("Its catalog is needed to make one: open it under Catalog first.")
        page_link("catalog", "Go to Catalog")
    elif st.button("Make the map", key="explore_make_map", type="primary"):
        with st.spinner("Laying out the latent map: half a minute for 20,000 rows …"):
            jobs.make_map(run, found.path)
        st.rerun()


def main() -> None:
    """Render the page."""
    view = current_view()
    with page_head("Explore", _PURPOSE):
        name = choose_run(view)
    run = opened_run(name)
    view = current_view()
    if run is not None:
        try:
            show_explorer(view, run)
        except qsovae.QsovaeError as error:
            refuse(error)
    view.to_address()


main()
