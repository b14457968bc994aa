"""Filter curves, and the magnitudes of redshifted spectra seen through them.

Within sources: lowest. Curves are those that astro-sedpy ships. Spectra lie on a grid
of equal steps of ln(wavelength), so that a redshift is a shift along it.
"""

from functools import cache

import numpy as np
from sedpy.observate import load_filters

from qsovae.simulation.reference import BAND_NAMES, Floats

# Bands of the mock, by the names that astro-sedpy has for their curves.
CURVES = dict(
    zip(
        BAND_NAMES,
        ("decam_g", "decam_r", "decam_i", "decam_z", "vista_vircam_Y",
         "vista_vircam_J", "vista_vircam_H", "vista_vircam_Ks", "wise_w1", "wise_w2",
         "gaia_g", "gaia_bp", "gaia_rp"),
        strict=True,
    )
)  # fmt: skip
# 0.001 is 300 km/s; five of them, the step in redshift, are less than a broad line.
_STEP = 0.001
_PER_REDSHIFT = 5
REST_UM = 0.09 * np.exp(_STEP * np.arange(4180))
LOG_STEP_REDSHIFT = _STEP * _PER_REDSHIFT
REDSHIFTS = np.expm1(LOG_STEP_REDSHIFT * np.arange(376))  # to 5.5
# Curves go on as noise outside of their window.
_LEAST_TRANSMISSION = 0.005


@cache
def _curve(name: str) -> tuple[int, Floats]:
    """Return where on the grid a curve begins, and its weights of f_nu, sum one.

    A magnitude is the mean of f_nu over photons: with equal steps of ln(wavelength)
    the weight is the transmission itself.
    """
    (curve,) = load_filters([name])
    share = curve.transmission / curve.transmission.max()
    peak = int(share.argmax())
    low = share < _LEAST_TRANSMISSION
    first = int(np.flatnonzero(low[:peak]).max(initial=-1)) + 1
    last = peak + int(np.flatnonzero(np.append(low[peak:], True))[0])
    inside = slice(first, last)
    grid = np.arange(len(REST_UM))
    weights = np.interp(
        REST_UM, curve.wavelength[inside] / 1e4, share[inside], left=0.0, right=0.0
    )
    begin, end = grid[weights > 0][[0, -1]]
    kept = weights[begin : end + 1]
    return int(begin), kept / kept.sum()


def wavelengths_um(curves: tuple[str, ...]) -> Floats:
    """Return the mean of ln(wavelength) over each curve, as a wavelength in um."""
    means = []
    for name in curves:
        begin, weights = _curve(name)
        means.append(weights @ np.log(REST_UM[begin : begin + len(weights)]))
    wavelengths: Floats = np.exp(np.array(means))
    return wavelengths


def photometry(
    spectra: Floats, curves: tuple[str, ...], transmission: Floats | None = None
) -> Floats:
    """Return the mean f_nu of redshifted spectra through filters.

    Parameters
    ----------
    spectra : ndarray, (n_spectra, n_wavelengths)
        f_nu on ``REST_UM``; none is taken to be below its first wavelength.
    curves : tuple of str
        Names of astro-sedpy.
    transmission : ndarray, (n_redshifts, n_wavelengths), optional
        What the way through the intergalactic medium leaves, by rest wavelength.

    Returns
    -------
    ndarray, (n_redshifts, n_spectra, n_curves)
        At ``REDSHIFTS``.
    """
    result = np.zeros((len(REDSHIFTS), len(spectra), len(curves)))
    for k, name in enumerate(curves):
        begin, weights = _curve(name)
        for line in range(len(REDSHIFTS)):
            first = begin - _PER_REDSHIFT * line
            skipped = max(-first, 0)
            cells = slice(first + skipped, first + len(weights))
            if cells.stop <= 0:
                continue
            seen = weights[skipped:]
            if transmission is not None:
                seen = seen * transmission[line, cells]
            result[line, :, k] = spectra[:, cells] @ seen
    return result
