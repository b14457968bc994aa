"""Scores of class probabilities against the true classes.

Within evaluation: above scores.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qsovae.errors import InputError, ShapeError
from qsovae.evaluation.scores import ClassScores, Scores

_MORPHOLOGIES = ("point", "extended", "unknown")

# Saved probabilities are float32: below its resolution a zero is rounding, and the
# score of a run must not depend on whether it was saved in between.
_SMALLEST_PROBABILITY = float(np.finfo(np.float32).eps)

_SUM_TOLERANCE = 0.01


def score_predictions(
    class_label: ArrayLike, probabilities: ArrayLike, classes: Sequence[str]
) -> Scores:
    """Return the scores of class probabilities against the true classes.

    Parameters
    ----------
    class_label : array_like, (n_rows,)
        True classes; rows with a null label are not scored.
    probabilities : array_like, (n_rows, n_classes)
        Each row sums to one; the class predicted is the most probable, the first of
        equals.
    classes : sequence of str
        Names of the columns of ``probabilities``.

    Raises
    ------
    ShapeError
        If the arrays do not belong together.
    InputError
        If a label is none of ``classes``, or a labelled row's probabilities are
        non-finite, negative or do not sum to one.
    """
    names = tuple(str(name) for name in classes)
    labels = np.asarray(class_label, dtype=object)
    shares = np.asarray(probabilities, dtype=np.float64)
    if labels.ndim != 1 or shares.shape != (labels.size, len(names)):
        raise ShapeError(
            f"probabilities have shape {shares.shape}, for labels of shape "
            f"{labels.shape} and {len(names)} classes",
            "qsovae.score_predictions",
            "Pass one row for each label and one column for each class.",
        )
    labelled = np.flatnonzero(~np.asarray(pd.isna(labels)))
    true = _class_numbers(labels[labelled], names)
    shares = _checked(shares[labelled], labelled)
    predicted = shares.argmax(axis=1)
    n_classes = len(names)
    confusion = np.bincount(
        n_classes * true + predicted, minlength=n_classes * n_classes
    ).reshape(n_classes, n_classes)
    per_class = {name: _class_scores(confusion, k) for k, name in enumerate(names)}
    found = [s.completeness for s in per_class.values() if s.completeness is not None]
    return Scores(
        rows=int(true.size),
        accuracy=_ratio(int(np.trace(confusion)), int(true.size)),
        balanced_accuracy=float(np.mean(found)) if found else None,
        log_loss=_log_loss(true, shares),
        classes=names,
        confusion_matrix=tuple(tuple(map(int, counts)) for counts in confusion),
        per_class=per_class,
    )


def score_by_morphology(
    class_label: ArrayLike,
    probabilities: ArrayLike,
    classes: Sequence[str],
    morphology: ArrayLike,
) -> dict[str, Scores | None]:
    """Return the scores of point-like, extended and unknown sources apart.

    Parameters
    ----------
    class_label, probabilities, classes
        As in `score_predictions`.
    morphology : array_like of str, (n_rows,)
        ``point``, ``extended`` or ``unknown``.

    Returns
    -------
    dict
        Scores by morphology; None where no labelled row is of it.

    Raises
    ------
    ShapeError, InputError
        As in `score_predictions`, or if a morphology is none of the three.
    """
    labels = np.asarray(class_label, dtype=object)
    shares = np.asarray(probabilities, dtype=np.float64)
    shapes = np.asarray(morphology, dtype=object)
    if shapes.shape != labels.shape or len(shares) != len(labels):
        raise ShapeError(
            f"{shapes.size} morphologies for {labels.size} labels and {len(shares)} "
            "rows of probabilities",
            "qsovae.score_by_morphology",
            "Pass one morphology for each row.",
        )
    unknown = sorted({str(entry) for entry in shapes} - set(_MORPHOLOGIES))
    if unknown:
        raise InputError(
            f"morphologies {unknown[:5]} are unknown",
            "qsovae.score_by_morphology",
            f"Use {', '.join(_MORPHOLOGIES)}.",
        )
    scores: dict[str, Scores | None] = {}
    for name in _MORPHOLOGIES:
        chosen = shapes == name
        part = score_predictions(labels[chosen], shares[chosen], classes)
        scores[name] = part if part.rows else None
    return scores


def _class_numbers(labels: NDArray[Any], names: tuple[str, ...]) -> NDArray[np.int64]:
    """Return each label's position among ``names``."""
    numbers = pd.Index(names).get_indexer(pd.Index(labels.astype(str)))
    unknown = sorted(set(labels[numbers < 0].astype(str)))
    if unknown:
        raise InputError(
            f"{np.count_nonzero(numbers < 0)} rows have classes that were not "
            f"trained: {unknown[:5]}",
            "the label column",
            f"Rename them to one of {list(names)}, or leave those rows unlabelled.",
        )
    return np.asarray(numbers, dtype=np.int64)


def _checked(
    shares: NDArray[np.float64], rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the probabilities, or refuse them by their first bad row."""
    with np.errstate(invalid="ignore"):
        valid = (shares >= 0).all(axis=1) & (
            np.abs(shares.sum(axis=1) - 1.0) <= _SUM_TOLERANCE
        )
    if not valid.all():
        first = int(np.argmin(valid))
        raise InputError(
            f"{np.count_nonzero(~valid)} rows have no valid class probabilities, the "
            f"first is row {rows[first]}: {shares[first].tolist()}",
            "the class probabilities",
            "Each row must be finite, not negative, and sum to one.",
        )
    return shares


def _log_loss(true: NDArray[np.int64], shares: NDArray[np.float64]) -> float | None:
    """Return the mean of -ln p of the true class, in nats."""
    if true.size == 0:
        return None
    clipped = np.clip(shares, _SMALLEST_PROBABILITY, 1.0)
    of_truth = clipped[np.arange(true.size), true] / clipped.sum(axis=1)
    return float(-np.log(of_truth).mean())


def _class_scores(confusion: NDArray[np.int64], k: int) -> ClassScores:
    """Return the scores of class number ``k``; a class without rows has none."""
    hits = int(confusion[k, k])
    n_true, n_predicted = int(confusion[k].sum()), int(confusion[:, k].sum())
    return ClassScores(
        completeness=_ratio(hits, n_true),
        purity=_ratio(hits, n_predicted) if n_true else None,
        f1=_ratio(2 * hits, n_true + n_predicted) if n_true else None,
        rows=n_true,
    )


def _ratio(part: int, whole: int) -> float | None:
    """Return part / whole; None where there is no whole."""
    return part / whole if whole else None
