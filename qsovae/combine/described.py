"""Columns with what is said of each.

Within combine: lowest.
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass
class Columns:
    """Columns in their order, with what is said of each."""

    values: dict[str, Any] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    ucds: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)

    def add(
        self, name: str, values: Any, about: str, *, unit: str = "", ucd: str = ""
    ) -> None:
        """Add a column."""
        self.values[name] = values
        self.descriptions[name] = about
        if unit:
            self.units[name] = unit
        if ucd:
            self.ucds[name] = ucd

    def n_missing(self, name: str) -> int:
        """Return how many values of a column are missing, none if it is not there."""
        return int(pd.isna(self.values.get(name, [])).sum())

    def frame(self) -> pd.DataFrame:
        """Return the columns as a table."""
        return pd.DataFrame(self.values)
