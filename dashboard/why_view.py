"""Part of the Explore page: what tells a selection from the other rows."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard import cache, figures
from dashboard.layout import escaped, number, show_figure
from dashboard.on_request import Request, made
from dashboard.state import View

_REQUEST = Request(
    "why", "Why are these here?", ":material/help:",
    "What differs most between the selected rows and all others, the simplest cut that "
    "reproduces them, and their mean SED.",
)  # fmt: skip
_MOST_COLUMNS = 15
_KINDS = {"class_predicted": "Predicted class", "class_label": "True class"}


def show_why(
    view: View, run: qsovae.Run, table: pd.DataFrame, chosen: NDArray[np.bool_],
    catalog: qsovae.Catalog | None,
) -> None:  # fmt: skip
    """Offer to explain a selection, and show what tells it from the other rows."""
    if not chosen.any() or chosen.all():
        return
    digest = hashlib.sha256(np.packbits(chosen).tobytes()).hexdigest()
    found: dict[str, Any] | None = made(
        _REQUEST, (cache.run_key(run), digest, catalog is not None),
        lambda tell: qsovae.explain_selection(
            run, table, chosen, catalog, on_progress=tell
        ),
    )  # fmt: skip
    if found is None:
        return
    st.subheader("Why these are here", anchor=False)
    simulated = run.is_simulated
    _show_cut(view, found["cut"])
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _show_columns(found["columns"], run.name, is_simulated=simulated)
    with right:
        _show_classes(found["classes"])
    if found["seds"] is None:
        return
    first, *others = st.columns(1 + len(found["distributions"]), gap="medium")
    with first:
        _show_seds(found["seds"], run.name, is_simulated=simulated)
    for place, (name, counts) in zip(
        others, found["distributions"].items(), strict=True
    ):
        with place:
            _show_distribution(name, counts, run.name, is_simulated=simulated)


def _show_cut(view: View, cut: dict[str, Any] | None) -> None:
    """Show the simplest cut, with a way to select by it."""
    if cut is None:
        return
    said = " and ".join(
        f"{measure} {number(cut[measure][0])} ({number(cut[measure][1])} to "
        f"{number(cut[measure][2])})"
        for measure in ("completeness", "purity")
        if measure in cut
    )
    st.caption(
        f"The simplest cut that reproduces them: {said}, on rows apart from those that "
        "chose it."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.code(cut["query"], language=None)
        st.button(
            "Select by it", key="why_cut", icon=":material/content_cut:",
            on_click=_select_by, args=(view, cut["query"]),
        )  # fmt: skip


def _select_by(view: View, query: str) -> None:
    """Select by a query instead of outlines."""
    view.query, view.outlines = query, ()
    st.session_state["explore_query"] = query
    st.session_state["outline_round"] = st.session_state.get("outline_round", 0) + 1


def _show_columns(
    lines: list[dict[str, Any]], name: str, *, is_simulated: bool
) -> None:
    """Show the columns that differ most."""
    st.caption(
        "How often a selected row is above another, less how often it is below "
        "(Cliff's delta); of text, the difference of the shares. First what surely "
        "differs; bars: 95 %."
    )
    table = columns_table(lines)
    shown = table.head(_MOST_COLUMNS).assign(name=lambda t: t["named"])
    show_figure(
        figures.effect_figure(shown, is_simulated=is_simulated),
        f"{name}_selection_columns", table.drop(columns="named"),
    )  # fmt: skip


def columns_table(lines: list[dict[str, Any]]) -> pd.DataFrame:
    """Return how much each column differs, one a line."""
    table = pd.DataFrame(lines)
    bounds = pd.DataFrame(table.pop("difference").tolist(),
                          columns=["value", "low", "high"])  # fmt: skip
    table = pd.concat([table, bounds], axis=1)
    category = table["category"].astype("string")
    table["named"] = table["name"].where(
        category.isna(), table["name"] + " = " + category.fillna("")
    )
    return table


def _show_classes(classes: dict[str, list[dict[str, Any]]]) -> None:
    """Show the class mix of the selected rows and of the others."""
    for kind, words in _KINDS.items():
        if not classes[kind]:
            continue
        table = pd.DataFrame(classes[kind])[["class", "chosen", "others"]]
        st.dataframe(
            table, hide_index=True, key=f"why_{kind}",
            column_config={
                "class": words,
                "chosen": st.column_config.NumberColumn("selected", format="percent"),
                "others": st.column_config.NumberColumn(format="percent"),
            },
        )  # fmt: skip


def _show_seds(seds: dict[str, Any], name: str, *, is_simulated: bool) -> None:
    """Show the mean SEDs of both sides and the decoder's."""
    words = {"chosen": figures.CHOSEN, "others": figures.OTHERS,
             "decoded": figures.DECODED}  # fmt: skip
    tables = {words[side]: pd.DataFrame(table) for side, table in seds.items()}
    st.caption("Mean magnitudes of the rows seen; bars: 68 %; open: few were seen.")
    together = [table.assign(side=side) for side, table in tables.items()]
    show_figure(
        figures.sides_sed_figure(tables, is_simulated=is_simulated),
        f"{name}_selection_sed", pd.concat(together, ignore_index=True),
    )  # fmt: skip


def _show_distribution(
    column: str, counts: dict[str, list[float]], name: str, *, is_simulated: bool
) -> None:
    """Show how a column is distributed on both sides."""
    shares = {figures.CHOSEN: counts["chosen"], figures.OTHERS: counts["others"]}
    table = pd.DataFrame({"from": counts["edges"][:-1], "to": counts["edges"][1:],
                          **shares})  # fmt: skip
    st.caption(f"{escaped(column)}, of the rows that have one.")
    show_figure(
        figures.sides_histogram_figure(
            column, counts["edges"], shares, is_simulated=is_simulated
        ),
        f"{name}_selection_{column}", table,
    )  # fmt: skip
