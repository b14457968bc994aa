"""The command that says how far a run can be trusted: evaluate.

Within cli: above commands.
"""

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from qsovae.cli import text
from qsovae.cli.commands import open_for, show_scores
from qsovae.cli.options import add_json, add_mapping, add_runs_folder
from qsovae.errors import CatalogError

if TYPE_CHECKING:
    from qsovae.runs import Run

_OUTPUTS = {
    "html": "write a page with all scores, figures and the model card",
    "latex": "write the scores of each class as a table for a paper",
    "card": "write the model card as Markdown",
}


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
        help="class mix at which samples are judged: sky, or QSO=0.02,STAR=0.90,…; by "
        "default that of the scored rows",
    )  # fmt: skip
    parser.add_argument(
        "--class", dest="sought", metavar="NAME",
        help="class that samples are of, by default the quasars",
    )  # fmt: skip
    for name, words in _OUTPUTS.items():
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=words)
    add_mapping(parser)
    add_runs_folder(parser)
    add_json(parser)
    parser.set_defaults(command=evaluate)


def evaluate(options: Namespace) -> int:
    """Print the scores of a run."""
    from qsovae.bands import DOUBTS
    from qsovae.class_mix import parse_prior
    from qsovae.publishing import write_evaluation
    from qsovae.runs import open_run
    from qsovae.workflow import SKY, evaluate_run

    prior = options.prior
    if prior not in (None, SKY):
        prior = parse_prior(prior)
    run = open_run(options.run, options.runs)
    outputs = _outputs(options, run)
    named = options.without_quality or options.with_quality
    bits = [str(bit.name) for bit in DOUBTS] if named == "any" else named.split(",")
    with text.ProgressLine(patience_s=2.0) as line:
        line.show({"phase": "evaluate", "message": "scoring"})
        catalog = None
        if options.catalog:
            catalog = open_for(run, options.catalog, options.mapping)
        report = evaluate_run(
            run, catalog, options.label, "with" if options.with_quality else "without",
            [b for b in bits if b], prior=prior, sought=options.sought,
        )  # fmt: skip
        if outputs:
            line.show({"phase": "evaluate", "message": "writing the report"})
            write_evaluation(run, report, **outputs)
    for path in outputs.values():
        text.say(f"wrote {path}")
    if named:
        text.say(f"qsovae: {report['rows_hidden']:,} rows are left out by quality")
    show_scores(report, as_json=options.json)
    return 0


def _outputs(options: Namespace, run: "Run") -> dict[str, Path]:
    """Return the files to write, none of which may replace what was read.

    Raises
    ------
    CatalogError
        If one is a catalog, lies in the run's folder, or stands twice.
    """
    outputs = {n: path for n in _OUTPUTS if (path := getattr(options, n)) is not None}
    stated = Path(str(run.manifest["catalog"].get("path", "")))
    catalogs = [path for path in (options.catalog, stated) if path and path.is_file()]
    files = [path.resolve() for path in outputs.values()]
    for path, file in zip(outputs.values(), files, strict=True):
        what = None
        if file.exists() and any(file.samefile(catalog) for catalog in catalogs):
            what = "the output is the catalog itself"
        elif file.parent == run.folder.resolve():
            what = "the output lies among the files of the run"
        elif files.count(file) > 1:
            what = "two outputs have one name"
        if what is not None:
            raise CatalogError(what, str(path), "Choose another name.")
    return outputs
