"""What bins a column has: round ranges of numbers, the commonest of other values.

Within workflow: above facet_queries.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.queries import NUMBER, TEXT, Values, name_text, value_text, values_of
from qsovae.workflow.facet_queries import (
    MISSING_BIN,
    FacetBin,
    FacetBins,
    other_bin,
    range_bin,
    value_bin,
)

_MOST_VALUES = 20
_MOST_STEPS = 28
# Of the text of all named values: what is none of them must be a query that is read.
_LONGEST_NAMED = 1500
_TAIL = 0.001
# A range that tails widen by less than this is drawn whole.
_WIDENED = 1.5
_LOOKED_AT = 1000


def facet_bins(name: str, column: "pd.Series[Any]") -> FacetBins:
    """Return the bins of a column.

    Up to 20 different numbers have a bin each. More lie in at most 30 ranges between
    round numbers, which span all of them, or, where few far ones would stretch them,
    0.1 to 99.9 per cent; then there is a bin for what lies below, or above. Of texts
    the commonest 20 have a bin each, and the rest one. What queries hold to be missing
    (NaN, infinities, null, empty text) has one of its own.

    Parameters
    ----------
    name : str
    column : Series, (n_rows,)
        Numbers, truth values or text.

    Raises
    ------
    QueryError
        If no query can name the column.
    """
    name_text(name)
    if _is_text(column):
        bins, codes = _text_bins(column)
    else:
        values = values_of(column)
        bins, codes = _number_bins(values) if values.kind == NUMBER else _truths(values)
    if (codes < 0).any():
        codes = np.where(codes < 0, len(bins), codes)
        bins = [*bins, MISSING_BIN]
    return FacetBins(name, tuple(bins), codes.astype(np.int16))


def _is_text(column: "pd.Series[Any]") -> bool:
    """Return whether queries read a column as text."""
    return values_of(column.iloc[:0]).kind == TEXT


def _text_bins(
    column: "pd.Series[Any]",
) -> tuple[list[FacetBin], NDArray[np.int64]]:
    """Return the bins of texts, the commonest first; -1 where there is none."""
    codes, written = pd.factorize(column.astype("string"))
    # Read once a text, not once a row; what differs by blanks alone is one text.
    told = values_of(pd.Series(written, dtype="string"))
    groups, texts = pd.factorize(pd.Series(told.data).where(told.known, None))
    counts = np.bincount(groups[codes[codes >= 0]] + 1, minlength=len(texts) + 1)[1:]
    named = _named(np.argsort(-counts, kind="stable"), texts)
    bins = [value_bin(texts[n]) for n in named]
    if len(named) < len(texts):
        bins.append(other_bin(len(texts) - len(named)))
    places = np.full(len(texts) + 1, len(named), dtype=np.int64)
    places[named] = np.arange(len(named))
    places[-1] = -1
    return bins, places[np.append(groups, -1)[codes]]


def _named(order: NDArray[np.int64], texts: Sequence[str]) -> list[int]:
    """Return the texts with a bin of their own: the first that there is room for."""
    named, room = [], _LONGEST_NAMED
    for place in order[:_MOST_VALUES].tolist():
        length = len(value_text(texts[place])) + 2
        if length <= room:
            named.append(place)
            room -= length
    return named


def _truths(values: Values) -> tuple[list[FacetBin], NDArray[np.int64]]:
    codes = np.where(values.known, ~values.data.astype(bool), -1)
    return [value_bin(True), value_bin(False)], codes


def _number_bins(values: Values) -> tuple[list[FacetBin], NDArray[np.int64]]:
    """Return the bins of numbers in their order; -1 where there is none."""
    known = values.data[values.known]
    distinct = _few_distinct(known)
    if distinct is not None:
        bins = [value_bin(value) for value in distinct.tolist()]
        places = np.searchsorted(distinct, known)
    else:
        bins, places = _ranges(known, _edges(known))
    codes = np.full(len(values.data), -1, dtype=np.int64)
    codes[values.known] = places
    return bins, codes


def _ranges(
    known: NDArray[Any], edges: NDArray[Any]
) -> tuple[list[FacetBin], NDArray[np.int64]]:
    """Return the ranges between edges, and beyond them where there are numbers."""
    lowest, highest, ends = known.min(), known.max(), edges.tolist()
    bins = [range_bin(low, high) for low, high in pairwise(ends)]
    places = np.searchsorted(edges, known, side="right") - 1
    if highest == edges[-1]:
        # The only number beyond the last range is its end.
        bins[-1] = range_bin(*ends[-2:], is_closed=True)
        places = np.minimum(places, len(bins) - 1)
    elif highest > edges[-1]:
        bins.append(range_bin(ends[-1], None))
    if lowest < edges[0]:
        return [range_bin(None, ends[0]), *bins], places + 1
    return bins, places


def _few_distinct(known: NDArray[Any]) -> NDArray[Any] | None:
    """Return the different numbers, if they are few enough for a bin each."""
    # The first rows tell of most columns, and spare the sorting of all.
    for some in (known[:_LOOKED_AT], known):
        distinct = np.unique(some)
        if distinct.size > _MOST_VALUES:
            return None
    return distinct


def _edges(known: NDArray[Any]) -> NDArray[Any]:
    """Return round edges, in the column's own kind of number and each once.

    Reckoned in fractions: exact for 64-bit integers and for what overflows a float.
    """
    is_whole = known.dtype.kind in "iu"
    low, high = _drawn_ends(known)
    step = _round_step((high - low) / _MOST_STEPS)
    if is_whole:
        step = max(step, Fraction(1))
    first, last = math.floor(low / step), math.ceil(high / step)
    limits = np.iinfo(known.dtype) if is_whole else np.finfo(known.dtype)
    of = int if is_whole else float
    edges = [n * step for n in range(first, last + 1)]
    kept = [of(edge) for edge in edges if of(limits.min) <= edge <= of(limits.max)]
    return np.unique(np.array(kept, dtype=known.dtype))


def _drawn_ends(known: NDArray[Any]) -> tuple[Fraction, Fraction]:
    """Return between which numbers the ranges lie."""
    last = known.size - 1
    places = [0, math.floor(_TAIL * last), math.ceil((1 - _TAIL) * last), last]
    parted = np.partition(known, places)
    least, low, high, most = (Fraction(parted[place].item()) for place in places)
    if low == high or most - least <= Fraction(_WIDENED) * (high - low):
        return least, most
    return low, high


def _round_step(least: Fraction) -> Fraction:
    """Return the smallest of 1, 2, 5, times a power of ten, that is not below."""
    power = math.floor(math.log10(least.numerator) - math.log10(least.denominator))
    steps = (factor * Fraction(10) ** power for factor in (1, 2, 5, 10, 20))
    return next(step for step in steps if step >= least)
