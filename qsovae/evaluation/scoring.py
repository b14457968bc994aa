"""Scores of class probabilities against the true classes.

Within evaluation: above predictions, measures and scores.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qsovae.errors import InputError, ShapeError
from qsovae.evaluation.measures import (
    accuracies,
    balanced_accuracies,
    completenesses,
    f1_scores,
    purities,
)
from qsovae.evaluation.predictions import Predictions
from qsovae.evaluation.scores import ClassScores, Scores, defined

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
    confusion, losses = predictions.confusion(), predictions.log_losses()
    by_class = zip(
        predictions.classes, completenesses(confusion), purities(confusion),
        f1_scores(confusion), confusion.sum(axis=1), strict=True,
    )  # fmt: skip
    return Scores(
        rows=int(predictions.true.size),
        accuracy=defined(accuracies(confusion)),
        balanced_accuracy=defined(balanced_accuracies(confusion)),
        log_loss=float(losses.mean()) if losses.size else None,
        classes=predictions.classes,
        confusion_matrix=tuple(tuple(map(int, counts)) for counts in confusion),
        per_class={
            name: ClassScores(defined(found), defined(pure), defined(f1), int(rows))
            for name, found, pure, f1, rows in by_class
        },
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
    predictions = Predictions.checked(labels, shares, classes)
    codes, entries = pd.factorize(shapes, use_na_sentinel=False)
    found = [str(entry) for entry in entries]
    unknown = sorted(set(found) - set(_MORPHOLOGIES))
    if unknown:
        raise InputError(
            f"morphologies {unknown[:5]} are unknown",
            "qsovae.score_by_morphology",
            f"Use {', '.join(_MORPHOLOGIES)}.",
        )
    codes = codes[~np.asarray(pd.isna(labels))]
    scores: dict[str, Scores | None] = dict.fromkeys(_MORPHOLOGIES)
    for number, name in enumerate(found):
        rows = np.flatnonzero(codes == number)
        part = Predictions(
            predictions.true[rows], predictions.probabilities[rows], predictions.classes
        )
        scores[name] = score(part) if rows.size else None
    return scores
