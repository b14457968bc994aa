"""Tables of numbers as JSON has them, and the curves of each class so.

Within workflow: lowest.
"""

from typing import Any

import pandas as pd

from qsovae.evaluation import Predictions, curve_table, defined

Columns = dict[str, list[float | None]]


def json_columns(table: pd.DataFrame) -> Columns:
    """Return the columns of a table of numbers, what is undefined as None."""
    columns: dict[str, list[Any]] = {str(n): c.tolist() for n, c in table.items()}
    return {n: [defined(value) for value in column] for n, column in columns.items()}


def json_table(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a table as lists; numbers that are undefined as None."""
    return {
        name: [defined(value) for value in column]
        if pd.api.types.is_float_dtype(column.dtype)
        else column.tolist()
        for name, column in table.items()
    }


def curves_of(predictions: Predictions) -> dict[str, Columns]:
    """Return the points of each class's curves, as of `qsovae.curve_table`."""
    return {
        name: json_columns(curve_table(predictions, name))
        for name in predictions.classes
    }
