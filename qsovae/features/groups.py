"""Which features rest on one measurement, and which on one survey.

Within features: above feature.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qsovae.bands import BANDS, band_columns, plain_name
from qsovae.columns import Mapping
from qsovae.features.feature import BAND_KINDS, Feature
from qsovae.recognition import band_of, colour_bands

# Quantities made of the same measurements, and the light of the survey that has these,
# as in combined catalogs.
_QUANTITIES = {
    "spread_model": ("shape", "optical"),
    "point_probability": ("shape", "optical"),
    "pm_sig": ("proper motion", "Gaia"),
    "parallax_sig": ("parallax", "Gaia"),
}
_KINDS = ("band", "quantity", "column", "survey")
_LIGHTS = ("optical", "near infrared", "WISE", "Gaia")
# Where the near infrared begins, µm: between z and Y.
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


def feature_groups(
    features: Sequence[Feature], mapping: Mapping | None = None
) -> tuple[FeatureGroup, ...]:
    """Return the groups of features: bands, bluest first, others, then surveys.

    A survey goes by its name where its columns are written so, else, as in combined
    catalogs, by its light: optical, near infrared, WISE, Gaia. One that every feature
    rests on is none of the groups: without it there is nothing to go by.

    Parameters
    ----------
    features : sequence of Feature
    mapping : Mapping, optional
        Of the catalog that they were made of.
    """
    bands = {band for feature in features for band in _bands_of(feature)}
    names = _survey_names([b for b in BANDS if b in bands], mapping)
    found: dict[tuple[str, str], list[int]] = {}
    for place, feature in enumerate(features):
        for key in _keys(feature, names):
            found.setdefault(key, []).append(place)
    order = list(names.values())

    def place_of(key: tuple[str, str]) -> tuple[int, int]:
        kind, name = key
        within = {"band": list(BANDS), "survey": order}.get(kind, [name])
        return _KINDS.index(kind), within.index(name)

    return tuple(
        FeatureGroup(
            BANDS[name].label if kind == "band" else name, kind,
            tuple(found[kind, name]),
        )
        for kind, name in sorted(found, key=place_of)
        if kind != "survey" or len(found[kind, name]) < len(features)
    )  # fmt: skip


def _bands_of(feature: Feature) -> tuple[str, ...]:
    """Return the bands that a feature is made of."""
    if feature.kind in BAND_KINDS:
        return feature.sources
    is_column = feature.kind == "column"
    pair = colour_bands(plain_name(feature.name)) if is_column else None
    return tuple(band_of(token) for token in pair or ())


def _keys(feature: Feature, names: dict[str, str]) -> Iterable[tuple[str, str]]:
    """Return kind and name of each group that a feature belongs to, once each."""
    bands = _bands_of(feature)
    keys = [("band", b) for b in bands] + [("survey", names[b]) for b in bands]
    if feature.kind == "quantity":
        measured, light = _QUANTITIES[feature.sources[0]]
        keys = [("quantity", measured), ("survey", names[light])]
    return dict.fromkeys(keys or [("column", feature.name)])


def _survey_names(bands: Sequence[str], mapping: Mapping | None) -> dict[str, str]:
    """Return the name of the survey of each band, and of each light, in order."""
    columns = [] if mapping is None else [c.name for c in mapping.columns]
    titles = {c.band: c.survey for c in band_columns(columns).values()}
    lights: dict[str, set[str]] = {}
    for band in bands:
        # Y is of optical and of infrared surveys.
        if band in titles and band != "y":
            lights.setdefault(titles[band], set()).add(_light(band))
    # A title of several lights is that of a file of several surveys.
    single = {title: light for title, (light, *more) in lights.items() if not more}
    of_light: dict[str, list[str]] = {light: [] for light in _LIGHTS}
    for title, light in single.items():
        of_light[light].append(title)
    names = {
        light: titles[0] if len(titles) == 1 else light
        for light, titles in of_light.items()
    }
    own = {band: titles[band] for band in bands if titles.get(band) in single}
    by_light = sorted(bands, key=lambda band: _LIGHTS.index(_light(band)))
    return {band: own.get(band, names[_light(band)]) for band in by_light} | names


def _light(band: str) -> str:
    if band.startswith("gaia_"):
        return "Gaia"
    if band in ("w1", "w2", "w3", "w4"):
        return "WISE"
    infrared = BANDS[band].wavelength_um > _NEAR_INFRARED_UM
    return "near infrared" if infrared else "optical"
