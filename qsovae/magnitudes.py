"""Fluxes and magnitudes: Pogson's, and asinh magnitudes, which zero flux has as well.

Layer: beside bands. Fluxes are in nJy, magnitudes in AB.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# AB magnitude of 1 nJy, from 0 mag = 3631 Jy (Oke & Gunn 1983).
AB_ZERO = 31.4
ZERO_FLUX_NJY = 10.0 ** (AB_ZERO / 2.5)
# d(mag) = 2.5 / ln 10 d(flux) / flux
POGSON = 2.5 / np.log(10.0)


def to_flux(magnitude_ab: ArrayLike) -> Floats:
    """Return the flux of a magnitude, in nJy."""
    flux: Floats = 10.0 ** ((AB_ZERO - np.asarray(magnitude_ab, np.float64)) / 2.5)
    return flux


def to_magnitude(flux_njy: ArrayLike) -> Floats:
    """Return the AB magnitude of a flux; NaN where it is not positive."""
    flux = np.asarray(flux_njy, np.float64)
    magnitude: Floats = AB_ZERO - 2.5 * np.log10(np.where(flux > 0, flux, np.nan))
    return magnitude


def flux_error(flux_njy: Floats, magnitude_error: Floats) -> Floats:
    """Return the error of a flux from that of its magnitude, in nJy."""
    error: Floats = flux_njy * magnitude_error / POGSON
    return error


def magnitude_error(flux_njy: Floats, flux_err_njy: Floats) -> Floats:
    """Return the error of a magnitude from that of its flux; NaN where it has none."""
    error: Floats = POGSON * flux_err_njy / np.where(flux_njy > 0, flux_njy, np.nan)
    return error


def asinh_magnitude(flux_njy: Floats, softening_njy: float) -> Floats:
    """Return asinh magnitudes, AB: finite for zero and for negative flux.

    Lupton, Gunn & Szalay (1999), with the softening b f0 stated in flux: equal to
    Pogson's where the flux is many times as large, linear in flux where it is small.

    Parameters
    ----------
    flux_njy : ndarray
    softening_njy : float
        Of the order of one standard error of the sky in the band.
    """
    ratio = flux_njy / (2.0 * softening_njy)
    magnitude: Floats = AB_ZERO - POGSON * (np.arcsinh(ratio) + np.log(softening_njy))
    return magnitude


def asinh_flux(magnitude_ab: Floats, softening_njy: float) -> Floats:
    """Return the flux of an asinh magnitude, in nJy."""
    ratio = (AB_ZERO - magnitude_ab) / POGSON - np.log(softening_njy)
    flux: Floats = 2.0 * softening_njy * np.sinh(ratio)
    return flux


def asinh_magnitude_error(
    flux_njy: Floats, flux_err_njy: Floats, softening_njy: float
) -> Floats:
    """Return the error of an asinh magnitude, by the slope at the flux."""
    error: Floats = POGSON * flux_err_njy / np.hypot(flux_njy, 2.0 * softening_njy)
    return error
