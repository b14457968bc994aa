"""What a combined catalog takes from each survey.

Within bands: above photometry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qsovae.bands.definitions import definitions_in, unusable
from qsovae.bands.photometry import BANDS


@dataclass(frozen=True)
class Carried:
    """A column that a combined catalog takes from a survey beside its magnitudes.

    Attributes
    ----------
    name, unit, ucd, about : str
        As in the combined catalog.
    sources : tuple of str
        The survey's names for it, the best first.
    """

    name: str
    unit: str
    ucd: str
    about: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class SurveyDefinition:
    """What a combined catalog takes from a survey, and how its rows are matched.

    Attributes
    ----------
    key, title : str
    bands : tuple of str
    epoch_jyr : float
        Mean epoch of its positions, for tables that state none.
    radius_arcsec, radius_reason : float, str
        Within which a row of the primary has its partner, and why.
    snr : str, optional
        Column with a band's signal to noise, where the survey states no error.
    spelling, writes : mapping
        How the survey writes a band; names and code of its own tables.
    carry : tuple of Carried
    """

    key: str
    title: str
    bands: tuple[str, ...]
    epoch_jyr: float
    radius_arcsec: float
    radius_reason: str
    snr: str | None = None
    spelling: Mapping[str, str] = field(default_factory=dict)
    writes: Mapping[str, Any] = field(default_factory=dict)
    carry: tuple[Carried, ...] = ()

    def spelt(self, pattern: str, band: str) -> str:
        """Return a column's name from its pattern and a band."""
        return pattern.replace("{b}", self.spelling.get(band, band))


def _survey_definition(key: str, entry: dict[str, Any]) -> SurveyDefinition:
    """Return one survey of ``combined.toml``."""
    try:
        carry = [
            Carried(c["name"], c["unit"], c["ucd"], c["about"], tuple(c["from"]))
            for c in entry.get("carry", [])
        ]
        plain = entry | {
            "bands": tuple(entry["bands"]),
            "carry": tuple(carry),
        }
        definition = SurveyDefinition(key, **plain)
    except (KeyError, TypeError) as error:
        raise unusable(f"combined.toml, {key}", error) from None
    strange = [band for band in definition.bands if band not in BANDS]
    if strange:
        named = KeyError(f"no band {', '.join(strange)} in bands.toml")
        raise unusable(f"combined.toml, {key}", named)
    return definition


# By key, the primary first.
COMBINED_SURVEYS: dict[str, SurveyDefinition] = {
    key: _survey_definition(key, entry)
    for key, entry in definitions_in("combined.toml").items()
}
