"""What a feature is, and a table of them.

Within features: lowest.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Kinds of features that are made of bands.
BAND_KINDS = ("magnitude", "colour")


@dataclass(frozen=True)
class Feature:
    """One input of the model.

    Attributes
    ----------
    name, unit : str
    kind : str
        ``magnitude`` or ``colour`` (AB, from bands), ``quantity`` (one of
        ``QUANTITIES``, whatever a survey calls it), or ``column`` (as it is).
    sources : tuple of str
        One band, two bands, or one name.
    softening_njy : tuple of float
        Of each band: where stated, its magnitudes are asinh magnitudes of this
        softening; empty for Pogson's.
    """

    name: str
    unit: str
    kind: str
    sources: tuple[str, ...]
    softening_njy: tuple[float, ...] = ()


@dataclass(frozen=True)
class FeatureTable:
    """Values of the features.

    Attributes
    ----------
    features : tuple of Feature
    values : ndarray of float, (n_rows, n_features)
        NaN where unobserved.
    sigma : ndarray of the same shape, or None
        One standard error a value, NaN where unknown; None if none is known at all.
    """

    features: tuple[Feature, ...]
    values: NDArray[np.floating]
    sigma: NDArray[np.floating] | None

    @property
    def names(self) -> list[str]:
        """Names of the features, in order."""
        return [f.name for f in self.features]

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Which values are known, (n_rows, n_features); those of upper limits are."""
        seen: NDArray[np.bool_] = np.isfinite(self.values)
        return seen


def magnitude_feature(band: str) -> Feature:
    """Return a band's AB magnitude as a feature."""
    return Feature(f"{band}_mag_ab", "mag", "magnitude", (band,))


def colour_feature(blue: str, red: str) -> Feature:
    """Return the AB colour of two bands as a feature."""
    return Feature(f"{blue}_mag_ab - {red}_mag_ab", "mag", "colour", (blue, red))


def quantity_feature(name: str) -> Feature:
    """Return one of the ``QUANTITIES`` as a feature."""
    return Feature(name, "", "quantity", (name,))


def features_to_json(features: Sequence[Feature]) -> list[dict[str, Any]]:
    """Return features as plain values, in order."""
    return [
        asdict(f) | {"sources": list(f.sources), "softening_njy": list(f.softening_njy)}
        for f in features
    ]


def features_from_json(saved: Sequence[dict[str, Any]]) -> tuple[Feature, ...]:
    """Return the features that ``features_to_json`` described."""
    lists = ("sources", "softening_njy")
    return tuple(
        Feature(**(entry | {key: tuple(entry.get(key, ())) for key in lists}))
        for entry in saved
    )
