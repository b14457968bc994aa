"""Where surveys looked, what they saw there, and whether a partner is sure.

Within checks: above report. What a combined catalog says of each row is believed; of
other tables, what their surveys are known to mean.
"""

from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from qsovae.bands import COMBINED_SURVEYS, Quality, plain_name, survey_skies
from qsovae.catalog import NONDETECT, UNOBSERVED, Catalog, doubted_by_survey
from qsovae.checks.stars import Mask


class Missing(NamedTuple):
    """Rows of which a band has no value because of the survey, each (n_rows,)."""

    upper_limit: Mask
    outside_footprint: Mask


def missing_in(catalog: Catalog, band: str) -> Missing:
    """Return where a band was looked at in vain, and where it was not looked at."""
    status = catalog.status(band)
    if any(c.band == band for c in catalog.mapping.columns if c.role == "band_status"):
        return Missing(status == NONDETECT, status == UNOBSERVED)
    outside = np.zeros(catalog.n_rows, dtype=bool)
    for key, survey in COMBINED_SURVEYS.items():
        covered = _column(catalog, f"in_footprint_{key}")
        if band in survey.bands and covered is not None:
            outside |= _says(covered, truth=False)
    return Missing(status == NONDETECT, outside)


def coverage_bits(catalog: Catalog) -> "np.ndarray[Any, np.dtype[np.uint32]]":
    """Return the bits that say where each row was looked at and matched, (n_rows,)."""
    bits = np.zeros(catalog.n_rows, dtype=np.uint32)
    for band in catalog.bands:
        missing = missing_in(catalog, band)
        bits[missing.upper_limit] |= np.uint32(Quality.UPPER_LIMIT)
        bits[missing.outside_footprint] |= np.uint32(Quality.OUTSIDE_FOOTPRINT)
    for key in COMBINED_SURVEYS:
        number = _column(catalog, f"{key}_n_match")
        tied = _column(catalog, f"{key}_is_tied")
        if number is not None:
            bits[_above(number, 1)] |= np.uint32(Quality.AMBIGUOUS_MATCH)
        if tied is not None:
            bits[_says(tied, truth=True)] |= np.uint32(Quality.AMBIGUOUS_MATCH)
    neighbours = _column(catalog, "wise_n_neigh3")
    if neighbours is not None:
        bits[_above(neighbours, 0)] |= np.uint32(Quality.CROWDED_BEAM)
    return bits


def doubted(catalog: Catalog) -> dict[str, Mask]:
    """Return which rows their survey doubts, by the column that says so."""
    found = doubted_by_survey(catalog)
    for key in COMBINED_SURVEYS:
        said = _column(catalog, f"{key}_is_flagged")
        if said is not None:
            found[f"{key}_is_flagged"] = _says(said, truth=True)
    return found


def outside_sky(catalog: Catalog) -> Mask:
    """Return rows with a survey's values where that survey never looked, (n_rows,)."""
    outside = np.zeros(catalog.n_rows, dtype=bool)
    if catalog.position is None:
        return outside
    dec = catalog.position[1]
    for sky in survey_skies():
        low, high = sky.declination_deg
        with np.errstate(invalid="ignore"):
            beyond = (dec < low) | (dec > high)
        if beyond.any():
            seen = np.zeros(catalog.n_rows, dtype=bool)
            for name in catalog.raw.frame.columns:
                if any(fnmatchcase(plain_name(name), p) for p in sky.columns):
                    seen |= _is_filled(catalog, name)
            outside |= beyond & seen
    return outside


def _is_filled(catalog: Catalog, name: str) -> Mask:
    """Return where a column has a value that means one."""
    values = catalog.raw.frame[name]
    if pd.api.types.is_numeric_dtype(values.dtype):
        return np.isfinite(catalog.values(name))
    filled: Mask = values.notna().to_numpy(dtype=bool)
    return filled


def _column(catalog: Catalog, name: str) -> "pd.Series[Any] | None":
    frame = catalog.raw.frame
    return frame[name] if name in frame.columns else None


def _says(values: "pd.Series[Any]", *, truth: bool) -> Mask:
    """Return where a column of truth values, or of ones and zeros, says so."""
    if not pd.api.types.is_numeric_dtype(values.dtype):
        values = values.astype("string").str.casefold().map(
            {"true": 1.0, "false": 0.0}
        )  # fmt: skip
    said: Mask = values.to_numpy(dtype=np.float64, na_value=np.nan) == float(truth)
    return said


def _above(values: "pd.Series[Any]", number: int) -> Mask:
    """Return where a column's numbers are above one."""
    counts = pd.to_numeric(values, errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    with np.errstate(invalid="ignore"):
        above: Mask = counts > number
    return above
