"""Bands, surveys' column names, quality bits: the definitions, as data in `surveys/`.

Layer: above errors; the only home of survey column names. Definitions of one's own lie
in the folder that ``QSOVAE_SURVEYS`` names.
"""

from qsovae.bands.names import (
    BAND_ROLES,
    BandColumn,
    MorphologyCodes,
    band_columns,
    morphology_codes,
    plain_name,
)
from qsovae.bands.own_flags import SurveyFlag, survey_flags
from qsovae.bands.photometry import BANDS, COUNT_UNITS, FLUX_UNITS, Band
from qsovae.bands.quality import (
    DOUBTS,
    MORPHOLOGIES,
    QUALITY_DESCRIPTIONS,
    Quality,
)
from qsovae.bands.skies import SurveySky, survey_skies
from qsovae.bands.surveys import COMBINED_SURVEYS, Carried, SurveyDefinition

__all__ = [
    "BANDS",
    "BAND_ROLES",
    "COMBINED_SURVEYS",
    "COUNT_UNITS",
    "DOUBTS",
    "FLUX_UNITS",
    "MORPHOLOGIES",
    "QUALITY_DESCRIPTIONS",
    "Band",
    "BandColumn",
    "Carried",
    "MorphologyCodes",
    "Quality",
    "SurveyDefinition",
    "SurveyFlag",
    "SurveySky",
    "band_columns",
    "morphology_codes",
    "plain_name",
    "survey_flags",
    "survey_skies",
]
