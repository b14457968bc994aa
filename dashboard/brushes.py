"""Brushes: the bins of columns that a visitor chose, as texts short enough for a link.

A brush is ``column=first:last``, the places of bins beside one another; those of one
column add up, and rows are shown that are in a chosen bin of every column that has any.
What does not fit the bins is ignored: the texts are anybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import qsovae


def brush_column(brush: str) -> str:
    """Return the column of a brush."""
    return brush.rpartition("=")[0]


def brushed_columns(brushes: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that have brushes, each once."""
    return tuple(dict.fromkeys(map(brush_column, brushes)))


def chosen_bins(brushes: Iterable[str], column: str, n_bins: int) -> tuple[int, ...]:
    """Return the places of a column's chosen bins, in order."""
    chosen: set[int] = set()
    for brush in brushes:
        name, _, span = brush.rpartition("=")
        first, _, last = span.partition(":")
        if name == column and first.isdecimal() and last.isdecimal():
            chosen.update(range(int(first), min(int(last) + 1, n_bins)))
    return tuple(sorted(chosen))


def with_choice(
    brushes: Sequence[str], choice: Any, n_bins: Mapping[str, int]
) -> tuple[str, ...]:
    """Return brushes after a person clicked a bar, or drew over some.

    Parameters
    ----------
    brushes : sequence of str
    choice : Any
        What the browser says: ``column``, ``first_bin`` and ``last_bin``. One bin is
        added, or left out if it was there; several replace what there was, or clear
        the column if they are what there was, as from -1 to -1 does.
    n_bins : mapping
        How many bins there are to choose from, by column.
    """
    column, first, last = _read_choice(choice)
    n = n_bins.get(column, 0)
    if (first, last) != (-1, -1) and not 0 <= first <= last < n:
        return tuple(brushes)
    before = {*chosen_bins(brushes, column, n)}
    chosen = set(range(max(first, 0), last + 1))
    if chosen == before:
        chosen = set()
    elif first == last and last >= 0:
        chosen ^= before
    kept = [brush for brush in brushes if brush_column(brush) != column]
    return (*kept, *(f"{column}={a}:{b}" for a, b in _runs(sorted(chosen))))


def _read_choice(choice: Any) -> tuple[str, int, int]:
    """Return what a browser says was chosen; of no column, if it says nothing."""
    if isinstance(choice, dict):
        column = choice.get("column")
        first, last = choice.get("first_bin"), choice.get("last_bin")
        if isinstance(column, str) and type(first) is type(last) is int:
            return column, int(first), int(last)
    return "", -1, -1


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and last of places that stand beside one another."""
    starts = [p for p in places if p - 1 not in places]
    ends = [p for p in places if p + 1 not in places]
    return list(zip(starts, ends, strict=True))


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
        if (chosen := chosen_bins(brushes, column, len(of.bins)))
    ]
    return " and ".join(claims) or None


def facet_masks(
    brushes: Sequence[str], bins: Mapping[str, qsovae.FacetBins]
) -> dict[str, NDArray[np.bool_]]:
    """Return which rows the brushes of each column let through, of those with any."""
    return {
        column: of.mask(chosen)
        for column, of in bins.items()
        if (chosen := chosen_bins(brushes, column, len(of.bins)))
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
