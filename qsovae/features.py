"""Features: from a catalog's columns to X, sigma and names.

Layer: above catalog. Features are named by band, not by column, so that a catalog of
another survey with the same bands fits a run.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qsovae.bands import BANDS, plain_name
from qsovae.catalog import Catalog
from qsovae.errors import CatalogError

# The reference magnitude of the default features: the first of these that is observed
# nearly as often as any band.
_REFERENCES = ("i", "r", "z", "g", "gaia_g", "j", "w1")
# A band observed for less than this share of the best-observed one does not stand
# between two others: both its colours would be missing where it is.
_PATCHY = 0.5


@dataclass(frozen=True)
class Feature:
    """One input of the model.

    Attributes
    ----------
    name, unit : str
    kind : str
        ``magnitude`` or ``colour`` (AB, from bands), or ``column`` (as it is).
    sources : tuple of str
        One band, two bands, or one column name.
    """

    name: str
    unit: str
    kind: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class FeatureTable:
    """Values of the features.

    Attributes
    ----------
    features : tuple of Feature
    values : ndarray, (n_rows, n_features)
        NaN where unobserved.
    sigma : ndarray of the same shape, or None
        One standard error a value, NaN where unknown; None if none is known at all.
    """

    features: tuple[Feature, ...]
    values: NDArray[np.float64]
    sigma: NDArray[np.float64] | None

    @property
    def names(self) -> list[str]:
        """Names of the features, in order."""
        return [f.name for f in self.features]


def magnitude_feature(band: str) -> Feature:
    """Return a band's AB magnitude as a feature."""
    return Feature(f"{band}_mag_ab", "mag", "magnitude", (band,))


def colour_feature(blue: str, red: str) -> Feature:
    """Return the AB colour of two bands as a feature."""
    return Feature(f"{blue}_mag_ab - {red}_mag_ab", "mag", "colour", (blue, red))


def default_features(catalog: Catalog) -> tuple[Feature, ...]:
    """Return a reference magnitude, colours of neighbouring bands, feature columns.

    Neighbours are taken among well-observed bands; a patchy band, and Gaia's broad
    ones, hang on with one colour each, so that their absence costs no other colour.

    Raises
    ------
    CatalogError
        If the catalog offers none.
    """
    share = {b: np.isfinite(catalog.magnitude(b)[0]).mean() for b in catalog.bands}
    features = _band_features(share) if share else []
    features += [_column_feature(catalog, n) for n in catalog.mapping.names("feature")]
    if not features:
        raise CatalogError(
            "no column was recognised as a magnitude, a colour or another feature",
            catalog.name,
            "Give columns the role 'magnitude' or 'feature' in the mapping.",
        )
    return tuple(features)


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

    Raises
    ------
    CatalogError
        If a text is neither, or names a redshift or the label.
    """
    return tuple(_parse_feature(text.strip(), catalog) for text in texts)


def _parse_feature(text: str, catalog: Catalog) -> Feature:
    """Return one feature; a column's name goes before a band's."""
    columns = {c.name: c for c in catalog.mapping.columns}
    if text in columns and columns[text].role in ("redshift", "label", "id"):
        raise CatalogError(
            f"{text} is a {columns[text].role} and never a feature",
            catalog.name,
            "Leave it out.",
        )
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


def missing_sources(catalog: Catalog, features: Sequence[Feature]) -> list[str]:
    """Return the bands and columns that the features need and the catalog lacks."""
    columns = {c.name for c in catalog.mapping.columns}
    needed = [(f.kind, s) for f in features for s in f.sources]
    lacking = [
        source if kind == "column" else f"band {source}"
        for kind, source in dict.fromkeys(needed)
        if source not in (columns if kind == "column" else catalog.bands)
    ]
    return list(dict.fromkeys(lacking))


def build_features(catalog: Catalog, features: Sequence[Feature]) -> FeatureTable:
    """Return the values and errors of features.

    The error of a colour is the root of the summed squares of its bands' errors; that
    neighbouring colours share a band, and so an error, is not carried along.

    Raises
    ------
    CatalogError
        If the catalog lacks a band or column, naming every one.
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
    values, sigma = np.empty(shape), np.empty(shape)
    for i, feature in enumerate(features):
        values[:, i], sigma[:, i] = _measure(catalog, feature)
    return FeatureTable(
        tuple(features), values, sigma if np.isfinite(sigma).any() else None
    )


def _measure(
    catalog: Catalog, feature: Feature
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a feature's values and errors, (n_rows,) each."""
    if feature.kind == "column":
        (name,) = feature.sources
        return catalog.values(name), catalog.error_of(name)
    measured = [catalog.magnitude(band) for band in feature.sources]
    if feature.kind == "magnitude":
        return measured[0]
    (blue, blue_sigma), (red, red_sigma) = measured
    return blue - red, np.hypot(blue_sigma, red_sigma)


def features_to_json(features: Sequence[Feature]) -> list[dict[str, Any]]:
    """Return features as plain values, in order."""
    return [asdict(f) | {"sources": list(f.sources)} for f in features]


def features_from_json(saved: Sequence[dict[str, Any]]) -> tuple[Feature, ...]:
    """Return the features that ``features_to_json`` described."""
    return tuple(Feature(**(s | {"sources": tuple(s["sources"])})) for s in saved)
