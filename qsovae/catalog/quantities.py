"""Quantities of a source beside its bands, under whatever names a survey has them.

Within catalog: above cleaning.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from qsovae.bands import COMBINED_SURVEYS, plain_name
from qsovae.catalog.cleaning import Floats
from qsovae.motions import motion_significance

if TYPE_CHECKING:
    from qsovae.catalog.catalog import Catalog

# Up to this spread_model an image is that of a point: the threshold of DES's code that
# tells stars from galaxies, as `ext_class` has it.
POINT_SPREAD = 0.003
# Every name under which a combined catalog takes a column, the best first.
_NAMES = {
    carried.name: tuple(dict.fromkeys((carried.name, *carried.sources)))
    for survey in COMBINED_SURVEYS.values()
    for carried in survey.carry
}
_SIGNIFICANCES = {
    "pm_sig": ("pm_sig",),
    "parallax_sig": ("parallax_sig", "parallax_over_error"),
}

Values = tuple[Floats, Floats]


def quantity(catalog: "Catalog", name: str) -> Values | None:
    """Return a quantity's values and errors, (n_rows,) each; None where unavailable.

    Parameters
    ----------
    catalog : Catalog
    name : str
        One of ``QUANTITIES``.
    """
    return QUANTITIES[name](catalog)


def columns_behind(catalog: "Catalog", name: str) -> list[str]:
    """Return the feature columns that a quantity stands for."""
    names = {
        "spread_model": _NAMES["spread_model"],
        "point_probability": (),
        **_SIGNIFICANCES,
    }[name]
    column = _column(catalog, names, "feature")
    also = ("pm", "pm_total") if name == "pm_sig" else ()
    return [c for c in (column, _column(catalog, also, "feature")) if c is not None]


def _column(catalog: "Catalog", names: tuple[str, ...], role: str) -> str | None:
    """Return the first column of a role that bears one of the names."""
    here = {plain_name(c.name): c.name for c in catalog.mapping.columns
            if c.role == role}  # fmt: skip
    return next((here[n] for n in names if n in here), None)


def _astrometry(catalog: "Catalog", name: str) -> Floats | None:
    """Return a part of Gaia's astrometry, NaN where unknown, None without a column."""
    column = _column(catalog, _NAMES[name], "astrometry")
    return None if column is None else catalog.values(column)


def _over_error(catalog: "Catalog", name: str) -> Floats | None:
    value = _astrometry(catalog, name)
    error = _astrometry(catalog, f"{name}_err")
    if value is None or error is None:
        return None
    return value / np.where(error > 0, error, np.nan)


def _spread_model(catalog: "Catalog") -> Values | None:
    """Return SExtractor's spread_model: zero for a point, larger for what is wider."""
    column = _column(catalog, _NAMES["spread_model"], "feature")
    if column is None:
        return None
    return catalog.values(column), catalog.error_of(column)


def _point_probability(catalog: "Catalog") -> Values | None:
    """Return the probability that spread_model without noise is that of a point."""
    spread = _spread_model(catalog)
    if spread is None or not np.isfinite(spread[1]).any():
        return None
    value, error = spread
    distance = (POINT_SPREAD - value) / np.where(error > 0, error, np.nan)
    # By the slope: the normal density, times the error over itself.
    density = np.exp(-0.5 * np.square(distance)) / np.sqrt(2.0 * np.pi)
    probability: Floats = ndtr(distance)
    return probability, density


def _parallax_significance(catalog: "Catalog") -> Values | None:
    """Return parallax over error, whose own error is one."""
    column = _column(catalog, _SIGNIFICANCES["parallax_sig"], "feature")
    if column is not None:
        return _with_unit_error(catalog.values(column))
    parallax = _over_error(catalog, "parallax_mas")
    return None if parallax is None else _with_unit_error(parallax)


def _motion_significance(catalog: "Catalog") -> Values | None:
    """Return the length of the motion in its error ellipse, whose own error is one."""
    column = _column(catalog, _SIGNIFICANCES["pm_sig"], "feature")
    if column is not None:
        return _with_unit_error(catalog.values(column))
    along_ra = _over_error(catalog, "pm_ra_masyr")
    along_dec = _over_error(catalog, "pm_dec_masyr")
    if along_ra is None or along_dec is None:
        return None
    correlation = _astrometry(catalog, "pmra_pmdec_corr")
    return _with_unit_error(motion_significance(along_ra, along_dec, correlation))


def _with_unit_error(significance: Floats) -> Values:
    return significance, np.where(np.isfinite(significance), 1.0, np.nan)


QUANTITIES: dict[str, Callable[["Catalog"], Values | None]] = {
    "spread_model": _spread_model,
    "point_probability": _point_probability,
    "pm_sig": _motion_significance,
    "parallax_sig": _parallax_significance,
}
