"""From probabilities to classes, or to none where none is sure enough.

Within estimator: beside checks.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qsovae.errors import ConfigError
from qsovae.targets import UNLABELLED


def decide(
    probabilities: NDArray[np.floating], classes: NDArray[Any], abstain: float | None
) -> NDArray[Any]:
    """Return the most probable class of each row, the first of equals, (n_objects,).

    Parameters
    ----------
    probabilities : ndarray, (n_objects, n_classes)
    classes : ndarray, (n_classes,)
    abstain : float, optional
        A row without a probability of at least this gets the mark of an unlabelled row:
        -1 among numbers of which none is -1, else None in an array of objects.

    Raises
    ------
    ConfigError
        If ``abstain`` is not between 0 and 1.
    """
    refuse_abstention(abstain)
    decided: NDArray[Any] = classes[probabilities.argmax(axis=1)]
    if abstain is None:
        return decided
    unsure = probabilities.max(axis=1) < abstain
    has_mark = classes.dtype.kind in "if" and UNLABELLED not in classes
    if not has_mark:
        decided = decided.astype(object)
    decided[unsure] = UNLABELLED if has_mark else None
    return decided


def refuse_abstention(abstain: float | None) -> None:
    """Refuse what is no probability, before any row is scored.

    Raises
    ------
    ConfigError
        If ``abstain`` is not between 0 and 1.
    """
    if abstain is not None and not 0.0 <= abstain <= 1.0:
        raise ConfigError(
            f"abstain is {abstain!r}", "abstain", "Use a probability, such as 0.9."
        )
