"""How luminous quasars are: their counts by redshift and r magnitude.

Within sources: above cosmos, spectrum and table. The luminosity function is that of
BOSS DR9 (Ross et al. 2013: PLE up to redshift 2.2, LEDE beyond), in absolute AB
magnitudes at rest 1450 A.
"""

from functools import cache

import numpy as np

from qsovae.simulation.reference import Floats
from qsovae.simulation.sources.cosmos import distance_moduli, volumes_mpc3
from qsovae.simulation.sources.filters import CURVES, REDSHIFTS, REST_UM
from qsovae.simulation.sources.spectrum import PARTS, continuum, quasar_parts
from qsovae.simulation.sources.table import R_RANGE

REDSHIFT_RANGE = (0.1, 5.4)
# Below this an active nucleus is called a galaxy's.
_FAINTEST_M_1450 = -20.5
_FAINT_SLOPE, _BRIGHT_SLOPE = -1.3, -3.5
# Factors that bring counts at g < 22.5 to those of Palanque-Delabrouille et al. (2013).
_PUBLISHED_OVER_MODEL = ((1.0, 1.5), (2.15, 1.15), (np.inf, 1.05))
# The host's brightness from 0.4 to 0.5 um, the quasar's being one, where the quasar has
# this M_i(z=2); the host's luminosity goes with this power of it (Temple et al. 2021).
_HOST_RATIO, _HOST_M_I, _HOST_POWER = 0.244 / 0.756, -23.0, 0.684
_M_I_MINUS_M_1450 = -1.486
_MAGNITUDE_STEP, _REDSHIFT_STEP = 0.05, 0.02


def host_ratio(m_1450: Floats) -> Floats:
    """Return the host's brightness from 0.4 to 0.5 um, the quasar's being one."""
    fainter = m_1450 + _M_I_MINUS_M_1450 - _HOST_M_I
    ratio: Floats = _HOST_RATIO * 10.0 ** (0.4 * (1.0 - _HOST_POWER) * fainter)
    return ratio


@cache
def _zero_points() -> tuple[Floats, Floats]:
    """Return r - M_1450 of the mean quasar without its host, and the host's share."""
    parts = quasar_parts((CURVES["r"],))[:, :, 0]
    is_host = np.array([name == "host" for name in PARTS])
    quasar, galaxy = parts[:, ~is_host].sum(axis=1), parts[:, is_host].sum(axis=1)
    at_1450 = np.interp(0.145, REST_UM, continuum())
    shift = -2.5 * np.log10(np.maximum(quasar / at_1450, 1e-12) * (1.0 + REDSHIFTS))
    return distance_moduli(REDSHIFTS) + shift, galaxy / np.maximum(quasar, 1e-12)


def absolute_magnitudes(redshift: Floats, r_mag: Floats) -> Floats:
    """Return M_1450 of mean quasars, host and all, of these r magnitudes."""
    zero, galaxy = (np.interp(redshift, REDSHIFTS, part) for part in _zero_points())
    m_1450 = r_mag - zero
    for _ in range(4):  # the host's light is not the quasar's
        m_1450 = r_mag - zero + 2.5 * np.log10(1.0 + galaxy * host_ratio(m_1450))
    return m_1450


def luminosity_function(m_1450: Floats, redshift: Floats) -> Floats:
    """Return quasars per Mpc^3 and magnitude (Ross et al. 2013, table 8)."""
    near = redshift <= 2.2
    log_density = np.where(near, -5.83, -5.83 - 0.689 * (redshift - 2.2))
    pure = -21.134 - 2.5 * (1.293 * redshift - 0.268 * redshift**2)
    knee = np.where(near, pure, -25.004 - 0.809 * (redshift - 2.2))
    x = m_1450 - knee
    slopes = (10.0 ** (0.4 * (s + 1.0) * x) for s in (_FAINT_SLOPE, _BRIGHT_SLOPE))
    density: Floats = 10.0**log_density / sum(slopes)
    return density


@cache
def quasar_counts() -> tuple[Floats, Floats, Floats]:
    """Return centres in redshift and r, and quasars a deg^2 in each cell of them."""
    low, high = REDSHIFT_RANGE
    redshift = np.arange(low, high, _REDSHIFT_STEP) + _REDSHIFT_STEP / 2
    r_mag = np.arange(*R_RANGE, _MAGNITUDE_STEP) + _MAGNITUDE_STEP / 2
    where = redshift[:, None] + np.zeros((1, len(r_mag)))
    m_1450 = absolute_magnitudes(where, r_mag[None, :] + np.zeros_like(where))
    volume = volumes_mpc3(redshift)[:, None] * _REDSHIFT_STEP
    number = luminosity_function(m_1450, where) * volume * _MAGNITUDE_STEP
    upper, factor = np.array(_PUBLISHED_OVER_MODEL).T
    number *= factor[np.searchsorted(upper, redshift)][:, None]
    return redshift, r_mag, np.where(m_1450 < _FAINTEST_M_1450, number, 0.0)


def draw_places(n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return redshifts and r magnitudes by the luminosity function, each (n,)."""
    redshift, r_mag, number = quasar_counts()
    cell = rng.choice(number.size, n, p=(number / number.sum()).ravel())
    line, column = np.divmod(cell, len(r_mag))
    inside = rng.uniform(-0.5, 0.5, (2, n))
    return (
        redshift[line] + _REDSHIFT_STEP * inside[0],
        r_mag[column] + _MAGNITUDE_STEP * inside[1],
    )
