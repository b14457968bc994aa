"""Options of evaluate that refit a run under other splits.

Within cli: above stopping and watching.
"""

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from qsovae.cli.options import positive
from qsovae.cli.stopping import StopOnSignal
from qsovae.cli.watching import watching
from qsovae.errors import ConfigError

if TYPE_CHECKING:
    from qsovae.runs import Run


def add_refitting(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    refit = parser.add_argument_group(
        "other splits", "refit the run's settings; the scores are kept with the run"
    )
    refit.add_argument(
        "--split", action="append", default=[], metavar="RULE",
        help="as of train; may be repeated. CATALOG is the run's own, if it moved",
    )  # fmt: skip
    refit.add_argument(
        "--folds", type=positive, metavar="K",
        help="hold out one of K parts after the other, and pool them",
    )  # fmt: skip
    refit.add_argument(
        "--watch", type=Path, metavar="FOLDER",
        help="keep progress.jsonl there, and stop when a file STOP appears there",
    )  # fmt: skip


def refit_asked(options: Namespace, run: "Run") -> None:
    """Refit a run's settings under the splits that were asked for, and tell of it.

    Raises
    ------
    ConfigError
        If what belongs to a split was given without one.
    """
    if not options.split:
        if options.folds or options.watch:
            raise ConfigError(
                "--folds and --watch are of other splits", "evaluate",
                "Add --split RULE.",
            )  # fmt: skip
        return
    from qsovae.workflow import evaluate_splits

    kept = "the splits before are kept"
    with watching(options.watch) as watched, StopOnSignal(kept) as stop:
        evaluate_splits(
            run, options.split, options.catalog, options.folds, watched.tell,
            lambda: stop.asked() or watched.stop_asked(),
        )  # fmt: skip
        watched.tell({"phase": "done", "message": "done"})
