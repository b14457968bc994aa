"""The mock as four surveys write it: codes, systems, epochs, pairs known as true."""

import numpy as np
import pandas as pd
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits

import qsovae
from qsovae import CombineRequest, ConfigError, combine_surveys

ROWS = 3000


@pytest.fixture(scope="module")
def tables():
    return qsovae.simulate_separately(ROWS, 3)


@pytest.fixture(scope="module")
def sky(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sky")
    qsovae.write_separately(folder, ROWS, 3)
    return folder


def joined(tables, key, id_name, *, moving=True):
    """Return the truth beside DELVE's and another survey's row of each source."""
    truth = tables["truth"].dropna(subset=["delve_id", f"{key}_id"])
    if not moving:
        truth = truth[truth["class_true"] != "STAR"]
    delve = tables["delve"].set_index("coadd_object_id").loc[truth["delve_id"]]
    other = tables[key].set_index(id_name).loc[truth[f"{key}_id"]]
    return delve.reset_index(), other.reset_index()


def test_the_first_survey_has_the_rows_asked_for_and_ids_are_unique(tables):
    assert len(tables["delve"]) == ROWS
    for key, name in (("delve", "coadd_object_id"), ("vhs", "sourceid"),
                      ("catwise", "source_id"), ("gaia", "source_id")):  # fmt: skip
        ids = tables[key][name]
        assert ids.is_unique
        assert set(ids) == set(tables["truth"][f"{key}_id"].dropna())


@pytest.fixture(scope="module")
def crowded():
    """Return the combined mock and its tables where both are as dense as the sky."""
    return qsovae.simulate(ROWS, 3, "sky"), qsovae.simulate_separately(ROWS, 3, "sky")


def test_the_rows_are_those_of_the_combined_mock(crowded):
    combined, separate = crowded
    magnitude = separate["delve"]["wavg_mag_psf_i"].replace(99.0, np.nan)
    np.testing.assert_allclose(magnitude, combined["i_mag_ab"], atol=6e-5)
    assert separate["delve"]["class_true"].equals(combined["class_true"])


def test_each_survey_writes_its_own_system_and_its_own_code(crowded):
    combined, tables = crowded
    missing = combined["g_mag_ab"].isna().to_numpy()
    assert missing.any()
    assert (tables["delve"]["wavg_mag_psf_g"][missing] == 99.0).all()
    assert (tables["vhs"]["yapermag3"] == np.float32(-999999488.0)).any()
    assert not tables["vhs"].isna().any().any()
    delve, vhs = joined(tables, "vhs", "sourceid")
    at = pd.Index(tables["delve"]["coadd_object_id"])
    j_ab = (
        combined["j_mag_ab"].iloc[at.get_indexer(delve["coadd_object_id"])].to_numpy()
    )
    known = np.isfinite(j_ab)
    np.testing.assert_allclose(vhs["japermag3"][known], j_ab[known] - 0.916, atol=1e-4)


@pytest.mark.parametrize(
    ("key", "names", "median_arcsec"),
    # Rayleigh's median is 1.177 sigma, DELVE's 0.022 arcsec added in squares.
    [("vhs", ("sourceid", "ra2000", "dec2000"), 1.177 * np.hypot(0.1, 0.022)),
     ("gaia", ("source_id", "ra", "dec"), 1.177 * np.hypot(0.001, 0.022))],
)  # fmt: skip
def test_positions_scatter_as_the_surveys_do(tables, key, names, median_arcsec):
    delve, other = joined(tables, key, names[0], moving=False)
    here = SkyCoord(delve["ra"].to_numpy() * u.deg, delve["dec"].to_numpy() * u.deg)
    there = SkyCoord(other[names[1]].to_numpy() * u.deg,
                     other[names[2]].to_numpy() * u.deg)  # fmt: skip
    apart = here.separation(there).arcsec
    assert np.median(apart) == pytest.approx(median_arcsec, rel=0.1)


def test_a_wise_band_that_is_not_seen_has_a_limit_and_keeps_its_flux(tables):
    wise = tables["catwise"]
    limits = wise["w2sigmpro"] == np.float32(9.99)
    assert 0.02 < limits.mean() < 0.3
    assert (wise.loc[limits, "w2snr"] < 2.0).all()
    assert wise.loc[limits, "w2flux"].notna().all()
    # The zero point of rows with both, and a limit of flux and two errors.
    ok = wise["w1sigmpro"].lt(1.0) & wise["w1flux"].gt(0)
    zero = wise["w1mpro"] + 2.5 * np.log10(wise["w1flux"])
    np.testing.assert_allclose(zero[ok], 20.5, atol=1e-3)
    highest = np.maximum(wise["w2flux"], 0) + 2 * wise["w2sigflux"]
    at_limit = (wise["w2mpro"] + 2.5 * np.log10(highest))[limits]
    np.testing.assert_allclose(at_limit, 19.5, atol=1e-3)
    flagged = wise["ab_flags"].str[0] == "D"
    assert wise["w1mpro"].isna().equals(flagged)
    assert 0.005 < flagged.mean() < 0.03


def test_repeats_in_overlaps_and_two_parameter_solutions_are_told(tables):
    vhs, gaia = tables["vhs"], tables["gaia"]
    overlap = vhs["priorsec"] != 0
    assert vhs.loc[overlap, "priorsec"].equals(vhs.loc[overlap, "framesetid"])
    assert 0.05 < overlap.mean() < 0.15
    assert set(vhs["mergedclass"]) <= {1, 0, -1, -2, -3, -9}
    poor = gaia["astrometric_params_solved"] == 3
    assert 0.05 < poor.mean() < 0.4
    assert gaia["pmra"].isna().equals(poor)
    assert gaia["pmra_pmdec_corr"].isna().equals(poor)


def test_every_column_of_a_survey_says_what_it_is(sky):
    for key in qsovae.COMBINED_SURVEYS:
        header = fits.getheader(sky / f"{key}.fits", 1)
        for number in range(1, header["TFIELDS"] + 1):
            assert header[f"TCOMM{number}"], (key, number)
            assert header[f"TUCD{number}"], (key, number)
    units = {header[f"TTYPE{n}"]: header.get(f"TUNIT{n}") for n in range(1, 19)}
    assert units["pmra"] == "mas yr-1"


def test_fast_stars_are_elsewhere_at_another_epoch(tables):
    delve, gaia = joined(tables, "gaia", "source_id")
    fast = np.hypot(gaia["pmra"], gaia["pmdec"]) > 60.0
    assert fast.sum() >= 3
    moved_mas = (gaia["dec"] - delve["dec"])[fast] * 3.6e6
    # Gaia's epoch is two years before DELVE's.
    np.testing.assert_allclose(moved_mas, -2.0 * gaia["pmdec"][fast], atol=90.0)


def test_the_true_pairs_are_found_and_few_others(sky, tmp_path):
    files = {k: (sky / f"{k}.fits",) for k in qsovae.COMBINED_SURVEYS}
    out = tmp_path / "combined.fits"
    report = combine_surveys(CombineRequest(files, out))
    assert report["is_simulated"]
    table = qsovae.read_table(out).frame
    truth = qsovae.read_table(sky / "truth.parquet").frame
    scores = qsovae.score_pairs(table, truth)
    overall = scores[scores["r_from"].isna()].set_index("survey")
    for key, completeness, purity in (
        ("vhs", 0.99, 0.98), ("catwise", 0.95, 0.92), ("gaia", 0.99, 0.99),
    ):  # fmt: skip
        assert overall.loc[key, "completeness"] > completeness, key
        assert overall.loc[key, "purity"] > purity, key
        # Chance, measured without the truth, foretells how many pairs are wrong.
        wrong = int(overall.loc[key, "found"] - overall.loc[key, "right"])
        expected = report["surveys"][key]["chance_matches"]
        assert abs(wrong - expected) < 4.0 * np.sqrt(expected) + 3.0, key


def test_the_combined_catalog_trains(sky, tmp_path):
    files = {k: (sky / f"{k}.fits",) for k in qsovae.COMBINED_SURVEYS}
    out = tmp_path / "combined.fits"
    combine_surveys(CombineRequest(files, out))
    request = qsovae.TrainRequest(out, "class_true", "mock", epochs=3, with_map=False)
    report = qsovae.train_run(request, tmp_path)
    assert report["is_simulated"]
    assert {"pm_sig", "parallax_sig", "spread_model"} <= set(report["features"])
    assert report["accuracy"] > 0.6


def test_one_seed_gives_the_same_files_twice(sky, tmp_path):
    rows = qsovae.write_separately(tmp_path, ROWS, 3)
    assert rows["delve.fits"] == ROWS
    assert set(rows) == {p.name for p in sky.iterdir()}
    for name in rows:
        assert (tmp_path / name).read_bytes() == (sky / name).read_bytes()


def test_a_request_that_cannot_be_is_refused():
    with pytest.raises(ConfigError, match="0 rows"):
        qsovae.simulate_separately(0, 1)
