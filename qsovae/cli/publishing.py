"""Options of evaluate that write the report as files.

Within cli: above text.
"""

import argparse
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.errors import CatalogError

if TYPE_CHECKING:
    from qsovae.runs import Run

_OUTPUTS = {
    "html": "write a page with all scores, figures and the model card",
    "latex": "write the scores of each class as a table for a paper",
    "card": "write the model card as Markdown",
}


def add_publishing(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    for name, words in _OUTPUTS.items():
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=words)


def publish(
    run: "Run",
    report: dict[str, Any],
    outputs: Mapping[str, Path],
    tell: Callable[[dict[str, Any]], None],
) -> None:
    """Write the files that ``outputs_asked`` returned."""
    from qsovae.publishing import write_evaluation

    if not outputs:
        return
    tell({"phase": "evaluate", "message": "writing the report"})
    write_evaluation(run, report, **outputs)
    for path in outputs.values():
        text.say(f"wrote {path}")


def outputs_asked(options: Namespace, run: "Run") -> dict[str, Path]:
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
