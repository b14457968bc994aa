"""Which features rest on one measurement, and which on one survey.

Within features: above feature. Survey names are not kept with a run: bands go by the
light that a survey is of, Gaia's with its astrometry, as combined catalogs have them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from qsovae.bands import BANDS
from qsovae.features.feature import BAND_KINDS, Feature

# Quantities made of the same measurements, and the survey that has these.
_QUANTITIES = {
    "spread_model": ("shape", "optical"),
    "point_probability": ("shape", "optical"),
    "pm_sig": ("proper motion", "Gaia"),
    "parallax_sig": ("parallax", "Gaia"),
}
_KINDS = ("band", "quantity", "column", "survey")
_SURVEYS = ("optical", "near infrared", "WISE", "Gaia")
# Where the near infrared begins, µm: between z of optical and Y of infrared surveys.
_NEAR_INFRARED_UM = 0.97


@dataclass(frozen=True)
class FeatureGroup:
    """Features that rest on one measurement, or on one survey.

    Attributes
    ----------
    name, kind : str
        As people say it; ``band``, ``quantity``, ``column`` or ``survey``.
    members : tuple of int
        Places among the features; a colour is in the groups of both its bands.
    """

    name: str
    kind: str
    members: tuple[int, ...]


def feature_groups(features: Sequence[Feature]) -> tuple[FeatureGroup, ...]:
    """Return the groups of features: bands, bluest first, others, then surveys.

    A survey that every feature rests on is none of the groups: without it there is
    nothing to go by.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for place, feature in enumerate(features):
        for key in _keys(feature):
            found.setdefault(key, []).append(place)
    return tuple(
        FeatureGroup(
            BANDS[name].label if kind == "band" else name, kind,
            tuple(found[kind, name]),
        )
        for kind, name in sorted(found, key=_order)
        if kind != "survey" or len(found[kind, name]) < len(features)
    )  # fmt: skip


def _keys(feature: Feature) -> list[tuple[str, str]]:
    """Return kind and name of each group that a feature belongs to."""
    if feature.kind in BAND_KINDS:
        bands = [("band", band) for band in feature.sources]
        return bands + list(dict.fromkeys(("survey", _survey(b)) for _, b in bands))
    (name,) = feature.sources
    if feature.kind == "quantity":
        measured, survey = _QUANTITIES[name]
        return [("quantity", measured), ("survey", survey)]
    return [("column", name)]


def _survey(band: str) -> str:
    if band.startswith("gaia_"):
        return "Gaia"
    if band in ("w1", "w2", "w3", "w4"):
        return "WISE"
    infrared = BANDS[band].wavelength_um > _NEAR_INFRARED_UM
    return "near infrared" if infrared else "optical"


def _order(key: tuple[str, str]) -> tuple[int, int]:
    """Return where a group stands among others: by kind, bands by wavelength."""
    kind, name = key
    kinds = {"band": list(BANDS), "survey": list(_SURVEYS)}
    place = kinds[kind].index(name) if kind in kinds else 0
    return _KINDS.index(kind), place
