"""Gaia's motions and parallaxes, and what really moves.

Within simulation: above observing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qsovae.motions import motion_significance
from qsovae.simulation.reference import BAND_NAMES, Floats
from qsovae.simulation.sources import Sources

# Errors by G magnitude: proper motion in mas/yr an axis, parallax in mas.
_GAIA_G = np.array([15.0, 17.0, 18.0, 19.0, 20.0, 21.0])
_PM_ERROR = np.array([0.02, 0.07, 0.12, 0.25, 0.5, 1.4])
_DEC_SHARE, _PARALLAX_SHARE = 0.93, 0.95
_PARALLAX_OFFSET_MAS = -0.02
_CORRELATION, _LARGEST_CORRELATION = 0.25, 0.9
# Discs thin and thick, and the halo: density, height in pc, speed in km/s.
_THIN, _THICK, _HALO = (1.0, 300.0, 45.0), (0.12, 900.0, 80.0), (0.005, np.inf, 220.0)
_KM_S = 4.74  # of one AU a year
_SPURIOUS_FWHM_ARCSEC = 0.4


@dataclass(frozen=True)
class Motions:
    """Gaia's astrometry, each (n,): mas/yr and mas, NaN without a solution.

    ``correlation`` is that of the two proper motions; ``true_pm_ra`` and
    ``true_pm_dec`` are what every source really moves.
    """

    pm_ra: Floats
    pm_ra_error: Floats
    pm_dec: Floats
    pm_dec_error: Floats
    correlation: Floats
    parallax: Floats
    parallax_error: Floats
    ruwe: Floats
    true_pm_ra: Floats
    true_pm_dec: Floats

    @property
    def significance(self) -> Floats:
        """The motion in units of its covariance: Rayleigh's law for what rests."""
        east, north = self.pm_ra / self.pm_ra_error, self.pm_dec / self.pm_dec_error
        return motion_significance(east, north, self.correlation)


def draw_motions(
    sources: Sources,
    pair_arcsec: Floats,
    latitude_deg: Floats,
    in_gaia: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Motions:
    """Return how sources move, and what Gaia finds of it.

    Gaia solves for two parameters alone, the position, for a share that grows from
    none at G = 19 to half at 20.9. Pairs and galaxies, which are no points to it, have
    a larger ``ruwe`` and motions that scatter by as much more than their errors say.
    """
    n = len(sources.kind)
    gaia_g = sources.magnitudes[:, BAND_NAMES.index("gaia_g")]
    true_pm, parallax = _truth(sources, latitude_deg, rng)
    solved = in_gaia & (rng.random(n) >= np.clip((gaia_g - 19.0) / 3.8, 0.0, 0.9))
    solved &= (sources.kind != "GALAXY") | (rng.random(n) < 0.3)
    ruwe = _unit_weight_errors(sources, pair_arcsec, rng)
    scale = np.where(solved, np.exp(0.1 * rng.normal(size=n)), np.nan)
    pm_error = scale * np.interp(gaia_g, _GAIA_G, _PM_ERROR)
    errors = pm_error, _DEC_SHARE * pm_error
    rho = np.clip(
        _CORRELATION * rng.normal(size=n), -_LARGEST_CORRELATION, _LARGEST_CORRELATION
    )
    # What ruwe tells of is not in the errors.
    excess = np.maximum(ruwe, 1.2) / 1.2
    east, other, along = rng.normal(size=(3, n)) * excess
    north = rho * east + np.sqrt(1.0 - rho**2) * other
    parallax_error = _PARALLAX_SHARE * pm_error
    return Motions(
        true_pm[0] + errors[0] * east, errors[0],
        true_pm[1] + errors[1] * north, errors[1],
        np.where(solved, rho, np.nan),
        parallax + _PARALLAX_OFFSET_MAS + parallax_error * along, parallax_error,
        np.where(solved, ruwe, np.nan), *true_pm,
    )  # fmt: skip


def _truth(
    sources: Sources, latitude_deg: Floats, rng: np.random.Generator
) -> tuple[tuple[Floats, Floats], Floats]:
    """Return how sources move, in mas/yr, and their parallaxes; only stars do."""
    is_star = sources.kind == "STAR"
    i_mag = sources.magnitudes[:, BAND_NAMES.index("i")]
    distance_kpc = 10.0 ** ((i_mag - np.nan_to_num(sources.absolute_i) - 10.0) / 5.0)
    speed = rng.rayleigh(_star_speeds(distance_kpc, latitude_deg, rng))
    motion = np.where(is_star, speed / (_KM_S * distance_kpc), 0.0)
    angle = rng.uniform(0.0, 2.0 * np.pi, len(motion))
    true_pm = motion * np.cos(angle), motion * np.sin(angle)
    return true_pm, np.where(is_star, 1.0 / distance_kpc, 0.0)


def _unit_weight_errors(
    sources: Sources, pair_arcsec: Floats, rng: np.random.Generator
) -> Floats:
    """Return ruwe: near 1 for points, more for pairs and for what is extended."""
    n = len(pair_arcsec)
    points = np.exp(0.01 + 0.05 * rng.normal(size=n))
    pairs = np.where(pair_arcsec > 0, rng.exponential(1.5, n), 0.0)
    is_galaxy = sources.kind == "GALAXY"
    size = np.where(is_galaxy, sources.half_light_arcsec / _SPURIOUS_FWHM_ARCSEC, 0.0)
    ruwe: Floats = points + pairs + size * rng.exponential(0.5, n)
    return ruwe


def _star_speeds(
    distance_kpc: Floats, latitude_deg: Floats, rng: np.random.Generator
) -> Floats:
    """Return the speed scale in km/s: thin disc, thick disc or halo by height."""
    height_pc = 1000.0 * distance_kpc * np.sin(np.radians(np.abs(latitude_deg)))
    density = [d * np.exp(-height_pc / height) for d, height, _ in (_THIN, _THICK)]
    draw = rng.random(len(height_pc)) * (density[0] + density[1] + _HALO[0])
    return np.select(
        [draw < density[0], draw < density[0] + density[1]],
        [_THIN[2], _THICK[2]],
        _HALO[2],
    )
