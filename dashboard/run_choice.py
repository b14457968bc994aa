"""Which run a page shows: chosen from a list, the demo where nothing was chosen yet."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache
from dashboard.layout import page_link, refuse
from dashboard.state import View, current_view

_DEMO = "demo"
# What was chosen among the classes, columns or rules of one run says nothing of others.
_OF_A_RUN = (
    "evaluate_area", "evaluate_cell", "evaluate_class", "evaluate_mix",
    "evaluate_objects", "evaluate_quality", "evaluate_r_limit", "evaluate_sliced_by",
    "explore_band", "explore_classes", "explore_colour", "explore_facets",
    "explore_formula", "explore_quality", "explore_query", "score_abstain",
    "score_prior", "score_rule",
)  # fmt: skip


def choose_run(view: View) -> str | None:
    """Show the finished runs to choose from; return the chosen one's name."""
    names = [r.name for r in qsovae.list_runs() if r.status in ("complete", "damaged")]
    if view.run is None and names:
        view.run = _DEMO if _DEMO in names else names[0]
    # Pages share this widget: each time it takes its value from the view, not from the
    # page before.
    st.session_state["run"] = view.run if view.run in names else None
    st.selectbox(
        "Run", names, index=None, key="run", on_change=_keep_choice,
        placeholder="Choose a run" if names else "No run yet", disabled=not names,
    )  # fmt: skip
    return view.run


def opened_run(name: str | None) -> qsovae.Run | None:
    """Return a run; None where the page can only say what to do first."""
    if name is None:
        st.info("There is no run yet: train one first.")
        page_link("train", "Go to Train")
        return None
    try:
        return cache.opened_run(name)
    except qsovae.QsovaeError as error:
        refuse(error)
        return None


def _keep_choice() -> None:
    """Take the run that was chosen in the list."""
    if st.session_state["run"] is not None:
        take_run(st.session_state["run"])


def take_run(name: str) -> None:
    """Show another run; what was drawn or filtered on the last one's map goes."""
    view = current_view()
    if name != view.run:
        fresh = View(catalog=view.catalog, run=name, normalise=view.normalise)
        st.session_state["view"] = fresh
        for key in _OF_A_RUN:
            st.session_state.pop(key, None)
    st.session_state["run"] = name


def runs_table(listings: list[qsovae.RunListing]) -> pd.DataFrame:
    """Return all runs with status, date, rows and accuracy, one line each."""
    return pd.DataFrame(
        [
            {
                "run": r.name, "status": r.status,
                "date (UTC)": r.created_utc[:16].replace("T", " "),
                "catalog": r.summary.get("catalog"), "rows": r.summary.get("rows"),
                "label": r.summary.get("label"), "accuracy": r.summary.get("accuracy"),
                "simulated": r.summary.get("is_simulated"), "message": r.message,
            }
            for r in listings
        ]
    )  # fmt: skip
