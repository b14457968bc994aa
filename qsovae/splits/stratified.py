"""Splits that hold out the same share of each class.

Within splits: above sides.
"""

import warnings

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import StratifiedKFold, train_test_split

from qsovae.errors import ConfigError
from qsovae.splits.sides import FEWEST_OF_A_CLASS, two_sides
from qsovae.splits.split import Split, check_draw, check_folds, labelled_rows


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
    than four rows only trains. Rows of one group then go where its first labelled row
    went, so that no object is on both sides. Both are noted in the rule.

    Parameters
    ----------
    class_label : array_like, (n_rows,)
        Class of each row; null where unlabelled.
    test_fraction : float
        Share of the labelled rows to hold out, between 0 and 1.
    seed : int
        Seed of the shuffle.
    groups : array_like, (n_rows,), optional
        Rows with equal entries are one object: its id, the row's fingerprint, or what
        ``repeat_groups`` returns. Null, -1, or ``NO_FINGERPRINT`` among unsigned
        integers, leaves a row ungrouped.
    where : str
        File and column of the labels, for errors to name.

    Raises
    ------
    InputError
        If fewer than 20 rows are labelled, or grouping leaves a side empty.
    ConfigError
        If the fraction is not between 0 and 1 or leaves a side too small, or the
        seed is no whole number that a generator takes.
    """
    check_draw(test_fraction, seed)
    labels, labelled = labelled_rows(class_label, where)
    codes, _ = pd.factorize(labels[labelled].astype(str), sort=True)
    drawn_from = np.flatnonzero(np.bincount(codes)[codes] >= FEWEST_OF_A_CLASS)
    tested = np.zeros(len(labels), dtype=bool)
    drawn = _draw_test(codes[drawn_from], test_fraction, seed)
    tested[labelled[drawn_from][drawn]] = True
    rule = {
        "kind": "stratified",
        "test_fraction": float(test_fraction),
        "seed": int(seed),
        "grouped": groups is not None,
    }
    return two_sides(rule, labels, tested, where, groups)


def stratified_folds(
    class_label: ArrayLike,
    n_folds: int,
    seed: int,
    groups: ArrayLike | None = None,
    where: str = "class_label",
) -> list[Split]:
    """Return splits that test one part after the other, the same share of each class.

    Those of scikit-learn's ``StratifiedKFold(shuffle=True, random_state=seed)``; rare
    classes and groups as in ``stratified_split``, whose other parameters and errors
    these are.

    Parameters
    ----------
    class_label, seed, groups, where
        As of ``stratified_split``.
    n_folds : int
        How many; 2 or more.
    """
    check_folds(n_folds)
    check_draw(1.0 / n_folds, seed)
    labels, labelled = labelled_rows(class_label, where)
    codes, _ = pd.factorize(labels[labelled].astype(str), sort=True)
    drawn_from = np.flatnonzero(np.bincount(codes)[codes] >= FEWEST_OF_A_CLASS)
    cutter = StratifiedKFold(n_folds, shuffle=True, random_state=int(seed))
    splits = []
    with warnings.catch_warnings():
        # That a class has fewer rows than folds; the rule notes where it is not tested.
        warnings.simplefilter("ignore", UserWarning)
        parts = list(cutter.split(drawn_from, codes[drawn_from]))
    for fold, (_, drawn) in enumerate(parts):
        tested = np.zeros(len(labels), dtype=bool)
        tested[labelled[drawn_from][drawn]] = True
        rule = {
            "kind": "stratified", "fold": fold + 1, "folds": n_folds, "seed": int(seed),
            "grouped": groups is not None,
        }  # fmt: skip
        splits.append(two_sides(rule, labels, tested, where, groups))
    return splits


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
