"""The slice that each row is in, as text, by one column that slices rows.

Within workflow: above latent_rows and row_slices.
"""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from qsovae.catalog import Catalog
from qsovae.errors import QueryError
from qsovae.evaluation import SliceColumn
from qsovae.runs import Run
from qsovae.workflow.latent_rows import is_of_run
from qsovae.workflow.row_slices import ROW_SLICES, slices_of_rows
from qsovae.workflow.slice_file import read_slices, sliced_names
from qsovae.workflow.slicing import catalog_slices

SLICE = "slice_"  # before the name of a column that slices rows, in a query


def slice_names(run: Run) -> tuple[str, ...]:
    """Return the names of the columns that slice a run's rows."""
    return (*ROW_SLICES, *sliced_names(run.slices_file))


def slice_texts(
    run: Run, rows: pd.DataFrame, catalog: Catalog | None, name: str
) -> "pd.Series[Any]":
    """Return the slice of each row by a column, as text, (n_rows,).

    Parameters
    ----------
    run : Run
    rows : DataFrame
        As of ``run_table``, or of another catalog as of ``catalog_table``.
    catalog : Catalog or None
        Whose rows these are; those of the run's own were sliced in training.
    name : str
        One of ``slice_names``.

    Raises
    ------
    QueryError
        If the catalog has not what tells the slices, or is not at hand.
    """
    for column in _sliced_by(run, rows, catalog, name):
        if column.name == name:
            return pd.Series(pd.Categorical.from_codes(column.codes, column.labels))
    raise QueryError(
        f"the rows have no slices by {name}", f"{SLICE}{name}",
        "Give the catalog, with the columns that tell them, or select without it.",
    )  # fmt: skip


def _sliced_by(
    run: Run, rows: pd.DataFrame, catalog: Catalog | None, name: str
) -> Iterator[SliceColumn]:
    """Yield slices of rows, among them those by a column if there are any."""
    if name in ROW_SLICES:
        yield from slices_of_rows(rows)
    elif is_of_run(rows):
        (column,) = read_slices(run.slices_file, [name])
        yield column.taken(rows["row"])
    elif catalog is not None:
        yield from catalog_slices(catalog, run.features)
