"""Positions at the epoch of another survey, by Gaia's proper motions.

Within combine: above matching and primary.
"""

import numpy as np

from qsovae.combine.matching import SurveyMatch
from qsovae.combine.primary import Primary
from qsovae.combine.survey_tables import SurveyTable
from qsovae.crossmatch import Floats, moved


def _motions(gaia: SurveyTable) -> tuple[Floats, Floats] | None:
    """Return Gaia's proper motions, mas/yr, None without."""
    sources = {c.name: c.sources for c in gaia.definition.carry}
    ra = gaia.number(sources["pm_ra_masyr"])
    dec = gaia.number(sources["pm_dec_masyr"])
    return None if ra is None or dec is None else (ra, dec)


def gaia_at(gaia: SurveyTable, epoch_jyr: float) -> tuple[Floats, Floats]:
    """Return Gaia's positions at an epoch."""
    motions = _motions(gaia)
    if motions is None:
        return gaia.position
    return moved(*gaia.position, *motions, epoch_jyr - gaia.epoch_jyr)


def primary_at(
    primary: Primary, gaia: SurveyTable, match: SurveyMatch, epoch_jyr: float
) -> tuple[Floats, Floats]:
    """Return the primary's positions at an epoch, by the motions of Gaia's partners."""
    motions = _motions(gaia)
    if motions is None:
        return primary.position
    ra, dec = (np.where(match.found, m[match.matches.row], np.nan) for m in motions)
    return moved(*primary.position, ra, dec, epoch_jyr - primary.epoch_jyr)
