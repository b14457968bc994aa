"""A hash of each row's values, to know a trained row again in another catalog.

Within splits: lowest.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qsovae.errors import ShapeError

# The fingerprint of a row in which nothing is observed: it is like every other such
# row and so identifies none.
NO_FINGERPRINT = 0


def row_fingerprints(values: ArrayLike) -> NDArray[np.uint64]:
    """Return a hash of each row's values, equal only for rows that look alike.

    Values are rounded to float32 first, so a row keeps its fingerprint through any
    file format. The hash is the same in every process and on every machine; a change
    of one value, or of which values are missing, always changes it.

    Parameters
    ----------
    values : array_like, (n_rows, n_features)
        Features in the order of the run; NaN where unobserved.

    Returns
    -------
    ndarray of uint64, (n_rows,)
        ``NO_FINGERPRINT`` where nothing is observed.

    Raises
    ------
    ShapeError
        If ``values`` is not a table.
    """
    table = np.asarray(values)
    if table.ndim != 2:
        raise ShapeError(
            f"values have shape {table.shape}",
            "qsovae.row_fingerprints",
            "Pass a table, (n_rows, n_features).",
        )
    with np.errstate(over="ignore", invalid="ignore"):  # invalid: signalling NaN
        rounded = table.astype(np.float32) + np.float32(0.0)  # -0 and 0 are one value
    missing = np.isnan(rounded)
    bits = np.where(missing, np.float32(np.nan), rounded).view(np.uint32)
    hashed = np.full(
        len(table), _scramble(np.array([table.shape[1]], dtype=np.uint64))[0]
    )
    for column in bits.T:
        # Each step maps one-to-one in what it takes in, so rows that differ in one
        # column can never collide.
        hashed = _scramble(hashed ^ column.astype(np.uint64))
    hashed[missing.all(axis=1)] = NO_FINGERPRINT
    return hashed


def _scramble(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return SplitMix64's output function of each word (Steele et al. 2014)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)  # arrays wrap around silently
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
