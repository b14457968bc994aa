"""What evaluate tells of a run on request: its rivals, and what drives it.

Within cli: above text and options.
"""

import argparse
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.cli.options import positive

if TYPE_CHECKING:
    from qsovae.workflow import Beside


def add_beside(parser: argparse.ArgumentParser) -> None:
    """Add the options of rivals and drivers."""
    rivals = parser.add_argument_group("rivals", "beside gradient boosting, on request")
    rivals.add_argument(
        "--against", nargs="+", metavar="RUN", default=[],
        help="other runs, on rows that trained neither",
    )  # fmt: skip
    rivals.add_argument(
        "--against-cuts", action="store_true",
        help="published cuts in colour, where the catalog has their bands",
    )  # fmt: skip
    rivals.add_argument(
        "--against-columns", metavar="QSO=P_QSO,…",
        help="columns of the catalog with a rival's probabilities: of each class, or "
        "of the class sought",
    )  # fmt: skip
    drivers = parser.add_argument_group("drivers", "what the scores rest on")
    drivers.add_argument(
        "--drivers", action="store_true",
        help="what each band and survey is worth, and what latent dimensions mean",
    )  # fmt: skip
    drivers.add_argument(
        "--driver-rows", type=positive, default=5000, metavar="N",
        help="of more rows so many are drawn, 5000",
    )  # fmt: skip
    drivers.add_argument(
        "--repeats", type=positive, default=5, metavar="N",
        help="permutations of each, 5",
    )  # fmt: skip


def beside_asked(options: Namespace) -> "Beside":
    """Return what is asked for.

    Raises
    ------
    RunError
        If there is no such run.
    ConfigError
        If the columns are not written as they should be.
    """
    from qsovae.runs import open_run
    from qsovae.workflow import Beside, parse_rival_columns

    columns = options.against_columns
    return Beside(
        options.area,
        tuple(open_run(name, options.runs) for name in options.against),
        options.against_cuts,
        parse_rival_columns(columns) if columns else None,
        options.drivers, options.driver_rows, options.repeats,
    )  # fmt: skip


def say_what_is_lacking(beside: "Beside", details: dict[str, Any]) -> None:
    """Say that no cut in colour applied, where one was asked for."""
    kinds = {entry["kind"] for entry in details.get("rivals", [])}
    if beside.cuts and "colour cut" not in kinds:
        text.say(
            "qsovae: no cut in colour applies: they select quasars, by W1 and W2, or "
            "by g, z and W1"
        )
