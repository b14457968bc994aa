"""What a check found.

Within checks: lowest.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_SHOWN_ROWS = 5


@dataclass(frozen=True)
class Finding:
    """One thing to know.

    Attributes
    ----------
    severity : str
        ``error`` (results would be wrong), ``warning`` (values were set aside) or
        ``note``.
    column : str or None
    message, fix : str
    n_rows : int
        How many rows it concerns.
    rows : tuple of int
        The first of them, counted from 0.
    """

    severity: str
    column: str | None
    message: str
    n_rows: int
    rows: tuple[int, ...]
    fix: str

    @classmethod
    def on_rows(
        cls,
        severity: str,
        column: str | None,
        message: str,
        hit: NDArray[np.bool_],
        fix: str,
    ) -> "Finding":
        """Return a finding on the rows of a mask, (n_rows,)."""
        where = np.flatnonzero(hit)
        rows = tuple(int(r) for r in where[:_SHOWN_ROWS])
        return cls(severity, column, message, len(where), rows, fix)


@dataclass(frozen=True)
class CheckReport:
    """Outcome of a check.

    Attributes
    ----------
    name : str
        File name.
    n_rows : int
    is_simulated : bool
    columns : DataFrame
        One line a column: role, band, unit, system, sentinels, rows, nulls, nans,
        sentinel_rows, non_finite, non_positive_errors, duplicate_ids (rows whose id
        another row has), out_of_range (coordinates off the sphere), observed_share,
        minimum, median, maximum (of observed values), reason. A count that has no
        meaning for a column is missing.
    findings : tuple of Finding
        Errors first.
    quality_counts : dict
        Rows with each quality bit.
    """

    name: str
    n_rows: int
    is_simulated: bool
    columns: pd.DataFrame
    findings: tuple[Finding, ...]
    quality_counts: dict[str, int]

    @property
    def has_errors(self) -> bool:
        """Whether a finding is an error."""
        return any(f.severity == "error" for f in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        columns = self.columns.astype(object).where(self.columns.notna(), None)
        return {
            "catalog": self.name,
            "rows": self.n_rows,
            "is_simulated": self.is_simulated,
            "columns": columns.to_dict("records"),
            "findings": [asdict(f) | {"rows": list(f.rows)} for f in self.findings],
            "quality": self.quality_counts,
        }
