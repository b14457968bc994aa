"""What a classifier's scores lose when some of its inputs tell it nothing.

Within evaluation: above rivals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qsovae.evaluation.intervals import Interval
from qsovae.evaluation.predictions import Predictions
from qsovae.evaluation.rivals import Difference, mean_differences

Floats = NDArray[np.floating]
# Class probabilities, (n_rows, n_classes), of values and of their errors.
Predict = Callable[[Floats, Floats | None], Floats]


@dataclass(frozen=True)
class Dependence:
    """How the scores of a classifier depend on its inputs.

    Each loss is a rise of the log loss (nats) under ``log_loss`` and a fall of F1 under
    ``f1``: above zero where the inputs help. Intervals are the middle 95 % of paired
    resamples of the rows, by true class, each row with all that it became: they hold
    what the rows and the permutations leave open.

    Parameters
    ----------
    predict : callable
        The classifier.
    values, sigma : ndarray, (n_rows, n_features)
        Rows that did not train it, NaN where unobserved; their errors, or None.
    class_label : ndarray of object, (n_rows,)
    classes : tuple of str
    sought : str
        The class whose F1 is scored.
    seed : int
    """

    predict: Predict
    values: Floats
    sigma: Floats | None
    class_label: NDArray[np.object_]
    classes: tuple[str, ...]
    sought: str
    seed: int = 0

    @cached_property
    def whole(self) -> Predictions:
        """What the classifier says of the rows as they are."""
        return self._predictions(self.values, self.sigma)

    def permuted(self, members: Sequence[int], n_repeats: int) -> dict[str, Difference]:
        """Return the losses when some features are another row's, together.

        Parameters
        ----------
        members : sequence of int
            Places of the features, permuted with their errors.
        n_repeats : int

        References
        ----------
        Breiman 2001, Machine Learning 45, 5; Fisher, Rudin & Dominici 2019.
        """
        rng = np.random.default_rng(self.seed)
        columns = list(members)
        changed = []
        for _ in range(n_repeats):
            order = rng.permutation(len(self.values))
            values = _taken(self.values, columns, order)
            sigma = None if self.sigma is None else _taken(self.sigma, columns, order)
            changed.append(self._predictions(values, sigma))
        return self._losses(changed)

    def without(self, members: Sequence[int]) -> dict[str, Difference]:
        """Return the losses when some features are missing from every row."""
        values = self.values.copy()
        values[:, list(members)] = np.nan
        return self._losses([self._predictions(values, self.sigma)])

    def _predictions(self, values: Floats, sigma: Floats | None) -> Predictions:
        return Predictions.checked(
            self.class_label, self.predict(values, sigma), self.classes
        )

    def _losses(self, changed: Sequence[Predictions]) -> dict[str, Difference]:
        """Return how much worse the scores are, those that are defined."""
        found = mean_differences(changed, self.whole, self.seed)
        losses = {"log_loss": found.get("log_loss")}
        fall = found.get(f"f1 {self.sought}")
        if fall is not None:
            low, high = fall.interval
            losses["f1"] = Difference(0.0 - fall.value, Interval(0.0 - high, 0.0 - low))
        return {name: loss for name, loss in losses.items() if loss is not None}


def _taken(table: Floats, columns: list[int], order: NDArray[np.int64]) -> Floats:
    """Return a table with some columns taken from other rows."""
    taken = table.copy()
    taken[:, columns] = table[order][:, columns]
    return taken
