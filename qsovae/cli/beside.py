"""What evaluate tells of a run on request: its rivals, and what drives it.

Within cli: above text and options.
"""

import argparse
import shlex
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.cli.options import positive

if TYPE_CHECKING:
    import pandas as pd

    from qsovae.catalog import Catalog
    from qsovae.runs import Run


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


def beside_words(options: Namespace) -> str:
    """Return what was asked on request, to follow the command of the scores."""
    words = [] if options.area is None else ["--area", f"{options.area:.15g}"]
    if options.against:
        words += ["--against", *options.against]
    if options.against_cuts:
        words.append("--against-cuts")
    if options.against_columns:
        words += ["--against-columns", options.against_columns]
    if options.drivers:
        words += ["--drivers", "--driver-rows", str(options.driver_rows)]
        words += ["--repeats", str(options.repeats)]
    return f" {shlex.join(words)}" if words else ""


def beside(
    options: Namespace, run: "Run", rows: "pd.DataFrame", catalog: "Catalog | None"
) -> dict[str, Any]:
    """Return ``rivals`` and ``drivers``, of what was asked for."""
    from qsovae.runs import open_run
    from qsovae.workflow import compare_rivals, parse_rival_columns, run_drivers

    found: dict[str, Any] = {}
    columns = options.against_columns
    with text.ProgressLine(patience_s=2.0) as line:
        if options.against or options.against_cuts or columns:
            found["rivals"] = compare_rivals(
                run, rows, catalog, options.label, sought=options.sought,
                runs=[open_run(name, options.runs) for name in options.against],
                columns=parse_rival_columns(columns) if columns else None,
                cuts=options.against_cuts, on_progress=line.show,
            )  # fmt: skip
        if options.drivers:
            found["drivers"] = run_drivers(
                run, rows, catalog, sought=options.sought,
                most_rows=options.driver_rows, n_repeats=options.repeats,
                on_progress=line.show,
            )  # fmt: skip
    kinds = {entry["kind"] for entry in found.get("rivals", [])}
    if options.against_cuts and "colour cut" not in kinds:
        text.say(
            "qsovae: no cut in colour applies: they select quasars, by W1 and W2, or "
            "by g, z and W1"
        )
    return found
