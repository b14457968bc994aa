"""One line a column: what it is, and counts of what it holds.

Within checks: lowest.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import Quality
from qsovae.catalog import Catalog, is_sentinel
from qsovae.columns import Column

_COORDINATE_RANGES = {"ra": (0.0, 360.0), "dec": (-90.0, 90.0)}  # deg
COUNTS = (
    "sentinel_rows",
    "non_finite",
    "non_positive_errors",
    "duplicate_ids",
    "out_of_range",
)
MEASURES = ("observed_share", "minimum", "median", "maximum")


def column_line(catalog: Catalog, column: Column) -> dict[str, Any]:
    """Return one column's line of the quality table."""
    values = catalog.raw.frame[column.name]
    line: dict[str, Any] = {
        "column": column.name, "role": column.role, "band": column.band,
        "unit": column.unit, "system": column.system,
        "sentinels": ", ".join(f"{s:g}" for s in column.sentinels),
        "rows": len(values),
    }  # fmt: skip
    is_float = pd.api.types.is_float_dtype(values.dtype)
    missing = int(values.isna().sum())
    line |= {"nulls": 0 if is_float else missing, "nans": missing if is_float else 0}
    line |= dict.fromkeys((*COUNTS, *MEASURES))
    if column.role == "id":
        doubles = (catalog.quality & Quality.DUPLICATE_ID) > 0
        line["duplicate_ids"] = int(doubles.sum())
    if pd.api.types.is_numeric_dtype(values.dtype):
        raw = values.to_numpy(dtype=np.float64, na_value=np.nan)
        clean = raw
        if column.role.startswith(("magnitude", "feature")):
            clean = catalog.values(column.name)
        line |= _number_cells(raw, clean, column)
    else:
        line |= {"observed_share": 1.0 - missing / max(len(values), 1)}
    return line | {"reason": column.reason}


def _number_cells(
    raw: NDArray[np.float64], clean: NDArray[np.float64], column: Column
) -> dict[str, Any]:
    """Return the cells that only a column of numbers has."""
    observed = clean[np.isfinite(clean)]
    low, middle, high = (
        np.percentile(observed, [0, 50, 100])
        if observed.size and column.role != "id"  # an id is a name: it has no size
        else (np.nan,) * 3
    )
    cells = {
        "sentinel_rows": int(is_sentinel(raw, column.sentinels).sum()),
        "non_finite": int(np.isinf(raw).sum()),
    }
    if column.role.endswith("error"):
        invalid = (raw <= 0) & ~is_sentinel(raw, column.sentinels)
        cells["non_positive_errors"] = int(invalid.sum())
    if column.role in _COORDINATE_RANGES:
        first, last = _COORDINATE_RANGES[column.role]
        cells["out_of_range"] = int(((raw < first) | (raw > last)).sum())
    return cells | {
        "observed_share": observed.size / max(raw.size, 1),
        "minimum": float(low),
        "median": float(middle),
        "maximum": float(high),
    }
