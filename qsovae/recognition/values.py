"""What a column's values say, where the name does not settle it.

Within recognition: lowest.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import BandColumn, morphology_codes

# Codes for 'missing' that surveys use beside their own; each counts only where a
# column really holds it.
_CODES = (
    99.0, -99.0, 99.99, -99.99, 999.0, -999.0, 9999.0, -9999.0, -999999488.0, -1e30,
)  # fmt: skip
# A column of more different values is no column of classes.
MOST_CLASSES = 50


def is_number(column: "pd.Series[Any]") -> bool:
    """Return whether a column holds numbers, truth values aside."""
    return pd.api.types.is_numeric_dtype(column.dtype) and not (
        pd.api.types.is_bool_dtype(column.dtype)
    )


def rows_of_text(column: "pd.Series[Any]") -> NDArray[np.intp]:
    """Return the rows, counted from 0, whose value is neither null nor a number."""
    if pd.api.types.is_numeric_dtype(column.dtype) or column.isna().all():
        return np.empty(0, dtype=np.intp)
    numbers = pd.to_numeric(column, errors="coerce")
    return np.flatnonzero((numbers.isna() & column.notna()).to_numpy(dtype=bool))


def can_be(role: str, column: "pd.Series[Any]") -> bool:
    """Return whether a column's values allow a role."""
    present = column.dropna()
    if role in ("ra", "dec"):
        return is_number(column)
    if role == "id":
        exact = not pd.api.types.is_float_dtype(column.dtype)
        return exact and bool(present.nunique() >= 0.9 * len(present))
    if role == "label":
        return _can_be_label(present)
    return _can_be_morphology(present)


def _can_be_label(present: "pd.Series[Any]") -> bool:
    """Return whether there are few values, and whole ones if they are floats."""
    if not pd.api.types.is_float_dtype(present.dtype) or present.empty:
        return bool(present.nunique() <= MOST_CLASSES)
    return bool((present == present.round()).all() and present.nunique() <= 10)


def _can_be_morphology(present: "pd.Series[Any]") -> bool:
    """Return whether a value is one of the codes that go with the column's name."""
    is_text = pd.api.types.is_string_dtype(present.dtype)
    codes = morphology_codes(str(present.name), is_text=is_text)
    if codes is None:
        return False
    values = present.str.lower() if is_text else present
    return present.empty or bool(values.isin([*codes.point, *codes.extended]).any())


def sentinels_in(
    values: "pd.Series[Any]", known: BandColumn | None
) -> tuple[float, ...]:
    """Return the codes for 'missing' that a column really holds.

    A survey's own codes count wherever they occur. Others count only if they stand
    clear of the remaining values, ten times their spread away: 99 may be a value.
    """
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = numbers[np.isfinite(numbers)]
    own = known.sentinels if known else ()
    found = [c for c in {*own, *_CODES} if np.isclose(numbers, c, rtol=1e-6).any()]
    if not found:
        return ()
    rest = numbers[~np.isclose(numbers[:, None], found, rtol=1e-6).any(axis=1)]
    if rest.size:
        lower, middle, upper = np.percentile(rest, [2.0, 50.0, 98.0])
        reach = 10.0 * max(upper - lower, 1e-3)
        far = [c for c in found if abs(c - middle) > min(reach, 40.0) or c in own]
    else:
        far = found
    return tuple(sorted(far))


def rows_of_codes(
    values: "pd.Series[Any]", known: BandColumn | None
) -> NDArray[np.intp]:
    """Return the first row of each code for 'missing' that a column of numbers holds.

    Of a table too large for memory, these rows say which codes ``sentinels_in`` finds.
    """
    codes = np.array([*_CODES, *(known.sentinels if known else ())], dtype=np.float32)
    with np.errstate(over="ignore"):
        single = values.to_numpy(dtype=np.float64, na_value=np.nan).astype(np.float32)
    hit = np.flatnonzero(np.isin(single, codes))
    return hit[np.unique(single[hit], return_index=True)[1]]
