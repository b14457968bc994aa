"""Evaluate: how good a run is on rows that it has not seen."""

from __future__ import annotations

import streamlit as st

import qsovae
from dashboard.evaluation_rows import read_report
from dashboard.evaluation_sections import SECTIONS, Shown, show_section
from dashboard.evaluation_view import (
    choose_class,
    choose_morphology,
    scores_for,
    show_cards,
    split_sentence,
    trained_sentence,
)
from dashboard.layout import (
    choose_one,
    escaped,
    page_head,
    page_link,
    refusals,
    simulated_badge,
)
from dashboard.run_choice import choose_run, opened_run
from dashboard.scoring_view import show_scoring
from dashboard.sources import find_source
from dashboard.state import View, current_view, seed

_PURPOSE = "How good a run is, on rows it has not seen, beside gradient boosting."


def show_evaluation(view: View, run: qsovae.Run) -> None:
    """Show one run's scores."""
    read = read_report(view, run)
    if read is None:
        return
    report, of = read
    simulated = bool(report["is_simulated"])
    notes = " ".join(f"Note: {escaped(note)}." for note in report["notes"])
    st.caption(f"{trained_sentence(run)} {split_sentence(report)} {notes}")
    with st.container(horizontal=True, vertical_alignment="center"):
        choose_morphology(view, report)
        choose_class(view, run)
        if simulated:
            simulated_badge()
    scores = scores_for(report, view.morphology)
    if scores is None or not scores.rows:
        st.info("No scored row is of this morphology and quality: choose another.")
        return
    rival = (
        scores_for(report["baseline"], view.morphology) if report["baseline"] else None
    )
    show_cards(scores, rival)
    shown = Shown(run, report, of, scores, rival, simulated)
    seed("evaluate_section", view.section)
    view.section = choose_one("Section", SECTIONS, "evaluate_section", show_label=False)
    show_section(view, shown)


def main() -> None:
    """Render the page."""
    view = current_view()
    with page_head("Evaluate", _PURPOSE):
        name = choose_run(view)
    run = opened_run(name)
    view = current_view()
    if run is not None:
        with refusals():
            show_evaluation(view, run)
        source = find_source(view.catalog)
        if source is not None and st.session_state.get("evaluate_rows") == "catalog":
            with refusals():
                show_scoring(view, run, source)
        page_link("explore", "Explore its latent map")
    view.to_address()


main()
