"""Of many pairs, those that count: the nearest, and the mutually nearest.

Within crossmatch: above pairs.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsovae.crossmatch.pairs import Floats, Pairs, Rows


class Matches(NamedTuple):
    """The nearest row of the second list to each row of the first, each (n_first,).

    ``row`` is -1 and ``separation_arcsec`` NaN where there is none; ``n_match`` counts
    all within the radius, ``is_tied`` says whether another is equally near.
    """

    row: Rows
    separation_arcsec: Floats
    n_match: NDArray[np.int32]
    is_tied: NDArray[np.bool_]

    def take(self, rows: slice) -> "Matches":
        """Return the matches of some rows of the first list."""
        return Matches(
            self.row[rows],
            self.separation_arcsec[rows],
            self.n_match[rows],
            self.is_tied[rows],
        )


def best_matches(pairs: Pairs, n_first: int) -> Matches:
    """Return the nearest partner of each row of the first list.

    One row of the second list may be the nearest to several of the first. Of partners
    that are equally near, the first in their list is taken.
    """
    row = np.full(n_first, -1, dtype=np.int64)
    separation = np.full(n_first, np.nan)
    is_tied = np.zeros(n_first, dtype=bool)
    n_match = np.bincount(pairs.first, minlength=n_first).astype(np.int32)
    nearest = np.ones(len(pairs.first), dtype=bool)
    nearest[1:] = pairs.first[1:] != pairs.first[:-1]
    row[pairs.first[nearest]] = pairs.second[nearest]
    separation[pairs.first[nearest]] = pairs.separation_arcsec[nearest]
    equal = ~nearest[1:] & (np.diff(pairs.separation_arcsec) == 0)
    # Only a tie with the nearest matters: the pair before must be the first of its row.
    is_tied[pairs.first[1:][equal & nearest[:-1]]] = True
    return Matches(row, separation, n_match, is_tied)


class NearestFirst:
    """The nearest row of the first list to each of the second, portion by portion.

    Attributes
    ----------
    row : ndarray, (n_second,)
        -1 where there is none yet; of rows that are equally near, the first.
    """

    def __init__(self, n_second: int) -> None:
        self.row = np.full(n_second, -1, dtype=np.int64)
        self._separation = np.full(n_second, np.inf)

    def add(self, pairs: Pairs, offset: int = 0) -> None:
        """Take pairs, in any order, whose first row 0 is the list's row ``offset``."""
        order = np.lexsort((pairs.first, pairs.separation_arcsec, pairs.second))
        second, place = np.unique(pairs.second[order], return_index=True)
        best = order[place]
        # Of rows that are equally near, the first stays.
        nearer = pairs.separation_arcsec[best] < self._separation[second]
        self.row[second[nearer]] = pairs.first[best[nearer]] + offset
        self._separation[second[nearer]] = pairs.separation_arcsec[best[nearer]]


def mutual_pairs(pairs: Pairs) -> NDArray[np.bool_]:
    """Return which pairs are the nearest to both of their rows, (n_pairs,).

    What ``stilts tskymatch2 find=best1`` finds in both directions. Each row belongs to
    one pair at most; ``find=best`` keeps more, by which table it scans.
    """
    to_second = NearestFirst(pairs.second.max(initial=-1) + 1)
    to_second.add(pairs)
    to_first = NearestFirst(pairs.first.max(initial=-1) + 1)
    to_first.add(Pairs(pairs.second, pairs.first, pairs.separation_arcsec))
    mutual: NDArray[np.bool_] = (to_second.row[pairs.second] == pairs.first) & (
        to_first.row[pairs.first] == pairs.second
    )
    return mutual
