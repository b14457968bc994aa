"""Part of the Explore page: one object of a selection."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard import cache, figures
from dashboard.layout import choose_one, escaped, number, show_figure
from dashboard.state import View, current_view, seed
from dashboard.verdict_view import show_verdict

_UNITS = {"mag": figures.MAGNITUDES, "flux": figures.FLUXES}


def show_opened(
    view: View, run: qsovae.Run, table: pd.DataFrame, chosen: NDArray[np.bool_],
    catalog: qsovae.Catalog | None,
) -> None:  # fmt: skip
    """Show the object that is looked at, if any, and the way to the next.

    The next is the next of those selected; of all where nothing is.
    """
    if view.opened is None or view.opened >= len(table):
        view.opened = None
        return
    rows = np.flatnonzero(chosen) if chosen.any() else np.arange(len(table))
    at = int(np.searchsorted(rows, view.opened))
    is_there = at < len(rows) and rows[at] == view.opened
    after = rows[at + is_there :]
    with st.container(horizontal=True, vertical_alignment="center"):
        for words, key, place in (
            ("Previous", "Left", rows[at - 1] if at else None),
            ("Next", "Right", after[0] if len(after) else None),
        ):
            st.button(
                words, key=f"object_{words.lower()}", shortcut=key, on_click=_open,
                args=(place,), disabled=place is None,
            )  # fmt: skip
        said = f"{at + 1:,} of {len(rows):,}" if is_there else "not among the"
        what = "selected" if chosen.any() else "all"
        st.caption(f"{said} {what}")
        st.button("Close", key="object_close", icon=":material/close:",
                  type="tertiary", on_click=_open, args=(None,))  # fmt: skip
    following = int(after[0]) if len(after) else view.opened
    show_object(run, table, view.opened, catalog, partial(_open, following))


def open_named(table: pd.DataFrame, object_id: str) -> None:
    """Look at the object of an id."""
    found = np.flatnonzero(table["object_id"].astype("string") == object_id)
    _open(int(found[0]) if len(found) else None)


def _open(place: int | None) -> None:
    """Look at another object, or at none."""
    current_view().opened = None if place is None else int(place)


def show_object(
    run: qsovae.Run, table: pd.DataFrame, place: int, catalog: qsovae.Catalog | None,
    open_next: Callable[[], None],
) -> None:  # fmt: skip
    """Show what is known of an object, what the model makes of it, and who is near."""
    found = _described(cache.run_key(run), place, catalog is not None, run, table,
                       catalog)  # fmt: skip
    st.subheader(f"Object {escaped(found['object_id'])}", anchor=False)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _show_facts(found)
        show_verdict(run, found["object_id"], open_next)
    with right:
        if not found["bands"]:
            st.info("Its magnitudes are in the catalog, which is not at hand.")
            return
        seed("object_unit", "mag")
        unit = _UNITS[choose_one("Unit", _UNITS, "object_unit", show_label=False)]
        bands = pd.DataFrame(found["bands"])
        show_figure(
            figures.object_figure(bands, unit, is_simulated=run.is_simulated),
            f"{run.name}_object_{found['object_id']}", bands,
        )  # fmt: skip


@st.cache_data(max_entries=64, show_spinner="Looking at the object …")
def _described(
    key: tuple[str, str, int], place: int, has_catalog: bool, _run: qsovae.Run,
    _table: pd.DataFrame, _catalog: qsovae.Catalog | None,
) -> dict[str, Any]:  # fmt: skip
    return qsovae.describe_object(_run, _table, place, _catalog)


def _show_facts(found: dict[str, Any]) -> None:
    """Show classes, place, doubts and neighbours in words."""
    st.markdown(
        f"True class: **{escaped(found['class_label'] or 'unknown')}**; predicted "
        f"**{escaped(found['class_predicted'])}**, {escaped(found['morphology'])}, "
        f"{escaped(found['split'] or 'not of the run')}."
    )
    shares = pd.DataFrame(
        found["probabilities"].items(), columns=["class", "probability"]
    )
    st.dataframe(
        shares, hide_index=True, key="object_probabilities",
        column_config={"probability": st.column_config.ProgressColumn(
            format="%.3f", min_value=0.0, max_value=1.0
        )},
    )  # fmt: skip
    st.caption(f"Outlier score {number(found['outlier_score'], 2)}.")
    labels, n_near = found["neighbour_labels"], len(found["neighbours"])
    told = ", ".join(f"{count} {escaped(name)}" for name, count in labels.items())
    st.markdown(
        f"Of its {n_near} neighbours in the latent space {sum(labels.values())} have "
        f"labels{': ' if told else ''}{told}."
    )
    if found["flags"]:
        for flag in found["flags"]:
            st.caption(f"**{escaped(flag['name'])}**: {escaped(flag['meaning'])}")
    if found["links"]:
        place = f"{found['ra_deg']:.5f} {found['dec_deg']:+.5f} deg"
        words = (f"[{escaped(name)}]({url})" for name, url in found["links"].items())
        st.markdown(f"{place}: {' · '.join(words)}")
