"""The simulator's tables as arrays.

Within simulation: lowest.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import BANDS
from qsovae.reference import BAND_COLUMNS, read_reference

__all__ = [
    "BAND_COLUMNS",
    "BAND_NAMES",
    "GAIA",
    "INFRARED",
    "OPTICAL",
    "WAVELENGTH_UM",
    "WISE",
    "Floats",
    "colours",
    "interpolate",
    "read_reference",
]

Floats = NDArray[np.float64]

BAND_NAMES = tuple(BAND_COLUMNS)
WAVELENGTH_UM = np.array([BANDS[b].wavelength_um for b in BAND_NAMES])
OPTICAL = ("g", "r", "i", "z")
INFRARED = ("y", "j", "h", "ks")
WISE = ("w1", "w2")
GAIA = ("gaia_g", "gaia_bp", "gaia_rp")


def colours(table: pd.DataFrame) -> Floats:
    """Return m_X - m_i of every line, (n_lines, n_bands); zero for i itself."""
    columns = [
        np.zeros(len(table)) if band == "i" else table[f"{name}_minus_i_ab"].to_numpy()
        for band, name in BAND_COLUMNS.items()
    ]
    return np.column_stack(columns).astype(np.float64)


def interpolate(x: Floats, knots: Floats, table: Floats) -> Floats:
    """Return a table's lines at x, (n, n_bands); the last beyond its ends or holes."""
    result = np.empty((len(x), table.shape[1]))
    for k in range(table.shape[1]):
        known = np.isfinite(table[:, k])
        result[:, k] = np.interp(x, knots[known], table[known, k])
    return result
