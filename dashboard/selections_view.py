"""Part of the Explore page: selections that are kept with the run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard.colours import missing_name
from dashboard.facets_view import facets_query
from dashboard.layout import escaped, refusals
from dashboard.outlines import Outline
from dashboard.state import View
from dashboard.theme import UNLABELLED

# Filters that a selection's query says, to be taken off when it is applied.
# Colours that are columns of text, of which a query can say what the legend hides.
NAMED_COLOURS = ("class_label", "class_predicted", "morphology", "split")
_FILTERS = ("explore_morphology", "explore_quality", "explore_classes", "explore_band")

# What an address may have no room for.
_BEYOND = {"outlines": "the outlines", "brushes": "the chosen bars"}


def show_selections(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    chosen: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Offer to keep what filters and outlines select; list what was kept.

    ``chosen`` are the rows that are selected now, (n_rows,).
    """
    st.subheader("Saved selections", anchor=False)
    query = filters_query(view, facets_query(view, run, table, catalog))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Save the selection", key="selection_name", placeholder="Name of it",
            help="Keeps filters, query and outlines with the run. In a query sel_NAME "
            "is true of its rows, so that selections join by and, or, not.",
        )  # fmt: skip
        wanted = st.button(
            "Save", key="selection_save", icon=":material/bookmark_add:",
            disabled=query is None and not view.outlines,
        )  # fmt: skip
    if beyond := [_BEYOND.get(name, name) for name in view.beyond_address()]:
        st.warning(
            "A link to all that is shown would be too long for a server: the one in "
            f"the address bar lacks {' and '.join(beyond)}. Save the selection: the "
            "query sel_NAME is short, and brings its rows back."
        )
    if view.hidden and view.colour not in NAMED_COLOURS:
        st.caption("What the legend hides by this colour is not kept.")
    with refusals():
        if wanted:
            saved = qsovae.save_selection(
                run, name.strip(), table, catalog, query=query,
                outlines=view.outlines, plane=view.outlined_on,
            )  # fmt: skip
            st.success(f"Saved {escaped(saved.name)}: {sentence(saved)}")
    for kept in qsovae.list_selections(run):
        with refusals():
            _show_one(view, run, kept)
            if kept.value is not None and _is_applied(view, kept.value, query):
                _show_changes(qsovae.changed_rows(run, kept.value, table, chosen))


def _is_applied(view: View, saved: qsovae.Selection, query: str | None) -> bool:
    """Return whether a selection, and nothing else, tells which rows are chosen."""
    now = (query, view.outlines, view.outlined_on if view.outlines else saved.plane)
    return now == (saved.query, saved.outlines, saved.plane) and not view.hidden


def _show_changes(changed: qsovae.Changed | None) -> None:
    """Say how the rows of a selection differ from those that were saved, if so."""
    if changed is not None and any(changed):
        st.caption(
            f"Since it was saved {changed.gone:,} rows have left it, and "
            f"{changed.new:,} have come: what its query names has changed."
        )


def filters_query(view: View, facets: str | None = None) -> str | None:
    """Return what the view's filters say as one query, None if they hide nothing.

    ``facets`` is what the chosen bars say, as of ``facets_query``.
    """
    parts = []
    if view.morphology != "all":
        parts.append(f"morphology = '{view.morphology}'")
    if view.quality:
        bits = " or ".join(f"has_{name}" for name in view.quality)
        parts.append(f"({bits})" if view.quality_choice == "with" else f"not ({bits})")
    if view.classes:
        parts.append(_classes_query(view))
    if view.band is not None and view.magnitudes is not None:
        low, high = view.magnitudes
        parts.append(f"{low:g} <= {view.band}_mag_ab <= {high:g}")
    parts += [_slice_query(sliced) for sliced in view.slices]
    if view.hidden and view.colour in NAMED_COLOURS:
        parts.append(_hidden_query(view))
    if facets is not None:
        parts.append(facets)
    if view.query is not None:
        parts.append(f"({view.query})" if parts else view.query)
    return " and ".join(parts) or None


def _hidden_query(view: View) -> str:
    """Return what the legend hides as a query that is true of the rest."""
    unknown = missing_name(view.colour)
    texts = ", ".join(quoted(name) for name in view.hidden if name != unknown)
    column = view.colour
    if unknown in view.hidden:
        claims = [f"{column} is not missing"]
        return " and ".join(claims + ([f"{column} not in ({texts})"] if texts else []))
    return f"({column} is missing or {column} not in ({texts}))"


def _slice_query(sliced: str) -> str:
    """Return one of the view's slices as a query."""
    column, _, label = sliced.rpartition("=")
    return f"`slice_{column}` = {quoted(label)}"


def quoted(text: str) -> str:
    """Return text as a query has it."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _classes_query(view: View) -> str:
    """Return the classes that are shown as a query."""
    texts = [quoted(name) for name in view.classes if name != UNLABELLED]
    listed = ", ".join(texts)
    claims = [f"{view.class_kind} in ({listed})"] if texts else []
    if UNLABELLED in view.classes:
        claims.append(f"{view.class_kind} is missing")
    return claims[0] if len(claims) == 1 else f"({' or '.join(claims)})"


def sentence(saved: qsovae.Selection) -> str:
    """Return what a selection is, in words."""
    parts = [f"{saved.rows:,} rows"]
    if saved.query is not None:
        parts.append(escaped(saved.query))
    if saved.outlines:
        n = len(saved.outlines)
        where = "the map" if saved.plane == qsovae.ON_MAP else " and ".join(saved.plane)
        parts.append(f"inside {n} outline{'s' if n > 1 else ''} on {escaped(where)}")
    return ", ".join(parts)


def _show_one(view: View, run: qsovae.Run, kept: qsovae.Kept[qsovae.Selection]) -> None:
    """Show a saved selection in a line, with what can be done with it."""
    said = kept.message if kept.value is None else sentence(kept.value)
    words = escaped(said) if kept.value is None else said
    name, other = kept.name, None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escaped(name)}**: {words}")
        if kept.value is not None:
            st.button(
                "Apply", key=f"selection_apply_{name}", type="tertiary",
                icon=":material/filter_alt:", on_click=_apply, args=(view, kept.value),
            )  # fmt: skip
            with st.popover("Rename", type="tertiary"):
                typed = st.text_input("New name", name, key=f"selection_other_{name}")
                if st.button("Rename", key=f"selection_rename_{name}"):
                    other = typed.strip()
        gone = st.button(
            "Delete", key=f"selection_delete_{name}", icon=":material/delete:",
            type="tertiary",
        )  # fmt: skip
    if other is not None:
        qsovae.rename_selection(run, name, other)
    if gone:
        qsovae.delete_selection(run, name)
    if other is not None or gone:
        st.rerun()


def _apply(view: View, saved: qsovae.Selection) -> None:
    """Show the rows of a selection, and no other filter."""
    show_only(view, saved.query, saved.outlines, saved.plane)


def show_only(
    view: View, query: str | None, outlines: tuple[Outline, ...] = (),
    plane: tuple[str, str] = qsovae.ON_MAP,
) -> None:  # fmt: skip
    """Show the rows of a query and of outlines, and no other filter."""
    view.query, view.outlines = query, outlines
    view.outlined_on, view.hidden, view.brushes = plane, (), ()
    view.morphology, view.quality, view.classes = "all", (), ()
    view.band, view.magnitudes, view.slices = None, None, ()
    for key in _FILTERS:
        st.session_state.pop(key, None)
    st.session_state["explore_query"] = query or ""
