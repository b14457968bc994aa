"""Verdicts on objects of a run: said, listed, written in the record's columns.

Within cli: above commands.
"""

import argparse
from argparse import Namespace
from pathlib import Path

from qsovae.cli import text
from qsovae.cli.commands import show
from qsovae.cli.options import add_json, add_runs_folder

# As of qsovae.runs.verdicts, which help must not wait for.
_CLASSES = ("QSO", "GALAXY", "STAR", "unknown")


def add_verdict_commands(
    add: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add the commands ``verdict`` and ``verdicts``."""
    parser = add.add_parser("verdict", help="say what an object of a run is")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("object_id", metavar="OBJECT_ID")
    parser.add_argument(
        "--class", dest="vi_class", required=True, choices=_CLASSES, metavar="CLASS",
        help=f"one of {', '.join(_CLASSES)}",
    )  # fmt: skip
    parser.add_argument(
        "--quality", type=int, required=True, metavar="N",
        help="how sure that is, 0 (nothing there) to 4 (two secure features)",
    )  # fmt: skip
    parser.add_argument("--by", required=True, metavar="NAME", help="who says so")
    parser.add_argument(
        "--issue", default="", metavar="LETTERS",
        help="B blend, A artefact, W WISE confusion, M moving, X mismatch, V variable",
    )  # fmt: skip
    parser.add_argument("--redshift", type=float, metavar="Z")
    parser.add_argument("--comment", default="", metavar="TEXT")
    add_runs_folder(parser)
    parser.set_defaults(command=verdict)
    parser = add.add_parser("verdicts", help="list the verdicts on objects of a run")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument(
        "-o", "--out", type=Path, metavar="OUT",
        help="write them: .fits, .vot, .ecsv, .csv or .parquet",
    )  # fmt: skip
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=verdicts)


def verdict(options: Namespace) -> int:
    """Append a verdict."""
    from qsovae.runs import Verdict, add_verdict, open_run
    from qsovae.workflow import find_object

    run = open_run(options.run, options.runs)
    find_object(run.rows(("object_id",)), options.object_id)
    said = Verdict(
        options.object_id, options.vi_class, options.quality, options.by,
        options.issue, options.redshift, options.comment,
    )  # fmt: skip
    add_verdict(run, said)
    text.say(f"qsovae: {said.object_id} is {said.vi_class}, says {said.vi_scanner}")
    return 0


def verdicts(options: Namespace) -> int:
    """List all verdicts, and write them."""
    from qsovae.runs import open_run, read_verdicts
    from qsovae.tables import refuse_suffix, write_table

    if options.out is not None:
        refuse_suffix(options.out.suffix)
    run = open_run(options.run, options.runs)
    table = read_verdicts(run)
    if options.out is not None:
        write_table(table, options.out, meta={"run": run.name})
        text.say(f"qsovae: wrote {len(table):,} verdicts to {options.out}")
    lines = table.astype(object).where(table.notna(), None)
    if options.json:
        show({"run": run.name, "verdicts": lines.to_dict("records")})
    elif table.empty:
        show("no verdicts; `qsovae verdict RUN OBJECT_ID …` or Explore says one")
    else:
        show(text.table_text(list(lines.columns), lines.to_numpy().tolist()))
    return 0
