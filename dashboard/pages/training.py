"""Train: start a training, watch it, stop it; or choose a run that is there."""

import streamlit as st

import qsovae
from dashboard.layout import download_table, escaped, page_head, page_link, refuse
from dashboard.mapping_editor import active_mapping
from dashboard.run_choice import choose_run, runs_table
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


def show_runs(view: View) -> None:
    """Show the runs there are and choose one."""
    st.subheader("Runs", anchor=False)
    run = choose_run(view)
    if run is not None:
        with st.container(horizontal=True):
            page_link("evaluate", "Evaluate it")
            page_link("explore", "Explore it")
    listings = qsovae.list_runs()
    if listings:
        table = runs_table(listings)
        st.dataframe(
            table, hide_index=True, key="runs_table",
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
    new, runs = st.columns([1, 1], gap="large")
    with new:
        show_new(view)
    with runs:
        show_runs(view)
    view.to_address()


main()
