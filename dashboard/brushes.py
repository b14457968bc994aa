"""Brushes: the bins of columns that a visitor chose, as texts short enough for a link.

A brush is a column, an equals sign, and what its bins hold: ``18..20.5`` of numbers,
either end open where there is none; ``is QSO``, one value; ``other``; or ``missing``.
So it means the same rows where bins are others, as after a run was trained again. Those
of one column add up, and rows are shown that are in a chosen bin of every column that
has any. What fits no bin is ignored: the texts are anybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

import qsovae

_RANGE, _VALUE = "range", "value"
_TO = ".."
_IS = "is "


def brush_column(brush: str) -> str:
    """Return the column of a brush."""
    return brush.rpartition("=")[0]


def brushed_columns(brushes: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that have brushes, each once."""
    return tuple(dict.fromkeys(map(brush_column, brushes)))


def chosen_bins(brushes: Iterable[str], bins: qsovae.FacetBins) -> tuple[int, ...]:
    """Return the places of a column's chosen bins, in order."""
    chosen: set[int] = set()
    for brush in brushes:
        column, _, told = brush.rpartition("=")
        if column == bins.name:
            chosen.update(_places(told, bins.bins))
    return tuple(sorted(chosen))


def _places(told: str, bins: Sequence[qsovae.FacetBin]) -> Iterator[int]:
    """Yield the places of the bins that hold what a brush tells."""
    low, dots, high = told.partition(_TO)
    first, colon, last = told.partition(":")
    if told.startswith(_IS) or not (dots or colon):
        yield from (place for place, one in enumerate(bins) if _key(one) == told)
    elif dots:
        try:
            ends = (_number(low), _number(high))
        except (ValueError, OverflowError):
            return
        yield from (place for place, one in enumerate(bins) if _meets(one, *ends))
    elif first.isdecimal() and last.isdecimal():
        # Addresses told the places of bins, before they told what these hold.
        yield from range(int(first), min(int(last) + 1, len(bins)))


def _number(text: str) -> Fraction | None:
    """Return an end of a range, None where it is open; raise for what is no number."""
    if not text:
        return None
    return Fraction(int(text) if text.lstrip("-").isdecimal() else float(text))


def _meets(one: qsovae.FacetBin, low: Fraction | None, high: Fraction | None) -> bool:
    """Return whether most of a bin lies in a range, or the range's middle in the bin.

    A range of bins meets just these, and of other bins those that come nearest to it.
    """
    if one.kind != _RANGE:
        return False
    if one.low is None or one.high is None:
        is_below = one.low is not None or low is None
        return is_below and (one.high is not None or high is None)
    begin, end = Fraction(one.low), Fraction(one.high)
    middle = (begin + end) / 2
    is_inside = (low is None or low <= middle) and (high is None or middle <= high)
    if low is None or high is None:
        return is_inside
    return is_inside or begin <= (low + high) / 2 < end


def _key(one: qsovae.FacetBin) -> str:
    """Return what tells a bin that is no range from a column's others."""
    if one.kind != _VALUE:
        return one.kind
    is_text = isinstance(one.value, str)
    text = str(one.value) if is_text else repr(one.value).removesuffix(".0")
    # A brush is parted from its column at its last equals sign.
    return _IS + text.replace("%", "%25").replace("=", "%3D")


def with_choice(
    brushes: Sequence[str], choice: Any, bins: Mapping[str, qsovae.FacetBins]
) -> tuple[str, ...]:
    """Return brushes after a person clicked a bar, or drew over some.

    Parameters
    ----------
    brushes : sequence of str
    choice : Any
        What the browser says: ``column``, ``first_bin`` and ``last_bin``. One bin is
        added, or left out if it was there; several replace what there was, or clear
        the column if they are what there was, as from -1 to -1 does.
    bins : mapping
        Those to choose from, by column.
    """
    column, first, last = _read_choice(choice)
    of = bins.get(column)
    if of is None:
        return tuple(brushes)
    if (first, last) != (-1, -1) and not 0 <= first <= last < len(of.bins):
        return tuple(brushes)
    before = {*chosen_bins(brushes, of)}
    chosen = set(range(max(first, 0), last + 1))
    if chosen == before:
        chosen = set()
    elif first == last and last >= 0:
        chosen ^= before
    kept = [brush for brush in brushes if brush_column(brush) != column]
    return (*kept, *(f"{column}={told}" for told in _told(of, chosen)))


def _read_choice(choice: Any) -> tuple[str, int, int]:
    """Return what a browser says was chosen; of no column, if it says nothing."""
    if isinstance(choice, dict):
        column = choice.get("column")
        first, last = choice.get("first_bin"), choice.get("last_bin")
        if isinstance(column, str) and type(first) is type(last) is int:
            return column, int(first), int(last)
    return "", -1, -1


def _told(bins: qsovae.FacetBins, chosen: set[int]) -> Iterator[str]:
    """Yield what chosen bins hold, ranges beside one another as one."""
    ranges = {place for place in chosen if bins.bins[place].kind == _RANGE}
    for place in sorted(chosen):
        if place not in ranges:
            yield _key(bins.bins[place])
        elif place - 1 not in ranges:
            last = place
            while last + 1 in ranges:
                last += 1
            low, high = bins.bins[place].ends[0], bins.bins[last].ends[1]
            yield f"{low}{_TO}{high}"


def brush_query(
    brushes: Sequence[str], bins: Mapping[str, qsovae.FacetBins]
) -> str | None:
    """Return the query that is true of the rows that brushes let through.

    Parameters
    ----------
    brushes : sequence of str
    bins : mapping
        Bins by column; brushes of others are ignored.

    Returns
    -------
    str or None
        None if no bin is chosen.
    """
    claims = [
        of.query(chosen)
        for column, of in bins.items()
        if (chosen := chosen_bins(brushes, of))
    ]
    return " and ".join(claims) or None


def facet_masks(
    brushes: Sequence[str], bins: Mapping[str, qsovae.FacetBins]
) -> dict[str, NDArray[np.bool_]]:
    """Return which rows the brushes of each column let through, of those with any."""
    return {
        column: of.mask(chosen)
        for column, of in bins.items()
        if (chosen := chosen_bins(brushes, of))
    }


def facet_mask(
    shown: NDArray[np.bool_],
    masks: Mapping[str, NDArray[np.bool_]],
    without: str | None = None,
) -> NDArray[np.bool_]:
    """Return which of the shown rows pass the masks of all columns but one, (n_rows,).

    A column's own brush does not filter its own bars, as in Crossfilter: a person sees
    what else there is to choose.
    """
    passed = shown.copy()
    for column, mask in masks.items():
        if column != without:
            passed &= mask
    return passed
