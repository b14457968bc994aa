"""The combined catalog's columns, with units, UCDs and meanings.

Within combine: above matching.
"""

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy_healpix import HEALPix
from numpy.typing import NDArray

from qsovae.bands import BANDS
from qsovae.catalog import NONDETECT, STATUSES, UNOBSERVED, Measured
from qsovae.combine.described import Columns
from qsovae.combine.matching import SurveyMatch
from qsovae.combine.survey_tables import SurveyTable
from qsovae.crossmatch import Floats
from qsovae.errors import CatalogError
from qsovae.motions import motion_significance

STATUS_WIDTH = max(map(len, STATUSES))
BEAM_ARCSEC = 3.0  # half of WISE's


def add_primary(columns: Columns, primary: SurveyTable) -> None:
    """Add what names and places each row."""
    ra, dec = primary.position
    place = SkyCoord(np.nan_to_num(ra) * u.deg, np.nan_to_num(dec) * u.deg)
    known = np.isfinite(ra)
    title = primary.definition.title
    columns.add(
        "object_id", primary.catalog.object_id.reset_index(drop=True),
        f"id in {title}, as it is written there", ucd="meta.id;meta.main",
    )  # fmt: skip
    for name, values, about, ucd in (
        ("ra_deg", ra, "right ascension, ICRS at epoch_jyr", "pos.eq.ra;meta.main"),
        ("dec_deg", dec, "declination, ICRS at epoch_jyr", "pos.eq.dec;meta.main"),
        ("gal_l_deg", np.where(known, place.galactic.l.deg, np.nan),
         "galactic longitude", "pos.galactic.lon"),
        ("gal_b_deg", np.where(known, place.galactic.b.deg, np.nan),
         "galactic latitude", "pos.galactic.lat"),
    ):  # fmt: skip
        columns.add(name, values, about, unit="deg", ucd=ucd)
    columns.add("epoch_jyr", primary.epoch_jyr, "epoch of the position, Julian year",
                unit="yr", ucd="time.epoch")  # fmt: skip
    cells = HEALPix(nside=16, order="nested").lonlat_to_healpix(place.ra, place.dec)
    columns.add(
        "hpx16", np.where(known, cells, -1).astype(np.int16),
        "HEALPix cell, NSIDE 16, nested, equatorial; -1 without a position",
        ucd="pos.healpix",
    )  # fmt: skip


def add_photometry(
    columns: Columns, survey: SurveyTable, match: SurveyMatch | None
) -> None:
    """Add a survey's magnitudes, errors and statuses, and what else it brings.

    ``match`` is None for the primary itself.
    """
    title = survey.definition.title
    for band in survey.definition.bands:
        if band not in survey.bands or f"{band}_mag_ab" in columns.values:
            continue
        measured = survey.measured(band)
        if match is not None:
            measured = _measured_taken(measured, match)
        label, ucd = BANDS[band].label, BANDS[band].ucd
        for name, column, about, unit, kind in (
            ("mag_ab", measured.magnitude,
             f"{label} magnitude of {title}, AB, not dereddened; missing unless status "
             "is ok", "mag", "phot.mag"),
            ("mag_err", measured.error, f"error of {band}_mag_ab", "mag",
             "stat.error;phot.mag"),
            ("flux_njy", measured.flux,
             "flux density; of a source looked for and not seen as the survey states "
             "it, or zero beside a limit", "nJy", "phot.flux.density"),
            ("flux_err_njy", measured.flux_error,
             f"error of {band}_flux_njy; beside a limit, half of it", "nJy",
             "stat.error;phot.flux.density"),
        ):  # fmt: skip
            columns.add(f"{band}_{name}", column, about, unit=unit, ucd=f"{kind};{ucd}")
        columns.add(
            f"{band}_status", STATUSES[measured.status],
            "ok, nondetect (looked and saw nothing), unobserved, or bad (a value that "
            "cannot be)", ucd="meta.code.qual",
        )  # fmt: skip
    for carried in survey.definition.carry:
        values = survey.number(carried.sources)
        if values is None or carried.name in columns.values:
            continue
        taken = values if match is None else _taken(values, match)
        columns.add(
            carried.name, taken.astype(np.float32), carried.about,
            unit=carried.unit, ucd=carried.ucd,
        )  # fmt: skip
    _add_own_flags(columns, survey, match)


def _add_own_flags(
    columns: Columns, survey: SurveyTable, match: SurveyMatch | None
) -> None:
    """Add whether a survey's own flags doubt the source, if its table has any."""
    doubted = survey.doubted()
    if doubted is None:
        return
    if match is not None:
        doubted = doubted[match.matches.row] & match.found
    definition = survey.definition
    columns.add(f"{definition.key}_is_flagged", doubted,
                f"whether {definition.title}'s own flags doubt the source",
                ucd="meta.code.qual")  # fmt: skip


def add_significances(columns: Columns) -> None:
    """Add how many standard errors motion and parallax are from none."""
    known = columns.values
    names = ("pm_ra_masyr", "pm_dec_masyr")
    if all(n in known and f"{n}_err" in known for n in names):
        along = [known[n].astype(np.float64) / known[f"{n}_err"] for n in names]
        significance = motion_significance(
            along[0], along[1], known.get("pmra_pmdec_corr")
        )
        columns.add("pm_sig", significance.astype(np.float32),
                    "significance of the proper motion, by its covariance",
                    ucd="stat.snr;pos.pm")  # fmt: skip
    if "parallax_mas" in known and "parallax_mas_err" in known:
        columns.add("parallax_sig",
                    known["parallax_mas"] / known["parallax_mas_err"],
                    "parallax in units of its error",
                    ucd="stat.snr;pos.parallax")  # fmt: skip


def add_neighbours(columns: Columns, number: NDArray[np.int32], title: str) -> None:
    """Add how many other rows of the primary share a WISE beam with each."""
    columns.add(
        "wise_n_neigh3", number,
        f"other rows of {title} within {BEAM_ARCSEC:g} arcsec, which WISE does not "
        "tell apart", ucd="meta.number",
    )  # fmt: skip


def add_match(columns: Columns, survey: SurveyTable, match: SurveyMatch) -> None:
    """Add who the partner is, how far away, and how far to trust that."""
    key, title = survey.definition.key, survey.definition.title
    found = match.found
    partner = np.full(len(found), "", dtype=object)
    partner[found] = survey.id_texts(match.matches.row[found])
    columns.add(f"{key}_id", partner, f"id of the partner in {title}; blank without",
                ucd="meta.id")  # fmt: skip
    columns.add(
        f"{key}_sep_arcsec", match.matches.separation_arcsec,
        f"separation from the partner in {title}, after proper motion", unit="arcsec",
        ucd="pos.angDistance",
    )  # fmt: skip
    columns.add(
        f"{key}_n_match", match.matches.n_match,
        f"rows of {title} within {match.radius_arcsec:g} arcsec", ucd="meta.number",
    )  # fmt: skip
    columns.add(
        f"{key}_p_false", match.p_false.astype(np.float32),
        "chance of a random row at least as near, at the density there",
        ucd="stat.probability",
    )  # fmt: skip
    for name, values, about in (
        (f"{key}_is_mutual", match.is_mutual,
         "whether this row is in turn the nearest to its partner"),
        (f"{key}_is_tied", match.matches.is_tied & found,
         "whether another partner is equally near"),
        (f"in_footprint_{key}", match.in_footprint,
         f"whether {title} has rows in this cell of the sky"),
    ):  # fmt: skip
        columns.add(name, values, about, ucd="meta.code")


def ebv_in(primary: SurveyTable, column: str) -> Floats:
    """Return E(B-V) of the primary's rows, from one of its columns.

    Raises
    ------
    CatalogError
        If the primary has no such column.
    """
    ebv = primary.number([column])
    if ebv is None:
        raise CatalogError(
            f"there is no column {column!r}",
            primary.catalog.name,
            "Name the column with E(B-V), or leave extinction out.",
        )
    return ebv


def add_extinction(columns: Columns, ebv: Floats, source: str) -> list[str]:
    """Add E(B-V) and the extinction of each band; return bands without a coefficient.

    ``source`` says where E(B-V), (n_rows,), is from.
    """
    columns.add("ebv_sfd", ebv.astype(np.float32),
                f"E(B-V) on the SFD scale, from {source}",
                unit="mag", ucd="phot.color.excess")  # fmt: skip
    without = []
    for band in (c.removesuffix("_mag_ab") for c in list(columns.values)
                 if c.endswith("_mag_ab")):  # fmt: skip
        coefficient = BANDS[band].extinction
        if coefficient is None:
            without.append(band)
            continue
        columns.add(
            f"{band}_a_mag", (coefficient * ebv).astype(np.float32),
            f"extinction to subtract from {band}_mag_ab: {coefficient:g} E(B-V)",
            unit="mag", ucd="phys.absorption.gal",
        )  # fmt: skip
    return without


def add_labels(columns: Columns, primary: SurveyTable) -> None:
    """Add the classes and redshifts that the primary brings."""
    mapping = primary.catalog.mapping
    label = mapping.only("label")
    if label is not None:
        values = primary.catalog.raw.frame[label]
        columns.add("class_true", values.astype("string"), f"class, from {label}",
                    ucd="src.class")  # fmt: skip
    redshifts = mapping.names("redshift")
    if redshifts:
        columns.add("z_true", primary.catalog.values(redshifts[0]).astype(np.float32),
                    f"redshift, from {redshifts[0]}; never a feature",
                    ucd="src.redshift")  # fmt: skip


def _taken(values: NDArray[np.floating], match: SurveyMatch) -> NDArray[np.float32]:
    """Return a survey's values for the primary's rows, NaN without a partner."""
    taken = np.where(match.found, values[match.matches.row], np.nan)
    return taken.astype(np.float32)


def _measured_taken(measured: Measured, match: SurveyMatch) -> Measured:
    """Return a band for the primary's rows; without a partner, by the footprint."""
    absent = np.where(match.in_footprint, NONDETECT, UNOBSERVED)
    status = np.where(match.found, measured.status[match.matches.row], absent)
    magnitude, error, flux, flux_error = (_taken(m, match) for m in measured[:-1])
    return Measured(magnitude, error, flux, flux_error, status.astype(np.int8))
