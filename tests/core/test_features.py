"""Features: from any survey's columns to values, errors and what was observed."""

import numpy as np
import pandas as pd
import pytest

from qsovae import magnitudes
from qsovae.catalog import STATUSES, Catalog
from qsovae.errors import CatalogError
from qsovae.features import (
    build_features,
    default_features,
    features_from_json,
    features_to_json,
    missing_sources,
    parse_features,
)
from qsovae.recognition import recognise_columns
from qsovae.tables import RawTable

N = 200


def catalog(columns, units=None):
    raw = RawTable(pd.DataFrame(columns), "test.csv", "0" * 64, units=units or {})
    return Catalog(raw, recognise_columns(raw))


def measured(columns, band, units=None):
    found = catalog(columns, units).measured(band)
    return found._replace(status=STATUSES[found.status])


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def photometry(rng):
    """Return a combined catalog's g and r, the last ten rows looked at and not seen."""
    flux = 10 ** rng.uniform(2.7, 5.0, N)
    error = np.full(N, 100.0)
    columns = {}
    for band, factor in (("g", 1.0), ("r", 2.0)):
        seen = np.where(np.arange(N) < N - 10, flux * factor, np.nan)
        columns |= {
            f"{band}_mag_ab": magnitudes.to_magnitude(seen),
            f"{band}_mag_err": magnitudes.magnitude_error(seen, error),
            f"{band}_status": np.where(np.isnan(seen), "nondetect", "ok"),
        }
    return columns


# --- What became of a band -----------------------------------------------------------


def test_a_status_tells_what_was_looked_for_from_what_was_not(photometry):
    photometry["g_status"] = photometry["g_status"].astype(object)
    photometry["g_status"][:3] = ["unobserved", "saturated", "nonsense"]
    photometry["g_mag_ab"][:2] = np.nan
    found = measured(photometry, "g")
    assert found.status[:3].tolist() == ["unobserved", "saturated", "ok"]
    assert (found.status[-10:] == "nondetect").all()
    assert np.isnan(found.flux[[0, 1, -1]]).all()


def test_a_stated_ok_without_a_magnitude_is_not_believed(photometry):
    photometry["g_mag_ab"][0] = np.nan
    assert measured(photometry, "g").status[0] == "unobserved"


def test_fluxes_count_before_magnitudes_and_stay_where_nothing_was_seen(photometry):
    flux = magnitudes.to_flux(photometry["g_mag_ab"])
    flux[-10:] = np.linspace(-150, 150, 10)
    found = measured(
        photometry | {"g_flux_njy": flux, "g_flux_err_njy": np.full(N, 90.0)}, "g"
    )
    np.testing.assert_allclose(found.flux, flux)
    assert (found.flux_error == 90.0).all()
    assert np.isnan(found.magnitude[-10:]).all()


def test_a_wise_magnitude_without_an_error_is_a_limit():
    w1 = np.where(np.arange(N) < 6, 17.0, 15.0)
    error = np.where(np.arange(N) < 5, np.nan, 0.1)
    error[5] = 9.99
    found = measured({"w1mpro": w1, "w1sigmpro": error}, "w1")
    assert (found.status[:6] == "nondetect").all()
    assert (found.status[6:] == "ok").all()
    assert np.isnan(found.magnitude[:6]).all()
    assert (found.flux[:6] == 0).all()
    limit = magnitudes.to_flux(17.0 + 2.699)
    assert found.flux_error[:6] == pytest.approx(limit / 2)


def test_wises_own_code_of_a_limit_is_one_however_bright():
    error = np.where(np.arange(N) == 0, 9.99, 0.1)
    columns = {"w1mpro": np.linspace(10.0, 17.0, N), "w1sigmpro": error}
    assert measured(columns, "w1").status.tolist() == ["nondetect"] + ["ok"] * (N - 1)


def test_bright_magnitudes_without_errors_are_no_limits():
    w1 = np.linspace(10.0, 17.0, N)
    error = np.where(w1 < 13.0, np.nan, 0.1)
    found = measured({"w1mpro": w1, "w1sigmpro": error}, "w1")
    assert (found.status == "ok").all()


def test_without_any_error_a_wise_magnitude_is_a_magnitude():
    found = measured(
        {"w1mpro": np.full(N, 17.0), "w1sigmpro": np.full(N, np.nan)}, "w1"
    )
    assert (found.status == "ok").all()


def test_a_code_of_des_for_not_seen_is_told_from_one_for_no_value():
    g = np.full(N, 20.0)
    g[:3] = [99.0, -99.0, np.inf]
    found = measured({"mag_auto_g": g, "magerr_auto_g": np.full(N, 0.1)}, "g")
    assert found.status[:4].tolist() == ["nondetect", "unobserved", "nondetect", "ok"]


@pytest.mark.parametrize(("unit", "factor"), [("uJy", 1e3), ("nJy", 1), ("mJy", 1e6)])
def test_a_flux_is_read_in_the_unit_of_its_file(unit, factor):
    found = measured({"g_flux_njy": np.full(N, 2.0)}, "g", {"g_flux_njy": unit})
    assert found.flux == pytest.approx(2.0 * factor)
    assert found.magnitude == pytest.approx(31.4 - 2.5 * np.log10(2.0 * factor))


def test_a_flux_in_an_unknown_unit_is_not_used():
    mapping = catalog({"g_flux_njy": np.ones(N)}, {"g_flux_njy": "furlong"}).mapping
    assert mapping.column("g_flux_njy").role == "ignore"
    with pytest.raises(CatalogError, match="furlong"):
        mapping.with_column("g_flux_njy", role="flux", band="g")


def test_counts_get_their_scale_from_rows_with_a_magnitude():
    counts = np.geomspace(10, 1e4, N)
    w1 = 20.5 - 2.5 * np.log10(counts)
    w1[:5] = np.nan
    columns = {"w1mpro": w1, "w1sigmpro": np.full(N, 0.1), "w1flux": counts,
               "w1sigflux": np.full(N, 5.0)}  # fmt: skip
    found = measured(columns, "w1")
    np.testing.assert_allclose(found.flux, magnitudes.to_flux(23.199) * counts, 1e-9)
    assert (found.status[:5] == "nondetect").all()


# --- Values --------------------------------------------------------------------------


def test_what_was_looked_for_and_not_seen_has_a_value_with_a_large_error(photometry):
    subject = catalog(photometry)
    table = build_features(subject, default_features(subject))
    colour = table.names.index("g_mag_ab - r_mag_ab")
    assert table.features[colour].softening_njy == pytest.approx((100.0, 100.0))
    assert table.observed.all()
    assert table.sigma[-10:, colour] == pytest.approx(np.sqrt(2) * 1.0857 / 2, rel=1e-3)
    bright = np.argsort(photometry["g_mag_ab"])[:20]
    assert table.values[bright, colour] == pytest.approx(2.5 * np.log10(2), abs=0.01)


def test_what_was_not_looked_for_is_unobserved(photometry):
    photometry["g_status"][-10:] = "unobserved"
    subject = catalog(photometry)
    table = build_features(subject, parse_features(["g-r", "r"], subject))
    assert not table.observed[-10:, 0].any()
    assert table.observed[:, 1].all()


def test_a_run_keeps_its_softening_for_catalogs_of_other_depths(photometry):
    features = default_features(catalog(photometry))
    assert features_from_json(features_to_json(features)) == features
    other = catalog({"ps1_g": photometry["g_mag_ab"], "ps1_r": photometry["r_mag_ab"]})
    ours = build_features(catalog(photometry), features).values[:-10]
    theirs = build_features(other, features).values[:-10]
    np.testing.assert_allclose(ours, theirs)


def test_without_errors_magnitudes_are_pogsons():
    subject = catalog({"g": np.linspace(18, 22, N), "r": np.linspace(18, 21, N)})
    assert all(f.softening_njy == () for f in default_features(subject))


def test_spread_model_gives_the_probability_of_a_point():
    columns = {"spread_model_i": [0.003, 0.0, 0.03], "spreaderr_model_i": [0.001] * 3}
    subject = catalog(columns)
    features = default_features(subject)
    assert [f.name for f in features] == ["spread_model", "point_probability"]
    table = build_features(subject, features)
    assert table.values[:, 1] == pytest.approx([0.5, 0.99865, 0.0], abs=1e-4)
    assert table.sigma[:, 0] == pytest.approx(0.001)
    assert table.sigma[0, 1] == pytest.approx(0.3989, abs=1e-3)


def test_a_motion_is_a_feature_whether_as_gaia_or_as_a_combined_catalog_has_it():
    gaia = {
        "pmra": [3.0, np.nan], "pmra_error": [1.0, 1.0], "pmdec": [8.0, 1.0],
        "pmdec_error": [2.0, 1.0], "parallax": [1.0, np.nan],
        "parallax_error": [0.2, 0.2],
    }  # fmt: skip
    subject = catalog(gaia)
    features = default_features(subject)
    assert [f.name for f in features] == ["pm_sig", "parallax_sig"]
    ours = build_features(subject, features)
    np.testing.assert_allclose(ours.values, [[5.0, 5.0], [np.nan, np.nan]])
    assert ours.sigma[0].tolist() == [1.0, 1.0]
    combined = catalog({"pm_sig": [5.0, np.nan], "parallax_sig": [5.0, np.nan]})
    np.testing.assert_allclose(build_features(combined, features).values, ours.values)


def test_a_column_behind_a_quantity_is_not_a_feature_twice():
    subject = catalog({"parallax_over_error": np.ones(N), "pm_sig": np.ones(N),
                       "pm": np.ones(N), "concentration": np.ones(N)})  # fmt: skip
    names = [f.name for f in default_features(subject)]
    assert names == ["pm_sig", "parallax_sig", "concentration"]


def test_a_quantity_that_a_catalog_lacks_is_named():
    features = default_features(catalog({"pm_sig": np.ones(N)}))
    with pytest.raises(CatalogError, match="lacks pm_sig"):
        build_features(catalog({"g": np.linspace(18, 20, N)}), features)
    assert missing_sources(catalog({"g": np.ones(N)}), features) == ["pm_sig"]
