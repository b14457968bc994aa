"""Type-1 quasars.

Within sources: above counts and table.
"""

import numpy as np

from qsovae.simulation.reference import (
    BAND_NAMES,
    GAIA,
    INFRARED,
    OPTICAL,
    WAVELENGTH_UM,
    WISE,
    Floats,
    colours,
    interpolate,
    read_reference,
)
from qsovae.simulation.sources.counts import (
    REDSHIFT_BINS,
    draw_cells,
    magnitudes_in,
    number_counts,
)
from qsovae.simulation.sources.table import Sources, at_r_magnitudes

# Surveys look at different times; a quasar varies in between.
_EPOCH_GROUPS = (OPTICAL, INFRARED, WISE, GAIA)


def draw_quasars(n: int, rng: np.random.Generator) -> Sources:
    """Return type-1 quasars: luminosity function, mean track, and scatter about it."""
    counts = number_counts()
    weights = np.column_stack([counts[c] * f for c, _, _, f in REDSHIFT_BINS])
    line, which = draw_cells(weights, n, rng)
    r_mag = magnitudes_in(line, rng)
    lower, upper = np.array([b[1:3] for b in REDSHIFT_BINS])[which].T
    redshift = lower + (upper - lower) * rng.random(n)
    track = read_reference("quasar_colour_track")
    relative = interpolate(redshift, track["z"].to_numpy(), colours(track))
    rest_um = WAVELENGTH_UM / (1.0 + redshift[:, None])
    relative += _slopes(redshift, rest_um, rng) + _dust(rest_um, rng)
    relative += _hot_dust(rest_um, rng) + _lines(rest_um, rng) + _forest(redshift, rng)
    for group in _EPOCH_GROUPS:
        shift = rng.normal(0.0, 0.15 / np.sqrt(2.0), n)
        relative[:, [BAND_NAMES.index(b) for b in group]] += shift[:, None]
    # Host light: much at low redshift and luminosity, none to be seen beyond one.
    host = np.clip(rng.normal(0.45 - 0.45 * redshift, 0.12, n), 0.0, 0.8)
    magnitudes = at_r_magnitudes(relative, r_mag)
    unknown = np.full(n, np.nan)
    return Sources(
        np.full(n, "QSO"), redshift, unknown, np.full(n, 0.7), host, magnitudes
    )


def _slopes(redshift: Floats, rest_um: Floats, rng: np.random.Generator) -> Floats:
    """Return what a continuum of another slope (s.d. 0.3) adds to the magnitudes."""
    slope = rng.normal(0.0, 0.3, len(redshift))[:, None]
    # Beyond 1 um hot dust takes over, whose scatter is its own.
    return 2.5 * slope * np.log10(np.minimum(rest_um, 1.0) / 0.3)


def _dust(rest_um: Floats, rng: np.random.Generator) -> Floats:
    """Return reddening: SMC-like, A = 1.39 E(B-V) / um^1.2, a tail to E(B-V) 0.3.

    Counted from the median, for the track is that of the median quasar, dust and all.
    """
    n = len(rest_um)
    excess = rng.exponential(0.03, n) - 0.03 * np.log(2.0)
    tail = rng.random(n) < 0.05
    excess[tail] = rng.uniform(0.05, 0.3, tail.sum())
    reddening: Floats = excess[:, None] * 1.39 * rest_um**-1.2
    return reddening


def _hot_dust(rest_um: Floats, rng: np.random.Generator) -> Floats:
    """Return what more or less hot dust (0.25 dex) adds, by its share of the light."""
    share = 1.0 / (1.0 + (1.3 / rest_um) ** 4)
    factor = 10.0 ** rng.normal(0.0, 0.25, len(rest_um))[:, None]
    return -2.5 * np.log10(1.0 + share * (factor - 1.0))


def _lines(rest_um: Floats, rng: np.random.Generator) -> Floats:
    """Return what stronger or weaker emission lines add (0.3 dex of a tenth)."""
    share = np.where(rest_um < 0.75, 0.1, 0.02)
    factor = 10.0 ** rng.normal(0.0, 0.3, rest_um.shape)
    return -2.5 * np.log10(1.0 + share * (factor - 1.0))


def _forest(redshift: Floats, rng: np.random.Generator) -> Floats:
    """Return what a thicker or thinner forest (15 %) adds bluewards of Lyman alpha."""
    share = np.clip(
        (0.1216 * (1 + redshift[:, None]) - (WAVELENGTH_UM - 0.07)) / 0.14, 0.0, 1.0
    )
    return rng.normal(0.0, 0.15, (len(redshift), 1)) * share * 1.5
