"""Part of the Evaluate page: scores by slices of a column, and the worst slices."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache, figures
from dashboard.layout import PAGES, download_table, escaped, number, show_figure
from dashboard.slices_cache import scored_slices
from dashboard.sources import find_source
from dashboard.state import View, current_view

_FIRST = ("magnitude", "morphology")
_SCORES = ("completeness", "purity", "f1")
_WORST_SHOWN = 4


def show_slices(
    view: View, run: qsovae.Run, of: cache.Scored, name: str, *, is_simulated: bool
) -> None:
    """Show where the run is good and where it is not, and which rows these are.

    ``of`` says whose rows are scored.
    """
    st.subheader("By slices", anchor=False)
    sought = qsovae.sought_class(run.classes, view.sought)
    asked = (
        run, of, find_source(view.catalog), view.morphology, sought,
        view.quality_choice, view.quality,
    )  # fmt: skip
    left, right = st.columns([3, 2], gap="medium")
    with left:
        with st.spinner("Counting the slices …"):
            found = scored_slices(*asked, "columns")
        _show_column(view, found, sought, name, is_simulated=is_simulated)
    with right:
        with st.spinner("Looking for the worst slices …"):
            worst = scored_slices(*asked, "worst")
        titles = {name: column["title"] for name, column in found["columns"].items()}
        _show_worst(worst, titles, f"{name}_worst", leads_to_map=of is None)


def _show_column(
    view: View, found: dict[str, Any], sought: str, name: str, *, is_simulated: bool
) -> None:
    """Show the sought class by the slices of one column."""
    columns = found["columns"]
    if not columns:
        st.info("All these rows are in the same slices.")
        return
    first = next((c for c in _FIRST if c in columns), next(iter(columns)))
    kept = st.session_state.get("evaluate_sliced_by", view.sliced_by)
    st.session_state["evaluate_sliced_by"] = kept if kept in columns else first
    chosen = st.selectbox(
        "Slices", list(columns), key="evaluate_sliced_by",
        format_func=lambda column: columns[column]["title"],
    )  # fmt: skip
    view.sliced_by = None if chosen == first else chosen
    column = columns[chosen]
    table = pd.DataFrame(column["table"])
    own = table[table["class_label"] == sought].reset_index(drop=True)
    few, fewest = column["few"], found["fewest_rows"]
    st.caption(
        f"{escaped(sought)} by {escaped(column['title'])}. Bars: 95 %. No share of "
        f"fewer than {fewest} rows is shown; slices with so few: {few['slices']:,}, "
        f"rows in them: {few['rows']:,}."
    )
    show_figure(
        figures.slices_figure(own, sought, column["title"], is_simulated=is_simulated),
        f"{name}_by_{chosen}_{sought}",
        table,
    )
    shares = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(
        own[["slice", "rows", "accuracy", "class_rows", *_SCORES]], hide_index=True,
        key="slices_table", placeholder="—",
        column_config={
            "accuracy": shares, "completeness": shares, "purity": shares,
            "f1": st.column_config.NumberColumn("F1", format="%.3f"),
            "class_rows": st.column_config.NumberColumn(sought),
        },
    )  # fmt: skip


def _show_worst(
    found: dict[str, Any], titles: dict[str, str], name: str, *, leads_to_map: bool
) -> None:
    """Show the worst slices, each with a way to its rows on the map."""
    worst, least = found["worst"], found["fewest_named"]
    st.markdown("##### Where it does worst")
    if not worst["named"]:
        st.info(
            f"No slice is worse than the rest by more than chance: {worst['tested']:,} "
            f"slices and pairs of {least} rows and more were tested."
        )
        return
    st.caption(
        f"{worst['named']:,} of {worst['tested']:,} slices and pairs of {least} rows "
        "and more are worse than the rest (false discovery rate 5 %). The surely worst "
        "stand first; intervals are widened for the choice."
    )
    table = pd.DataFrame(worst["table"])
    for measure, lines in table.groupby("measure", sort=False):
        of = "" if measure == "accuracy" else f" of {escaped(found['class'])}"
        st.markdown(f"**{str(measure).capitalize()}{of}**")
        for at in lines.head(_WORST_SHOWN).to_dict("records"):
            _show_one(at, titles, leads_to_map=leads_to_map)
    download_table(lambda: table, name)


def _show_one(
    at: dict[str, Any], titles: dict[str, str], *, leads_to_map: bool
) -> None:
    """Show one of the worst slices."""
    pairs = ((at["column"], at["slice"]), (at["column_2"], at["slice_2"]))
    known = [(column, label) for column, label in pairs if pd.notna(column)]
    words = "; ".join(
        f"{escaped(titles[column])}: {escaped(label)}" for column, label in known
    )
    wanted = tuple(f"{column}={label}" for column, label in known)
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(
        f"{words}  \n{number(at['share'])} ({number(at['low'])} to "
        f"{number(at['high'])}) on {at['rows']:,} rows, "
        f"{number(at['share_elsewhere'])} elsewhere"
    )
    if leads_to_map and right.button(
        "Map", key=f"slice_{at['measure']}_{'_'.join(wanted)}",
        icon=":material/scatter_plot:",
        help="Show the rows of this slice on the latent map",
    ):  # fmt: skip
        current_view().slices = wanted
        st.switch_page(PAGES["explore"].path)
