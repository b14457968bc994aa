"""Shapes: spread_model by size and seeing, and the classes that follow from it.

Within simulation: above observing.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsovae.simulation.observing import columns_of
from qsovae.simulation.reference import BAND_NAMES, OPTICAL, Floats
from qsovae.simulation.sources import Sources

SPREAD_THRESHOLD = 0.005, 0.003, 0.003
# Bands that the shape is measured in, the best first.
SPREAD_BANDS = ("i", "r", "g", "z")
NO_BAND = -1
_LEAST_SNR = 3.0
# spread_model of profiles by half-light radius, for a Moffat (3.5) point-spread
# function, in units of its width: it depends on their ratio alone.
_RADIUS = np.array([0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5])
_DISC = np.array([0.0, 0.0008, 0.0027, 0.0049, 0.0088, 0.0117, 0.0148, 0.0179])
_BULGE = np.array([0.0, 0.0005, 0.0020, 0.0034, 0.0056, 0.0070, 0.0084, 0.0099])
# Of a quasar with a host of 0.7 widths, by the host's share of the light.
_HOST_SHARE = np.array([0.0, 0.1, 0.2, 0.3, 0.5, 0.8])
_HOST = np.array([0.0, 0.0007, 0.0014, 0.0022, 0.0042, 0.0085])
_HOST_RADIUS = 0.7
# Of two equal points, by their separation in widths.
_SEPARATION = np.array([0.0, 0.4, 0.6, 0.8])
_PAIR = np.array([0.0, 0.0020, 0.0037, 0.0060])
_PAIRED_SHARE, _CLOSEST, _WIDEST = 0.02, 0.1, 0.8
# g - i above which a galaxy is taken for a bulge, between the tracks of E and Sbc.
_BULGE_REDSHIFT = np.array([0.0, 0.1, 0.3, 0.9])
_BULGE_COLOUR = np.array([0.95, 1.05, 1.6, 2.2])


class Shapes(NamedTuple):
    """spread_model and its error in g, r, i, z, (n, 4), NaN without signal enough.

    ``best`` (n,) is the place in ``OPTICAL`` of the band to use, ``NO_BAND`` if none.
    """

    spread: Floats
    sigma: Floats
    best: NDArray[np.int8]

    @property
    def in_best(self) -> tuple[Floats, Floats]:
        """spread_model and its error in the best band, each (n,)."""
        rows = np.arange(len(self.best))
        return self.spread[rows, self.best], self.sigma[rows, self.best]


def draw_pairs(is_star: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Return separations in arcsec of stars that are two of equal light; else zero."""
    n = len(is_star)
    paired = is_star & (rng.random(n) < _PAIRED_SHARE)
    separation = _CLOSEST * (_WIDEST / _CLOSEST) ** rng.random(n)
    return np.where(paired, separation, 0.0)


def true_spread(sources: Sources, pair_arcsec: Floats, fwhm_arcsec: Floats) -> Floats:
    """Return spread_model without noise, (n,), in images of a width."""
    radius = sources.half_light_arcsec / fwhm_arcsec
    disc = np.interp(radius, _RADIUS, _DISC)
    spread = np.where(_is_bulge(sources), np.interp(radius, _RADIUS, _BULGE), disc)
    with_host = np.interp(sources.host_fraction, _HOST_SHARE, _HOST)
    with_host *= disc / np.interp(_HOST_RADIUS, _RADIUS, _DISC)
    spread = np.where(sources.kind == "QSO", with_host, spread)
    pairs = np.interp(pair_arcsec / fwhm_arcsec, _SEPARATION, _PAIR)
    true: Floats = np.where(sources.kind == "STAR", pairs, spread)
    return true


def measure_shapes(
    sources: Sources,
    pair_arcsec: Floats,
    seeing_arcsec: Floats,
    snr: Floats,
    rng: np.random.Generator,
) -> Shapes:
    """Return shapes as measured in each optical band.

    Parameters
    ----------
    pair_arcsec : ndarray, (n,)
    seeing_arcsec : ndarray, (n, 4)
        FWHM in g, r, i, z.
    snr : ndarray, (n, n_bands)
        NaN where not observed.
    """
    optical = snr[:, columns_of(OPTICAL)]
    seen = optical > _LEAST_SNR
    true = np.column_stack(
        [true_spread(sources, pair_arcsec, fwhm) for fwhm in seeing_arcsec.T]
    )
    spread, sigma = noisy_spread(true, optical, rng)
    best = np.full(len(snr), NO_BAND, dtype=np.int8)
    for name in reversed(SPREAD_BANDS):
        k = OPTICAL.index(name)
        best[seen[:, k]] = k
    return Shapes(np.where(seen, spread, np.nan), np.where(seen, sigma, np.nan), best)


def noisy_spread(
    true: Floats, snr: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return spread_model as measured, and its error: 0.030 / SNR and a floor."""
    sigma = np.hypot(0.030 / np.maximum(snr, 1.0), 0.0003)
    return true + rng.normal(size=true.shape) * sigma, sigma


def ext_class(spread: Floats, sigma: Floats) -> NDArray[np.int16]:
    """Return 0 (sure star) to 3 (sure galaxy), as DES-style code has it; -9 for NaN."""
    first, second, third = SPREAD_THRESHOLD
    number = (
        (spread + 3 * sigma > first).astype(np.int16)
        + (spread + sigma > second)
        + (spread - sigma > third)
    )
    return np.where(np.isfinite(spread), number, -9).astype(np.int16)


def merged_class(spread: Floats, sigma: Floats) -> NDArray[np.int16]:
    """Return VHS's classes: 1 galaxy, -3 probably, -2 probably a star, -1 star."""
    extended = ext_class(spread, sigma)
    names = np.array([-1, -2, -3, 1], dtype=np.int16)
    return np.where(extended >= 0, names[extended], np.int16(0)).astype(np.int16)


def _is_bulge(sources: Sources) -> NDArray[np.bool_]:
    """Return which galaxies are red for their redshift, and so early types."""
    blue, red = (sources.magnitudes[:, BAND_NAMES.index(b)] for b in ("g", "i"))
    limit = np.interp(np.nan_to_num(sources.redshift), _BULGE_REDSHIFT, _BULGE_COLOUR)
    bulge: NDArray[np.bool_] = (blue - red) > limit
    return bulge
