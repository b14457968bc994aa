"""Spectral energy distributions from features: each band's magnitude, where they tell.

Within features: above feature.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsovae.bands import BANDS
from qsovae.features.feature import BAND_KINDS, Feature
from qsovae.magnitudes import asinh_flux, to_flux, to_magnitude

# Below this share of detections, among the rows of a class that were looked at in a
# band, a mean magnitude is rather one of limits.
LEAST_DETECTED = 2 / 3
_ROUNDING = 1e-6


class BandValues(NamedTuple):
    """Magnitudes in a band, (n_rows,), AB: asinh ones where a softening is stated."""

    magnitude: NDArray[np.float64]
    softening_njy: float | None

    def flux_njy(self) -> NDArray[np.float64]:
        """Return fluxes; those of asinh magnitudes may be zero or negative."""
        if self.softening_njy is None:
            return to_flux(self.magnitude)
        return asinh_flux(self.magnitude, self.softening_njy)

    def pogson(self) -> NDArray[np.float64]:
        """Return Pogson's magnitudes, NaN below the softening.

        Where there is as much noise as flux, a source has none.
        """
        if self.softening_njy is None:
            return self.magnitude
        flux = self.flux_njy()
        return to_magnitude(np.where(flux > self.softening_njy, flux, np.nan))


def band_values(
    features: Sequence[Feature], values: NDArray[np.floating]
) -> dict[str, BandValues]:
    """Return what each band has that magnitudes and colours decide.

    Where they say more than is needed and do not agree, by least squares.

    Parameters
    ----------
    features : sequence of Feature
    values : ndarray, (n_rows, n_features)
        Finite where the feature is of bands.

    Returns
    -------
    dict of BandValues
        By band, bluest first.
    """
    places, bands, inverse = _decided(features)
    magnitudes = values[:, places].astype(np.float64) @ inverse.T
    softening = {
        band: soft
        for i in places
        for band, soft in zip(
            features[i].sources, features[i].softening_njy, strict=False
        )
    }
    return {
        band: BandValues(magnitudes[:, k], softening.get(band))
        for k, band in enumerate(bands)
    }


def band_spreads(
    features: Sequence[Feature], spread: NDArray[np.floating]
) -> dict[str, NDArray[np.float64]]:
    """Return how magnitudes in each band of ``band_values`` scatter, (n_rows,), mag.

    Parameters
    ----------
    features : sequence of Feature
    spread : ndarray, (n_rows, n_features)
        One standard deviation of each feature, which scatter independently.
    """
    places, bands, inverse = _decided(features)
    variance = np.square(spread[:, places]) @ np.square(inverse).T
    return dict(zip(bands, np.sqrt(variance).T, strict=True))


def _decided(
    features: Sequence[Feature],
) -> tuple[list[int], list[str], NDArray[np.float64]]:
    """Return places of features of bands, the bands they decide, and how.

    The last is (n_bands, n_places), by which these features give magnitudes.
    """
    places = [i for i, feature in enumerate(features) if feature.kind in BAND_KINDS]
    used = {band for i in places for band in features[i].sources}
    bands = [band for band in BANDS if band in used]
    design = np.zeros((len(places), len(bands)))
    for line, place in enumerate(places):
        for sign, band in zip((1.0, -1.0), features[place].sources, strict=False):
            design[line, bands.index(band)] = sign
    inverse = np.linalg.pinv(design)
    # Without a magnitude among them, colours leave a band's own open.
    decided = np.abs(np.diag(inverse @ design) - 1.0) < _ROUNDING
    return (
        places,
        [bands[k] for k in np.flatnonzero(decided)],
        inverse[decided].astype(np.float64),
    )


def band_magnitudes(
    features: Sequence[Feature], values: NDArray[np.floating]
) -> dict[str, NDArray[np.float64]]:
    """Return the AB magnitude in each band of ``band_values``, (n_rows,), by band.

    Of asinh magnitudes Pogson's are returned, NaN below the softening.
    """
    return {band: v.pogson() for band, v in band_values(features, values).items()}
