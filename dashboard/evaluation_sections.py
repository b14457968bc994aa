"""The sections of the Evaluate page, of which one is shown at a time."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st

import qsovae
from dashboard import cache
from dashboard.cells_view import show_objects
from dashboard.details_view import show_details
from dashboard.drivers_view import show_drivers
from dashboard.evaluation_view import show_classes, show_matrix, show_report
from dashboard.report_view import show_files
from dashboard.rivals_view import show_rivals
from dashboard.scored_rows import scored_rows
from dashboard.slices_view import show_slices
from dashboard.sources import find_source
from dashboard.splits_view import show_splits
from dashboard.state import View

SECTIONS = {
    "matrix": "Confusion and classes",
    "samples": "Calibration and samples",
    "slices": "Slices",
    "rivals": "Rivals",
    "drivers": "What drives it",
    "splits": "Other splits",
    "report": "Report",
}


class Shown(NamedTuple):
    """A run, whose rows are scored, and the scores of a morphology."""

    run: qsovae.Run
    report: dict[str, Any]
    of: cache.Scored
    scores: qsovae.Scores
    rival: qsovae.Scores | None
    is_simulated: bool


def show_section(view: View, shown: Shown) -> None:
    """Show what was chosen, and only that: each takes a while of many rows."""
    run, simulated = shown.run, shown.is_simulated
    name = f"{run.name}_{view.morphology}"
    if view.section == "matrix":
        both = {"vae": shown.scores} | (
            {"baseline": shown.rival} if shown.rival else {}
        )
        left, right = st.columns(2, gap="medium")
        with left:
            show_matrix(view, both, name, is_simulated=simulated)
        with right:
            show_classes(shown.scores, shown.rival, name, is_simulated=simulated)
        scores = both[view.model]
        show_objects(view, run, shown.of, scores, name, is_simulated=simulated)
        show_report(shown.report, run.name)
    elif view.section == "samples":
        show_details(view, run, shown.of, name, is_simulated=simulated)
    elif view.section == "slices":
        show_slices(view, run, shown.of, name, is_simulated=simulated)
    elif view.section == "report":
        show_files(view, run, shown.of)
    elif view.section in ("rivals", "drivers"):
        show = show_rivals if view.section == "rivals" else show_drivers
        rows = scored_rows(view, run, shown.of)
        show(view, run, rows, name, is_simulated=simulated)
    elif shown.of is None:
        show_splits(view, run, shown.report, find_source(view.catalog))
    else:
        st.info("A run is refitted on its own catalog: choose its test rows above.")
