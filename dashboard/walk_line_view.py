"""Part of the Explore page: what lies between two objects in the latent space."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard import figures
from dashboard.layout import download_table, refusals, show_figure
from dashboard.state import View, seed
from dashboard.walk_cache import places_between, seds_between

# A magnitude alone is no energy distribution.
FEWEST_BANDS = 2
_SUFFIXES = (".fits", ".vot", ".csv", ".parquet")


@st.fragment
def show_line(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None
) -> None:
    """Show two objects to choose, and what lies between them."""
    ends = []
    for column, words, k in zip(
        st.columns(2, gap="medium"), ("From object", "To object"), (0, 1), strict=True
    ):
        seed(f"walk_end_{k}", view.walk_between[k] if view.walk_between else "")
        name = column.text_input(words, key=f"walk_end_{k}", placeholder="its id")
        ends.append(name.strip())
    view.walk_between = tuple(ends) if all(ends) else ()
    view.to_address()
    if not view.walk_between:
        st.caption("Give two ids to see what lies between them in the latent space.")
        return
    with refusals():
        first, last = ends
        found = places_between(run, table, (first, last))
        lines = None
        if len(found[0]["bands"]) >= FEWEST_BANDS:
            lines = seds_between(run, table, (first, last), catalog)
        _draw_line(run, found, lines, (first, last))


def _draw_line(
    run: qsovae.Run, found: list[dict[str, Any]], lines: pd.DataFrame | None,
    ends: tuple[str, str],
) -> None:  # fmt: skip
    """Show SEDs and class probabilities along a line."""
    walked = qsovae.walk_table(found)
    name, simulated = f"{run.name}_between", run.is_simulated
    left, right = st.columns(2, gap="medium")
    if lines is not None:
        with left:
            figure = figures.line_seds_figure(lines, ends, is_simulated=simulated)
            show_figure(figure, f"{name}_seds", lines)
            if "detected" in lines:
                st.caption("Without bands in which few of the rows near were seen.")
    with right:
        figure = figures.line_classes_figure(
            walked, run.classes, ends, is_simulated=simulated
        )
        shares = walked[["along", *(f"p_{c}" for c in run.classes), "is_far"]]
        show_figure(figure, f"{name}_classes", shares)
    n_far = int(walked["is_far"].sum())
    st.caption(
        f"{len(walked)} places on the straight line, {n_far} of them far from all "
        "rows. All that is known of them:"
    )
    meta = {"run": run.name, "is_sim": simulated}
    with st.container(horizontal=True):
        for suffix in _SUFFIXES:
            download_table(lambda: walked, name, suffix, meta=meta)
