"""The simplest cuts that reproduce a selection.

Within evaluation: above intervals.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qsovae.evaluation.intervals import share_interval

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_MOST_FITTED = 20_000  # rows of either side that a tree is grown on
_DIGITS = 3
_FEWEST_IN_LEAF = 5
_FEWEST = 4
# A second cut must raise F1 by this much to be worth its words.
_WORTH_A_CUT = 0.02


@dataclass(frozen=True)
class Cut:
    """Rows on one side of a value.

    Attributes
    ----------
    name : str
        Of the column.
    is_above : bool
        Whether rows above the value are taken, else those up to it.
    value : float
    with_missing : bool
        Whether rows without a value are taken, too.
    """

    name: str
    is_above: bool
    value: float
    with_missing: bool

    def mask(self, column: ArrayLike) -> Mask:
        """Return which rows are taken."""
        values = np.asarray(column, dtype=np.float64)
        here = np.isfinite(values)
        side = values > self.value if self.is_above else values <= self.value
        mask: Mask = (side & here) | (~here if self.with_missing else False)
        return mask


@dataclass(frozen=True)
class SimpleCut:
    """One cut or two.

    Attributes
    ----------
    cuts : tuple of Cut
        All of which a row must pass.
    fitted : ndarray of int
        Rows that they were chosen by, which must not judge them.
    """

    cuts: tuple[Cut, ...]
    fitted: NDArray[np.int64]

    def mask(self, columns: Mapping[str, ArrayLike]) -> Mask:
        """Return which rows pass."""
        passed: Mask = np.all(
            [cut.mask(columns[cut.name]) for cut in self.cuts], axis=0
        )
        return passed


@dataclass(frozen=True)
class Judged:
    """How well a cut reproduces a selection on some rows.

    Attributes
    ----------
    rows, hits, chosen : int
        Rows that pass, those of them that were chosen, and all chosen.
    """

    rows: int
    hits: int
    chosen: int

    @classmethod
    def of(cls, passed: Mask, chosen: Mask) -> "Judged":
        """Return the counts of rows."""
        return cls(int(passed.sum()), int((passed & chosen).sum()), int(chosen.sum()))

    def shares(self) -> dict[str, list[float]]:
        """Return completeness and purity, with low and high (Wilson, 95 %)."""
        found = {"completeness": self.chosen, "purity": self.rows}
        return {
            name: [self.hits / whole, *map(float, share_interval(self.hits, whole))]
            for name, whole in found.items()
            if whole
        }


def simple_cut(
    columns: Mapping[str, ArrayLike], chosen: ArrayLike, stands_for: float = 1.0,
    seed: int = 0,
) -> SimpleCut | None:  # fmt: skip
    """Return the one or two cuts that best reproduce a selection.

    Trees of depth one and two are grown on half of the rows, and of their leaves the
    one of highest F1 there is taken, with values rounded to three digits; a second cut
    must be worth it. The other half is left to judge it by.

    Parameters
    ----------
    columns : mapping of array_like, (n_rows,)
        Numbers by name; not finite where missing.
    chosen : array_like of bool, (n_rows,)
    stands_for : float
        How many times more rows each other row stands for than each chosen one, where
        both were drawn.
    seed : int
        Parts the rows, and draws from more than 20,000 of either kind.

    Returns
    -------
    SimpleCut or None
        None with fewer than four rows of either kind, or no column that parts them.
    """
    wanted = np.asarray(chosen, dtype=bool)
    rng = np.random.default_rng(seed)
    halves = [
        rng.permutation(np.flatnonzero(wanted == side))[::2] for side in (True, False)
    ]
    if not columns or min(wanted.sum(), (~wanted).sum()) < _FEWEST:
        return None
    fitted = np.concatenate(halves)
    grown = np.concatenate([half[:_MOST_FITTED] for half in halves])
    here = {name: np.asarray(values)[fitted] for name, values in columns.items()}
    best, found = 0.0, None
    # With sides of equal weight a cut holds all of a rare selection, else little more.
    for depth, weight in product((1, 2), ("balanced", None)):
        for cuts in _leaves(columns, wanted, grown, depth, weight):
            cut = SimpleCut(cuts, fitted)
            told = Judged.of(cut.mask(here), wanted[fitted])
            passed = told.hits + stands_for * (told.rows - told.hits)
            score = 2.0 * told.hits / (passed + told.chosen)
            is_longer = found is not None and len(cuts) > len(found.cuts)
            if score > best + _WORTH_A_CUT * is_longer:
                best, found = score, cut
    return found


def _leaves(
    columns: Mapping[str, ArrayLike], wanted: Mask, rows: NDArray[np.int64],
    depth: int, weight: str | None,
) -> Iterator[tuple[Cut, ...]]:  # fmt: skip
    """Yield the cuts that lead to each leaf of a tree."""
    # Here, so that other scores need not wait for it to load.
    from sklearn.tree import DecisionTreeClassifier

    names = list(columns)
    table = np.stack([np.asarray(columns[name], np.float32)[rows] for name in names], 1)
    table[~np.isfinite(table)] = np.nan
    least = max(_FEWEST_IN_LEAF, int(wanted[rows].sum()) // 10)
    tree = DecisionTreeClassifier(
        max_depth=depth, class_weight=weight, min_samples_leaf=least, random_state=0
    ).fit(table, wanted[rows]).tree_  # fmt: skip

    def below(node: int, path: tuple[Cut, ...]) -> Iterator[tuple[Cut, ...]]:
        left, right = tree.children_left[node], tree.children_right[node]
        if left == right:
            if path:
                yield path
            return
        name, value = names[tree.feature[node]], _rounded(tree.threshold[node])
        missing_left = bool(tree.missing_go_to_left[node])
        has_missing = bool(np.isnan(table[:, tree.feature[node]]).any())
        for child, is_above in ((left, False), (right, True)):
            taken = has_missing and missing_left != is_above
            yield from below(child, (*path, Cut(name, is_above, value, taken)))

    yield from below(0, ())


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
