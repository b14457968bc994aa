"""How many sources of each class there are, by magnitude, and draws from that.

Within sources: above luminosity and table.
"""

import numpy as np
import pandas as pd

from qsovae.simulation.reference import Floats, read_reference
from qsovae.simulation.sources.luminosity import quasar_counts
from qsovae.simulation.sources.table import R_RANGE

BIN_MAG = 0.5
# Absolute i magnitudes between which the stellar types of the counts lie.
STELLAR_TYPES = {
    "F": (2.59, 4.2), "G": (4.2, 5.3), "K": (5.3, 7.3), "M0-M3": (7.5, 9.7),
    "M4-M6": (9.7, 13.7), "M7+": (13.7, 19.0), "WD": (11.0, 13.5),
}  # fmt: skip
_LATITUDES = np.array([30.0, 45.0, 60.0])


def class_counts_per_deg2(latitude_deg: float = 60.0) -> dict[str, float]:
    """Return the sources a square degree in ``R_RANGE``, by class."""
    counts = number_counts()
    column = f"_b-{nearest_latitude(latitude_deg)}"
    return {
        "QSO": float(quasar_counts()[2].sum()),
        "GALAXY": float(counts["galaxy_all"].sum()),
        "STAR": float(sum(counts[f"star_{t}{column}"].sum() for t in STELLAR_TYPES)),
    }


def number_counts() -> pd.DataFrame:
    """Return the counts in bins of half a magnitude of r, within ``R_RANGE``."""
    table = read_reference("number_counts")
    inside = (table["r_ab_lo"] >= R_RANGE[0]) & (table["r_ab_hi"] <= R_RANGE[1])
    return table[inside].reset_index(drop=True)


def nearest_latitude(latitude_deg: float) -> int:
    """Return the tabulated galactic latitude, in deg, nearest to one."""
    return int(_LATITUDES[np.abs(_LATITUDES - abs(latitude_deg)).argmin()])


def draw_cells(
    weights: np.ndarray, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return n cells of a table of weights: line and column numbers."""
    flat = rng.choice(weights.size, n, p=(weights / weights.sum()).ravel())
    return np.divmod(flat, weights.shape[1])


def magnitudes_in(lines: np.ndarray, rng: np.random.Generator) -> Floats:
    """Return r magnitudes spread evenly over each line's bin."""
    lower = number_counts()["r_ab_lo"].to_numpy()
    magnitudes: Floats = lower[lines] + rng.uniform(0.0, BIN_MAG, len(lines))
    return magnitudes
