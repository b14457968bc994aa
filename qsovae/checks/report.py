"""What a check found.

Within checks: lowest.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.catalog import Catalog

_SHOWN_ROWS = 5


class Hits:
    """How many rows something holds for, and the first few, portion by portion.

    Attributes
    ----------
    n_rows : int
    rows : tuple of int
        The first of them, counted from 0.
    """

    def __init__(self) -> None:
        self.n_rows = 0
        self.rows: tuple[int, ...] = ()

    def add(self, hit: NDArray[np.bool_], start: int) -> None:
        """Count a portion's mask, (n_portion,), whose first row is row ``start``."""
        where = np.flatnonzero(hit)
        self.n_rows += len(where)
        shown = where[: _SHOWN_ROWS - len(self.rows)]
        self.rows += tuple(start + int(row) for row in shown)


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
        hit: NDArray[np.bool_] | Hits,
        fix: str,
    ) -> "Finding":
        """Return a finding on the rows of a mask, (n_rows,), or on rows counted."""
        hits = hit
        if not isinstance(hits, Hits):
            hits = Hits()
            hits.add(hit, 0)  # type: ignore[arg-type]
        return cls(severity, column, message, hits.n_rows, hits.rows, fix)


@dataclass(frozen=True, eq=False)
class CheckReport:
    """Outcome of a check.

    Attributes
    ----------
    name, sha256 : str
        File name; digest of the file's bytes.
    n_rows : int
    is_simulated : bool
    columns : DataFrame
        One line a column: role, band, unit, system, sentinels, rows, nulls, nans,
        sentinel_rows, upper_limits (looked at and not detected), outside_footprint
        (not looked at), non_finite, non_positive_errors, small_errors (below 0.0001
        mag), duplicate_ids (rows whose id another row has), out_of_range (coordinates
        off the sphere), observed_share, minimum, median, maximum (of observed values),
        reason. A count that has no meaning for a column is missing.
    findings : tuple of Finding
        Errors first.
    quality_counts : dict
        Rows with each quality bit.
    quality : ndarray of uint32, (n_rows,)
        Quality bits of each row, as of ``row_flags``.
    sample : Catalog
        All rows, or of many a uniform sample: medians and pictures are made from it.
    """

    name: str
    sha256: str
    n_rows: int
    is_simulated: bool
    columns: pd.DataFrame
    findings: tuple[Finding, ...]
    quality_counts: dict[str, int]
    quality: NDArray[np.uint32] = field(repr=False)
    sample: Catalog = field(repr=False)

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
            "sampled_rows": self.sample.n_rows,
            "is_simulated": self.is_simulated,
            "columns": columns.to_dict("records"),
            "findings": [asdict(f) | {"rows": list(f.rows)} for f in self.findings],
            "quality": self.quality_counts,
        }
