"""What no survey's file can be, refused in words; and where rows lie, in words.

Within combine: above request.
"""

import numpy as np

from qsovae.bands import COMBINED_SURVEYS, SurveyDefinition, band_columns
from qsovae.catalog import Catalog
from qsovae.crossmatch import Floats
from qsovae.errors import CatalogError
from qsovae.tables import RawTable

_ENOUGH_TO_TELL_UNITS = 100  # rows


def refuse_other_columns(table: RawTable, first: RawTable) -> None:
    """Refuse a file of a survey whose columns are not those of its first file.

    Raises
    ------
    CatalogError
        If so.
    """
    if list(table.frame.columns) != list(first.frame.columns):
        raise CatalogError(
            f"its columns are not those of {first.name}",
            table.name,
            "Files of one survey must have the same columns.",
        )


def refuse_other_surveys(definition: SurveyDefinition, catalog: Catalog) -> None:
    """Refuse a table without a band of its survey, or corrected for extinction.

    Raises
    ------
    CatalogError
        If so.
    """
    here = catalog.bands
    if set(here) & set(definition.bands):
        _refuse_dereddened(catalog)
        return
    like = [d.title for d in COMBINED_SURVEYS.values() if set(d.bands) & set(here)]
    if like:
        raise CatalogError(
            f"given as {definition.title}, but its bands are {', '.join(here)}, like "
            f"those of {' or '.join(like)}",
            catalog.name,
            "Were two files swapped?",
        )
    raise CatalogError(
        f"no column was recognised as a magnitude of {definition.title}",
        catalog.name,
        f"Its bands are {', '.join(definition.bands)}: name columns as it does.",
    )


def _refuse_dereddened(catalog: Catalog) -> None:
    """Refuse magnitudes that are corrected already: the combined ones are not."""
    known = band_columns(list(catalog.raw.frame.columns))
    used = [c.name for c in catalog.mapping.columns if c.role == "magnitude"]
    corrected = [name for name in used if name in known and known[name].dereddened]
    if corrected:
        raise CatalogError(
            f"corrected for extinction: {', '.join(corrected)}",
            catalog.name,
            "Give magnitudes as they were measured; extinction stands beside them.",
        )


def refuse_positions(position: tuple[Floats, Floats], catalog: Catalog) -> None:
    """Refuse positions of which none is on the sphere, or that are no degrees.

    Raises
    ------
    CatalogError
        If so, or there is no row.
    """
    ra, dec = position
    if not len(ra):
        raise CatalogError(
            "the catalog has no rows", catalog.name, "Give one with rows."
        )
    known = np.isfinite(ra)
    if not known.any():
        raise CatalogError(
            "no row has a position on the sphere",
            catalog.name,
            "Right ascension runs from 0 to 360, declination from -90 to 90 deg.",
        )
    unit = _other_unit(ra[known], dec[known])
    if unit and known.sum() >= _ENOUGH_TO_TELL_UNITS:
        raise CatalogError(
            f"the right ascensions look like {unit}, not degrees",
            f"{catalog.name}, column {catalog.mapping.only('ra')}",
            "Convert the positions to degrees.",
        )


def refuse_no_reddening(n_without: int, n_rows: int, dust_map: str | None) -> None:
    """Refuse E(B-V) that no row has.

    Raises
    ------
    CatalogError
        If so.
    """
    if n_without == n_rows:
        raise CatalogError(
            "no row of the primary has E(B-V)",
            dust_map or "E(B-V) column",
            "Name a map of this part of the sky, or another column.",
        )


def _other_unit(ra: Floats, dec: Floats) -> str | None:
    """Return the unit whose range is filled, where in degrees it is but a corner."""
    spread_ra, spread_dec = np.ptp(ra), np.ptp(dec)
    if ra.max() <= 2 * np.pi and spread_ra > 3.0 and np.abs(dec).max() <= np.pi / 2:
        return "radians"
    if ra.max() <= 24.0 and spread_ra > 12.0 and spread_dec > 30.0:
        return "hours"
    return None


def footprint_text(position: tuple[Floats, Floats]) -> str:
    """Return where rows lie, in words."""
    ra, dec = (values[np.isfinite(values)] for values in position)
    # Across 0 h the range that leaves out the largest gap is the true one.
    ordered = np.sort(ra)
    gaps = np.diff(np.r_[ordered, ordered[:1] + 360.0])
    end = int(np.argmax(gaps))
    start = ordered[(end + 1) % len(ordered)]
    return (
        f"RA {start:.2f} to {ordered[end]:.2f}, Dec {dec.min():.2f} to "
        f"{dec.max():.2f} deg"
    )
