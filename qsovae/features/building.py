"""Values and errors of features, from a catalog.

Within features: above feature.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from qsovae.catalog import NONDETECT, Catalog, band_depth, quantity
from qsovae.errors import CatalogError
from qsovae.features.feature import BAND_KINDS, Feature, FeatureTable
from qsovae.magnitudes import asinh_magnitude, asinh_magnitude_error
from qsovae.threads import n_cores

Floats = NDArray[np.float64]
# The place of a feature, a sign, and a band's magnitudes and errors, (n_rows,) each.
Part = tuple[int, float, Floats, Floats]

_BANDS_AT_ONCE = 4


def missing_sources(catalog: Catalog, features: Sequence[Feature]) -> list[str]:
    """Return the bands, quantities and columns that features need and a catalog lacks.

    Bands are listed as ``band g``.
    """
    columns = {c.name for c in catalog.mapping.columns}

    def is_here(kind: str, source: str) -> bool:
        if kind == "quantity":
            return quantity(catalog, source) is not None
        return source in (columns if kind == "column" else catalog.bands)

    needed = dict.fromkeys((f.kind, s) for f in features for s in f.sources)
    lacking = [
        source if kind in ("column", "quantity") else f"band {source}"
        for kind, source in needed
        if not is_here(kind, source)
    ]
    return list(dict.fromkeys(lacking))


def build_features(catalog: Catalog, features: Sequence[Feature]) -> FeatureTable:
    """Return the values and errors of features.

    A band that was looked at and shows nothing has an asinh magnitude, of its stated
    flux or of zero, with the limit or the depth as the error; Pogson's is missing
    there. The error of a colour is the root of the summed squares of its bands' errors;
    that neighbouring colours share a band, and so an error, is not carried along.

    Raises
    ------
    CatalogError
        If the catalog lacks a band, quantity or column, naming every one.
    """
    lacking = missing_sources(catalog, features)
    if lacking:
        raise CatalogError(
            f"the catalog lacks {', '.join(lacking)}",
            catalog.name,
            f"It has the bands {', '.join(catalog.bands) or 'none'}; correct the "
            "mapping if a column was not recognised.",
        )
    shape = (catalog.n_rows, len(features))
    # By column, as they are filled.
    values, sigma = np.zeros(shape, order="F"), np.zeros(shape, order="F")
    for i, sign, magnitude, error in _all_parts(catalog, features):
        values[:, i] += sign * magnitude
        sigma[:, i] += np.square(error)
    np.sqrt(sigma, out=sigma)
    for i, feature in enumerate(features):
        (name, *_) = feature.sources
        if feature.kind == "column":
            values[:, i], sigma[:, i] = catalog.values(name), catalog.error_of(name)
        elif feature.kind == "quantity":
            values[:, i], sigma[:, i] = quantity(catalog, name) or (np.nan, np.nan)
    return FeatureTable(
        tuple(features), values, sigma if np.isfinite(sigma).any() else None
    )


def _all_parts(catalog: Catalog, features: Sequence[Feature]) -> Iterator[Part]:
    """Yield each band's part of each feature that it is in, bluest band first."""

    def parts_of(band: str) -> list[Part]:
        return _band_parts(catalog, band, features)

    # A few bands at a time: catalogs are large.
    at_once = min(n_cores(), _BANDS_AT_ONCE)
    with ThreadPoolExecutor(at_once) as threads:
        for start in range(0, len(catalog.bands), at_once):
            bands = catalog.bands[start : start + at_once]
            yield from chain.from_iterable(threads.map(parts_of, bands))


def _band_parts(catalog: Catalog, band: str, features: Sequence[Feature]) -> list[Part]:
    """Return a band's part of each feature that it is in."""
    parts: list[Part] = []
    made: dict[float | None, tuple[Floats, Floats]] = {}
    for i, feature in enumerate(features):
        if feature.kind in BAND_KINDS and band in feature.sources:
            place = feature.sources.index(band)
            softening = (feature.softening_njy or (None, None))[place]
            if softening not in made:
                made[softening] = _magnitude(catalog, band, softening)
            parts.append((i, -1.0 if place else 1.0, *made[softening]))
    return parts


def _magnitude(
    catalog: Catalog, band: str, softening: float | None
) -> tuple[Floats, Floats]:
    """Return magnitudes and errors, (n_rows,) each: Pogson's without a softening."""
    measured = catalog.measured(band)
    if softening is None:
        return measured.magnitude, measured.error
    # Looked for, not seen, and no more is known: zero, give or take the depth.
    unseen = (measured.status == NONDETECT) & np.isnan(measured.flux)
    depth = band_depth(catalog.whole, band)
    flux = np.where(unseen, 0.0, measured.flux)
    error = np.where(
        unseen, depth if np.isfinite(depth) else softening, measured.flux_error
    )
    return (
        asinh_magnitude(flux, softening),
        asinh_magnitude_error(flux, error, softening),
    )
