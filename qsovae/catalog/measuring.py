"""What became of a band in each row: magnitude, flux, and whether it was seen at all.

Within catalog: above cleaning.
"""

from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import BANDS, COUNT_UNITS, FLUX_UNITS
from qsovae.catalog.cleaning import Floats, is_sentinel
from qsovae.columns import Column
from qsovae.magnitudes import flux_error, magnitude_error, to_flux, to_magnitude

if TYPE_CHECKING:
    from qsovae.catalog.catalog import Catalog

# What became of a measurement; codes are places in this list.
STATUSES = np.array(["ok", "nondetect", "unobserved", "bad", "saturated"], dtype=object)
OK, NONDETECT, UNOBSERVED, BAD, SATURATED = range(5)
# A limit at 95 % confidence is two standard errors above a flux of zero.
_LIMIT_SIGMAS = 2.0
# The depth is read off the faintest tenth of the detections, if these are enough.
_FAINTEST = 10.0
_FEWEST = 20
# By band, as long as a catalog is held: each of its portions asks for them anew.
_DEPTHS: "WeakKeyDictionary[Catalog, dict[str, float]]" = WeakKeyDictionary()


class Measured(NamedTuple):
    """A band of a catalog's rows, each field (n_rows,).

    Attributes
    ----------
    magnitude, error : ndarray
        AB; NaN unless the status is that of ok, or unknown.
    flux, flux_error : ndarray
        nJy; NaN where unknown. Where a source was looked for and not seen: as the
        survey states them, or zero and half of a limit that it states.
    status : ndarray of int8
        A place in ``STATUSES``.
    """

    magnitude: NDArray[Any]  # float64, or float32 in a survey kept in memory
    error: NDArray[Any]
    flux: NDArray[Any]
    flux_error: NDArray[Any]
    status: NDArray[np.int8]


def statuses(catalog: "Catalog", band: str) -> NDArray[np.int8]:
    """Return what became of a band in each row, (n_rows,), places in ``STATUSES``."""
    columns = _columns(catalog, band)
    stated = _stated_status(catalog, columns)
    flux = _values(catalog, columns.get("flux"))
    if "magnitude" not in columns:
        seen = np.where(flux > 0, OK, NONDETECT)
        own = np.where(np.isnan(flux), UNOBSERVED, seen)
        return np.where(stated >= 0, stated, own).astype(np.int8)
    own = _status_by_magnitude(catalog, columns)
    # A missing magnitude cannot be ok, whatever is stated.
    believed = (stated >= 0) & ~((stated == OK) & (own != OK))
    status = np.where(believed, stated, own)
    missing = np.isnan(catalog.values(columns["magnitude"].name))
    status[missing & (status == OK)] = UNOBSERVED
    status[np.isfinite(flux) & (status == UNOBSERVED)] = NONDETECT
    return status.astype(np.int8)


def magnitudes(catalog: "Catalog", band: str) -> tuple[Floats, Floats]:
    """Return AB magnitudes and errors, (n_rows,) each, NaN unless seen or unknown."""
    columns = _columns(catalog, band)
    ok = catalog.status(band) == OK
    if "magnitude" in columns:
        magnitude = _stated_magnitude(catalog, columns["magnitude"])
        error = _values(catalog, columns.get("magnitude_error"))
    else:
        flux, flux_err = _stated_flux(catalog, columns)
        magnitude, error = to_magnitude(flux), magnitude_error(flux, flux_err)
    return np.where(ok, magnitude, np.nan), np.where(ok, error, np.nan)


def measure(catalog: "Catalog", band: str) -> Measured:
    """Return what the columns of a band say of each row."""
    columns, status = _columns(catalog, band), catalog.status(band)
    magnitude, error = magnitudes(catalog, band)
    flux, flux_err = _stated_flux(catalog, columns)
    wrong = np.isin(status, (BAD, SATURATED))
    flux, flux_err = (np.where(wrong, np.nan, v) for v in (flux, flux_err))
    if "magnitude" in columns:
        # A magnitude left in a row that was not seen is the limit itself.
        stated = to_flux(_stated_magnitude(catalog, columns["magnitude"]))
        unknown = np.isnan(flux)
        seen = unknown & (status == OK)
        limited = unknown & (status == NONDETECT) & np.isfinite(stated)
        flux = np.where(seen, stated, np.where(limited, 0.0, flux))
        flux_err = np.where(seen, flux_error(stated, error), flux_err)
        flux_err = np.where(limited, stated / _LIMIT_SIGMAS, flux_err)
    return Measured(magnitude, error, flux, flux_err, status)


def _columns(catalog: "Catalog", band: str) -> dict[str, Column]:
    """Return the columns of a band by their role."""
    return {c.role: c for c in catalog.mapping.columns if c.band == band}


def band_depth(catalog: "Catalog", band: str) -> float:
    """Return one standard error of the faintest detections, nJy; NaN for too few.

    Raises as ``Catalog.status`` does.
    """
    depths = _DEPTHS.setdefault(catalog, {})
    if band not in depths:
        depths[band] = _depth_of(catalog.measured(band))
    return depths[band]


def _depth_of(measured: Measured) -> float:
    """Return the depth of what was measured in a band."""
    flux, error = measured.flux, measured.flux_error
    known = (measured.status == OK) & np.isfinite(flux) & np.isfinite(error)
    if np.count_nonzero(known) < _FEWEST:
        return float("nan")
    flux, error = flux[known], error[known]
    return float(np.median(error[flux <= np.percentile(flux, _FAINTEST)]))


def _values(catalog: "Catalog", column: Column | None) -> Floats:
    if column is None:
        return np.full(catalog.n_rows, np.nan)
    return catalog.values(column.name)


def _stated_magnitude(catalog: "Catalog", column: Column) -> Floats:
    """Return a magnitude column in AB, limits among the magnitudes."""
    vega = BANDS[str(column.band)].ab_minus_vega if column.system == "Vega" else 0.0
    return catalog.values(column.name) + vega


def _stated_flux(
    catalog: "Catalog", columns: dict[str, Column]
) -> tuple[Floats, Floats]:
    """Return the flux columns in nJy, NaN without."""
    flux = _values(catalog, columns.get("flux"))
    if "flux" not in columns:
        return flux, flux
    error = _values(catalog, columns.get("flux_error"))
    unit = (columns["flux"].unit or "").lower()
    scale = (
        _njy_a_count(catalog.whole, columns)
        if unit in COUNT_UNITS
        else FLUX_UNITS[unit]
    )
    return flux * scale, error * scale


def _njy_a_count(catalog: "Catalog", columns: dict[str, Column]) -> float:
    """Return the scale of counts, from rows that have the magnitude as well."""
    if "magnitude" not in columns:
        return float("nan")
    counts = catalog.values(columns["flux"].name)
    flux = to_flux(_stated_magnitude(catalog, columns["magnitude"]))
    both = np.isfinite(flux) & (counts > 0)
    return float(np.median(flux[both] / counts[both])) if both.any() else float("nan")


def _stated_status(catalog: "Catalog", columns: dict[str, Column]) -> NDArray[np.int8]:
    """Return the statuses that a column states, -1 where it states none."""
    stated = np.full(catalog.n_rows, -1, dtype=np.int8)
    if "band_status" in columns:
        words = catalog.raw.frame[columns["band_status"].name].astype("string")
        codes, unique = pd.factorize(words)
        of_word = {word: code for code, word in enumerate(STATUSES)}
        known = [of_word.get(word.strip().lower(), -1) for word in unique]
        # The last place is that of nulls, whose code is -1.
        stated = np.array([*known, -1], dtype=np.int8)[codes]
    return stated


def _status_by_magnitude(
    catalog: "Catalog", columns: dict[str, Column]
) -> NDArray[np.int8]:
    """Return what became of a magnitude, as its values, codes and errors say."""
    column, error = columns["magnitude"], columns.get("magnitude_error")
    magnitude = catalog.values(column.name)
    raw = catalog.numbers(column.name)
    status = np.full(catalog.n_rows, OK, dtype=np.int8)
    status[np.isnan(magnitude)] = BAD
    status[np.isnan(raw) | is_sentinel(raw, column.sentinels)] = UNOBSERVED
    status[np.isposinf(raw) | is_sentinel(raw, column.nondetections)] = NONDETECT
    if error is not None:
        given, seen = catalog.numbers(error.name), np.isfinite(magnitude)
        if column.limit_without_error:
            without = _has_no_error(catalog, error)
            usual = _usual_magnitude(catalog.whole, column, error)
            # Limits are faint: the brightest stars lack errors as well, by saturation.
            status[without & (magnitude >= usual)] = NONDETECT
        status[seen & is_sentinel(given, error.nondetections)] = NONDETECT
    return status


def _usual_magnitude(catalog: "Catalog", column: Column, error: Column) -> float:
    """Return the median of the magnitudes that have an error.

    Infinite where none has one: then the absence of errors says nothing.
    """
    magnitude = catalog.values(column.name)[~_has_no_error(catalog, error)]
    known = magnitude[np.isfinite(magnitude)]
    return float(np.median(known)) if known.size else np.inf


def _has_no_error(catalog: "Catalog", error: Column) -> NDArray[np.bool_]:
    """Return where a column of errors is empty or holds a code for 'missing'."""
    given = catalog.numbers(error.name)
    without: NDArray[np.bool_] = np.isnan(given) | is_sentinel(given, error.sentinels)
    return without
