"""Stars of the main sequence, their companions, and white dwarfs.

Within sources: above counts and table.
"""

import numpy as np
import pandas as pd

from qsovae.simulation.reference import (
    BAND_NAMES,
    Floats,
    colours,
    interpolate,
    read_reference,
)
from qsovae.simulation.sources.counts import (
    STELLAR_TYPES,
    draw_cells,
    magnitudes_in,
    nearest_latitude,
    number_counts,
)
from qsovae.simulation.sources.table import Sources, at_r_magnitudes

# What metals take from the blue, mag: from star to star; the halo's stars have fewer.
_BLUE = ("gaia_bp", "g")
_METALLICITY_SD, _HALO_BLUER, _HALO_SHARE = 0.045, 0.1, 0.2
_COLOUR_SD = 0.012
# Early M dwarfs are redder in g-r than the library's few: mag by absolute i; adjusted
# to stars of SDSS and VST ATLAS at equal r-i.
_EARLY_M_REDDER = ((6.5, 0.0), (7.6, 0.08), (9.0, 0.06), (10.3, 0.0))


def draw_stars(n: int, latitude_deg: float, rng: np.random.Generator) -> Sources:
    """Return stars: types by counts at this latitude, the locus, binaries, dwarfs."""
    suffix = f"_b-{nearest_latitude(latitude_deg)}"
    names = list(STELLAR_TYPES)
    weights = number_counts()[[f"star_{t}{suffix}" for t in names]].to_numpy()
    line, which = draw_cells(weights, n, rng)
    r_mag = magnitudes_in(line, rng)
    lower, upper = np.array(list(STELLAR_TYPES.values()))[which].T
    absolute = lower + (upper - lower) * rng.random(n)
    relative = _locus(absolute)
    is_wd = which == names.index("WD")
    relative[is_wd] = _white_dwarfs(int(is_wd.sum()), rng)
    metallicity = rng.normal(0.0, _METALLICITY_SD, n)
    metallicity -= _HALO_BLUER * (rng.random(n) < _HALO_SHARE)
    for band in _BLUE:
        relative[:, BAND_NAMES.index(band)] += metallicity
    relative += rng.normal(0.0, _COLOUR_SD, relative.shape)
    relative = _with_companions(relative, absolute, ~is_wd, rng)
    magnitudes = at_r_magnitudes(relative, r_mag)
    return Sources(
        np.full(n, "STAR"), np.full(n, np.nan), absolute, np.zeros(n), np.zeros(n),
        magnitudes,
    )  # fmt: skip


def _dwarfs() -> pd.DataFrame:
    table = read_reference("stellar_locus")
    dwarfs = table[table["spectral_type"].str.endswith("V") & table["M_i_ab"].notna()]
    return dwarfs.sort_values("M_i_ab")


def _locus(absolute_i: Floats) -> Floats:
    """Return the main sequence's colours at absolute i magnitudes, (n, n_bands)."""
    dwarfs = _dwarfs()
    relative = interpolate(absolute_i, dwarfs["M_i_ab"].to_numpy(), colours(dwarfs))
    redder = np.interp(absolute_i, *np.transpose(_EARLY_M_REDDER))
    # The table ends at M6 bluewards of i: later types go on reddening about as fast.
    later = np.clip(absolute_i - 13.1, 0.0, None)
    for band in _BLUE:
        relative[:, BAND_NAMES.index(band)] += 0.35 * later + redder
    return relative


def _white_dwarfs(n: int, rng: np.random.Generator) -> Floats:
    """Return colours of 8 to 12 kK white dwarfs: A0 to F0, 0.1 bluer in g-r."""
    relative = _locus(rng.uniform(1.36, 2.59, n))
    relative[:, BAND_NAMES.index("g")] -= 0.1
    return relative


def _with_companions(
    relative: Floats, absolute_i: Floats, may: np.ndarray, rng: np.random.Generator
) -> Floats:
    """Return colours with an unresolved, less massive companion for 30 %."""
    n = len(absolute_i)
    fainter = np.minimum(absolute_i + rng.exponential(3.0, n), 19.0)
    companion = _locus(fainter) + (fainter - absolute_i)[:, None]
    both = -2.5 * np.log10(10.0 ** (-0.4 * relative) + 10.0 ** (-0.4 * companion))
    has = may & (rng.random(n) < 0.3)
    return np.where(has[:, None], both, relative)
