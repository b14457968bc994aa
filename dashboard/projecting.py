"""Maps of a run, and how far they can be trusted, made by a process of its own.

What is known of it lies in ``.projecting/NAME`` of the runs folder; what came of it
lies with the run (see `qsovae.map_quality`).
"""

from __future__ import annotations

import qsovae
from dashboard.launching import RunProcess

PROJECTING = RunProcess(".projecting", "laid out or measured", "nothing of it is kept")
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
    PROJECTING.start(run, "project", *MADE[what], "--json", "--", run.name)
