"""Options of evaluate for the objects behind the scores: a cell, and doubtful labels.

Within cli: above commands.
"""

import argparse
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsovae.cli import text
from qsovae.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

    from qsovae.catalog import Catalog
    from qsovae.runs import Run
    from qsovae.workflow import Evaluated


def add_cells(parser: argparse.ArgumentParser) -> None:
    """Add the options by which evaluate writes objects."""
    parser.add_argument(
        "--cell", metavar="TRUE,PREDICTED",
        help="with --objects: a cell of the confusion matrix, as QSO,STAR",
    )  # fmt: skip
    parser.add_argument(
        "--objects", type=Path, metavar="OUT",
        help="write the objects of the --cell, the surest first",
    )  # fmt: skip
    parser.add_argument(
        "--suspects", type=Path, metavar="OUT",
        help="write the objects classed otherwise than labelled, the surest first: "
        "where is_suspect the label is likely wrong",
    )  # fmt: skip


def refuse_half_a_cell(options: Namespace) -> None:
    """Refuse one of the options without the other, before long work begins.

    Raises
    ------
    ConfigError
        If there is a cell without a file, or a file without a cell.
    CatalogError
        If a file has no format that can be written.
    """
    from qsovae.tables import refuse_suffix

    if (options.cell is None) != (options.objects is None):
        raise ConfigError(
            "the objects of a cell need the cell and a file",
            "qsovae evaluate",
            "Give both --cell TRUE,PREDICTED and --objects OUT, or neither.",
        )
    for out in (options.objects, options.suspects):
        if out is not None:
            refuse_suffix(out.suffix)


def write_asked(
    options: Namespace, run: "Run", evaluated: "Evaluated", catalog: "Catalog | None"
) -> dict[str, Any]:
    """Write the objects that the options ask for; return what the report says."""
    from qsovae.workflow import cell_objects, cell_seds, label_suspects, run_catalog

    if options.cell is None and options.suspects is None:
        return {}
    if catalog is None:
        catalog = run_catalog(run)
        if catalog is None:
            text.say(
                f"qsovae: {run.manifest['catalog']['name']} is not where the run found "
                "it: its positions and magnitudes are left out; give it as CATALOG"
            )
    said: dict[str, Any] = {}
    rows = evaluated.rows
    if options.cell is not None:
        true, predicted = _cell(options.cell, run.classes)
        found = cell_objects(run, rows, true, predicted, catalog)
        said["cell"] = {"true": true, "predicted": predicted} | _write(
            options.objects, found, run, evaluated, f"{true} classed as {predicted}"
        )
        if catalog is not None:
            seds = cell_seds(rows, true, predicted, catalog)
            defined = seds.astype(object).where(seds.notna(), None)
            said["cell"]["seds"] = defined.to_dict("records")
    if options.suspects is not None:
        found = label_suspects(run, rows, catalog)
        suspects = int(found["is_suspect"].sum())
        words = f"classed otherwise than labelled ({suspects:,} labels are suspect)"
        said["suspects"] = {"suspects": suspects} | _write(
            options.suspects, found, run, evaluated, words
        )
    return said


def _cell(asked: str, classes: tuple[str, ...]) -> tuple[str, str]:
    """Return the two classes of ``TRUE,PREDICTED``; a name may have commas."""
    commas = [place for place, sign in enumerate(asked) if sign == ","]
    for place in commas:
        true, predicted = asked[:place].strip(), asked[place + 1 :].strip()
        if true in classes and predicted in classes:
            return true, predicted
    raise ConfigError(
        f"{asked!r} is no cell of the confusion matrix",
        "--cell",
        f"Name the true and the predicted class, of {', '.join(classes)}.",
    )


def _write(
    out: Path, found: "pd.DataFrame", run: "Run", evaluated: "Evaluated", words: str
) -> dict[str, Any]:
    """Write objects; return how many, and where."""
    from qsovae.tables import write_table

    report = evaluated.report
    meta = {
        "run": run.name, "catalog": report["catalog"], "rows_are": words,
        "is_sim": report["is_simulated"],
    }  # fmt: skip
    write_table(found, out, meta=meta)
    text.say(f"qsovae: wrote {len(found):,} objects {words} to {out}")
    return {"rows": len(found), "out": str(out)}
