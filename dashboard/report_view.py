"""Part of the Evaluate page: the report as files, made when somebody asks for it."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

import qsovae
from dashboard import cache
from dashboard.address import TOLD
from dashboard.details_view import choose_area, choose_mix
from dashboard.layout import refusals
from dashboard.mapping_editor import active_mapping
from dashboard.on_request import Request, Tell, made
from dashboard.sources import find_source
from dashboard.state import View, seed

_REQUEST = Request(
    "report", "Make the report", ":material/article:",
    "All morphologies, for the class sought and at the class mix, with intervals, "
    "curves, slices and the model card.",
)  # fmt: skip
_TOLD = {"rivals": "Rivals", "drivers": "What drives it"}


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
    choose_mix(view, run)
    if view.mix == "sky":
        choose_area(view)
    seed("report_told", list(view.told))
    chosen = st.pills(
        "Beside the scores", TOLD, selection_mode="multi", key="report_told",
        format_func=_TOLD.__getitem__,
        help="Rivals are cuts in colour, and what is chosen in the section of that "
        "name. Both need the catalog of the rows.",
    )  # fmt: skip
    view.told = tuple(name for name in TOLD if name in chosen)
    with refusals():
        beside = _beside(view)
        key = (
            cache.stamp(run.folder / "manifest.json"), of, view.quality_choice,
            view.quality, view.sample_prior(), view.sought, *beside.words(),
            *(cache.run_key(rival) for rival in beside.runs),
        )  # fmt: skip
        files = made(_REQUEST, key, lambda tell: _files(view, run, of, beside, tell))
        if files is not None:
            _show_downloads(files, run.name)


def _files(
    view: View, run: qsovae.Run, of: cache.Scored, beside: qsovae.Beside, tell: Tell
) -> Files:
    """Return the report of what the page shows."""
    tell({"phase": "scores", "message": "intervals, curves and slices"})
    found = cache.evaluated(cache.run_key(run), of, view.quality_choice, view.quality)
    source = find_source(view.catalog)
    catalog = None
    if of is not None and source is not None:
        catalog = cache.catalog(source, active_mapping(source)[0])
    report = qsovae.full_report(
        run, found, catalog, prior=view.sample_prior(), sought=view.sought,
        beside=beside, on_progress=tell,
    )  # fmt: skip
    tell({"phase": "report", "message": "drawing", "fraction": 1.0})
    return Files(
        qsovae.evaluation_page(run, report), qsovae.scores_latex(report),
        qsovae.model_card(run, report), report["details"]["asked"]["command"],
    )  # fmt: skip


def _beside(view: View) -> qsovae.Beside:
    """Return what the report tells beside the scores.

    Raises
    ------
    RunError
        If a rival is gone.
    """
    area = view.area if view.mix == "sky" else None
    drivers = "drivers" in view.told
    if "rivals" not in view.told:
        return qsovae.Beside(area, drivers=drivers)
    columns = view.rival_columns
    return qsovae.Beside(
        area, tuple(cache.opened_run(name) for name in view.rivals), cuts=True,
        columns=qsovae.parse_rival_columns(columns) if columns else None,
        drivers=drivers,
    )  # fmt: skip


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
