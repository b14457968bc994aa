"""How long to train, and what each epoch did.

Within training: lowest.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple


class LossTerms(NamedTuple):
    """Mean losses of one epoch in nats a row; ``classification`` counts labelled rows.

    ``total`` is what training minimises: the cross-entropy, plus the weighted sum of
    ``reconstruction`` (negative log-likelihood) and ``kl``, plus, with few labels, how
    far the unlabelled rows are from what a forest guesses of them.
    """

    total: float
    reconstruction: float
    kl: float
    classification: float


class EpochReport(NamedTuple):
    """What one epoch did; validation terms are NaN where no rows were held out."""

    epoch: int
    n_epochs: int
    seconds: float
    train: LossTerms
    validation: LossTerms
    validation_accuracy: float
    is_best: bool


@dataclass(frozen=True)
class Plan:
    """How long to train and in what portions.

    Attributes
    ----------
    n_epochs : int
        Passes over the training rows.
    batch_size : int
        Rows a step.
    """

    n_epochs: int
    batch_size: int

    @classmethod
    def for_size(cls, n_rows: int, n_epochs: int | None = None) -> "Plan":
        """Return the plan for a number of rows.

        Steps count, not epochs: a small table needs many passes, a large one few. They
        grow with the root of the rows, from 300 to 8,000 (docs/decisions, 0023).
        """
        batch_size = min(1024, max(32, 2 ** round(math.log2(max(n_rows, 2) / 25))))
        if n_epochs is None:
            n_steps = min(8000.0, max(300.0, 20.0 * math.sqrt(n_rows)))
            n_epochs = math.ceil(n_steps / math.ceil(n_rows / batch_size))
        return cls(n_epochs, batch_size)
