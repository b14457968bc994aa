"""Rows of a table by how they look and by what is doubtful about them.

Within catalog: lowest. A filter is a view: no row is dropped from any file.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qsovae.bands import Quality
from qsovae.errors import ConfigError

QUALITY_CHOICES = ("without", "with")


def quality_mask(
    quality: ArrayLike, choice: str, names: Sequence[str]
) -> NDArray[np.bool_]:
    """Return which rows are without, or with, any of some quality bits.

    Parameters
    ----------
    quality : array_like of int, (n_rows,)
        Bits, as in files.
    choice : str
        One of ``QUALITY_CHOICES``.
    names : sequence of str
        Names of bits; without any, all rows are let through.

    Raises
    ------
    ConfigError
        If the choice or a name is unknown.
    """
    unknown = [name for name in names if name not in Quality.__members__]
    if unknown or choice not in QUALITY_CHOICES:
        raise ConfigError(
            f"there is no quality bit {', '.join(unknown)}"
            if unknown
            else f"rows {choice!r} quality bits",
            "filter",
            f"Say {' or '.join(QUALITY_CHOICES)}, and name bits of "
            f"{', '.join(Quality.__members__)}.",
        )
    bits = np.asarray(quality, dtype=np.int64)
    if not names:
        return np.ones(bits.shape, dtype=bool)
    wanted = sum(int(Quality[name]) for name in dict.fromkeys(names))
    has: NDArray[np.bool_] = (bits & wanted) != 0
    return has if choice == "with" else ~has


def with_quality(
    table: pd.DataFrame, choice: str, names: Sequence[str]
) -> pd.DataFrame:
    """Return the rows of a table whose ``quality`` is without, or with, some bits.

    Raises
    ------
    ConfigError
        As `quality_mask`.
    """
    return table[quality_mask(table["quality"], choice, names)]
