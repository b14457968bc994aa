"""What a survey measures of a flux: noise, limits and codes.

Within simulation: beside patches.
"""

import numpy as np
from numpy.typing import NDArray

from qsovae.bands import BANDS
from qsovae.catalog import BAD, NONDETECT, OK, SATURATED, UNOBSERVED
from qsovae.magnitudes import to_flux
from qsovae.simulation.reference import (
    BAND_NAMES,
    GAIA,
    INFRARED,
    OPTICAL,
    WISE,
    Floats,
)

# Fractional error that no depth removes, by survey.
_FLOOR = {**dict.fromkeys(OPTICAL, 0.01), **dict.fromkeys(INFRARED, 0.02),
          **dict.fromkeys(WISE, 0.03), **dict.fromkeys(GAIA, 0.003)}  # fmt: skip
_INVALID_SHARE = 0.015
_SATURATION_AB = 15.5  # of DELVE
_LIKE_OPTICAL = {"gaia_bp": 2.7, "gaia_g": 2.3, "gaia_rp": 1.6}


def columns_of(bands: tuple[str, ...]) -> list[int]:
    """Return the places of bands in the arrays."""
    return [BAND_NAMES.index(band) for band in bands]


def extinction(ebv: Floats) -> Floats:
    """Return A of each band, (n, n_bands); Gaia's as V, r and i have it."""
    factors = [BANDS[b].extinction or _LIKE_OPTICAL.get(b, 0.0) for b in BAND_NAMES]
    magnitudes: Floats = ebv[:, None] * np.array(factors)
    return magnitudes


def measure(
    true_flux: Floats, depth: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return observed flux and its reported error, nJy, both NaN where uncovered.

    Noise is normal in flux: a fifth of the 5 sigma depth and a share of the flux. What
    is reported follows the observed flux, and is itself off by 5 %.

    Parameters
    ----------
    true_flux : ndarray, (n, n_bands)
        In nJy.
    depth : ndarray, (n, n_bands)
        AB magnitude of 5 sigma, NaN where uncovered.
    """
    sky = to_flux(depth) / 5.0
    floor = np.array([_FLOOR[b] for b in BAND_NAMES])
    sigma = np.hypot(sky, floor * true_flux)
    observed = true_flux + rng.normal(size=true_flux.shape) * sigma
    reported = np.hypot(sky, floor * np.maximum(observed, 0.0))
    return observed, reported * np.exp(0.05 * rng.normal(size=true_flux.shape))


def gaia_lists(
    gaia_g: Floats, limit: Floats, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which magnitudes Gaia lists: nearly all 0.3 mag above its limit."""
    share = 1.0 / (1.0 + np.exp((gaia_g - limit) / 0.1))
    listed: NDArray[np.bool_] = rng.random(len(gaia_g)) < share
    return listed


def published(status: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return of which measurements there is a flux, (n, n_bands).

    DELVE states it of whatever it looked at, CatWISE in both bands of what it lists,
    VHS and Gaia only of what they see.
    """
    known = np.isin(status, (OK, NONDETECT))
    vhs_gaia, wise = columns_of((*INFRARED, *GAIA)), columns_of(WISE)
    known[:, vhs_gaia] = status[:, vhs_gaia] == OK
    known[:, wise] &= (status[:, wise] == OK).any(axis=1, keepdims=True)
    return known


def statuses(
    observed: Floats, sigma: Floats, in_gaia: np.ndarray, rng: np.random.Generator
) -> NDArray[np.int8]:
    """Return what became of each measurement, as places in ``STATUSES``.

    DELVE's bands count from 3 sigma, VHS's from 5; CatWISE lists a source at 5 sigma in
    one band and then has the other from 2; Gaia's list is ``in_gaia``.
    """
    snr = np.nan_to_num(observed / sigma)
    faint = snr < 3.0
    vhs, wise, gaia = (columns_of(group) for group in (INFRARED, WISE, GAIA))
    faint[:, vhs] = snr[:, vhs] < 5.0
    listed = (snr[:, wise] >= 5.0).any(axis=1, keepdims=True)
    faint[:, wise] = ~listed | (snr[:, wise] < 2.0)
    faint[:, gaia] = (snr[:, gaia] < 3.0) | ~in_gaia[:, None]
    status = np.where(faint, NONDETECT, OK).astype(np.int8)
    optical = columns_of(OPTICAL)
    is_bright = np.zeros_like(faint)
    is_bright[:, optical] = observed[:, optical] > to_flux(np.array(_SATURATION_AB))
    status[is_bright] = SATURATED
    status[rng.random(observed.shape, dtype=np.float32) < _INVALID_SHARE] = BAD
    status[~np.isfinite(observed)] = UNOBSERVED
    return status
