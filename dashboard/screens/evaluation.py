"""Evaluate: how good a run is on rows that it has not seen."""

from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache
from dashboard.evaluation_view import (
    choose_morphology,
    scores_for,
    show_cards,
    show_classes,
    show_matrix,
    show_report,
    split_sentence,
    trained_sentence,
)
from dashboard.layout import escaped, page_head, page_link, refusals, simulated_badge
from dashboard.mapping_editor import active_mapping
from dashboard.quality_filter import choose_quality
from dashboard.run_choice import choose_run, opened_run
from dashboard.scoring_view import show_scoring
from dashboard.sources import Source, find_source
from dashboard.state import View, current_view, seed

_PURPOSE = "How good a run is, on rows it has not seen, beside gradient boosting."


def read_report(view: View, run: qsovae.Run) -> dict[str, Any] | None:
    """Return the scores on the run's test rows or on the opened catalog."""
    source = find_source(view.catalog)
    own = run.manifest["catalog"]["name"]
    choices = {"test": "The run's test rows"}
    if source is not None and source.path.name != own:
        choices["catalog"] = f"Opened catalog: {source.path.name}"
    chosen = "test"
    if len(choices) > 1:
        chosen = st.radio(
            "Rows", list(choices), key="evaluate_rows", horizontal=True,
            format_func=lambda c: escaped(choices[c]), label_visibility="collapsed",
        )  # fmt: skip
    if chosen == "test" or source is None:
        choose_quality(view, qsovae.test_rows(run)["quality"], "evaluate")
        return cache.evaluation(run, view.quality_choice, view.quality)
    return _read_other(view, run, source)


def _read_other(view: View, run: qsovae.Run, source: Source) -> dict[str, Any] | None:
    """Return the scores on another catalog, once its label column is known."""
    mapping = active_mapping(source)[0]
    columns = [c.name for c in mapping.columns]
    usual = run.manifest["label"]
    seed("evaluate_label", usual if usual in columns else mapping.only("label"))
    label = st.selectbox("Label column", columns, index=None, key="evaluate_label")
    if label is None:
        st.info("Choose the column with the true classes.")
        return None
    bits = pd.Series(cache.check_report(source, mapping).quality)
    choose_quality(view, bits, "evaluate")
    return cache.evaluation_on(
        run, source, mapping, label, view.quality_choice, view.quality
    )


def show_evaluation(view: View, run: qsovae.Run) -> None:
    """Show one run's scores."""
    report = read_report(view, run)
    if report is None:
        return
    simulated = bool(report["is_simulated"])
    notes = " ".join(f"Note: {escaped(note)}." for note in report["notes"])
    st.caption(f"{trained_sentence(run)} {split_sentence(report)} {notes}")
    with st.container(horizontal=True, vertical_alignment="center"):
        choose_morphology(view, report)
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
    both = {"vae": scores} | ({"baseline": rival} if rival else {})
    name = f"{run.name}_{view.morphology}"
    left, right = st.columns(2, gap="medium")
    with left:
        show_matrix(view, both, name, is_simulated=simulated)
    with right:
        show_classes(scores, rival, name, is_simulated=simulated)
    show_report(report, run.name)


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
