"""What must hold of training and test rows, however they were chosen.

Within splits: above split and repeats.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qsovae.errors import InputError
from qsovae.splits.repeats import group_numbers, with_first_of_group
from qsovae.splits.split import Split, part_counts

FEWEST_OF_A_CLASS = 4


def two_sides(
    rule: dict[str, Any],
    labels: NDArray[Any],
    tested: NDArray[np.bool_],
    where: str,
    groups: ArrayLike | None = None,
    excluded: NDArray[np.bool_] | None = None,
) -> Split:
    """Return the split once no group is on both sides and each class can be learnt.

    Rows of one group go where its first labelled row is. A class without a training
    row would be unknown to the model: its rows train. Both are noted in the rule.

    Parameters
    ----------
    rule : dict
        Of the split; completed with counts and notes.
    labels, tested, excluded : ndarray, (n_rows,)
        Classes, null where unlabelled; which rows are held out; which take no part.
    where : str
        File and column of the labels, for errors to name.
    groups : array_like, (n_rows,), optional
        As of ``stratified_split``.

    Raises
    ------
    InputError
        If nothing is left to train or to test on.
    """
    labelled = ~np.asarray(pd.isna(labels))
    out = np.zeros(len(labels), dtype=bool)
    if excluded is not None:
        out = excluded & labelled
    taking_part = labelled & ~out
    tested = tested & taking_part
    notes = []
    if groups is not None:
        numbers = group_numbers(groups, len(labels))
        together = with_first_of_group(tested, taking_part, numbers)
        n_moved = int(np.count_nonzero(together != tested))
        if n_moved:
            notes.append(
                f"{n_moved} row(s) repeat others and are on the same side as these"
            )
        tested = together
    tested = tested & ~_only_held_out(labels, tested, taking_part, notes)
    part = np.full(len(labels), "unlabelled", dtype="<U10")
    part[labelled] = "train"
    part[tested] = "test"
    part[out] = "excluded"
    _check_sides(part, where)
    notes += _untested(labels, tested, taking_part)
    return Split({**rule, "counts": part_counts(part), "notes": notes}, part)


def _only_held_out(
    labels: NDArray[Any],
    tested: NDArray[np.bool_],
    taking_part: NDArray[np.bool_],
    notes: list[str],
) -> NDArray[np.bool_]:
    """Return which rows are of classes that only held-out rows have, and note them."""
    only: NDArray[np.bool_] = np.zeros(len(labels), dtype=bool)
    missing = set(labels[tested]) - set(labels[taking_part & ~tested])
    for name in sorted(missing, key=str):
        of_class = tested & (labels == name)
        notes.append(
            f"class {name}: all {int(of_class.sum())} row(s) would be held out; "
            "they train instead"
        )
        only |= of_class
    return only


def _untested(
    labels: NDArray[Any], tested: NDArray[np.bool_], taking_part: NDArray[np.bool_]
) -> list[str]:
    """Return notes on the classes of which no row is held out."""
    notes = []
    trained = labels[taking_part & ~tested]
    for name in sorted(set(trained) - set(labels[tested]), key=str):
        n_rows = int(np.count_nonzero(trained == name))
        notes.append(
            f"class {name} has {n_rows} row(s), too few to hold any out: it only trains"
            if n_rows < FEWEST_OF_A_CLASS
            else f"class {name} has no test row"
        )
    return notes


def _check_sides(part: NDArray[np.str_], where: str) -> None:
    """Refuse a split that leaves nothing to train or to test on."""
    for side in ("train", "test"):
        if not np.any(part == side):
            raise InputError(
                f"no row is left to {side} on under this split, with rows that repeat "
                "one another on one side",
                where,
                "Choose another split, or features that tell objects apart.",
            )
