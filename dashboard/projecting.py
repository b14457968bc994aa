"""Maps of a run, and how far they can be trusted, made by a process of its own.

What is known of it lies in ``.projecting/NAME`` of the runs folder; what came of it
lies with the run (see `qsovae.map_quality`).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import qsovae
from dashboard import launching

_WAITING = ".projecting"
# What can be made, by key: options of ``qsovae project``.
MADE = {
    "map": (),
    "quality": ("--quality",),
    "densmap": ("--method=densmap",),
    "umap3d": ("--dimensions=3",),
}


def start(run: qsovae.Run, what: str) -> None:
    """Start a process that makes one of ``MADE`` of a run.

    Raises
    ------
    ConfigError
        If one of them is being made right now.
    """
    place = _place(run)
    if launching.is_busy(place):
        raise qsovae.ConfigError(
            f"a map of {run.name} is being made or measured right now", "map",
            "Wait, or stop it.",
        )  # fmt: skip
    command = [
        sys.executable, "-m", "qsovae", "project",
        f"--runs={run.folder.parent.resolve()}", f"--watch={place.resolve()}",
        *MADE[what], "--json", "--", run.name,
    ]  # fmt: skip
    launching.launch(command, place)


def waiting(run: qsovae.Run) -> launching.Job | None:
    """Return the process that makes something of a run, None where there is none."""
    place = _place(run)
    if not place.is_dir():
        return None
    return launching.job_at(place, "nothing of it is kept")


def ask_to_stop(run: qsovae.Run) -> None:
    """Ask it to end."""
    job = waiting(run)
    if job is not None and job.is_busy:
        launching.ask_to_stop(_place(run))


def put_away(run: qsovae.Run) -> None:
    """Forget one that has ended."""
    if not launching.is_busy(_place(run)):
        shutil.rmtree(_place(run), ignore_errors=True)


def _place(run: qsovae.Run) -> Path:
    return run.folder.parent / _WAITING / run.name
