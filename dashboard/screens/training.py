"""Train: start a training, watch it, stop it; or choose a run that is there."""

from __future__ import annotations

import streamlit as st

import qsovae
from dashboard import figures, jobs
from dashboard.evaluation_view import trained_sentence
from dashboard.layout import (
    download_table,
    escaped,
    number,
    page_head,
    page_link,
    refuse,
    show_figure,
    simulated_badge,
)
from dashboard.mapping_editor import active_mapping
from dashboard.run_choice import choose_run, opened_run, runs_table
from dashboard.sources import DEMO, demo_source, find_source
from dashboard.state import View, current_view
from dashboard.training_form import show_form
from dashboard.training_view import show_jobs

_PURPOSE = (
    "Train a variational autoencoder with a classifier, or choose a run to look at."
)


def show_new(view: View) -> None:
    """Show the form for the chosen catalog."""
    st.subheader("A new run", anchor=False)
    if view.catalog is None and demo_source():
        view.catalog = DEMO
    source = find_source(view.catalog)
    if source is None:
        st.info("Choose a catalog first: it is what a run is trained on.")
        page_link("catalog", "Go to Catalog")
        return
    st.caption(f"Catalog: {escaped(source.path.name)}")
    try:
        show_form(source, active_mapping(source)[0])
    except qsovae.QsovaeError as error:
        refuse(error)


def show_choice(view: View) -> None:
    """Choose one of the runs there are."""
    st.subheader("Or a run that is there", anchor=False)
    run = opened_run(choose_run(view))
    if run is None:
        return
    st.caption(trained_sentence(run))
    if run.is_simulated:
        simulated_badge()
    accuracy, rows, classes = st.columns(3)
    accuracy.metric("Accuracy", number(run.manifest["scores"]["accuracy"]))
    rows.metric("Test rows", f"{run.manifest['scores']['rows']:,}")
    classes.metric("Classes", len(run.classes))
    with st.container(horizontal=True):
        page_link("evaluate", "Evaluate it")
        page_link("explore", "Explore it")
    show_losses(run)


def show_losses(run: qsovae.Run) -> None:
    """Show how the losses of a finished run went."""
    losses = jobs.progress_of(run.progress()).losses
    if len(losses):
        figure = figures.loss_figure(losses, is_simulated=run.is_simulated)
        show_figure(figure, f"{run.name}_losses", losses)


def show_runs() -> None:
    """Show all runs, finished or not."""
    listings = qsovae.list_runs()
    if not listings:
        return
    st.subheader("All runs", anchor=False)
    table = runs_table(listings)
    st.dataframe(
        table, hide_index=True, key="runs_table", placeholder="",
        column_config={
            "accuracy": st.column_config.NumberColumn(format="%.3f"),
            "rows": st.column_config.NumberColumn(format="localized"),
        },
    )  # fmt: skip
    download_table(lambda: table, "runs")


def main() -> None:
    """Render the page."""
    view = current_view()
    page_head("Train", _PURPOSE)
    show_jobs()
    new, old = st.columns([3, 2], gap="large")
    with new:
        show_new(view)
    with old:
        show_choice(view)
    show_runs()
    view.to_address()


main()
