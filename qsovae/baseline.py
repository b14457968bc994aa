"""Gradient boosting on the rows that trained the network: the rival to beat.

Layer: beside inference, below workflow. Nothing here is tuned: scikit-learn's
defaults are the yardstick.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from qsovae.errors import InputError, ShapeError


def fit_baseline(
    values_train: ArrayLike,
    label_train: ArrayLike,
    values: ArrayLike,
    classes: Sequence[str],
    seed: int,
) -> NDArray[np.float64]:
    """Fit scikit-learn's gradient boosting and return its class probabilities.

    Parameters
    ----------
    values_train : array_like, (n_train, n_features)
        The labelled rows that the network saw, in training and validation; NaN where
        unobserved.
    label_train : array_like, (n_train,)
        Their classes.
    values : array_like, (n_rows, n_features)
        The rows to classify.
    classes : sequence of str
        Names and order of the columns returned.
    seed : int
        Seed of the booster.

    Returns
    -------
    ndarray, (n_rows, n_classes)
        Probabilities; zero for a class that has no training row.

    Raises
    ------
    ShapeError
        If the arrays do not belong together.
    InputError
        If there is no training row, or a label is none of ``classes``.
    """
    known = np.asarray(values_train, dtype=np.float64)
    wanted = np.asarray(values, dtype=np.float64)
    names = tuple(str(name) for name in classes)
    numbers = _class_numbers(known, label_train, wanted, names)
    present, counts = np.unique(numbers, return_counts=True)
    probabilities = np.zeros((len(wanted), len(names)))
    # scikit-learn fails on a feature without a value, which could not help anyway.
    observed = ~np.isnan(known).all(axis=0)
    if present.size == 1 or not observed.any():
        probabilities[:, present] = counts / counts.sum()
        return probabilities
    if len(wanted) == 0:
        return probabilities
    booster = HistGradientBoostingClassifier(
        # scikit-learn stops early on a stratified part of large training sets, which
        # it cannot draw from a class of one row.
        early_stopping="auto" if counts.min() > 1 else False,
        random_state=seed,
    )
    booster.fit(known[:, observed], numbers)
    probabilities[:, booster.classes_] = booster.predict_proba(wanted[:, observed])
    return probabilities


def _class_numbers(
    known: NDArray[np.float64],
    label_train: ArrayLike,
    wanted: NDArray[np.float64],
    names: tuple[str, ...],
) -> NDArray[np.int64]:
    """Return each training row's class number, once the arrays belong together."""
    labels = pd.Index(np.asarray(label_train, dtype=object).astype(str))
    if (
        known.ndim != 2
        or len(labels) != len(known)
        or wanted.shape[1:] != known.shape[1:]
    ):
        raise ShapeError(
            f"training values have shape {known.shape} for {len(labels)} labels, "
            f"values to classify {wanted.shape}",
            "qsovae.fit_baseline",
            "Pass two tables of the same features and one label for each training row.",
        )
    numbers = pd.Index(names).get_indexer(labels)
    if len(numbers) == 0 or (numbers < 0).any():
        unknown = sorted(set(labels[numbers < 0]))
        raise InputError(
            f"labels {unknown[:5]} are none of the classes {list(names)}"
            if unknown
            else "there is no training row",
            "qsovae.fit_baseline",
            "Pass only labelled training rows.",
        )
    return np.asarray(numbers, dtype=np.int64)
