"""Explore: the latent map of a run, coloured, filtered and outlined by the visitor."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache, projecting
from dashboard.facets_view import show_facets
from dashboard.join_view import joined_table
from dashboard.layout import page_head, refusals, refuse, simulated_badge
from dashboard.map_quality_view import show_making
from dashboard.map_view import choose_colour, choose_filters
from dashboard.object_view import open_named, show_opened
from dashboard.picture_view import show_early, show_picture
from dashboard.plane_controls import Selected, choose_plane
from dashboard.plane_heard import PLACED
from dashboard.run_choice import choose_run, opened_run
from dashboard.selection_view import show_selection
from dashboard.selections_view import show_selections
from dashboard.slow_columns import make_wanted
from dashboard.sources import find_source
from dashboard.state import View, current_view
from dashboard.verdict_view import download_verdicts
from dashboard.walk_view import show_walk

_PURPOSE = (
    "The latent space as a map: colour it, filter it, outline objects, take them."
)


def show_explorer(view: View, run: qsovae.Run) -> None:
    """Show one run's map."""
    table = cache.latent_table(run)
    if "map_1" not in table:
        offer_map(run)
        return
    place = st.empty()
    source = find_source(view.catalog)
    controls, picture = st.columns([2, 5], gap="medium")
    canvas = picture.container()
    with canvas:
        is_drawn = show_early(view, run, table, source)
    with controls:
        found = cache.run_catalog(run, source)
        catalog = found.catalog if found else None
        make_wanted(place, run, catalog)
        if run.is_simulated:
            simulated_badge()
        # Asked for seldom, and so beneath, though the others tell of what it joins.
        above = st.container()
        table = joined_table(view, run, table)
        with above:
            plane = choose_plane(view, run, table, catalog)
            coloured = choose_colour(view, run, table, catalog)
            choices = choose_filters(view, run, table, catalog)
        beneath = st.container()
        if catalog is None:
            st.caption(
                "The catalog of this run is not at hand: open it under Catalog to "
                "colour by its columns and filter by magnitude."
            )
    with picture:
        chosen = show_picture(
            view, run, table, catalog, plane, coloured, choices,
            None if is_drawn else canvas,
        )  # fmt: skip
    with beneath:
        show_facets(view, run, table, catalog, choices.unbrushed, chosen.chosen)
    show_chosen(view, run, table, catalog, chosen)


def show_chosen(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    chosen: Selected,
) -> None:  # fmt: skip
    """Show what is selected and looked at, and what was kept."""
    show_selection(view, run, table, chosen, catalog)
    show_opened(view, run, table, chosen.chosen, catalog)
    start = st.session_state.get(PLACED) or view.opened
    show_walk(view, run, table, catalog, start, partial(open_named, table))
    show_selections(view, run, table, catalog, chosen.chosen)
    download_verdicts(run)


def offer_map(run: qsovae.Run) -> None:
    """Offer to make the map of a run that has none."""
    st.info("This run has no latent map yet.")
    if not show_making(run):
        st.caption("It takes half a minute, for 20,000 rows or a million.")
        if st.button("Make the map", key="explore_make_map", type="primary"):
            with refusals():
                projecting.start(run, "map")
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
