"""The slices that the rows of a catalog fall into.

Within workflow: lowest.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from numpy.typing import ArrayLike, NDArray

from qsovae.bands import (
    BANDS,
    COMBINED_SURVEYS,
    band_columns,
)
from qsovae.catalog import OK, Catalog
from qsovae.evaluation import SliceColumn
from qsovae.features import Feature
from qsovae.magnitudes import POGSON

Floats = NDArray[np.float64]

# The same edges in every catalog, so that runs can be compared.
_MAGNITUDES = np.arange(12.0, 28.1, 0.5).tolist()
_COLOURS = np.arange(-2.0, 6.1, 0.5).tolist()
_REDSHIFTS = np.arange(0.0, 7.1, 0.5).tolist()
_SIGNALS_TO_NOISE = (3.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_LATITUDES_DEG = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0)
# Magnitudes are told in the band that is nearest to it.
_REFERENCE = "r"


def catalog_slices(
    catalog: Catalog, features: Sequence[Feature]
) -> Iterator[SliceColumn]:
    """Yield the slices of each row of a catalog, the same columns for each portion."""
    if catalog.bands:
        yield from _of_brightness(catalog)
    yield from _of_colours(catalog, features)
    redshift = catalog.mapping.only("redshift")
    if redshift is not None:
        yield SliceColumn.binned(
            "redshift", "redshift", catalog.values(redshift), _REDSHIFTS,
            is_spectroscopic=True,
        )  # fmt: skip
    if catalog.position is not None:
        yield SliceColumn.binned(
            "latitude", "|galactic latitude|, deg", _latitude(*catalog.position),
            _LATITUDES_DEG,
        )  # fmt: skip
    if catalog.bands:
        yield from _of_coverage(catalog)


def _of_brightness(catalog: Catalog) -> Iterator[SliceColumn]:
    """Yield the slices by magnitude and by signal to noise, in one band."""
    wanted = BANDS[_REFERENCE].wavelength_um
    band = min(catalog.bands, key=lambda b: abs(BANDS[b].wavelength_um - wanted))
    magnitude, error = catalog.magnitude(band)
    signal_to_noise = POGSON / np.where(error > 0, error, np.nan)
    yield SliceColumn.binned(
        "magnitude", f"{band} magnitude, AB mag", magnitude, _MAGNITUDES
    )
    yield SliceColumn.binned(
        "snr", f"signal to noise in {band}", signal_to_noise, _SIGNALS_TO_NOISE
    )


def _of_colours(catalog: Catalog, features: Sequence[Feature]) -> Iterator[SliceColumn]:
    """Yield the slices by the colours among some features."""
    for feature in features:
        name = feature.name
        if feature.kind == "colour" and set(feature.sources) <= set(catalog.bands):
            blue, red = feature.sources
            colour = catalog.magnitude(blue)[0] - catalog.magnitude(red)[0]
            name = f"{blue} - {red}"
            yield SliceColumn.binned(name, f"{name}, AB mag", colour, _COLOURS)
        elif feature.kind == "column" and feature.unit == "mag":
            yield SliceColumn.binned(
                name, f"{name}, mag", catalog.values(name), _COLOURS
            )


def _of_coverage(catalog: Catalog) -> Iterator[SliceColumn]:
    """Yield the slices by what was observed."""
    seen = {band: catalog.status(band) == OK for band in catalog.bands}
    counts = [str(n) for n in range(len(seen) + 1)]
    n_seen = np.sum(list(seen.values()), axis=0)
    codes = n_seen.astype(np.int16)
    yield SliceColumn("bands", "bands observed", tuple(counts), codes)
    for title, bands in _surveys(catalog).items():
        present = np.any([seen[band] for band in bands], axis=0)
        yield SliceColumn.divided(
            f"survey {title}", title, present, ("present", "missing")
        )


def _surveys(catalog: Catalog) -> dict[str, list[str]]:
    """Return the bands of each survey in a catalog, by the survey's title."""
    known = band_columns([c.name for c in catalog.mapping.columns])
    titles: dict[str, str] = {
        str(c.band): known[c.name].survey
        for c in catalog.mapping.columns
        if c.role in ("magnitude", "flux") and c.name in known
    }
    homes = {
        band: survey.title
        for survey in reversed(COMBINED_SURVEYS.values())
        for band in survey.bands
    }
    found: dict[str, list[str]] = {}
    for band in catalog.bands:
        title = titles.get(band)
        alike = {b for b in homes if titles.get(b) == title}
        # No survey has all of them: the names are those of a combined catalog.
        is_combined = not any(
            alike <= {*survey.bands} for survey in COMBINED_SURVEYS.values()
        )
        home = homes.get(band) if title is None or is_combined else title
        found.setdefault(home or band, []).append(band)
    return found


def _latitude(ra_deg: ArrayLike, dec_deg: ArrayLike) -> Floats:
    """Return distances from the Galactic plane in deg, (n_rows,), NaN as given."""
    place: Any = SkyCoord(ra_deg * u.deg, dec_deg * u.deg)
    latitude: Floats = np.abs(place.galactic.b.deg)
    return latitude
