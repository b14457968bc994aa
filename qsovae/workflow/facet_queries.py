"""The bins of a column, and the query that is true of some of them.

Within workflow: lowest.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsovae.errors import InputError
from qsovae.queries import name_text, value_text

RANGE, VALUE, OTHER, MISSING = "range", "value", "other", "missing"
_LONGEST_LABEL = 60


class FacetBin(NamedTuple):
    """One bin of a column.

    Attributes
    ----------
    kind : str
        ``range`` of numbers, one ``value``, all ``other`` values, or ``missing``.
    label : str
        What it holds, in a line of printable text.
    low, high : number or None
        Of a range: from and below which; None without bound.
    is_closed : bool
        Whether ``high`` belongs to the range.
    value : number, str, bool or None
        The value.
    """

    kind: str
    label: str
    low: float | None = None
    high: float | None = None
    is_closed: bool = False
    value: float | str | bool | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """``low`` and ``high`` as a query writes them, empty for None."""
        low, high = ("" if n is None else value_text(n) for n in (self.low, self.high))
        return low, high


@dataclass(frozen=True)
class FacetBins:
    """The bins of a column, and in which of them each row is.

    Attributes
    ----------
    name : str
        The column.
    bins : tuple of FacetBin
        Ranges stand in their order, values by it or by how common they are.
    codes : ndarray of int16, (n_rows,)
        The place of each row's bin in ``bins``.
    """

    name: str
    bins: tuple[FacetBin, ...]
    codes: NDArray[np.int16]

    @cached_property
    def is_histogram(self) -> bool:
        """Whether bins are ranges of numbers, beside one for missing values."""
        return any(one.kind == RANGE for one in self.bins)

    def mask(self, chosen: Collection[int]) -> NDArray[np.bool_]:
        """Return which rows are in some of the bins, (n_rows,).

        Parameters
        ----------
        chosen : collection of int
            Places in ``bins``.

        Raises
        ------
        InputError
            If there is no such place.
        """
        wanted = np.zeros(len(self.bins), dtype=bool)
        wanted[self._places(chosen)] = True
        return wanted[self.codes]

    def query(self, chosen: Collection[int]) -> str:
        """Return the query that is true of just the rows of ``mask``.

        Ranges beside one another become one. Raises as ``mask``.
        """
        bins = [self.bins[place] for place in self._places(chosen)]
        name = name_text(self.name)
        claims = [_range_claim(name, one) for one in self._joined_ranges(chosen)]
        values = [one.value for one in bins if one.kind == VALUE]
        if values:
            claims.append(_values_claim(name, values))
        if any(one.kind == OTHER for one in bins):
            told = [one.value for one in self.bins if one.kind == VALUE]
            texts = ", ".join(value_text(v) for v in told if v is not None)
            claims.append(
                f"{name} not in ({texts})" if texts else f"{name} is not missing"
            )
        if any(one.kind == MISSING for one in bins):
            claims.append(f"{name} is missing")
        if not claims:
            return "false"
        return claims[0] if len(claims) == 1 else f"({' or '.join(claims)})"

    def label(self, chosen: Collection[int]) -> str:
        """Return what some of the bins hold, in a line. Raises as ``mask``."""
        bins = [self.bins[place] for place in self._places(chosen)]
        others = [one for one in bins if one.kind != RANGE]
        return ", ".join(one.label for one in [*self._joined_ranges(chosen), *others])

    def _joined_ranges(self, chosen: Collection[int]) -> Iterator[FacetBin]:
        """Yield the ranges, those beside one another as one."""
        places = [p for p in self._places(chosen) if self.bins[p].kind == RANGE]
        starts = [p for p in places if p - 1 not in places]
        ends = [p for p in places if p + 1 not in places]
        for start, end in zip(starts, ends, strict=True):
            last = self.bins[end]
            yield range_bin(self.bins[start].low, last.high, is_closed=last.is_closed)

    def _places(self, chosen: Collection[int]) -> list[int]:
        places = sorted(set(chosen))
        if places and not 0 <= places[0] <= places[-1] < len(self.bins):
            raise InputError(
                f"{self.name} has no bin {places[-1 if places[0] >= 0 else 0]}",
                "facet", f"It has {len(self.bins)}, from 0.",
            )  # fmt: skip
        return places


def _range_claim(name: str, one: FacetBin) -> str:
    """Return that a column lies in a range."""
    low, high = one.ends
    sign = "<=" if one.is_closed else "<"
    if low and high:
        return f"{low} <= {name} {sign} {high}"
    if low or high:
        return f"{name} >= {low}" if low else f"{name} {sign} {high}"
    return f"{name} is not missing"


def _values_claim(name: str, values: Sequence[float | str | bool | None]) -> str:
    """Return that a column has one of some values."""
    if all(isinstance(value, bool) for value in values):
        if len(values) > 1:
            return f"{name} is not missing"
        return name if values[0] else f"not {name}"
    texts = [value_text(value) for value in values if value is not None]
    if len(texts) == 1:
        return f"{name} = {texts[0]}"
    return f"{name} in ({', '.join(texts)})"


def value_bin(value: float | str | bool) -> FacetBin:
    """Return the bin of one value."""
    text = value if isinstance(value, str) else value_text(value)
    if isinstance(value, bool):
        text = "true" if value else "false"
    return FacetBin(VALUE, _one_line(text), value=value)


def range_bin(
    low: float | None, high: float | None, *, is_closed: bool = False
) -> FacetBin:
    """Return the bin of a range of numbers."""
    bare = FacetBin(RANGE, "", low, high, is_closed)
    first, last = bare.ends
    if first and last:
        return bare._replace(label=f"{first} to {last}")
    if first or last:
        below = f"{'up to' if is_closed else 'below'} {last}"
        return bare._replace(label=f"{first} or more" if first else below)
    return bare._replace(label="all numbers")


def other_bin(n_values: int) -> FacetBin:
    """Return the bin of all values that have no bin of their own."""
    return FacetBin(OTHER, f"other ({n_values:,} more)")


MISSING_BIN = FacetBin(MISSING, "missing")


def _one_line(text: str) -> str:
    """Return text on one line, without what a terminal would obey."""
    line = " ".join(text.split())
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    return line if len(line) <= _LONGEST_LABEL else f"{line[: _LONGEST_LABEL - 1]}…"
