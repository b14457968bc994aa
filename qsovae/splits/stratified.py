"""A split that holds out the same share of each class.

Within splits: uses fingerprints only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import train_test_split

from qsovae.errors import ConfigError, InputError, ShapeError
from qsovae.splits.fingerprints import NO_FINGERPRINT

PARTS: tuple[str, ...] = ("train", "validation", "test", "unlabelled")

_FEWEST_LABELLED = 20
_FEWEST_OF_A_CLASS = 4


@dataclass(frozen=True)
class Split:
    """The part that each row of a catalog plays, and the rule that assigned it.

    Parameters
    ----------
    rule : dict
        What repeats the split: kind, test_fraction, seed; and what came of it:
        counts (rows of each part) and notes. Ready for JSON.
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


def stratified_split(
    class_label: ArrayLike,
    test_fraction: float,
    seed: int,
    groups: ArrayLike | None = None,
    where: str = "class_label",
) -> Split:
    """Return a split that holds out the same fraction of each class.

    The labelled rows, in catalog order, are split by scikit-learn's
    ``train_test_split(stratify=class_label, random_state=seed)``. A class with fewer
    than four rows only trains. A test row whose group also trains is moved to
    training, so that no object is on both sides; both are noted in the rule.

    Parameters
    ----------
    class_label : array_like, (n_rows,)
        Class of each row; null where unlabelled.
    test_fraction : float
        Share of the labelled rows to hold out, between 0 and 1.
    seed : int
        Seed of the shuffle.
    groups : array_like, (n_rows,), optional
        Rows with equal entries are one object: its id, or the row's fingerprint.
        Null, or ``NO_FINGERPRINT`` among unsigned integers, leaves a row ungrouped.
    where : str
        File and column of the labels, for errors to name.

    Raises
    ------
    InputError
        If fewer than 20 rows are labelled, or grouping leaves no test row.
    ConfigError
        If the fraction is not between 0 and 1 or leaves a side too small, or the
        seed is no whole number that a generator takes.
    """
    labels, labelled = _labelled_rows(class_label)
    _check_request(labelled.size, test_fraction, seed, where)
    codes, classes = pd.factorize(labels[labelled].astype(str), sort=True)
    counts = np.bincount(codes, minlength=len(classes))
    is_rare = counts < _FEWEST_OF_A_CLASS
    notes = [
        f"class {classes[k]} has {counts[k]} row(s), too few to hold any out: "
        "it only trains"
        for k in np.flatnonzero(is_rare)
    ]
    part = np.full(len(labels), "unlabelled", dtype="<U10")
    part[labelled] = "train"
    drawn_from = ~is_rare[codes]
    test = _draw_test(codes[drawn_from], test_fraction, seed)
    part[labelled[drawn_from][test]] = "test"
    if groups is not None:
        notes += _keep_groups_together(part, groups, where)
    tested = np.bincount(codes[part[labelled] == "test"], minlength=len(classes))
    notes += [
        f"class {classes[k]} has no test row"
        for k in np.flatnonzero(~is_rare & (tested == 0))
    ]
    rule = {
        "kind": "stratified",
        "test_fraction": float(test_fraction),
        "seed": int(seed),
        "grouped": groups is not None,
        "counts": _counts(part),
        "notes": notes,
    }
    return Split(rule, part)


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
    return Split({**split.rule, "counts": _counts(part)}, part)


def _labelled_rows(
    class_label: ArrayLike,
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the labels as one array and the positions that have one."""
    labels = np.asarray(class_label, dtype=object)
    if labels.ndim != 1:
        raise ShapeError(
            f"class labels have shape {labels.shape}",
            "qsovae.stratified_split",
            "Pass one label for each row.",
        )
    return labels, np.flatnonzero(~np.asarray(pd.isna(labels)))


def _check_request(
    n_labelled: int, test_fraction: float, seed: int, where: str
) -> None:
    """Refuse a fraction, a seed or a number of rows that cannot be split."""
    if not 0.0 < test_fraction < 1.0:
        raise ConfigError(
            f"test fraction is {test_fraction}",
            "qsovae.stratified_split",
            "Choose a share between 0 and 1; 0.3 holds out 30 %.",
        )
    if not 0 <= seed < 2**32 or int(seed) != seed:
        raise ConfigError(
            f"seed is {seed}",
            "qsovae.stratified_split",
            "Choose a whole number from 0 to 4294967295.",
        )
    if n_labelled < _FEWEST_LABELLED:
        raise InputError(
            f"{n_labelled} rows are labelled, too few to train on some and test on "
            "others",
            where,
            f"Label at least {_FEWEST_LABELLED} rows.",
        )


def _draw_test(
    codes: NDArray[np.int64], test_fraction: float, seed: int
) -> NDArray[np.int64]:
    """Return the positions among ``codes`` that are held out."""
    n_classes = np.unique(codes).size
    n_test = int(np.ceil(test_fraction * codes.size))
    if min(n_test, codes.size - n_test) < max(n_classes, 1):
        raise ConfigError(
            f"test fraction {test_fraction} of {codes.size} labelled rows leaves "
            f"{n_test} to test and {codes.size - n_test} to train, "
            f"for {n_classes} classes",
            "qsovae.stratified_split",
            "Choose a fraction that leaves each side a row of each class, "
            "or label more rows.",
        )
    _, test = train_test_split(
        np.arange(codes.size), test_size=test_fraction, stratify=codes,
        random_state=int(seed),
    )  # fmt: skip
    return np.asarray(test, dtype=np.int64)


def _keep_groups_together(
    part: NDArray[np.str_], groups: ArrayLike, where: str
) -> list[str]:
    """Move test rows whose group also trains into training; say how many."""
    entries = np.asarray(groups)
    if entries.shape != part.shape:
        raise ShapeError(
            f"{entries.shape} groups for {part.size} rows",
            "qsovae.stratified_split",
            "Pass one group for each row.",
        )
    codes, _ = pd.factorize(entries)
    grouped = codes >= 0
    if entries.dtype.kind == "u":
        grouped &= entries != NO_FINGERPRINT
    training = np.unique(codes[grouped & (part == "train")])
    straddling = (part == "test") & grouped & np.isin(codes, training)
    if not straddling.any():
        return []
    n_moved, n_test = int(straddling.sum()), int((part == "test").sum())
    if n_moved == n_test:
        raise InputError(
            f"all {n_test} test rows repeat rows that train",
            where,
            "Remove repeated rows, or choose features that tell objects apart.",
        )
    part[straddling] = "train"
    return [
        f"{n_moved} of {n_test} test rows repeat rows that train: moved to training"
    ]


def _counts(part: NDArray[np.str_]) -> dict[str, int]:
    """Return how many rows each part has."""
    return {name: int(np.count_nonzero(part == name)) for name in PARTS}
