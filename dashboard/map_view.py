"""Parts of the Explore page: what colours rows, and which are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard import cache
from dashboard.colours import as_colours
from dashboard.evaluation_view import MORPHOLOGIES
from dashboard.facets_view import brushed_rows
from dashboard.layout import choose_one
from dashboard.map_rows import Colouring, colour_choices, colouring, shown_mask
from dashboard.quality_filter import choose_quality
from dashboard.query_filter import chosen_by_query, show_error
from dashboard.slice_filter import chosen_slices
from dashboard.slow_columns import told_columns
from dashboard.state import View, seed
from dashboard.theme import UNLABELLED

_FORMULA = "formula:"
_CLASS_KINDS = {"class_predicted": "Predicted", "class_label": "True"}


@dataclass(frozen=True)
class MapChoices:
    """Which rows are shown, and the magnitude that filters and is written beside.

    ``is_asked`` says whether a query tells them, so that they are a selection;
    ``unbrushed`` are those shown if no bar of a facet filters.
    """

    shown: NDArray[np.bool_]
    unbrushed: NDArray[np.bool_]
    is_asked: bool
    magnitude: tuple[str, NDArray[np.float64]] | None


def choose_colour(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None
) -> Colouring:
    """Show what can colour the map; return what the choice gives each row."""
    columns = told_columns(run, table, catalog)
    is_judged = not cache.verdicts(run).empty
    choices = colour_choices(table, catalog, columns, is_judged=is_judged)
    choices[_FORMULA] = "A formula"
    is_formula = view.colour.startswith(_FORMULA)
    key = view.colour if view.colour in choices else "class_label"
    seed("explore_colour", _FORMULA if is_formula else key)
    chosen = st.selectbox(
        "Colour", list(choices), key="explore_colour", format_func=lambda c: choices[c]
    )
    if chosen == _FORMULA:
        return _by_formula(view, table, columns)
    if chosen != view.colour:
        view.colour, view.hidden = chosen, ()
    changes = (*view.joined, view.catalog, cache.said_of(run))
    return _colouring(
        cache.run_key(run), changes, view.colour, choices[view.colour], table, catalog,
        columns,
    )  # fmt: skip


@st.cache_resource(max_entries=24, show_spinner=False)
def _colouring(
    key: tuple[str, str, int], changes: tuple[Any, ...], colour: str, words: str,
    _table: pd.DataFrame, _catalog: qsovae.Catalog | None, _columns: qsovae.RunColumns,
) -> Colouring:  # fmt: skip
    return colouring(colour, words, _table, _catalog, _columns)


def _by_formula(
    view: View, table: pd.DataFrame, columns: qsovae.RunColumns
) -> Colouring:
    """Show the formula to write; return its numbers, none where it cannot be read."""
    seed("explore_formula", view.colour.removeprefix(_FORMULA))
    text = st.text_input(
        "Formula", key="explore_formula", placeholder="g_mag_ab - r_mag_ab",
        help="As a side of a comparison in a query.",
    )  # fmt: skip
    view.colour = f"{_FORMULA}{text.strip()}"
    unknown = as_colours(pd.Series(np.full(len(table), np.nan)))
    if not text.strip():
        return Colouring(unknown, "no formula yet")
    try:
        values = qsovae.formula_values(text, columns, len(table))
    except qsovae.QueryError as error:
        show_error(text, error)
        return Colouring(unknown, text)
    return Colouring(as_colours(pd.Series(values)), text)


# What of a view may need the catalog.
_OF_CATALOG = (
    "plane", "beside", "outlines", "hidden", "opened", "query", "band", "classes",
    "morphology", "quality", "slices", "joined", "facets", "brushes",
)  # fmt: skip


def needs_no_catalog(view: View) -> bool:
    """Return whether a view shows the map alone, in colours that the run knows."""
    told = view.to_parameters()
    return ":" not in view.colour and not any(name in told for name in _OF_CATALOG)


def plain_choices(
    view: View, run: qsovae.Run, table: pd.DataFrame
) -> tuple[Colouring, NDArray[np.bool_]]:
    """Return the colours of such a view, and which rows it shows: all."""
    choices = colour_choices(table, None)
    key = view.colour if view.colour in choices else "class_label"
    columns = qsovae.RunColumns(run, table)
    coloured = _colouring(
        cache.run_key(run), (), key, choices[key], table, None, columns
    )
    return coloured, np.ones(len(table), dtype=bool)


def choose_filters(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None
) -> MapChoices:
    """Show the filters; return which rows they let through."""
    seed("explore_morphology", view.morphology)
    view.morphology = choose_one("Sources", MORPHOLOGIES, "explore_morphology")
    choose_quality(view, table["quality"], "explore")
    _choose_classes(view, run, table)
    magnitude = _choose_magnitudes(view, catalog)
    wanted = None if magnitude is None or view.band is None else magnitude[1]
    shown = shown_mask(table, view, wanted)
    asked = chosen_by_query(view, run, table, catalog)
    for inside in (asked, chosen_slices(view, run)):
        shown = shown if inside is None else shown & inside
    brushed = brushed_rows(view, run, table, catalog)
    passed = shown if brushed is None else shown & brushed
    return MapChoices(passed, shown, asked is not None, magnitude)


@st.cache_data(max_entries=16, show_spinner=False)
def _class_names(key: tuple[str, str, int], kind: str, _values: pd.Series) -> list[str]:
    names = {UNLABELLED if pd.isna(name) else str(name) for name in _values.unique()}
    return sorted(names, key=lambda name: (name == UNLABELLED, name))


def _choose_classes(view: View, run: qsovae.Run, table: pd.DataFrame) -> None:
    """Filter by true or predicted class."""
    seed("explore_class_kind", view.class_kind)
    view.class_kind = choose_one("Class", _CLASS_KINDS, "explore_class_kind")
    options = _class_names(cache.run_key(run), view.class_kind, table[view.class_kind])
    kept = [c for c in st.session_state.get("explore_classes", view.classes)
            if c in options]  # fmt: skip
    st.session_state["explore_classes"] = kept
    view.classes = tuple(st.multiselect(
        "Classes shown", options, key="explore_classes", placeholder="All classes",
        label_visibility="collapsed",
    ))  # fmt: skip


def _choose_magnitudes(
    view: View, catalog: qsovae.Catalog | None
) -> tuple[str, NDArray[np.float64]] | None:
    """Filter by magnitude; return that of the chosen or a middle band."""
    if catalog is None or not catalog.bands:
        view.band = view.magnitudes = None
        return None
    bands = list(catalog.bands)
    seed("explore_band", view.band if view.band in bands else None)
    view.band = st.selectbox(
        "Magnitude", bands, index=None, key="explore_band", placeholder="Any magnitude"
    )
    if view.band is None:
        view.magnitudes = None
        band = "i" if "i" in bands else bands[len(bands) // 2]
        return f"{band} (AB)", catalog.magnitude(band)[0]
    magnitude = catalog.magnitude(view.band)[0]
    observed = magnitude[np.isfinite(magnitude)]
    if not observed.size:
        st.caption("No row has this magnitude.")
        view.magnitudes = None
        return f"{view.band} (AB)", magnitude
    low, high = float(np.floor(observed.min())), float(np.ceil(observed.max()))
    high = max(high, low + 1.0)
    key = f"explore_magnitudes_{view.band}"
    first, last = view.magnitudes or (low, high)
    seed(key, (float(np.clip(first, low, high)), float(np.clip(last, low, high))))
    chosen: Any = st.slider(
        f"{view.band}, AB mag", low, high, step=0.1, key=key, format="%.1f"
    )
    view.magnitudes = (float(chosen[0]), float(chosen[1]))
    n_without = magnitude.size - observed.size
    if n_without:
        st.caption(f"{n_without:,} rows without this magnitude are greyed, too.")
    return f"{view.band} (AB)", magnitude
