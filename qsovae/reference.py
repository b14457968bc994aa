"""Reference tables of colours, counts and depths, all in AB, as data.

Layer: beside bands.
"""

from functools import cache
from importlib import resources

import pandas as pd

# Bands that the tables have, with their names there.
BAND_COLUMNS = {
    "g": "g", "r": "r", "i": "i", "z": "z", "y": "Y", "j": "J", "h": "H", "ks": "Ks",
    "w1": "W1", "w2": "W2", "gaia_g": "G", "gaia_bp": "BP", "gaia_rp": "RP",
}  # fmt: skip


@cache
def read_reference(name: str) -> pd.DataFrame:
    """Return one of the package's tables."""
    source = resources.files("qsovae").joinpath("simulation", "tables", f"{name}.csv")
    with source.open("r", encoding="utf-8") as stream:
        return pd.read_csv(stream)
