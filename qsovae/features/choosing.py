"""Which features a catalog offers, and which a person wrote.

Within features: above feature.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from qsovae.bands import BANDS, plain_name
from qsovae.catalog import (
    QUANTITIES,
    Catalog,
    band_depth,
    columns_behind,
    quantity,
)
from qsovae.errors import CatalogError
from qsovae.features.feature import (
    BAND_KINDS,
    Feature,
    colour_feature,
    magnitude_feature,
    quantity_feature,
)

# The reference magnitude of the default features: the first of these that is observed
# nearly as often as any band.
_REFERENCES = ("i", "r", "z", "g", "gaia_g", "j", "w1")
# A band observed for less than this share of the best-observed one does not stand
# between two others: both its colours would be missing where it is.
_PATCHY = 0.5


def default_features(catalog: Catalog) -> tuple[Feature, ...]:
    """Return a reference magnitude, colours of neighbouring bands, shape and motion.

    Neighbours are taken among bands in which most is seen; a patchy band, and Gaia's
    broad ones, hang on with one colour each, so that their absence costs no other.
    Bands with errors give asinh magnitudes, softened by one standard error of the
    faintest detections, so that a source that was looked for and not seen has a value
    too. Then come the ``QUANTITIES`` that the catalog has, and its other features.

    Raises
    ------
    CatalogError
        If the catalog offers none.
    """
    depths = _depths(catalog, catalog.bands)
    share = {
        b: float(np.isfinite(catalog.magnitude(b)[0]).mean()) for b in catalog.bands
    }
    features = _softened(_band_features(share), depths) if share else []
    quantities = [n for n in QUANTITIES if quantity(catalog, n) is not None]
    features += [quantity_feature(name) for name in quantities]
    taken = {c for name in quantities for c in columns_behind(catalog, name)}
    features += [
        _column_feature(catalog, name)
        for name in catalog.mapping.names("feature")
        if name not in taken
    ]
    if not features:
        raise CatalogError(
            "no column was recognised as a magnitude, a colour or another feature",
            catalog.name,
            "Give columns the role 'magnitude' or 'feature' in the mapping.",
        )
    return tuple(features)


def _depths(catalog: Catalog, bands: Iterable[str]) -> dict[str, float]:
    """Return the depth of each band in nJy, NaN where errors are unknown."""
    # Three digits: a softening is a convention, and read by people.
    return {b: float(f"{band_depth(catalog, b):.3g}") for b in bands}


def _softened(
    features: Iterable[Feature], depths: Mapping[str, float]
) -> list[Feature]:
    """Return the features, of asinh magnitudes where all bands of one have a depth."""
    softened = []
    for feature in features:
        softening = tuple(depths.get(band, np.nan) for band in feature.sources)
        is_known = all(s > 0 for s in softening)
        softened.append(
            replace(feature, softening_njy=softening) if is_known else feature
        )
    return softened


def _band_features(share: dict[str, float]) -> list[Feature]:
    """Return reference magnitude and colours for bands with their observed shares."""
    best = max(share.values())
    usual = [b for b in (*_REFERENCES, *share) if share.get(b, -1.0) >= 0.9 * best]
    reference = usual[0]
    gaia = [b for b in share if b.startswith("gaia_")]
    chain = [b for b in share if b not in gaia and share[b] >= _PATCHY * best]
    features = [magnitude_feature(reference)]
    features += [colour_feature(*pair) for pair in pairwise(chain)]
    order = list(BANDS)
    for band in share:
        if band in chain or band in gaia or not chain:
            continue
        near = min(chain, key=lambda b: abs(order.index(b) - order.index(band)))
        pair = sorted((band, near), key=order.index)
        features.append(colour_feature(*pair))
    features += [colour_feature(*pair) for pair in pairwise(gaia)]
    if gaia and chain and reference not in gaia:
        features.append(colour_feature(gaia[0], reference))
    elif gaia and chain:
        features.append(colour_feature(reference, chain[0]))
    return features


def _column_feature(catalog: Catalog, name: str) -> Feature:
    return Feature(name, catalog.mapping.column(name).unit or "", "column", (name,))


def parse_features(texts: Sequence[str], catalog: Catalog) -> tuple[Feature, ...]:
    """Return features from what a person wrote: ``g-r``, ``i`` or a column's name.

    Magnitudes are Pogson's or asinh magnitudes as in ``default_features``.

    Raises
    ------
    CatalogError
        If a text is neither, or names a redshift or the label.
    """
    features = [_parse_feature(text.strip(), catalog) for text in texts]
    bands = {b for f in features if f.kind in BAND_KINDS for b in f.sources}
    return tuple(_softened(features, _depths(catalog, bands & {*catalog.bands})))


def _parse_feature(text: str, catalog: Catalog) -> Feature:
    """Return one feature; a column's name goes before a band's."""
    columns = {c.name: c for c in catalog.mapping.columns}
    if text in columns and columns[text].role in ("redshift", "label", "id"):
        raise CatalogError(
            f"{text} is a {columns[text].role} and never a feature",
            catalog.name,
            "Leave it out.",
        )
    if text in QUANTITIES and quantity(catalog, text) is not None:
        return quantity_feature(text)
    if text in columns and columns[text].role != "magnitude":
        return _column_feature(catalog, text)
    if text in columns:
        return magnitude_feature(str(columns[text].band))
    parts = [_band(part, catalog) for part in text.split("-")]
    if len(parts) == 1 and parts[0]:
        return magnitude_feature(parts[0])
    if len(parts) == 2 and parts[0] and parts[1]:
        return colour_feature(parts[0], parts[1])
    raise CatalogError(
        f"{text!r} is neither a column nor made of bands",
        catalog.name,
        f"Bands here: {', '.join(catalog.bands) or 'none'}; write g-r for a colour.",
    )


def _band(text: str, catalog: Catalog) -> str | None:
    """Return the band that a text names, by itself or by its column."""
    plain = plain_name(text).removesuffix("_mag_ab")
    plain = {"k": "ks", "bp": "gaia_bp", "rp": "gaia_rp"}.get(plain, plain)
    if plain in BANDS:
        return plain
    columns = {plain_name(c.name): c.band for c in catalog.mapping.columns
               if c.role == "magnitude"}  # fmt: skip
    return columns.get(plain_name(text))
