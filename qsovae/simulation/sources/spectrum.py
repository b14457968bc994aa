"""The spectrum of a type-1 quasar, part by part, through filters at every redshift.

Within sources: above filters. The form is that of Temple, Hewett & Banerji (2021):
a broken power law, a blackbody of hot dust, emission lines, a host galaxy and the
intergalactic medium.
"""

from functools import cache

import numpy as np

from qsovae.simulation.reference import Floats, read_reference
from qsovae.simulation.sources.filters import REDSHIFTS, REST_UM, photometry

# Parts of the spectrum, in the order of ``quasar_parts``.
PARTS = ("continuum", "hot_dust", "high", "low", "balmer", "narrow", "host")
_LINE_PARTS = ("high", "low", "balmer", "narrow")
PIVOT_UM = 0.3
# f_nu ~ wavelength^s between breaks, um, and a blackbody that at 2 um is so many times
# the continuum at 0.55 um. Temple et al. (2021) have 0.349, -0.593 without the last
# break, 1244 K and 3.96: adjusted to the medians of bright quasars in Pan-STARRS, Gaia
# and AllWISE (benchmarks/mock.py).
_BREAKS_UM = (0.12, 0.388, 1.0)
_SLOPES = (1.349, 0.31, -0.28, 0.06)
_DUST_K, _DUST_RATIO = 1195.0, 3.20
_PLANCK_UM_K = 14387.77
# f_nu of an early spiral by rest wavelength, um: drawn between the E and Sbc templates.
_HOST_UM = (0.09, 0.15, 0.20, 0.25, 0.30, 0.35, 0.39, 0.42, 0.477, 0.64, 0.78, 0.915,
            1.02, 1.25, 1.64, 2.15, 3.35, 4.6, 5.9)  # fmt: skip
_HOST = (0.0, 0.02, 0.03, 0.04, 0.08, 0.14, 0.20, 0.36, 0.48, 0.78, 1.0, 1.23,
         1.40, 1.53, 1.80, 1.48, 0.80, 0.55, 0.6)  # fmt: skip
_LYMAN_UM = (0.121567, 0.102572, 0.097254)
_LYMAN_SHARES = (1.0, 0.16, 0.056)
_LYMAN_LIMIT_UM = 0.0912


def continuum() -> Floats:
    """Return the power law of the accretion disc, one at ``PIVOT_UM``."""
    edges = np.array([REST_UM[0], *_BREAKS_UM, REST_UM[-1]])
    rise = np.append(0.0, np.cumsum(_SLOPES * np.diff(np.log(edges))))
    shape = np.exp(np.interp(np.log(REST_UM), np.log(edges), rise))
    result: Floats = shape / np.interp(PIVOT_UM, REST_UM, shape)
    return result


def hot_dust() -> Floats:
    """Return the blackbody of dust near its sublimation."""

    def planck(wavelength_um: Floats) -> Floats:
        return wavelength_um**-3 / np.expm1(_PLANCK_UM_K / (_DUST_K * wavelength_um))

    two = np.array([2.0])
    level = np.interp(0.55, REST_UM, continuum()) * _DUST_RATIO
    result: Floats = level * planck(REST_UM) / planck(two)
    return result


def line_profiles() -> Floats:
    """Return f_nu of each line of the table with its mean equivalent width."""
    lines = read_reference("quasar_lines")
    disc = continuum()
    profiles = []
    for line in lines.itertuples():
        centre, sigma = line.wavelength_um, line.sigma_um
        shape = np.exp(-0.5 * ((REST_UM - centre) / sigma) ** 2)
        shape /= sigma * np.sqrt(2.0 * np.pi)
        profiles.append(line.ew_um * disc * shape)
    return np.array(profiles)


def host() -> Floats:
    """Return the host galaxy, as bright as the continuum from 0.4 to 0.5 um."""
    shape = np.interp(REST_UM, _HOST_UM, _HOST)
    window = (REST_UM > 0.4) & (REST_UM < 0.5)
    result: Floats = shape * continuum()[window].mean() / shape[window].mean()
    return result


def forest_depth(observed_um: Floats) -> Floats:
    """Return the mean optical depth in Lyman alpha (Becker et al. 2013, eq. 5)."""
    depth: Floats = 0.751 * (observed_um / _LYMAN_UM[0] / 4.5) ** 2.90 - 0.132
    return np.maximum(depth, 0.0)


def transmission() -> Floats:
    """Return what the intergalactic medium lets through, (n_redshifts, n_waves)."""
    observed = REST_UM * (1.0 + REDSHIFTS[:, None])
    depth = np.zeros_like(observed)
    for line_um, share in zip(_LYMAN_UM, _LYMAN_SHARES, strict=True):
        below = line_um > REST_UM
        depth += share * forest_depth(observed * _LYMAN_UM[0] / line_um) * below
    shares: Floats = np.exp(-depth) * (REST_UM > _LYMAN_LIMIT_UM)
    return shares


@cache
def quasar_parts(curves: tuple[str, ...]) -> Floats:
    """Return each part's mean f_nu, (n_redshifts, n_parts, n_curves)."""
    groups = read_reference("quasar_lines")["group"].to_numpy(dtype=str)
    profiles = line_profiles()
    spectra = [continuum(), hot_dust()]
    spectra += [profiles[groups == group].sum(axis=0) for group in _LINE_PARTS]
    return photometry(np.array([*spectra, host()]), curves, transmission())
