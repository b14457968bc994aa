"""Refitting a run under other splits, as a process of its own.

What is known of it lies in ``.splitting/NAME`` of the runs folder; what came of it lies
with the run (see `qsovae.split_results`).
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import qsovae
from dashboard import launching

_WAITING = ".splitting"


def start_refitting(
    run: qsovae.Run, catalog: Path, splits: Sequence[str], n_folds: int | None
) -> None:
    """Start a process that refits a run's settings.

    ``catalog`` is where the run's own lies, ``splits`` as `qsovae.parse_split` takes
    them.

    Raises
    ------
    ConfigError
        If a split is none, or the run is being refitted right now.
    """
    for split in splits:
        qsovae.parse_split(split)
    place = _place(run)
    if launching.is_busy(place):
        raise qsovae.ConfigError(
            f"{run.name} is being refitted right now", "splits", "Wait, or stop it."
        )
    options = [f"--split={split}" for split in splits]
    if n_folds is not None:
        options.append(f"--folds={n_folds}")
    command = [
        sys.executable, "-m", "qsovae", "evaluate",
        f"--runs={run.folder.parent.resolve()}", f"--watch={place.resolve()}",
        *options, "--json", "--", run.name, str(catalog.resolve()),
    ]  # fmt: skip
    launching.launch(command, place)


def refitting(run: qsovae.Run) -> launching.Job | None:
    """Return the process that refits a run, None where there is none to tell of."""
    place = _place(run)
    if not place.is_dir():
        return None
    return launching.job_at(place, "the splits before are kept")


def ask_to_stop(run: qsovae.Run) -> None:
    """Ask it to end."""
    job = refitting(run)
    if job is not None and job.is_busy:
        launching.ask_to_stop(_place(run))


def put_away(run: qsovae.Run) -> None:
    """Forget one that has ended."""
    if not launching.is_busy(_place(run)):
        shutil.rmtree(_place(run), ignore_errors=True)


def _place(run: qsovae.Run) -> Path:
    return run.folder.parent / _WAITING / run.name
