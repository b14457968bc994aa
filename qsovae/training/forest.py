"""What a forest grown on the labelled rows guesses of the others.

Within training: lowest. Where labels are few, trees tell classes apart better than a
network does; their guesses of the unlabelled rows pass that on to the network.
"""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.ensemble import ExtraTreesClassifier
from torch import Tensor

from qsovae.batch import Measurements

_N_TREES = 300
# Labelled rows at which guesses count half; with ten times as many too little to pay.
_HALF_WEIGHT_LABELS = 300
_MOST_LABELS = 3000
# Unlabelled rows that are guessed at most: more take long and teach no more.
_MOST_GUESSED = 50_000
# Bounds on the power that sharpens votes; none makes them more even.
_POWERS = (1.0, 3.0)
# Added to a share of votes, so that a class without any is not ruled out.
_LEAST_VOTE = 0.01


class Guesses(NamedTuple):
    """Class probabilities, (n_objects, n_classes), and what they weigh in the loss.

    Probabilities are zero in rows that were not guessed.
    """

    probabilities: Tensor
    weight: float

    def to(self, device: torch.device) -> "Guesses":
        """Return the guesses on a device."""
        return self._replace(probabilities=self.probabilities.to(device))

    def loss(self, rows: Tensor, logits: Tensor) -> Tensor:
        """Return the weighted cross-entropy against the guesses of these rows."""
        guesses = self.probabilities[rows]
        n_guessed = guesses.any(dim=-1).sum().clamp(min=1)
        cross_entropy = -(guesses * logits.log_softmax(dim=-1)).sum() / n_guessed
        return self.weight * cross_entropy


def forest_guesses(
    measurements: Measurements, targets: Tensor, labelled: Tensor, unlabelled: Tensor,
    n_classes: int,
) -> Guesses | None:  # fmt: skip
    """Return extremely randomised trees' guesses; None where they would not help.

    Parameters
    ----------
    measurements : Measurements
        All rows.
    targets : Tensor, (n_objects,)
        Class numbers.
    labelled, unlabelled : Tensor of int
        Rows to learn from and rows to guess, of which 50,000 are drawn if there are
        more; others get zeros.
    n_classes : int

    References
    ----------
    Geurts, Ernst & Wehenkel 2006 (the trees); Hinton, Vinyals & Dean 2015 (learning
    from another model's probabilities).
    """
    if not len(unlabelled) or not 0 < len(labelled) <= _MOST_LABELS:
        return None
    drawn = torch.randperm(len(unlabelled))[:_MOST_GUESSED]
    known, others = labelled.numpy(), unlabelled[drawn].numpy()
    forest = ExtraTreesClassifier(
        _N_TREES, bootstrap=True, oob_score=True, n_jobs=-1,
        random_state=int(torch.randint(2**31 - 1, ())),
    )  # fmt: skip
    forest.fit(_values(measurements, known), targets.numpy()[known])
    votes = forest.predict_proba(_values(measurements, others))
    guesses = np.zeros((len(targets), n_classes), dtype=np.float32)
    guesses[np.ix_(others, forest.classes_)] = _sharpened(
        votes, _sharpening(forest, targets.numpy()[known])
    )
    weight = _HALF_WEIGHT_LABELS / (_HALF_WEIGHT_LABELS + len(labelled))
    return Guesses(torch.from_numpy(guesses), weight)


def _values(measurements: Measurements, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the scaled values of some rows, NaN where unobserved."""
    batch = measurements[torch.from_numpy(rows)]
    values: NDArray[np.float32] = torch.where(
        batch.observed, batch.values, torch.nan
    ).numpy()
    return values


def _sharpening(forest: ExtraTreesClassifier, targets: NDArray[np.int64]) -> float:
    """Return the power of its votes at which the forest's log loss is least.

    Judged by the labelled rows, each by the trees that did not see it. A forest of few
    labels votes too evenly.
    """
    votes = np.nan_to_num(forest.oob_decision_function_) + _LEAST_VOTE
    own_class = np.searchsorted(forest.classes_, targets)

    def log_loss(power: float) -> float:
        own = _sharpened(votes, power)[np.arange(len(targets)), own_class]
        return float(-np.log(own).mean())

    return float(minimize_scalar(log_loss, bounds=_POWERS, method="bounded").x)


def _sharpened(votes: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """Return votes to a power, as probabilities."""
    powers = votes**power
    probabilities: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities
