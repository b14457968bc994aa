"""Values that stand in far more rows than those next to them.

Within checks: above stars.
"""

import numpy as np

from qsovae.catalog import Catalog
from qsovae.checks.report import Finding, Hits
from qsovae.checks.stars import Floats

_FEWEST = 20
_SMALLEST_SHARE = 0.01
_TIMES_NEIGHBOURS = 5.0
_FEWEST_VALUES = 50
_WINDOW = 0.05  # of the values' range: which others are neighbours


class Spikes:
    """Counts the rows with the commonest value of each column that has a spike.

    Parameters
    ----------
    sample : Catalog
        It tells which columns have one, and at which value.
    """

    def __init__(self, sample: Catalog) -> None:
        self._is_error: dict[str, bool] = {}
        self._value: dict[str, float] = {}
        for column in sample.mapping.columns:
            if column.role.startswith(("magnitude", "feature")):
                value = spike_in(sample.values(column.name))
                if value is not None:
                    self._value[column.name] = value
                    self._is_error[column.name] = column.role.endswith("error")
        self._hits = {name: Hits() for name in self._value}
        self._observed = dict.fromkeys(self._value, 0)

    def see(self, portion: Catalog, start: int) -> None:
        """Count a portion's rows."""
        for name, value in self._value.items():
            values = portion.values(name)
            self._hits[name].add(values == value, start)
            self._observed[name] += int(np.isfinite(values).sum())

    def findings(self) -> list[Finding]:
        """Return a finding for each spike."""
        return [self._finding(name) for name in self._value]

    def _finding(self, name: str) -> Finding:
        hits = self._hits[name]
        share = f"{hits.n_rows / self._observed[name]:.1%} of the observed"
        if self._is_error[name]:
            return Finding.on_rows(
                "note", name,
                f"the error {self._value[name]:g} stands in many rows, {share}", hits,
                "A floor, or a code for an unknown error? Name a code as a sentinel.",
            )  # fmt: skip
        return Finding.on_rows(
            "warning", name,
            f"the value {self._value[name]:g} stands in many rows, {share}", hits,
            "If it is a code for 'missing' or a limit, name it as a sentinel.",
        )  # fmt: skip


def spike_in(values: Floats) -> float | None:
    """Return the value that is far commoner than those next to it, None without.

    Rounded values repeat, but so do their neighbours; a column of few values is a code.
    """
    seen = values[np.isfinite(values)]
    if len(seen) < _FEWEST_VALUES:
        return None
    distinct, counts = np.unique(seen, return_counts=True)
    top = int(np.argmax(counts))
    enough = max(_FEWEST, _SMALLEST_SHARE * len(seen))
    if len(distinct) < _FEWEST_VALUES or counts[top] < enough:
        return None
    low, high = np.percentile(seen, [1.0, 99.0])
    near = np.abs(distinct - distinct[top]) <= max(_WINDOW * (high - low), 1e-12)
    near[top] = False
    if counts[top] < _TIMES_NEIGHBOURS * max(1, counts[near].max(initial=0)):
        return None
    return float(distinct[top])
