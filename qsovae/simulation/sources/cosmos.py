"""Distances and volumes of a flat universe: H0 70 km/s/Mpc, matter 0.3.

Within sources: lowest.
"""

from functools import cache

import numpy as np
from astropy.cosmology import FlatLambdaCDM

from qsovae.simulation.reference import Floats

_REDSHIFTS = np.linspace(0.005, 6.0, 1200)
_DEG2_PER_SR = (180.0 / np.pi) ** 2


@cache
def _table() -> tuple[Floats, Floats]:
    """Return distance moduli and volumes of a unit of redshift at ``_REDSHIFTS``."""
    universe = FlatLambdaCDM(H0=70.0, Om0=0.3)
    volume = universe.differential_comoving_volume(_REDSHIFTS).value / _DEG2_PER_SR
    return universe.distmod(_REDSHIFTS).value, volume


def distance_moduli(redshift: Floats) -> Floats:
    """Return m - M without K correction, mag."""
    return np.interp(redshift, _REDSHIFTS, _table()[0])


def volumes_mpc3(redshift: Floats) -> Floats:
    """Return the comoving volume of a unit of redshift, Mpc^3 / deg^2."""
    return np.interp(redshift, _REDSHIFTS, _table()[1])
