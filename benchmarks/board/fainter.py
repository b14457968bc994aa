"""A catalog with the noise that its sources would have one magnitude fainter.

The sky's noise in flux stays as it is while the flux is 2.512 times smaller, so the
relative error grows 2.512 times. Brightness is left: only noise is added, so that
nothing else than the doubt changes.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import qsovae
from board.sets import Floats
from qsovae.magnitudes import magnitude_error, to_magnitude

DIMMER = 10.0**0.4
_ROLES = ("magnitude", "magnitude_error", "flux", "flux_error")  # fluxes in nJy


def noisier(
    flux: Floats, error: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return fluxes with noise added, and their errors, ``DIMMER`` times as large."""
    extra = error * np.sqrt(DIMMER**2 - 1.0)
    return flux + rng.normal(size=flux.shape) * extra, error * DIMMER


def fainter(catalog: qsovae.Catalog, rng: np.random.Generator) -> qsovae.Catalog:
    """Return the catalog with more noise in each band whose error is known."""
    frame = catalog.raw.frame.copy()
    for band in catalog.bands:
        noisy = _noisy(catalog.measured(band), rng)
        for column in catalog.mapping.columns:
            if column.band == band and column.role in _ROLES:
                rows = noisy.seen if column.role.startswith("mag") else noisy.known
                before = frame[column.name].to_numpy(dtype=np.float64)
                frame[column.name] = np.where(rows, _written(column, noisy), before)
    return qsovae.Catalog(replace(catalog.raw, frame=frame), catalog.mapping)


class Noisy(NamedTuple):
    """A band's fluxes and errors with more noise, and in which rows they are known."""

    flux: Floats
    error: Floats
    known: NDArray[np.bool_]
    seen: NDArray[np.bool_]


def _noisy(measured: Any, rng: np.random.Generator) -> Noisy:
    """Return a band with more noise."""
    known = np.isfinite(measured.flux) & np.isfinite(measured.flux_error)
    flux, error = noisier(measured.flux, measured.flux_error, rng)
    return Noisy(flux, error, known, known & np.isfinite(measured.magnitude))


def _written(column: qsovae.Column, noisy: Noisy) -> Floats:
    """Return what a column of the band says of it, in the column's own system."""
    if column.role == "magnitude":
        vega = column.system == "Vega"
        offset = qsovae.BANDS[str(column.band)].ab_minus_vega if vega else 0.0
        # A flux that is not positive was looked for and not seen.
        return np.where(noisy.flux > 0, to_magnitude(noisy.flux) - offset, np.inf)
    if column.role == "magnitude_error":
        return magnitude_error(noisy.flux, noisy.error)
    return noisy.flux if column.role == "flux" else noisy.error
