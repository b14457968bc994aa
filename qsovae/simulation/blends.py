"""What neighbours leak into the WISE beam.

Within simulation: above observing.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsovae.crossmatch import Pairs, SkyIndex
from qsovae.simulation.observing import columns_of, to_flux
from qsovae.simulation.reference import WISE, Floats

_BEAM_ARCSEC = 6.1 / 2.355
_REACH_ARCSEC = 2.5 * _BEAM_ARCSEC
_NEAR_ARCSEC = 3.0
# Counts rise by 0.3 dex a magnitude, up to here.
_SLOPE, _FAINTEST = 0.3, 21.5


class Crowd(NamedTuple):
    """Neighbours that the simulation has no rows for: how many, how bright."""

    per_deg2: float
    brightest_ab: float


# CatWISE's own density; and what of it is fainter than the sources' r of 23.
ALL_UNSEEN = Crowd(4.6e4, 17.0)
FAINT_UNSEEN = Crowd(3.0e4, 19.0)


def unseen_leak(
    n: int, crowd: Crowd, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.int16]]:
    """Return what a random crowd leaks into each of n beams.

    Returns
    -------
    leak : ndarray, (n, 2)
        Adds to W1 and W2, in nJy.
    n_near : ndarray, (n,)
        How many of the crowd lie within 3 arcsec.
    """
    mean = np.pi * _REACH_ARCSEC**2 * crowd.per_deg2 / 3600.0**2
    row = np.repeat(np.arange(n), rng.poisson(mean, n))
    distance = _REACH_ARCSEC * np.sqrt(rng.random(len(row)))
    span = 10.0 ** (_SLOPE * (_FAINTEST - crowd.brightest_ab)) - 1.0
    above = np.log10(1.0 + rng.random(len(row)) * span) / _SLOPE
    leak = to_flux(crowd.brightest_ab + above) * _share(distance)
    total = np.bincount(row, leak, n)
    return np.column_stack([total, total]), _number_near(row, distance, n)


def beam_pairs(ra_deg: Floats, dec_deg: Floats) -> Pairs:
    """Return the pairs of sources that share a beam."""
    pairs = SkyIndex(ra_deg, dec_deg).pairs_near(ra_deg, dec_deg, _REACH_ARCSEC)
    return pairs.take(pairs.first != pairs.second)


def pair_leak(pairs: Pairs, true_flux: Floats) -> Floats:
    """Return what sources leak into each other's beams, (n, 2) in W1 and W2, nJy."""
    share, n = _share(pairs.separation_arcsec), len(true_flux)
    leaks = [
        np.bincount(pairs.first, share * true_flux[pairs.second, k], n)
        for k in columns_of(WISE)
    ]
    return np.column_stack(leaks)


def rows_near(pairs: Pairs, is_row: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return how many rows lie within 3 arcsec of each source."""
    counted = pairs.take(is_row[pairs.second])
    return _number_near(counted.first, counted.separation_arcsec, len(is_row))


def _share(distance_arcsec: Floats) -> Floats:
    """Return the share of a neighbour's flux that falls into the beam."""
    share: Floats = np.exp(-0.5 * (distance_arcsec / _BEAM_ARCSEC) ** 2)
    return share


def _number_near(
    row: NDArray[np.int64], distance_arcsec: Floats, n: int
) -> NDArray[np.int16]:
    """Return how many neighbours within 3 arcsec each of n rows has."""
    near = row[distance_arcsec <= _NEAR_ARCSEC]
    return np.bincount(near, minlength=n).astype(np.int16)
