"""The command that says how far a run can be trusted: evaluate.

Within cli: above cells, refitting and rules.
"""

import argparse
from argparse import Namespace
from pathlib import Path

from qsovae.cli import text
from qsovae.cli.cells import add_cells, refuse_half_a_cell, write_asked
from qsovae.cli.commands import open_for, show_scores
from qsovae.cli.options import add_json, add_mapping, add_runs_folder
from qsovae.cli.refitting import add_refitting, refit_asked
from qsovae.cli.rules import add_saving, refuse_asked, save_asked


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
    add_saving(parser)
    add_cells(parser)
    add_refitting(parser)
    add_mapping(parser)
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=evaluate)


def evaluate(options: Namespace) -> int:
    """Print the scores of a run."""
    from qsovae.bands import DOUBTS
    from qsovae.class_mix import parse_prior
    from qsovae.runs import open_run
    from qsovae.workflow import SKY, evaluate_rows, full_report

    refuse_half_a_cell(options)
    prior = options.prior
    if prior not in (None, SKY):
        prior = parse_prior(prior)
    run = open_run(options.run, options.runs)
    refuse_asked(options, run)
    refit_asked(options, run)
    catalog = None
    if options.catalog:
        catalog = open_for(run, options.catalog, options.mapping)
    named = options.without_quality
    bits = [str(bit.name) for bit in DOUBTS] if named == "any" else named.split(",")
    bits = [bit for bit in bits if bit]
    found = evaluate_rows(run, catalog, options.label, quality=bits)
    with text.ProgressLine(patience_s=2.0) as line:
        report = full_report(
            run, found, catalog, prior=prior, sought=options.sought,
            on_progress=line.show,
        )  # fmt: skip
    report |= save_asked(options, run, found, prior, bits)
    report |= write_asked(options, run, found, catalog)
    if named:
        text.say(f"qsovae: {report['rows_hidden']:,} rows are left out by quality")
    show_scores(report, as_json=options.json)
    return 0
