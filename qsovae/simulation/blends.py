"""What neighbours leak into the WISE beam.

Within simulation: above observing.
"""

import numpy as np
from numpy.typing import NDArray

from qsovae.crossmatch import Pairs, SkyIndex
from qsovae.magnitudes import to_flux
from qsovae.simulation.reference import Floats

_BEAM_ARCSEC = 6.1 / 2.355
_REACH_ARCSEC = 2.5 * _BEAM_ARCSEC
_NEAR_ARCSEC = 3.0
# Counts rise by 0.3 dex a magnitude.
_SLOPE = 0.3
# CatWISE has 4.6e4 a square degree: all of them where sources lie apart; where they are
# as dense as on the sky, those that are fainter than their r of 23.
_SPARSE_PER_DEG2, _SPARSE_LIMITS_AB = 4.6e4, (17.0, 21.5)
CROWD_PER_DEG2, _CROWD_LIMITS_AB = 5.0e4, (19.0, 21.0)
_CROWD_W1_W2, _CROWD_W1_W2_SCATTER = -0.25, 0.3


def sparse_leak(n: int, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int16]]:
    """Return what random neighbours leak into each of n beams.

    Returns
    -------
    leak : ndarray, (n, 2)
        Adds to W1 and W2, in nJy.
    n_near : ndarray, (n,)
        How many neighbours lie within 3 arcsec.
    """
    mean = np.pi * _REACH_ARCSEC**2 * _SPARSE_PER_DEG2 / 3600.0**2
    row = np.repeat(np.arange(n), rng.poisson(mean, n))
    distance = _REACH_ARCSEC * np.sqrt(rng.random(len(row)))
    magnitude = _magnitudes(len(row), _SPARSE_LIMITS_AB, rng)
    total = np.bincount(row, to_flux(magnitude) * _share(distance), n)
    return np.column_stack([total, total]), _number_near(row, distance, n)


def crowd_magnitudes(n: int, rng: np.random.Generator) -> Floats:
    """Return W1 and W2, AB, (n, 2), of a crowd too faint for the other surveys."""
    w1 = _magnitudes(n, _CROWD_LIMITS_AB, rng)
    colour = _CROWD_W1_W2 + _CROWD_W1_W2_SCATTER * rng.normal(size=n)
    return np.column_stack([w1, w1 - colour])


def _magnitudes(
    n: int, limits: tuple[float, float], rng: np.random.Generator
) -> Floats:
    """Return magnitudes between limits, whose counts rise."""
    span = 10.0 ** (_SLOPE * (limits[1] - limits[0])) - 1.0
    magnitudes: Floats = limits[0] + np.log10(1.0 + rng.random(n) * span) / _SLOPE
    return magnitudes


def beam_pairs(ra_deg: Floats, dec_deg: Floats) -> Pairs:
    """Return the pairs of sources that share a beam."""
    pairs = crowd_pairs(ra_deg, dec_deg, ra_deg, dec_deg)
    return pairs.take(pairs.first != pairs.second)


def crowd_pairs(
    ra_deg: Floats, dec_deg: Floats, crowd_ra_deg: Floats, crowd_dec_deg: Floats
) -> Pairs:
    """Return the pairs of a source and one of a crowd that share a beam."""
    crowd = SkyIndex(crowd_ra_deg, crowd_dec_deg)
    return crowd.pairs_near(ra_deg, dec_deg, _REACH_ARCSEC)


def beam_leak(pairs: Pairs, n: int, flux: Floats) -> Floats:
    """Return what leaks into n beams, (n, 2) in W1 and W2, nJy.

    Parameters
    ----------
    pairs : Pairs
        Of a beam and a neighbour.
    flux : ndarray, (n_neighbours, 2)
        Of the neighbours, in W1 and W2, in nJy.
    """
    share = _share(pairs.separation_arcsec)
    leaks = [np.bincount(pairs.first, share * f[pairs.second], n) for f in flux.T]
    return np.column_stack(leaks)


def brightest_near(pairs: Pairs, flux: Floats, other: Floats) -> NDArray[np.int64]:
    """Return the brightest other within 3 arcsec that outshines each of n, else -1.

    Parameters
    ----------
    pairs : Pairs
        Of one of n, and one of the others.
    flux, other : ndarray, (n,) and (n_others,)
        In W1, in nJy.
    """
    outshines = other[pairs.second] > flux[pairs.first]
    near = pairs.take(outshines & (pairs.separation_arcsec <= _NEAR_ARCSEC))
    order = np.argsort(other[near.second])
    brightest = np.full(len(flux), -1, dtype=np.int64)
    brightest[near.first[order]] = near.second[order]  # of several the last stays
    return brightest


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
