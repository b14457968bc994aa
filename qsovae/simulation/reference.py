"""The simulator's tables as arrays.

Within simulation: lowest.
"""

from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import BANDS

Floats = NDArray[np.float64]

# The simulator's bands, with their names in the tables.
BAND_COLUMNS = {
    "g": "g", "r": "r", "i": "i", "z": "z", "y": "Y", "j": "J", "h": "H", "ks": "Ks",
    "w1": "W1", "w2": "W2", "gaia_g": "G", "gaia_bp": "BP", "gaia_rp": "RP",
}  # fmt: skip
BAND_NAMES = tuple(BAND_COLUMNS)
WAVELENGTH_UM = np.array([BANDS[b].wavelength_um for b in BAND_NAMES])
OPTICAL = ("g", "r", "i", "z")
INFRARED = ("y", "j", "h", "ks")
WISE = ("w1", "w2")
GAIA = ("gaia_g", "gaia_bp", "gaia_rp")


@cache
def read_reference(name: str) -> pd.DataFrame:
    """Return one of the package's tables."""
    source = resources.files("qsovae").joinpath("simulation", "tables", f"{name}.csv")
    with source.open("r", encoding="utf-8") as stream:
        return pd.read_csv(stream)


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
