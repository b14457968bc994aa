"""A column's numbers with doubt taken out, and the quality bits that this earns rows.

Within catalog: lowest.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import Quality
from qsovae.columns import Column
from qsovae.errors import CatalogError
from qsovae.recognition import rows_of_text

Floats = NDArray[np.float64]

# No source is fainter or brighter than this in any band, no colour larger.
_LARGEST_MAGNITUDE = 40.0
_LARGEST_COLOUR = 15.0


def check_numeric(column: "pd.Series[Any]", where: str) -> None:
    """Refuse text among numbers, with the first row of it.

    Raises
    ------
    CatalogError
        If a value is neither null nor a number.
    """
    wrong = rows_of_text(column)
    if wrong.size:
        raise CatalogError(
            f"{wrong.size} values are not numbers, first {column.iloc[wrong[0]]!r} "
            f"in row {wrong[0] + 1}",
            where,
            "Give the column another role, or mend the values.",
        )


def as_numbers(column: "pd.Series[Any]") -> Floats:
    """Return a column's numbers, NaN where it has none, infinities as they are."""
    if not pd.api.types.is_numeric_dtype(column.dtype):
        column = pd.to_numeric(column, errors="coerce")
    numbers: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def clean(
    numbers: "pd.Series[Any]", column: Column
) -> tuple[Floats, NDArray[np.uint32]]:
    """Return numbers, NaN where doubtful, and quality bits, (n_rows,) each."""
    values = as_numbers(numbers).copy()
    quality = np.zeros(len(values), dtype=np.uint32)
    tests = {
        Quality.SENTINEL: is_sentinel(values, column.sentinels),
        Quality.NON_FINITE: np.isinf(values),
    }
    largest = _largest(column.role, column.unit)
    if largest is not None:
        tests[Quality.IMPLAUSIBLE] = np.abs(values) > largest
    if column.role.endswith("error"):
        tests[Quality.INVALID_ERROR] = values <= 0
    for bit, hit in tests.items():
        # Each value has one reason; the first that applies.
        hit &= ~np.isnan(values)
        quality[hit] |= np.uint32(bit)
        values[hit] = np.nan
    return values, quality


def _largest(role: str, unit: str | None) -> float | None:
    """Return beyond which absolute value a number is implausible."""
    if role == "magnitude":
        return _LARGEST_MAGNITUDE
    return _LARGEST_COLOUR if role == "feature" and unit == "mag" else None


def is_sentinel(values: Floats, sentinels: tuple[float, ...]) -> NDArray[np.bool_]:
    """Return where values equal a code for 'missing', to float32 precision."""
    hit = np.zeros(values.shape, dtype=bool)
    for code in sentinels:
        hit |= np.isclose(values, code, rtol=1e-6, atol=1e-6)
    return hit
