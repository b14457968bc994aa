"""True classes and the probabilities given to them, checked once.

Within evaluation: lowest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qsovae.errors import InputError, ShapeError

# Saved probabilities are float32: below its resolution a zero is rounding, and the
# score of a run must not depend on whether it was saved in between.
_SMALLEST_PROBABILITY = float(np.finfo(np.float32).eps)

_SUM_TOLERANCE = 0.01


@dataclass(frozen=True)
class Predictions:
    """Labelled rows and their class probabilities.

    Attributes
    ----------
    true : ndarray of int, (n_rows,)
        Number of each row's class among ``classes``.
    probabilities : ndarray, (n_rows, n_classes)
        Finite, not negative, each row's sum is one within 0.01.
    classes : tuple of str
    """

    true: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    classes: tuple[str, ...]

    @classmethod
    def checked(
        cls, class_label: ArrayLike, probabilities: ArrayLike, classes: Sequence[str]
    ) -> Self:
        """Return the labelled rows; those with a null label are left out.

        Parameters
        ----------
        class_label : array_like, (n_rows,)
        probabilities : array_like, (n_rows, n_classes)
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
                "class probabilities",
                "Pass one row for each label and one column for each class.",
            )
        labelled = np.flatnonzero(~np.asarray(pd.isna(labels)))
        true = _class_numbers(labels[labelled], names)
        return cls(true, _checked(shares[labelled], labelled), names)

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """The most probable class of each row, the first of equals, (n_rows,)."""
        found: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return found

    def confusion(self) -> NDArray[np.int64]:
        """Return counts of true classes (down) by predicted ones (across)."""
        n = len(self.classes)
        counts = np.bincount(n * self.true + self.predicted, minlength=n * n)
        return counts.reshape(n, n)

    def clipped(self) -> NDArray[np.float64]:
        """Return probabilities of which a logarithm can be taken."""
        return np.clip(self.probabilities, _SMALLEST_PROBABILITY, 1.0)

    def log_losses(self) -> NDArray[np.float64]:
        """Return -ln p of each row's true class, (n_rows,), in nats."""
        clipped = self.clipped()
        rows = np.arange(self.true.size)
        losses: NDArray[np.float64] = -np.log(
            clipped[rows, self.true] / clipped.sum(axis=1)
        )
        return losses

    def brier_losses(self) -> NDArray[np.float64]:
        """Return each row's squared distance from its class, (n_rows,), 0 to 2.

        Brier 1950; summed over classes, so that two classes give twice what
        scikit-learn's binary score is.
        """
        off = self.probabilities - np.eye(len(self.classes))[self.true]
        losses: NDArray[np.float64] = np.square(off).sum(axis=1)
        return losses


def _class_numbers(labels: NDArray[Any], names: tuple[str, ...]) -> NDArray[np.int64]:
    """Return each label's position among ``names``."""
    codes, found = pd.factorize(labels)
    spelled = [str(label) for label in found]
    numbers = pd.Index(names).get_indexer(pd.Index(spelled, dtype=object))[codes]
    unknown = sorted(set(spelled) - set(names))
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
