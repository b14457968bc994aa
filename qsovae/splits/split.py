"""The part that each row plays, and the rule that says so.

Within splits: lowest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qsovae.errors import ConfigError, InputError, ShapeError

# A row is excluded if it has a class but not what the split goes by.
PARTS: tuple[str, ...] = ("train", "validation", "test", "unlabelled", "excluded")

_FEWEST_LABELLED = 20
_MOST_FOLDS = 20


@dataclass(frozen=True)
class Split:
    """The part that each row of a catalog plays, and the rule that assigned it.

    Parameters
    ----------
    rule : dict
        What repeats the split: kind, test_fraction, seed, and what the kind needs; and
        what came of it: counts (rows of each part) and notes. Ready for JSON.
    part : ndarray of str, (n_rows,)
        One of ``PARTS`` for each row.
    """

    rule: dict[str, Any]
    part: NDArray[np.str_]

    def rows(self, *parts: str) -> NDArray[np.int64]:
        """Return the positions of the rows in any of ``parts``, ascending."""
        unknown = sorted(set(parts) - set(PARTS))
        if unknown:
            raise ConfigError(
                f"no such part of a split: {unknown}",
                "qsovae.splits",
                f"Choose from {list(PARTS)}.",
            )
        return np.flatnonzero(np.isin(self.part, parts))


def with_validation(split: Split, rows: Sequence[int] | NDArray[Any]) -> Split:
    """Return the split with those training rows marked as validation.

    Parameters
    ----------
    split : Split
        Where the rows are still in training.
    rows : sequence of int
        Positions in the catalog that chose the best epoch.

    Raises
    ------
    InputError
        If a row is not in training, for validation on test rows would flatter.
    """
    chosen = np.asarray(rows, dtype=np.int64)
    inside = (chosen >= 0) & (chosen < len(split.part))
    wrong = chosen[~inside]
    if wrong.size == 0:
        wrong = chosen[split.part[chosen] != "train"]
    if wrong.size:
        raise InputError(
            f"{wrong.size} validation row(s) are not in training, "
            f"the first is row {wrong[0]}",
            "qsovae.with_validation",
            "Pass positions in the catalog of rows that train.",
        )
    part = split.part.copy()
    part[chosen] = "validation"
    return Split({**split.rule, "counts": part_counts(part)}, part)


def part_counts(part: NDArray[np.str_]) -> dict[str, int]:
    """Return how many rows each part has; excluded only if there are any."""
    counts = {name: int(np.count_nonzero(part == name)) for name in PARTS}
    if not counts["excluded"]:
        del counts["excluded"]
    return counts


def labelled_rows(
    class_label: ArrayLike, where: str
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the labels as one array and the positions that have one.

    Raises
    ------
    ShapeError
        If there is not one label a row.
    InputError
        If fewer than 20 rows are labelled.
    """
    labels = np.asarray(class_label, dtype=object)
    if labels.ndim != 1:
        raise ShapeError(
            f"class labels have shape {labels.shape}",
            "qsovae.splits",
            "Pass one label for each row.",
        )
    labelled = np.flatnonzero(~np.asarray(pd.isna(labels)))
    if labelled.size < _FEWEST_LABELLED:
        raise InputError(
            f"{labelled.size} rows are labelled, too few to train on some and test on "
            "others",
            where,
            f"Label at least {_FEWEST_LABELLED} rows.",
        )
    return labels, labelled


def check_draw(test_fraction: float, seed: int) -> None:
    """Refuse a fraction or a seed that nothing can be drawn by.

    Raises
    ------
    ConfigError
        If the fraction is not between 0 and 1, or the seed is no whole number that a
        generator takes.
    """
    if not 0.0 < test_fraction < 1.0:
        raise ConfigError(
            f"test fraction is {test_fraction}",
            "qsovae.splits",
            "Choose a share between 0 and 1; 0.3 holds out 30 %.",
        )
    if not 0 <= seed < 2**32 or int(seed) != seed:
        raise ConfigError(
            f"seed is {seed}",
            "qsovae.splits",
            "Choose a whole number from 0 to 4294967295.",
        )


def check_folds(n_folds: int) -> None:
    """Refuse a number of folds that is none.

    Raises
    ------
    ConfigError
        If it is below 2 or above 20.
    """
    if not 2 <= n_folds <= _MOST_FOLDS:
        raise ConfigError(
            f"{n_folds} folds",
            "qsovae.splits",
            f"Choose from 2 to {_MOST_FOLDS}: each is a training of its own.",
        )
