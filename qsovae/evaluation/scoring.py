"""Scores of class probabilities against the true classes.

Within evaluation: above predictions and scores.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qsovae.errors import InputError, ShapeError
from qsovae.evaluation.predictions import Predictions
from qsovae.evaluation.scores import ClassScores, Scores

_MORPHOLOGIES = ("point", "extended", "unknown")


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
    return score(Predictions.checked(class_label, probabilities, classes))


def score(predictions: Predictions) -> Scores:
    """Return the scores of labelled rows."""
    true, names = predictions.true, predictions.classes
    confusion = predictions.confusion()
    per_class = {name: _class_scores(confusion, k) for k, name in enumerate(names)}
    found = [s.completeness for s in per_class.values() if s.completeness is not None]
    return Scores(
        rows=int(true.size),
        accuracy=_ratio(int(np.trace(confusion)), int(true.size)),
        balanced_accuracy=float(np.mean(found)) if found else None,
        log_loss=_log_loss(predictions),
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


def _log_loss(predictions: Predictions) -> float | None:
    """Return the mean of -ln p of the true class, in nats."""
    losses = predictions.log_losses()
    return float(losses.mean()) if losses.size else None


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
