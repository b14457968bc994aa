"""Scores of class probabilities."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

_CLIP = 1e-15  # where scikit-learn cuts probabilities, too
BINS = 15


def score(
    truth: NDArray[np.int64], probabilities: NDArray[np.float64], positive: int
) -> dict[str, float]:
    """Return the scores of the rows held out; classes are columns.

    Parameters
    ----------
    truth : ndarray of int, (n_rows,)
    probabilities : ndarray, (n_rows, n_classes)
    positive : int
        The class whose F1 is told.
    """
    predicted = probabilities.argmax(axis=1)
    return {
        "accuracy": float(accuracy_score(truth, predicted)),
        "balanced_accuracy": float(balanced_accuracy_score(truth, predicted)),
        "macro_f1": macro_f1(truth, probabilities),
        "positive_f1": float(f1_score(truth == positive, predicted == positive)),
        "log_loss": log_loss(truth, probabilities),
        "ece": calibration_error(truth, probabilities),
    }


def macro_f1(truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Return the mean F1 of all classes, zero for one that is never found."""
    classes = np.arange(probabilities.shape[1])
    predicted = probabilities.argmax(axis=1)
    return float(
        f1_score(truth, predicted, labels=classes, average="macro", zero_division=0.0)
    )


def log_loss(truth: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
    """Return the mean of minus the log of the true class's probability, in nats."""
    right = probabilities[np.arange(len(truth)), truth]
    return float(-np.log(np.clip(right, _CLIP, 1.0)).mean())


def calibration_error(
    truth: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> float:
    """Return the mean distance of confidence and accuracy, over bins of confidence."""
    sums = reliability(truth, probabilities)
    surplus = np.subtract(sums["confidence"], sums["right"])
    return float(np.abs(surplus).sum() / len(truth))


def reliability(
    truth: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> dict[str, list[float]]:
    """Return sums over the rows of each of 15 bins of confidence, of equal width.

    ``rows`` are counted, ``right`` are those of them whose likeliest class is the true
    one, and ``confidence`` is the sum of their largest probabilities.
    """
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    weights = {"rows": np.ones(len(truth)), "right": is_right, "confidence": confidence}
    return {
        name: np.bincount(bins, weights=w, minlength=BINS).tolist()
        for name, w in weights.items()
    }
