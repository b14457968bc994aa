"""Every column of real tables: its role, band and system, as their papers have them.

What is not named here must be recognised as nothing, and so never become a feature.
"""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae.catalog import STATUSES as WORDS

NAMES = tomllib.loads((Path(__file__).parent / "survey_columns.toml").read_text())
POSITION = {"ra": "ra", "dec": "dec"}


def in_bands(bands, magnitude, error=None, system="AB"):
    """Return what magnitudes and errors of some bands are, by their names."""
    found = {}
    for band, spelt in bands.items():
        found[magnitude.format(spelt)] = f"magnitude {band} {system}"
        if error:
            found[error.format(spelt)] = f"magnitude_error {band}"
    return found


def fluxes(bands, flux, error):
    """Return what fluxes and their errors are, by their names."""
    return {flux.format(s): f"flux {b}" for b, s in bands.items()} | {
        error.format(s): f"flux_error {b}" for b, s in bands.items()
    }


def same(letters):
    return dict(zip(letters, letters, strict=True))


def shapes(*bands):
    """Return what DELVE's spread_model and its errors are."""
    return {f"spread_model_{b}": "feature" for b in bands} | {
        f"spreaderr_model_{b}": f"feature_error spread_model_{b}" for b in bands
    }


VISTA = {"y": "y", "j": "j", "h": "h", "ks": "ks"}
WISE = {"w1": "w1", "w2": "w2"}
WISE_4 = WISE | {"w3": "w3", "w4": "w4"}
GAIA = {"gaia_g": "g", "gaia_bp": "bp", "gaia_rp": "rp"}
NIR = {"j": "j", "ks": "k"}
MOTION = dict.fromkeys(
    ["parallax", "parallax_error", "pmra", "pmra_error", "pmdec", "pmdec_error"],
    "astrometry",
) | {"pm": "feature", "parallax_over_error": "feature"}
DWARFS = POSITION | {
    "quick_object_id": "id",
    **in_bands(same("griz"), "mag_auto_{}", "magerr_auto_{}"),
    **in_bands(VISTA, "{}petromag", "{}petromagerr", "Vega"),
    **in_bands(WISE, "{}mpro", "{}sigmpro", "Vega"),
}

TABLES = {
    "delve_dr2": POSITION | {
        "quick_object_id": "id", "extended_class_i": "morphology",
        **in_bands(same("griz"), "mag_psf_{}", "magerr_psf_{}"), **shapes(*"griz"),
        **{f"class_star_{b}": "feature" for b in "griz"},
    },
    "delve_dr3": POSITION | {
        "coadd_object_id": "id", "ext_coadd": "morphology",
        **in_bands(same("griz"), "wavg_mag_psf_{}", "wavg_magerr_psf_{}"),
        **shapes(*"griz"),
    },
    "vhs_dr5": {
        "sourceid": "id", "ra2000": "ra", "dec2000": "dec", "pstar": "feature",
        "mergedclass": "morphology",
        **in_bands(VISTA, "{}apermag3", "{}apermag3err", "Vega"),
    },
    "catwise2020": POSITION | {
        "source_id": "id", "PMRA": "astrometry", "PMDec": "astrometry",
        **in_bands(WISE, "{}mpro", "{}sigmpro", "Vega"),
        **fluxes(WISE, "{}flux", "{}sigflux"),
    },
    "gaia_dr3": POSITION | MOTION | {
        "source_id": "id", "pmra_pmdec_corr": "astrometry",
        "astrometric_excess_noise": "feature",
        **in_bands(GAIA, "phot_{}_mean_mag", system="Vega"),
        **fluxes(GAIA, "phot_{}_mean_flux", "phot_{}_mean_flux_error"),
    },
}  # fmt: skip

REAL = {
    "sdss17_10k": POSITION | in_bands(same("ugriz"), "{}") | {
        "class": "label", "redshift": "redshift",
    },
    "ps1_2mass_wise_dwarfs": POSITION | {
        "object_name": "id", "label": "label",
        **in_bands(same("grizy"), "ps1_{}", "e_ps1_{}"),
        **in_bands(NIR | {"h": "h"}, "tmass_{}", "e_tmass_{}", "Vega"),
        **in_bands(WISE_4, "{}", "e_{}", "Vega"),
    },
    "voss_qubrics_qso": POSITION | MOTION | {
        "qid": "id", "objtype": "label", "z_spec": "redshift",
        **in_bands(same("grizy"), "ps1_{}"), **in_bands(WISE_4, "{}", system="Vega"),
        **in_bands(GAIA, "gaia_{}", system="Vega"),
    },
    "des_vhs_wise_unlabelled": POSITION | {
        "coadd_object_id": "id",
        **in_bands(same("grizy") | NIR | WISE, "{}_mag", "{}_magerr"),
        **fluxes(same("grizy") | NIR | WISE, "{}_flux", "{}_fluxerr"),
    },
    "vst_atlas_wise_dev": {
        "row_id": "id", "class": "label", "rmagc": "magnitude r AB",
        **dict.fromkeys(["umg", "gmr", "rmi", "imz", "rmw1", "w1m2"], "feature"),
    },
    "delve_vhs_wise_dwarfs_hzqso": DWARFS | {
        "class": "label", "redshift": "redshift", "extended_class_z": "morphology",
        "pm": "feature",
        **dict.fromkeys(["pm_ra", "pm_ra_err", "pm_dec", "pm_dec_err"], "astrometry"),
    },
    "delve_vhs_wise_dwarfs_hzqso/raw_query.fits": DWARFS,
}  # fmt: skip

# Codes that a column holds beside values, as the tables' authors say; none elsewhere.
CODES = {
    "ps1_2mass_wise_dwarfs": {
        "e_tmass_h": {9.995, 9.998}, "e_tmass_k": {8.888, 9.995, 9.998},
    },
    "des_vhs_wise_unlabelled": {
        name: {99.0} for name in ("g_mag", "g_magerr", "r_mag", "r_magerr")
    },
    "vst_atlas_wise_dev": {"rmw1": {-99.0}, "w1m2": {-99.0}},
    "delve_vhs_wise_dwarfs_hzqso": {
        **{f"mag_auto_{b}": {99.0, -99.0} for b in "grz"},
        "mag_auto_i": {99.0, -99.0, -9999.0},
        **{f"magerr_auto_{b}": {99.0} for b in "griz"},
    },
    "delve_vhs_wise_dwarfs_hzqso/raw_query.fits": {
        f"mag_auto_{b}": {-99.0} for b in "griz"
    },
}  # fmt: skip

# Rows by status, from what the tables' authors say: not detected, never observed.
# Of the dwarfs without an error, 2487 and 3774, 1 and 3 are too bright for a limit.
STATUSES = {
    "ps1_2mass_wise_dwarfs": {"w3": (2486, 76), "w4": (3771, 73)},
    "des_vhs_wise_unlabelled": {"g": (1886, 0), "r": (37, 0), "i": (0, 0)},
    "voss_qubrics_qso": {"w4": (0, 0), "gaia_bp": (0, 0)},
}


def recognised(mapping):
    """Return what is recognised of the columns that count, in words."""
    return {
        c.name: " ".join(filter(None, (c.role, c.band, c.system, c.error_of)))
        for c in mapping.columns
        if c.role != "ignore"
    }


def table_of(entry, n_rows=60):
    """Return a table with the columns of an entry, their types as in the survey."""
    rng = np.random.default_rng(0)
    whole, text = (entry.get(kind, "").split() for kind in ("integers", "text"))
    columns = {}
    for name in entry["columns"].split():
        if name in text:
            columns[name] = [f"{name} {k}" for k in range(n_rows)]
        elif name in whole:
            codes = rng.integers(0, 4, n_rows)
            columns[name] = np.arange(n_rows) if "id" in name.lower() else codes
        else:
            columns[name] = rng.uniform(14, 20, n_rows)
    return qsovae.RawTable(pd.DataFrame(columns), "survey.fits", "0" * 64)


@pytest.mark.parametrize("survey", NAMES)
def test_every_column_of_a_survey_is_what_its_papers_say(survey):
    entry = NAMES[survey]
    mapping = qsovae.recognise_columns(table_of(entry))
    assert len(mapping.columns) == len(set(entry["columns"].split()))
    assert recognised(mapping) == TABLES[survey]


def opened(shared_data, name):
    folder, _, file = name.partition("/")
    path = shared_data / folder / (file or f"{folder}.parquet")
    return qsovae.open_catalog(path)


@pytest.mark.parametrize("name", REAL)
def test_every_column_of_a_real_catalog_is_what_its_authors_say(shared_data, name):
    mapping = opened(shared_data, name).mapping
    assert recognised(mapping) == REAL[name]
    codes = {c.name: set(c.sentinels) for c in mapping.columns if c.sentinels}
    assert codes == CODES.get(name, {})


@pytest.mark.parametrize("name", STATUSES)
def test_what_was_not_seen_is_told_from_what_was_not_observed(shared_data, name):
    catalog = opened(shared_data, name)
    for band, expected in STATUSES[name].items():
        status = WORDS[catalog.status(band)]
        found = tuple((status == s).sum() for s in ("nondetect", "unobserved"))
        assert found == expected, band


@pytest.mark.parametrize(
    ("name", "corrected"),
    [
        ("dered_{}", True), ("mag_auto_{}_dered", True), ("dered_mag_{}", True),
        ("psfmag_{}", False), ("mag_auto_{}", False),
    ],
)  # fmt: skip
def test_magnitudes_that_are_corrected_for_extinction_are_said_to_be(name, corrected):
    frame = pd.DataFrame({name.format(b): [18.0, 19.0] for b in "griz"})
    mapping = qsovae.recognise_columns(qsovae.RawTable(frame, "a.fits", "0" * 64))
    assert len(recognised(mapping)) == 4
    for column in mapping.columns:
        assert ("corrected for extinction" in column.reason) is corrected


def test_the_title_is_that_of_the_survey(shared_data):
    mapping = opened(shared_data, "vst_atlas_wise_dev").mapping
    assert mapping.column("rmagc").reason == "written so by VST ATLAS"
