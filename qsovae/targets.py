"""Labels of any type as class numbers, and which rows to hold out of training.

Layer: beside model, below estimator.
"""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import check_classification_targets

from qsovae.errors import InputError

UNLABELLED = -1

# Fewer rows than this choose the best epoch by chance, and are better trained on.
_FEWEST_HELD_OUT = 30
# More rows than this tell the best epoch no better, and are better trained on.
_MOST_HELD_OUT = 20_000


def nulls_as_none(y: ArrayLike) -> ArrayLike:
    """Return labels that are no plain numbers with every null written as None.

    So NaN and NA, as pandas has them among text, mark unlabelled rows; among plain
    floats NaN stays what it is, an error.
    """
    labels = np.asarray(y)
    if labels.dtype.kind != "O":
        return y
    return np.where(pd.isna(labels), np.array(None, dtype=object), labels)


def encode_targets(y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the sorted classes and each row's class number, -1 where unlabelled.

    Parameters
    ----------
    y : ndarray, (n_objects,)
        Labels; -1, ``"-1"`` or None marks an unlabelled row.

    Raises
    ------
    InputError
        If fewer than two classes are labelled, or text and numbers are mixed.
    """
    unlabelled = np.array([c is None or str(c) == "-1" for c in y], dtype=bool)
    is_text = {isinstance(c, str) for c in y[~unlabelled]}
    if len(is_text) > 1:
        kinds = sorted({type(c).__name__ for c in y[~unlabelled]})
        raise InputError(
            f"labels are of different types: {', '.join(kinds)}",
            "y",
            "Write all labels as text, or all as numbers.",
        )
    check_classification_targets(y[~unlabelled] if unlabelled.any() else y)
    classes = np.unique(y[~unlabelled])
    if classes.size == 1 and unlabelled.any() and y.dtype.kind in "iuf":
        warnings.warn(
            f"y holds only -1 and {classes[0]}: read as two classes, not as one "
            "class and unlabelled rows",
            UserWarning,
            stacklevel=3,
        )
        classes, unlabelled = np.unique(y), np.zeros(len(y), dtype=bool)
    if not classes.size:
        raise InputError(
            "no row is labelled: the labels hold 0 classes",
            "y",
            "Label rows of at least two classes; -1 marks rows without a label.",
        )
    if classes.size < 2:
        raise InputError(
            "Classifier can't train when only one class is present: "
            f"all labels are {classes[0]!s}",
            "y",
            "Label rows of at least two classes; -1 marks rows without a label.",
        )
    targets = np.full(len(y), UNLABELLED, dtype=np.int64)
    targets[~unlabelled] = np.searchsorted(classes, y[~unlabelled])
    return classes, targets


def held_out_rows(
    targets: NDArray[np.int64], fraction: float, seed: int
) -> NDArray[np.int64]:
    """Return the labelled rows to hold out, a share of each class; maybe none.

    They are 20,000 at most. A class with one row stays in training, where alone it can
    be learnt.
    """
    counts = np.bincount(targets[targets != UNLABELLED])
    rare = np.flatnonzero(counts == 1)
    rows = np.flatnonzero((targets != UNLABELLED) & ~np.isin(targets, rare))
    n_classes = int(np.count_nonzero(counts > 1))
    n_held_out = min(int(fraction * rows.size), _MOST_HELD_OUT)
    if n_held_out < max(_FEWEST_HELD_OUT, n_classes):
        return np.empty(0, dtype=np.int64)
    _, held_out = train_test_split(
        rows, test_size=n_held_out, stratify=targets[rows], random_state=seed
    )
    return np.sort(held_out)
