"""Parts of the Train page: trainings that run, ended badly, or have just ended."""

from __future__ import annotations

import streamlit as st

import qsovae
from dashboard import figures, jobs
from dashboard.layout import escaped, number, simulated_badge, span
from dashboard.run_choice import take_run

_STARTED = "trainings_seen"


def show_jobs() -> None:
    """Show every training; renewed every two seconds while one runs."""
    folder = qsovae.runs_folder()
    busy = [r.name for r in qsovae.list_runs(folder) if _is_busy(r)]
    seen: list[str] = st.session_state.setdefault(_STARTED, [])
    seen.extend(name for name in busy if name not in seen)
    st.fragment(_show_jobs, run_every=2 if busy else None)(busy)


def _is_busy(listing: qsovae.RunListing) -> bool:
    folder = qsovae.runs_folder()
    return listing.status == "training" or jobs.is_starting(listing.name, folder)


def _show_jobs(busy_before: list[str]) -> None:
    """Show the trainings; the whole page anew when one has ended."""
    listings = qsovae.list_runs(qsovae.runs_folder())
    busy = [listing for listing in listings if _is_busy(listing)]
    if busy_before != [listing.name for listing in busy]:
        st.rerun()
    for listing in busy:
        _show_progress(listing.name)
    for listing in listings:
        if listing.status in ("failed", "interrupted") and listing not in busy:
            _show_failure(listing)
        elif (
            listing.name in st.session_state[_STARTED] and listing.status == "complete"
        ):
            _show_success(listing)


def _show_progress(name: str) -> None:
    """Show how far one training is, with the means to stop it."""
    folder = qsovae.runs_folder()
    progress = jobs.training_progress(name, folder)
    with st.container(border=True, key=f"job_{name}"):
        head, stop = st.columns([4, 2], vertical_alignment="center")
        with head, st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(f"Training {escaped(name)}", anchor=False, width="content")
            if progress.is_simulated:
                simulated_badge(f"simulated_{name}")
        stopping = jobs.is_stopping(name, folder)
        if stop.button(
            "Stopping …" if stopping else "Stop and keep what was learnt",
            key=f"train_stop_{name}", icon=":material/stop_circle:", width="stretch",
            disabled=stopping or progress.phase != "train",
        ):  # fmt: skip
            jobs.ask_to_stop(name, folder)
        share = progress.epoch / progress.n_epochs if progress.n_epochs else 0.0
        st.progress(min(share, 1.0), text=escaped(progress_sentence(progress)))
        if len(progress.losses):
            figure = figures.loss_figure(
                progress.losses, is_simulated=progress.is_simulated
            )
            st.plotly_chart(figure, key=f"losses_{name}")


def progress_sentence(progress: jobs.Progress) -> str:
    """Return how far a training is, in words."""
    parts = [progress.message or progress.phase]
    if progress.phase == "train" and progress.epoch:
        parts = [f"epoch {progress.epoch} of at most {progress.n_epochs}"]
        if progress.eta_seconds is not None:
            parts.append(f"at most {span(progress.eta_seconds)} left")
    if progress.accuracy is not None:
        parts.append(f"accuracy on validation rows {number(progress.accuracy)}")
    return ", ".join(parts)


def _show_failure(listing: qsovae.RunListing) -> None:
    """Show why a training did not end well, until it is dismissed."""
    folder = qsovae.runs_folder()
    words, dismiss = st.columns([6, 1], vertical_alignment="center")
    words.error(
        f"{escaped(listing.name)}: {escaped(jobs.failure(listing, folder))}",
        icon=":material/error:",
    )
    if dismiss.button("Dismiss", key=f"train_dismiss_{listing.name}", width="stretch"):
        jobs.dismiss(listing.name, folder)
        st.rerun()


def _show_success(listing: qsovae.RunListing) -> None:
    """Lead from a finished training to its scores."""
    words, evaluate = st.columns([6, 1], vertical_alignment="center")
    accuracy = number(listing.summary.get("accuracy"))
    words.success(
        f"{escaped(listing.name)} is trained: accuracy {accuracy} on its test rows"
        f"{' (simulated data)' if listing.summary.get('is_simulated') else ''}.",
        icon=":material/check_circle:",
    )
    if evaluate.button(
        "Evaluate", key=f"train_evaluate_{listing.name}", type="primary",
        on_click=take_run, args=(listing.name,), width="stretch",
    ):  # fmt: skip
        st.switch_page("screens/evaluation.py")
