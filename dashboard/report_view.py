"""Part of the Evaluate page: the report as files, made when somebody asks for it."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st

import qsovae
from dashboard import cache
from dashboard.details_view import choose_mix
from dashboard.layout import refusals
from dashboard.mapping_editor import active_mapping
from dashboard.sources import find_source
from dashboard.state import View

_MADE = "report_made"


class Files(NamedTuple):
    """A report as text, by the suffix of its files, and the command that makes it."""

    html: str
    tex: str
    md: str
    command: str


# By suffix: what a download says, its name after the run's, its kind, and what it is.
_DOWNLOADS = {
    "html": ("Report (HTML)", "evaluation", "text/html",
             "All scores, figures that zoom, and the model card, in one file that "
             "needs no network"),
    "tex": ("Table (LaTeX)", "scores", "text/x-tex",
            "The scores of each class with their intervals, for a paper"),
    "md": ("Model card (Markdown)", "model_card", "text/markdown",
           "What the run is, was made of, is for, and where it ends"),
}  # fmt: skip


def show_files(view: View, run: qsovae.Run, of: cache.Scored) -> None:
    """Offer the report of what the page shows, of all morphologies.

    ``of`` says whose rows are scored.
    """
    st.subheader("Report", anchor=False)
    st.caption(
        "All morphologies, for the class sought and at the class mix, with intervals, "
        "curves and the model card."
    )
    choose_mix(view, run)
    prior = view.sample_prior()
    asked = (
        cache.stamp(run.folder / "manifest.json"), of, view.quality_choice,
        view.quality, prior, view.sought,
    )  # fmt: skip
    place = st.empty()
    if st.session_state.get(_MADE) != asked and not place.button(
        "Make the report", key="report_make", icon=":material/article:"
    ):
        return
    place.empty()
    with refusals():
        files = _files(*asked, _run=run, _catalog=_catalog(view, of))
        st.session_state[_MADE] = asked
        _show_downloads(files, run.name)


def _catalog(view: View, of: cache.Scored) -> qsovae.Catalog | None:
    """Return the opened catalog if its rows are scored, None for the run's own."""
    source = find_source(view.catalog)
    if of is None or source is None:
        return None
    return cache.catalog(source, active_mapping(source)[0])


@st.cache_data(max_entries=4, show_spinner="Making the report …")
def _files(
    of_run: cache.Stamp, of: cache.Scored, choice: str, bits: tuple[str, ...],
    prior: str | None, sought: str | None, *, _run: qsovae.Run,
    _catalog: qsovae.Catalog | None,
) -> Files:  # fmt: skip
    report: dict[str, Any] = qsovae.evaluate_run(
        _run, _catalog, None if of is None else of[2], choice, bits, prior=prior,
        sought=sought,
    )  # fmt: skip
    return Files(
        qsovae.evaluation_page(_run, report),
        qsovae.scores_latex(report),
        qsovae.model_card(_run, report),
        report["details"]["asked"]["command"],
    )


def _show_downloads(files: Files, name: str) -> None:
    with st.container(horizontal=True):
        for suffix, (label, words, mime, about) in _DOWNLOADS.items():
            st.download_button(
                label, data=getattr(files, suffix), mime=mime,
                file_name=f"{name}_{words}.{suffix}",
                key=f"download_report_{suffix}", icon=":material/download:",
                on_click="ignore", help=about,
            )  # fmt: skip
    st.caption("The same from the command line:")
    st.code(f"{files.command} --html report.html", language="sh")
