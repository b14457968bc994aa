"""The command that says how far a run can be trusted: evaluate.

Within cli: above commands.
"""

import argparse
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.cli.commands import open_for, show_scores
from qsovae.cli.options import add_json, add_mapping, add_runs_folder, positive
from qsovae.cli.stopping import StopOnSignal
from qsovae.errors import ConfigError

if TYPE_CHECKING:
    from qsovae.runs import Run


def add_evaluate(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``evaluate`` with its options."""
    parser = add.add_parser("evaluate", help="scores of a run")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("catalog", type=Path, metavar="CATALOG", nargs="?")
    parser.add_argument("--label", metavar="COLUMN", help="by default that of the run")
    parser.add_argument(
        "--without-quality", metavar="A,B,…", default="",
        help="leave rows with these quality bits, or any doubt, out of the scores",
    )  # fmt: skip
    parser.add_argument(
        "--prior", metavar="MIX",
        help="class mix at which samples are judged: sky, or QSO=0.02,STAR=0.90,…; by "
        "default that of the scored rows",
    )  # fmt: skip
    parser.add_argument(
        "--class", dest="sought", metavar="NAME",
        help="class that samples are of, by default the quasars",
    )  # fmt: skip
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
    add_mapping(parser)
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=evaluate)


def evaluate(options: Namespace) -> int:
    """Print the scores of a run."""
    from qsovae.bands import DOUBTS
    from qsovae.class_mix import parse_prior
    from qsovae.runs import open_run
    from qsovae.workflow import SKY, evaluate_run

    prior = options.prior
    if prior not in (None, SKY):
        prior = parse_prior(prior)
    run = open_run(options.run, options.runs)
    if options.split:
        _refit(run, options)
    elif options.folds or options.watch:
        raise ConfigError(
            "--folds and --watch are of other splits", "evaluate", "Add --split RULE."
        )
    catalog = None
    if options.catalog:
        catalog = open_for(run, options.catalog, options.mapping)
    named = options.without_quality
    bits = [str(bit.name) for bit in DOUBTS] if named == "any" else named.split(",")
    with text.ProgressLine(patience_s=2.0) as line:
        report = evaluate_run(
            run, catalog, options.label, quality=[b for b in bits if b], prior=prior,
            sought=options.sought, on_progress=line.show,
        )  # fmt: skip
    if named:
        text.say(f"qsovae: {report['rows_hidden']:,} rows are left out by quality")
    show_scores(report, as_json=options.json)
    return 0


def _refit(run: "Run", options: Namespace) -> None:
    """Refit a run's settings under other splits, and say how far that is."""
    from qsovae.runs import Watched
    from qsovae.workflow import evaluate_splits

    with ExitStack() as stack:
        line = stack.enter_context(text.ProgressLine())
        stop = stack.enter_context(StopOnSignal())
        watched = stack.enter_context(Watched(options.watch)) if options.watch else None

        def tell(entry: dict[str, Any]) -> None:
            line.show(entry)
            if watched is not None:
                watched.report(entry)

        def stop_asked() -> bool:
            return stop.asked() or (watched is not None and watched.stop_asked())

        evaluate_splits(
            run, options.split, options.catalog, options.folds, tell, stop_asked
        )
        if watched is not None:
            watched.report({"phase": "done", "message": "done"})
