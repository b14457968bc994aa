"""Scores of a run by slices of its rows, and the slices in which it does worst.

Within workflow: above row_slices and mixes.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from qsovae.errors import ShapeError
from qsovae.evaluation import (
    FEWEST_FOUND,
    FEWEST_ROWS,
    Predictions,
    SliceColumn,
    slice_table,
    worst_slices,
)
from qsovae.inference import probability_matrix
from qsovae.runs import Run
from qsovae.workflow.curves import json_table
from qsovae.workflow.mixes import sought_class
from qsovae.workflow.report import labelled
from qsovae.workflow.row_slices import Slicing

_SHOWN = 10
PARTS = ("columns", "worst")


def evaluation_slices(
    run: Run,
    rows: pd.DataFrame,
    slicing: Slicing,
    sought: str | None = None,
    parts: Sequence[str] = PARTS,
) -> dict[str, Any]:
    """Return the scores of some rows by slices, and the worst slices.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        Rows that did not train it, as of ``evaluate_rows``, or some of them.
    slicing : Slicing
        Of the same rows, as of ``slicing_columns``.
    sought : str, optional
        Class that the worst slices are bad at; by default the quasars, else the first.
    parts : sequence of str
        ``columns``, ``worst`` or both: of many rows each takes a while.

    Returns
    -------
    dict
        ``class``; ``columns``, by name: ``title``, ``table`` (a list of columns as of
        ``slice_table``), ``few``: the number of ``slices`` whose scores are left out
        for want of rows, and their ``rows``; ``worst``: ``tested``, ``named`` and a
        ``table`` of the ten worst of each measure, as of ``worst_slices``;
        ``fewest_rows`` of a score, ``fewest_named`` of a worst slice. Ready
        for JSON, what is undefined is None.

    Raises
    ------
    ConfigError
        If there is no such class.
    ShapeError
        If the slices are of other rows.
    """
    name = sought_class(run.classes, sought)
    if any(column.codes.size != len(rows) for column in slicing.columns):
        raise ShapeError(
            f"the slices are not those of these {len(rows):,} rows",
            "qsovae.evaluation_slices",
            "Pass what qsovae.slicing_columns returns for the same rows.",
        )
    has_label = labelled(rows["class_label"])
    rows, columns = rows[has_label], slicing.taken(has_label).columns
    labels = rows["class_label"].to_numpy(dtype=object)
    shares = probability_matrix(rows, run.classes)
    predictions = Predictions.checked(labels, shares, run.classes)
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "columns": lambda: {c.name: _of_column(predictions, c) for c in columns},
        "worst": lambda: _worst(predictions, columns, name),
    }
    return {
        "class": name,
        "fewest_rows": FEWEST_ROWS,
        "fewest_named": FEWEST_FOUND,
    } | {part: makers[part]() for part in parts}


def _of_column(predictions: Predictions, column: SliceColumn) -> dict[str, Any]:
    """Return the scores in the slices of a column, ready for JSON."""
    table = slice_table(predictions, column)
    rows = np.bincount(column.codes)
    few = rows[(rows > 0) & (rows < FEWEST_ROWS)]
    return {
        "title": column.title,
        "few": {"slices": int(few.size), "rows": int(few.sum())},
        "table": json_table(table),
    }


def _worst(
    predictions: Predictions, columns: tuple[SliceColumn, ...], sought: str
) -> dict[str, Any]:
    """Return the worst slices, ready for JSON."""
    found = worst_slices(predictions, columns, sought)
    first = found.table.groupby("measure", sort=False).head(_SHOWN)
    return {
        "tested": found.tested,
        "named": len(found.table),
        "table": json_table(first),
    }
