"""Where on the sky surveys have looked.

Within bands: above definitions.
"""

from dataclasses import dataclass
from functools import cache

from qsovae.bands.definitions import definitions_in, unusable


@dataclass(frozen=True)
class SurveySky:
    """Where a survey has looked.

    Attributes
    ----------
    columns : tuple of str
        Names, in lower case with underscores and with ``*`` and ``?``, of columns that
        only this survey fills.
    declination_deg : tuple of float
        The least and the most, with a margin.
    source : str
    """

    columns: tuple[str, ...]
    declination_deg: tuple[float, float]
    source: str


@cache
def survey_skies() -> tuple[SurveySky, ...]:
    """Return where surveys have looked, of those that say so in ``surveys.toml``."""
    found = []
    for entry in definitions_in("surveys.toml")["sky"]:
        try:
            low, high = map(float, entry["declination_deg"])
            found.append(
                SurveySky(tuple(entry["columns"]), (low, high), entry["source"])
            )
        except (KeyError, TypeError, ValueError) as error:
            raise unusable("surveys.toml, sky", error) from None
    return tuple(found)
