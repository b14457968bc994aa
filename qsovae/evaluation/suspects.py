"""Labels that are likely wrong, by what a model says of rows it did not learn from.

Within evaluation: above predictions.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsovae.evaluation.predictions import Predictions

Floats = NDArray[np.float64]


class LabelDoubts(NamedTuple):
    """How far the labels of some rows are to be doubted, (n_rows,) each.

    ``self_confidence`` is the probability of the label; ``normalised_margin`` how far
    that is above the likeliest other class, 0 (surely another) to 1; ``suspected`` the
    number of the class that the row belongs to with confidence, -1 where there is no
    such class; ``is_suspect`` whether that, and the most probable class, is another
    than the label.
    """

    self_confidence: Floats
    normalised_margin: Floats
    suspected: NDArray[np.int64]
    is_suspect: NDArray[np.bool_]


def label_doubts(predictions: Predictions) -> LabelDoubts:
    """Return how far each label is to be doubted, by confident learning.

    A row belongs with confidence to a class if its probability reaches the mean that
    the class has among rows labelled so: a model surer of one class than of another
    has a higher bar there. Of several such classes it is the most probable one.

    Parameters
    ----------
    predictions : Predictions
        Of rows that did not train the model.

    References
    ----------
    Northcutt, Jiang & Chuang 2021, JAIR 70, 1373, eq. 1 and 2 (confidence) and
    section 3.2 (normalised margin).
    """
    shares, true = predictions.probabilities, predictions.true
    rows, n_classes = np.arange(true.size), len(predictions.classes)
    own = shares[rows, true]
    others = shares.copy()
    others[rows, true] = -np.inf
    margin = own - others.max(axis=1, initial=-np.inf)
    counts = np.bincount(true, minlength=n_classes)
    bars = np.full(n_classes, np.inf)  # nobody belongs to a class without rows
    present = counts > 0
    bars[present] = np.bincount(true, own, n_classes)[present] / counts[present]
    confident = np.where(shares >= bars, shares, -np.inf)
    suspected = np.where(
        np.isfinite(confident).any(axis=1), confident.argmax(axis=1), -1
    )
    is_suspect = (
        (suspected >= 0) & (suspected != true) & (predictions.predicted != true)
    )
    return LabelDoubts(own, (margin + 1.0) / 2.0, suspected, is_suspect)
