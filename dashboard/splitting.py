"""Refitting a run under other splits, as a process of its own.

What is known of it lies in ``.splitting/NAME`` of the runs folder; what came of it lies
with the run (see `qsovae.split_results`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import qsovae
from dashboard.launching import RunProcess

SPLITTING = RunProcess(".splitting", "refitted", "the splits before are kept")


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
    options = [f"--split={split}" for split in splits]
    if n_folds is not None:
        options.append(f"--folds={n_folds}")
    SPLITTING.start(
        run, "evaluate", *options, "--json", "--", run.name, str(catalog.resolve())
    )
