"""What surveys' own flags mean.

Within bands: above definitions.
"""

from dataclasses import dataclass
from functools import cache

from qsovae.bands.definitions import definitions_in, unusable


@dataclass(frozen=True)
class SurveyFlag:
    """A column by which a survey says that it doubts a source.

    Attributes
    ----------
    names : tuple of str
        In lower case with underscores.
    source : str
    clean : tuple of float
        Values that mean no doubt; every other number is one.
    or_equal_to : str or None
        A column whose value means no doubt, too.
    above : float or None
        Values above it are doubtful.
    doubtful : str or None
        Pattern of doubtful text.
    """

    names: tuple[str, ...]
    source: str
    clean: tuple[float, ...] = ()
    or_equal_to: str | None = None
    above: float | None = None
    doubtful: str | None = None


@cache
def survey_flags() -> tuple[SurveyFlag, ...]:
    """Return the flags of ``surveys.toml``."""
    found = []
    for entry in definitions_in("surveys.toml")["flag"]:
        try:
            lists = {k: tuple(entry[k]) for k in ("names", "clean") if k in entry}
            found.append(SurveyFlag(**(entry | lists)))
        except TypeError as error:
            raise unusable("surveys.toml, flag", error) from None
    return tuple(found)
