"""How many rows of each outcome are in each slice, and in each two slices at once.

Within evaluation: above slices.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from math import prod

import numpy as np
from numpy.typing import NDArray

from qsovae.evaluation.predictions import Predictions
from qsovae.evaluation.slices import SliceColumn

Counts = NDArray[np.int64]

# What becomes of a row: of the class sought and found, of it and missed, put into it
# wrongly, another that is right, another that is wrong.
_N_OUTCOMES = 5
# By measure: the outcomes that are hits, and those that count.
MEASURES = {
    "accuracy": ((0, 3), (0, 1, 2, 3, 4)),
    "completeness": ((0,), (0, 1)),
    "purity": ((0,), (0, 2)),
}
# Columns of few slices are counted together, up to so many slices of all: a count of a
# million rows costs the same for two columns as for ten.
_MOST_TOGETHER = 256


def row_outcomes(predictions: Predictions, sought: str) -> NDArray[np.intp]:
    """Return what becomes of each row, (n_rows,)."""
    k = predictions.classes.index(sought)
    predicted = predictions.predicted
    is_class, put = predictions.true == k, predicted == k
    other = np.where(predictions.true == predicted, 3, 4)
    outcomes: NDArray[np.intp] = np.where(
        is_class, np.where(put, 0, 1), np.where(put, 2, other)
    )
    return outcomes


def _groups(columns: Sequence[SliceColumn]) -> list[list[int]]:
    """Return the numbers of columns that are counted together, fewest slices first."""
    groups: list[list[int]] = []
    sizes = [len(column.labels) for column in columns]
    for place in np.argsort(sizes, kind="stable"):
        last = groups[-1] if groups else []
        if last and prod(sizes[i] for i in (*last, place)) <= _MOST_TOGETHER:
            last.append(int(place))
        else:
            groups.append([int(place)])
    return groups


def pair_counts(
    columns: Sequence[SliceColumn], outcomes: NDArray[np.intp]
) -> Iterator[tuple[int, int, Counts]]:
    """Yield the counts of each two columns: (n_slices, n_slices, n_outcomes)."""
    groups = _groups(columns)
    shapes = [tuple(len(columns[i].labels) for i in group) for group in groups]
    codes = [
        np.ravel_multi_index([columns[i].codes for i in group], shape)
        for group, shape in zip(groups, shapes, strict=True)
    ]
    for a, b in combinations_with_replacement(range(len(groups)), 2):
        both = codes[a] if a == b else codes[a] * prod(shapes[b]) + codes[b]
        shape = (*shapes[a], *(() if a == b else shapes[b]), _N_OUTCOMES)
        together = [*groups[a], *([] if a == b else groups[b])]
        counts = np.bincount(both * _N_OUTCOMES + outcomes, minlength=prod(shape))
        counts = counts.reshape(shape)
        for first, i in enumerate(together):
            for second, j in enumerate(together[first:], start=first):
                if (i in groups[a]) and (j in groups[b]):
                    kept = {first, second, len(together)}
                    others = tuple(set(range(len(shape))) - kept)
                    yield i, j, counts.sum(axis=others)
