"""Commands and their options.

Within cli: above all others but commands, options, stopping, text and watching.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from qsovae.cli import combining, commands
from qsovae.cli.evaluating import add_evaluate
from qsovae.cli.facets import add_facets
from qsovae.cli.options import add_json, add_mapping, add_runs_folder, positive
from qsovae.cli.projecting import add_project
from qsovae.cli.rows import add_score
from qsovae.cli.rules import add_rules
from qsovae.cli.selecting import add_select
from qsovae.cli.selections import add_selections
from qsovae.cli.showing import add_show
from qsovae.cli.verdicts import add_verdict_commands
from qsovae.cli.walking import add_decode
from qsovae.errors import QsovaeError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status.

    Returns
    -------
    int
        0 if all is well, 1 if something cannot be used or a check found errors, 2 if
        the command was written wrongly.
    """
    try:
        options = _parser().parse_args(arguments)
        status: int = options.command(options)
        sys.stdout.flush()
        return status
    except QsovaeError as error:
        _say(f"qsovae: error: {error}")
        return 1
    except KeyboardInterrupt:
        _say("qsovae: interrupted")
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Whoever read the output has seen enough; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="qsovae",
        description="From survey catalogs to a vetted quasar sample.",
        epilog="Environment: QSOVAE_RUNS (where runs are kept; ./checkpoints), "
        "QSOVAE_DATA (uploads and mappings of the dashboard; ./data), QSOVAE_CATALOGS "
        "(folders that the dashboard may open), QSOVAE_SURVEYS (a folder with surveys "
        "and bands of one's own).",
    )
    parser.add_argument("--version", action="version", version=commands.version_text())
    add = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_simulate(add)
    _add_combine(add)
    _add_check(add)
    _add_train(add)
    add_evaluate(add)
    add_rules(add)
    add_select(add)
    add_selections(add)
    add_facets(add)
    add_show(add)
    add_decode(add)
    add_verdict_commands(add)
    add_score(add)
    add_project(add)
    _add_runs(add)
    dashboard = add.add_parser("dashboard", help="serve the dashboard")
    dashboard.add_argument("--port", type=int, default=8501)
    dashboard.set_defaults(command=commands.dashboard)
    return parser


def _add_simulate(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add.add_parser("simulate", help="simulate a catalog of four surveys")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--rows", type=positive, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--mix", choices=("demo", "sky"), default="demo",
        help="class shares: enriched in quasars, or as on the sky",
    )  # fmt: skip
    parser.add_argument(
        "--separate", action="store_true",
        help="OUT is a folder: a table a survey, and the truth behind them",
    )  # fmt: skip
    parser.add_argument(
        "--label-bias", action="store_true",
        help="classes as of spectroscopic surveys: of bright and quasar-like sources",
    )  # fmt: skip
    parser.set_defaults(command=commands.simulate)
    pairs = add.add_parser("pairs", help="score what was combined against the truth")
    pairs.add_argument("combined", type=Path, help="what combine made of a simulation")
    pairs.add_argument("truth", type=Path, help="truth.parquet of that simulation")
    add_json(pairs)
    pairs.set_defaults(command=commands.pairs)


def _add_combine(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    # Here, where a definition of one's own that is wrong is refused in words.
    from qsovae.bands import COMBINED_SURVEYS

    parser = add.add_parser("combine", help="match surveys into one catalog")
    for number, (key, survey) in enumerate(COMBINED_SURVEYS.items()):
        parser.add_argument(
            f"--{key}", nargs="+", metavar="FILE", required=number == 0, default=[],
            help=f"files of {survey.title}, or a pattern in quotes"
            + ("; the others are matched to its rows" if number == 0 else ""),
        )  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT")
    parser.add_argument(
        "--radius", nargs="+", default=[], metavar="SURVEY=ARCSEC", type=_radius,
        help="match radii that differ from the surveys' own",
    )  # fmt: skip
    parser.add_argument(
        "--match", choices=("best", "mutual"), default="best",
        help="the nearest row, or only if each is the nearest to the other",
    )  # fmt: skip
    reddening = parser.add_mutually_exclusive_group()
    reddening.add_argument(
        "--ebv", metavar="COLUMN", help="E(B-V) of the primary: adds extinctions"
    )
    reddening.add_argument(
        "--dust-map", type=Path, metavar="FILE",
        help="E(B-V) from a map instead: one of SFD's pair of FITS images or their "
        "folder, or a HEALPix map",
    )  # fmt: skip
    parser.add_argument(
        "--no-motion", action="store_true",
        help="match positions as they are, not moved by Gaia's proper motions",
    )  # fmt: skip
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="write the report as JSON, too"
    )
    parser.add_argument(
        "--watch", type=Path, metavar="FOLDER",
        help="keep progress.jsonl there, and stop when a file STOP appears there",
    )  # fmt: skip
    add_json(parser)
    parser.set_defaults(command=combining.combine)


def _radius(text: str) -> tuple[str, float]:
    """Return a survey and its radius from ``vhs=1.5``."""
    survey, _, number = text.partition("=")
    try:
        return survey, float(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not like vhs=1.5") from None


def _add_check(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add.add_parser("check", help="look for errors and nulls in a catalog")
    parser.add_argument("catalog", type=Path, metavar="CATALOG")
    add_mapping(parser)
    parser.add_argument(
        "--save-mapping", type=Path, metavar="FILE",
        help="write what the columns were taken for, to correct and pass as --mapping",
    )  # fmt: skip
    parser.add_argument(
        "--html", type=Path, metavar="FILE",
        help="write a page with the findings, figures and tables",
    )  # fmt: skip
    parser.add_argument(
        "--flags", type=Path, metavar="FILE",
        help="write a table with id, quality bits and a truth value a bit of every row",
    )  # fmt: skip
    add_json(parser)
    parser.set_defaults(command=commands.check)


def _add_train(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add.add_parser("train", help="train a run, with scores on held-out rows")
    parser.add_argument("catalog", type=Path, metavar="CATALOG")
    parser.add_argument("--label", required=True, metavar="COLUMN")
    parser.add_argument("--run", required=True, metavar="NAME")
    add_mapping(parser)
    parser.add_argument(
        "--features", metavar="A,B,…",
        help="magnitudes (i), colours (g-r), columns; by default what was recognised",
    )  # fmt: skip
    parser.add_argument("--test-fraction", type=float, default=0.3, metavar="SHARE")
    parser.add_argument(
        "--split", metavar="RULE", default="stratified",
        help="which rows are held out: stratified (by default, at random), sky or "
        "sky:NSIDE (whole cells), bright-to-faint or bright-to-faint:BAND, column:NAME "
        "(whole fields or surveys) or column:NAME=VALUE,…",
    )  # fmt: skip
    parser.add_argument("--overwrite", action="store_true", help="replace the run")
    parser.add_argument("--no-map", action="store_true", help="leave the map for later")
    add_runs_folder(parser)
    add_json(parser)
    expert = parser.add_argument_group("expert", "what the defaults choose well")
    expert.add_argument("--epochs", type=positive, help="by default by catalog size")
    expert.add_argument(
        "--latent", type=positive, default=8, metavar="N", help="latent dimensions, 8"
    )
    expert.add_argument("--seed", type=int, default=0)
    parser.set_defaults(command=commands.train)


def _add_runs(add: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add.add_parser("runs", help="list the runs")
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=commands.runs)
