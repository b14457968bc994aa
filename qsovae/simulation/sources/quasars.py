"""Type-1 quasars: each with its own spectrum, seen through filter curves.

Within sources: above luminosity and table.
"""

from dataclasses import dataclass

import numpy as np

from qsovae.simulation.reference import Floats
from qsovae.simulation.sources.filters import (
    CURVES,
    LOG_STEP_REDSHIFT,
    wavelengths_um,
)
from qsovae.simulation.sources.luminosity import (
    absolute_magnitudes,
    draw_places,
    host_ratio,
)
from qsovae.simulation.sources.spectrum import PARTS, PIVOT_UM, quasar_parts
from qsovae.simulation.sources.table import Sources, at_r_magnitudes

# Scatter from quasar to quasar; see docs/simulator.md for where each is from.
_SLOPE_SD = 0.18
_SLOPE_ENDS_UM = 0.6  # beyond, host and hot dust have scatters of their own
_LINES_DEX = 0.15
_BALDWIN = 0.06
_BALDWIN_M_1450 = -25.5
_DUST_DEX = 0.15
_HOST_DEX = 0.3
_FOREST_SD = 0.15
_REDDENING_MEAN, _RED_SHARE, _REDDENING_MOST = 0.02, 0.05, 0.3
# Magnitudes between two surveys, which look at different times, of a quasar of M_1450
# -26; fainter ones vary more, as their luminosity to the power -0.25 (Vanden Berk et
# al. 2004).
_VARIABILITY, _VARIABILITY_M_1450 = 0.11, -26.0
_VARIABILITY_POWER = -0.25
# And between the bands of one survey, if they were not observed at once.
_BAND_VARIABILITY = 0.065
_AT_ONCE = ("sdss", "gaia", "wise")
_FAINTEST_FLUX = 1e-4


@dataclass(frozen=True)
class QuasarTraits:
    """What a spectrum depends on.

    Attributes
    ----------
    redshift : ndarray, (n,)
    weights : ndarray, (n, n_parts)
        Of each of ``PARTS``, relative to the mean quasar.
    slope : ndarray, (n,)
        Added to the power of wavelength of f_nu.
    ebv : ndarray, (n,)
        Reddening, mag, less that of the median quasar.
    forest : ndarray, (n,)
        Optical depth of the forest beyond the mean, as a share of it.
    variability : ndarray, (n,)
        Standard deviation between two surveys, mag.
    """

    redshift: Floats
    weights: Floats
    slope: Floats
    ebv: Floats
    forest: Floats
    variability: Floats


def draw_quasars(n: int, rng: np.random.Generator) -> Sources:
    """Return type-1 quasars: luminosity function, then a spectrum for each."""
    redshift, r_mag = draw_places(n, rng)
    traits = draw_traits(redshift, r_mag, rng)
    relative, host = quasar_magnitudes(traits, tuple(CURVES.values()), rng)
    unknown = np.full(n, np.nan)
    return Sources(
        np.full(n, "QSO"), redshift, unknown, np.full(n, 0.7), host,
        at_r_magnitudes(relative, r_mag),
    )  # fmt: skip


def draw_traits(
    redshift: Floats, r_mag: Floats, rng: np.random.Generator
) -> QuasarTraits:
    """Return spectra for quasars of these redshifts and about these r magnitudes."""
    n = len(redshift)
    m_1450 = absolute_magnitudes(redshift, r_mag)
    weights = np.ones((n, len(PARTS)))
    weights[:, PARTS.index("hot_dust")] = 10.0 ** rng.normal(0.0, _DUST_DEX, n)
    for name in ("high", "low", "balmer", "narrow"):
        weights[:, PARTS.index(name)] = 10.0 ** rng.normal(0.0, _LINES_DEX, n)
    fainter = np.clip(m_1450 - _BALDWIN_M_1450, -4.0, 4.0)
    weights[:, PARTS.index("high")] *= 10.0 ** (_BALDWIN * fainter)
    scatter = 10.0 ** rng.normal(0.0, _HOST_DEX, n)
    weights[:, PARTS.index("host")] = host_ratio(m_1450) * scatter
    brighter = np.clip(_VARIABILITY_M_1450 - m_1450, -3.0, 3.0)
    variability = _VARIABILITY * 10.0 ** (0.4 * _VARIABILITY_POWER * brighter)
    return QuasarTraits(
        redshift, weights, rng.normal(0.0, _SLOPE_SD, n), _reddening(n, rng),
        rng.normal(0.0, _FOREST_SD, n), variability,
    )  # fmt: skip


def _reddening(n: int, rng: np.random.Generator) -> Floats:
    """Return E(B-V) beyond the median's: exponential, with a tail.

    The mean spectrum is that of the median quasar, dust and all.
    """
    excess: Floats = rng.exponential(_REDDENING_MEAN, n)
    excess -= _REDDENING_MEAN * np.log(2.0)
    tail = rng.random(n) < _RED_SHARE
    excess[tail] = rng.uniform(0.05, _REDDENING_MOST, tail.sum())
    return excess


def quasar_magnitudes(
    traits: QuasarTraits, curves: tuple[str, ...], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return magnitudes through curves up to a constant, and the host's share of i.

    Each survey, the first word of a curve's name, sees another state of the quasar.
    The slope and the dust are applied at the mean wavelength of each curve.
    """
    table = quasar_parts(curves)
    place = np.log1p(traits.redshift) / LOG_STEP_REDSHIFT
    line = np.minimum(place.astype(int), len(table) - 2)
    share = (place - line)[:, None]
    observed_um = wavelengths_um(curves)
    rest_um = observed_um / (1.0 + traits.redshift[:, None])
    tilt = (np.minimum(rest_um, _SLOPE_ENDS_UM) / PIVOT_UM) ** traits.slope[:, None]
    # SMC-like: A = 1.39 E(B-V) / um^1.2 (Richards et al. 2003).
    dimmed = 10.0 ** (-0.4 * 1.39 * traits.ebv[:, None] * rest_um**-1.2)
    nucleus = np.zeros_like(rest_um)
    for k, name in enumerate(PARTS):
        part = table[line, k] * (1.0 - share) + table[line + 1, k] * share
        part *= traits.weights[:, [k]]
        if name == "host":
            galaxy = part
        else:
            nucleus += part if name == "hot_dust" else part * tilt
    nucleus *= dimmed * _forest(traits, observed_um)
    nucleus *= _states(curves, traits.variability, rng)
    flux = np.maximum(nucleus + galaxy, _FAINTEST_FLUX)
    where = int(np.abs(observed_um - 0.78).argmin())
    magnitudes: Floats = -2.5 * np.log10(flux)
    return magnitudes, (galaxy / flux)[:, where]


def _forest(traits: QuasarTraits, observed_um: Floats) -> Floats:
    """Return what a thicker or thinner forest leaves, by the share of a band in it."""
    lyman_um = 0.1216 * (1.0 + traits.redshift[:, None])
    covered = np.clip((lyman_um - observed_um) / 0.14 + 0.5, 0.0, 1.0)
    factors: Floats = 10.0 ** (-0.4 * 1.5 * covered * traits.forest[:, None])
    return factors


def _states(
    curves: tuple[str, ...], variability: Floats, rng: np.random.Generator
) -> Floats:
    """Return how bright each survey finds the nuclei, (n, n_curves)."""
    surveys = [name.split("_")[0] for name in curves]
    shifts = {
        name: rng.normal(0.0, variability / np.sqrt(2.0))
        for name in dict.fromkeys(surveys)
    }
    magnitudes = np.column_stack([shifts[name] for name in surveys])
    apart = _BAND_VARIABILITY * ~np.isin(surveys, _AT_ONCE)
    magnitudes += rng.normal(size=magnitudes.shape) * apart
    factors: Floats = 10.0 ** (-0.4 * magnitudes)
    return factors
