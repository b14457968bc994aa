"""Values of rows, some of them missing, and what can be done with them.

Within queries: lowest. What rests on a missing value is missing, and a claim that does
is neither true nor false, as in SQL: it holds of no row, and nor does its contrary.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Mask = NDArray[np.bool_]

NUMBER, TEXT, TRUTH = "number", "text", "truth"


class Values(NamedTuple):
    """Values of rows, or one of all.

    Attributes
    ----------
    kind : str
        ``NUMBER``, ``TEXT`` or ``TRUTH``.
    data : ndarray, (n_rows,) or ()
        Numbers, text or truth values; whatever where missing.
    known : ndarray of bool, of the same shape
        Whether the row has a value.
    """

    kind: str
    data: NDArray[np.generic]
    known: Mask


def values_of(column: ArrayLike) -> Values:
    """Return the values of a column: not finite, null and empty text are missing."""
    series = pd.Series(np.asarray(column) if not hasattr(column, "dtype") else column)
    dtype = series.dtype
    if pd.api.types.is_bool_dtype(dtype):
        known = series.notna().to_numpy(bool)
        return Values(TRUTH, series.fillna(False).to_numpy(bool), known)
    if pd.api.types.is_integer_dtype(dtype) and not series.hasnans:
        numbers = series.to_numpy(np.uint64 if dtype.kind == "u" else np.int64)
        return Values(NUMBER, numbers, np.ones(len(series), bool))
    if pd.api.types.is_numeric_dtype(dtype):
        floats = series.to_numpy(np.float64, na_value=np.nan)
        return Values(NUMBER, floats, np.isfinite(floats))
    text = series.astype("string").str.strip()
    known = text.notna().to_numpy(bool) & (text != "").fillna(False).to_numpy(bool)
    return Values(TEXT, text.fillna("").to_numpy(object), known)


def constant(kind: str, value: float | str | bool) -> Values:
    """Return one value of all rows."""
    data = np.asarray(value, dtype=object if kind == TEXT else None)
    return Values(kind, data, np.asarray(True))


def computed(*of: Values, result: NDArray[np.generic]) -> Values:
    """Return numbers that were computed; those that are not finite are missing."""
    known = np.asarray(np.isfinite(result))
    for one in of:
        known = known & one.known
    return Values(NUMBER, result, known)


def claim(data: Mask, *of: Values) -> Values:
    """Return a claim that can be told of rows that have all values it rests on."""
    known = np.asarray(True)
    for one in of:
        known = known & one.known
    return Values(TRUTH, data, known)


def both(first: Values, second: Values) -> Values:
    """Return whether two claims hold: not, if one is false, whatever the other."""
    first_false = first.known & ~first.data.astype(bool)
    second_false = second.known & ~second.data.astype(bool)
    known = (first.known & second.known) | first_false | second_false
    return Values(TRUTH, holds(first) & holds(second), known)


def either(first: Values, second: Values) -> Values:
    """Return whether one of two claims holds: if one is true, whatever the other."""
    true = holds(first) | holds(second)
    return Values(TRUTH, true, (first.known & second.known) | true)


def contrary(of: Values) -> Values:
    """Return whether a claim does not hold."""
    return Values(TRUTH, ~of.data.astype(bool), of.known)


def holds(of: Values) -> Mask:
    """Return of which rows a claim is true."""
    true: Mask = of.data.astype(bool) & of.known
    return true
