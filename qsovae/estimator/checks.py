"""What no model can be trained on or applied to, refused in words.

Within estimator: lowest.
"""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from qsovae.batch import FloatArray, row_portions
from qsovae.errors import ConfigError, InputError


def check_parameters(epochs: Any, validation_fraction: float) -> None:
    """Refuse parameters that make no training.

    Raises
    ------
    ConfigError
        If one lies outside what it may be.
    """
    if epochs is not None and (not isinstance(epochs, Integral) or epochs < 1):
        raise ConfigError(
            f"epochs is {epochs!r}", "epochs", "Use a whole number above 0."
        )
    if not 0.0 <= validation_fraction < 1.0:
        raise ConfigError(
            f"validation_fraction is {validation_fraction!r}",
            "validation_fraction",
            "Use a share of at least 0 and below 1.",
        )


def refuse_infinities(values: FloatArray, names: Sequence[str] | None) -> None:
    """Refuse infinite values, naming the first.

    Raises
    ------
    InputError
        If there are any; NaN is what was not observed.
    """
    found = [
        np.add(np.argwhere(np.isinf(values[rows])), (rows.start, 0))
        for rows in row_portions(len(values))
    ]
    infinite = np.concatenate(found)
    if not len(infinite):
        return
    row, column = infinite[0]
    name = column if names is None else repr(str(names[column]))
    raise InputError(
        f"{len(infinite)} values are infinite, the first in row {row}, column {name} "
        "(counted from 0)",
        "X",
        "Set what was not observed to NaN.",
    )
