"""The command that says how far a run can be trusted: evaluate.

Within cli: above beside, cells, publishing, refitting and rules.
"""

import argparse
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from qsovae.cli import text
from qsovae.cli.beside import add_beside, beside_asked, say_what_is_lacking
from qsovae.cli.cells import add_cells, refuse_half_a_cell, write_asked
from qsovae.cli.commands import open_for, show_scores
from qsovae.cli.options import add_json, add_mapping, add_runs_folder
from qsovae.cli.publishing import add_publishing, outputs_asked, publish
from qsovae.cli.refitting import add_refitting, refit_asked
from qsovae.cli.rules import add_saving, refuse_asked, save_asked


def add_evaluate(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``evaluate`` with its options."""
    parser = add.add_parser("evaluate", help="scores of a run")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("catalog", type=Path, metavar="CATALOG", nargs="?")
    parser.add_argument("--label", metavar="COLUMN", help="by default that of the run")
    quality = parser.add_mutually_exclusive_group()
    quality.add_argument(
        "--without-quality", metavar="A,B,…", default="",
        help="leave rows with these quality bits, or any doubt, out of the scores",
    )  # fmt: skip
    quality.add_argument(
        "--with-quality", metavar="A,B,…", default="",
        help="score only rows with any of these quality bits, or any doubt",
    )  # fmt: skip
    parser.add_argument(
        "--prior", metavar="MIX",
        help="class mix at which samples are judged: sky (down to r = 22) or sky:21.5, "
        "or QSO=0.02,STAR=0.90,…; by default that of the scored rows",
    )  # fmt: skip
    parser.add_argument(
        "--area", type=float, metavar="DEG2",
        help="with --prior sky: how large samples are over so many square degrees",
    )  # fmt: skip
    parser.add_argument(
        "--class", dest="sought", metavar="NAME",
        help="class that samples are of, by default the quasars",
    )  # fmt: skip
    add_beside(parser)
    add_saving(parser)
    add_cells(parser)
    add_refitting(parser)
    add_publishing(parser)
    add_mapping(parser)
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=evaluate)


def evaluate(options: Namespace) -> int:
    """Print the scores of a run."""
    from qsovae.runs import open_run
    from qsovae.workflow import evaluate_rows, full_report

    refuse_half_a_cell(options)
    prior = _prior(options)
    run = open_run(options.run, options.runs)
    outputs = outputs_asked(options, run)
    refuse_asked(options, run)
    refit_asked(options, run)
    choice, bits = _quality(options)
    beside = beside_asked(options)
    with text.ProgressLine(patience_s=2.0) as line:
        line.show({"phase": "evaluate", "message": "scoring"})
        catalog = None
        if options.catalog:
            catalog = open_for(run, options.catalog, options.mapping)
        found = evaluate_rows(run, catalog, options.label, choice, bits)
        report = full_report(
            run, found, catalog, prior=prior, sought=options.sought, beside=beside,
            on_progress=line.show,
        )  # fmt: skip
        publish(run, report, outputs, line.show)
    say_what_is_lacking(beside, report["details"])
    report |= save_asked(options, run, found, prior)
    report |= write_asked(options, run, found, catalog)
    if bits:
        text.say(f"qsovae: {report['rows_hidden']:,} rows are left out by quality")
    show_scores(report, as_json=options.json)
    return 0


def _prior(options: Namespace) -> Mapping[str, float] | str | None:
    """Return the shares that were stated, or the word."""
    from qsovae.class_mix import parse_prior

    named: str | None = options.prior
    return parse_prior(named) if named is not None and "=" in named else named


def _quality(options: Namespace) -> tuple[str, list[str]]:
    """Return whether rows with, or without, some quality bits are scored; and these."""
    from qsovae.bands import DOUBTS

    named = options.without_quality or options.with_quality
    bits = [str(bit.name) for bit in DOUBTS] if named == "any" else named.split(",")
    choice = "with" if options.with_quality else "without"
    return choice, [bit for bit in bits if bit]
