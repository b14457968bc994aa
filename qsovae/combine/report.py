"""What a combined catalog and its report say of where its rows are from.

Within combine: beside assembling.
"""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from qsovae.bands import BANDS, COMBINED_SURVEYS
from qsovae.combine.dust import DustMap
from qsovae.combine.matching import SurveyMatch
from qsovae.combine.primary import Primary
from qsovae.combine.request import PRIMARY, CombineRequest
from qsovae.combine.survey_tables import SurveyTable
from qsovae.crossmatch import Floats


def in_order(given: Mapping[str, object]) -> list[str]:
    """Return the keys of some surveys in the order of the definitions."""
    return [key for key in COMBINED_SURVEYS if key in given]


def is_simulated(
    primary: Primary | SurveyTable, surveys: Mapping[str, SurveyTable]
) -> bool:
    """Return whether any of the surveys says so of itself."""
    first = primary.first if isinstance(primary, Primary) else primary
    return any(t.catalog.is_simulated for t in (first, *surveys.values()))


def provenance(
    request: CombineRequest,
    primary: Primary,
    surveys: Mapping[str, SurveyTable],
    dust: DustMap | None,
) -> dict[str, Any]:
    """Return what the header says of where the rows are from."""
    meta: dict[str, Any] = {
        "creator": f"qsovae {version('qsovae')}",
        "is_sim": is_simulated(primary, surveys),
        "match": request.match,
        "motion": request.with_motion,
    }
    for key, table in {PRIMARY: primary.first, **surveys}.items():
        files = primary.files if key == PRIMARY else table.files
        for number, file in enumerate(files, start=1):
            meta[f"{key}_file_{number}"] = file["name"]
            meta[f"{key}_sha256_{number}"] = file["sha256"]
        if key != PRIMARY:
            meta[f"{key}_radius_arcsec"] = request.radius_arcsec(key)
        for band in table.bands:
            meta.setdefault(f"{band}_added_to_ab", _added(table, band))
    for number, file in enumerate(dust.files if dust else (), start=1):
        meta[f"dust_map_file_{number}"] = file["name"]
        meta[f"dust_map_sha256_{number}"] = file["sha256"]
    return meta


def _added(table: SurveyTable, band: str) -> float:
    """Return what was added to a band's magnitudes to make them AB."""
    systems = [c.system for c in table.catalog.mapping.columns
               if c.role == "magnitude" and c.band == band]  # fmt: skip
    return BANDS[band].ab_minus_vega if systems == ["Vega"] else 0.0


def report_of(
    request: CombineRequest,
    primary: Primary,
    surveys: Mapping[str, SurveyTable],
    matches: Mapping[str, SurveyMatch],
    dust: DustMap | None,
) -> dict[str, Any]:
    """Return the report, without columns, seconds and notes."""
    return {
        "out": str(request.out),
        "rows": primary.n_rows,
        "is_simulated": is_simulated(primary, surveys),
        "match": request.match,
        "primary": {
            "survey": PRIMARY, "title": primary.definition.title,
            "files": list(primary.files), "rows": primary.n_rows,
            "epoch_jyr": _rounded(primary.epoch_jyr),
            "bands": list(primary.first.bands),
        },
        "surveys": {
            key: _survey_report(surveys[key], matches[key])
            for key in in_order(matches)
        },
        "dust_map": list(dust.files) if dust else [],
    }  # fmt: skip


def _survey_report(survey: SurveyTable, match: SurveyMatch) -> dict[str, Any]:
    """Return one survey's part of the report."""
    found = match.found
    return {
        "title": survey.definition.title,
        "files": list(survey.files),
        "rows": survey.n_rows,
        "bands": list(survey.bands),
        "radius_arcsec": match.radius_arcsec,
        "radius_reason": survey.definition.radius_reason,
        "epoch_jyr": _rounded(survey.epoch_jyr),
        "matches": int(found.sum()),
        "ambiguous": int((match.matches.n_match[found] > 1).sum()),
        "tied": int((match.matches.is_tied & found).sum()),
        "shared": int((found & ~match.is_mutual).sum()),
        "in_footprint": int(match.in_footprint.sum()),
        **match.chance,
        "notes": list(survey.catalog.raw.notes),
    }


def _rounded(epoch_jyr: Floats) -> float:
    return round(float(np.nanmedian(epoch_jyr)), 2)
