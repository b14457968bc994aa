"""Part of the Explore page: rows counted by columns, whose bars filter the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard import cache
from dashboard.address import MOST_FACETS
from dashboard.brushes import (
    brush_column,
    brush_query,
    brushed_columns,
    chosen_bins,
    facet_mask,
    facet_masks,
    with_choice,
)
from dashboard.components.facets import Facet, facet_panel
from dashboard.layout import refusals
from dashboard.slow_columns import told_columns
from dashboard.sources import find_source
from dashboard.state import View, current_view
from dashboard.theme import UNLABELLED_COLOUR, class_styles

_OF_CLASSES = ("class_predicted", "class_label", "vi_class")
_PROBABILITY = "p_"
# What people say of rows, which changes while the run stays the same.
_SAID = ("sel_", "vi_")


def show_facets(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    shown: NDArray[np.bool_], selected: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Show the facets of the chosen columns; their bars choose rows.

    ``shown`` are the rows that all filters but the facets let through.
    """
    columns = told_columns(run, table, catalog)
    names = _choose_columns(view, columns)
    if not names:
        return
    with refusals():
        bins = {name: _column_bins(view, run, table, columns, name) for name in names}
        masks = facet_masks(view.brushes, bins)
        facets = [
            _facet(run, view.brushes, of, facet_mask(shown, masks, name), selected)
            for name, of in bins.items()
        ]
        facet_panel(facets, "explore_facet_panel", partial(_choose, bins))
        query = brush_query(view.brushes, bins)
        if query is not None:
            st.code(query, language=None, wrap_lines=True)


def brushed_rows(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None
) -> NDArray[np.bool_] | None:
    """Return which rows the facets let through, None if no bar is chosen."""
    masks = facet_masks(view.brushes, _brushed_bins(view, run, table, catalog))
    return facet_mask(np.ones(len(table), dtype=bool), masks) if masks else None


def facets_query(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None
) -> str | None:
    """Return what the chosen bars say as a query, None if none is chosen."""
    return brush_query(view.brushes, _brushed_bins(view, run, table, catalog))


def _brushed_bins(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None
) -> dict[str, qsovae.FacetBins]:
    """Return the bins of the columns with brushes, of those that are shown."""
    if not view.brushes:
        return {}
    columns = told_columns(run, table, catalog)
    names = set(_shown_columns(view, columns))
    return {
        name: _column_bins(view, run, table, columns, name)
        for name in brushed_columns(view.brushes)
        if name in names
    }


def _shown_columns(view: View, columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns whose facets are shown: the chosen ones, or the usual."""
    named = _named(columns)
    chosen = [name for name in view.facets if name in named]
    return tuple(chosen) or qsovae.facet_columns(columns)


def _named(columns: Iterable[str]) -> list[str]:
    """Return the columns that a query can name: none with a back quote."""
    return [name for name in columns if name and "`" not in name]


def _choose_columns(view: View, columns: qsovae.RunColumns) -> tuple[str, ...]:
    """Show the columns to choose from; return those that are chosen."""
    options = _named(columns)
    chosen = st.session_state.get("explore_facets", _shown_columns(view, columns))
    kept = [name for name in chosen if name in options]
    st.session_state["explore_facets"] = kept
    return tuple(st.multiselect(
        "Facets", options, key="explore_facets", max_selections=MOST_FACETS,
        placeholder="Columns to count by", on_change=_keep_columns,
        help="Rows counted by the values of columns. Click bars, or draw over them, to "
        "filter everything else by their rows.",
    ))  # fmt: skip


def _keep_columns() -> None:
    """Store the chosen columns; brushes of those that are gone filter no more."""
    view = current_view()
    view.facets = tuple(st.session_state["explore_facets"])
    view.brushes = tuple(b for b in view.brushes if brush_column(b) in view.facets)


def _choose(bins: Mapping[str, qsovae.FacetBins], choice: Any) -> None:
    """Store what a person chose among the bars."""
    view = current_view()
    view.brushes = with_choice(view.brushes, choice, bins)


def _facet(
    run: qsovae.Run, brushes: tuple[str, ...], bins: qsovae.FacetBins,
    shown: NDArray[np.bool_], selected: NDArray[np.bool_],
) -> Facet:  # fmt: skip
    n_bins = len(bins.bins)
    return Facet(
        bins, qsovae.facet_counts(bins.codes, n_bins, shown, selected),
        chosen_bins(brushes, bins), _colours(run, bins),
    )  # fmt: skip


def _colours(run: qsovae.Run, bins: qsovae.FacetBins) -> list[str | None]:
    """Return the colour of each bin, that of its class if it tells of one."""
    named = bins.name.removeprefix(_PROBABILITY)
    if named != bins.name and named in run.classes:
        return [class_styles(run.classes)[named].colour] * len(bins.bins)
    if bins.name not in _OF_CLASSES:
        return [None] * len(bins.bins)
    styles = class_styles([str(b.value) for b in bins.bins if b.kind == "value"])
    return [
        styles[str(b.value)].colour if b.kind == "value" else UNLABELLED_COLOUR
        for b in bins.bins
    ]


def _column_bins(
    view: View, run: qsovae.Run, table: pd.DataFrame, columns: qsovae.RunColumns,
    name: str,
) -> qsovae.FacetBins:  # fmt: skip
    """Return the bins of a column, made once for all visitors."""
    source = find_source(view.joined[0]) if view.joined else None
    joined = None if source is None else (cache.stamp(source.path), view.joined[1])
    # A joined column may bear the name of the catalog's.
    key = (name, name in table, joined, _said(run, name))
    return _bins(cache.run_key(run), key, columns)


def _said(run: qsovae.Run, name: str) -> str:
    """Return what tells what people say of a run's rows from what they said before."""
    if not name.startswith(_SAID):
        return ""
    return cache.said_of(run)


@st.cache_resource(max_entries=32, show_spinner="Counting …")
def _bins(
    run: tuple[str, str, int], key: tuple[object, ...], _columns: qsovae.RunColumns
) -> qsovae.FacetBins:
    name = str(key[0])
    return qsovae.facet_bins(name, _columns[name])
