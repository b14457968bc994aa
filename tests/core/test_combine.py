"""Surveys combined: partners known by construction, values traced back to the files."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from astropy.io.votable.ucd import check_ucd
from astropy.table import Table

import qsovae
from qsovae import CatalogError, CombineRequest, ConfigError, combine_surveys
from qsovae.combine.chance import Coverage, among_true, suggested_radius

N = 400
SENTINEL = -999999488.0  # VHS's


def sky(n, seed=5):
    """Return positions a few arcmin apart at most, none within 5 arcsec of another."""
    rng = np.random.default_rng(seed)
    cells = rng.permutation(100 * 100)[:n]
    ra = 30.0 + (cells % 100) * 0.01 + rng.uniform(0, 0.004, n)
    dec = -31.0 + (cells // 100) * 0.01 + rng.uniform(0, 0.004, n)
    return ra, dec


@pytest.fixture
def surveys():
    """Return a table a survey: row k of each is the same source, VHS turned round."""
    ra, dec = sky(N)
    rng = np.random.default_rng(1)
    mag = rng.uniform(16, 21, N)
    delve = {
        "coadd_object_id": 2**60 + np.arange(N), "ra": ra, "dec": dec, "ebv": 0.05,
        "mag_auto_g": mag + 0.5, "magerr_auto_g": 0.02, "mag_auto_i": mag,
        "magerr_auto_i": 0.01, "spread_model_i": 0.001, "ext_coadd": 0,
        "class_true": np.where(np.arange(N) % 2, "QSO", "STAR"),
    }  # fmt: skip
    vhs = {
        "sourceid": 7_000 + np.arange(N), "ra2000": ra + 0.1 / 3600, "dec2000": dec,
        "japermag3": mag - 1.0, "japermag3err": 0.03, "hapermag3": SENTINEL,
        "hapermag3err": SENTINEL, "mergedclass": -1,
    }  # fmt: skip
    catwise = {
        "source_id": 9_000 + np.arange(N), "ra": ra, "dec": dec + 0.5 / 3600,
        "w1mpro": mag - 2.0, "w1sigmpro": 0.04, "w2mpro": mag - 3.0, "w2sigmpro": 0.05,
    }  # fmt: skip
    gaia = {
        "source_id": 5_000 + np.arange(N), "ra": ra, "dec": dec,
        "phot_g_mean_mag": mag, "pmra": 1.0, "pmdec": -2.0, "pmra_error": 0.5,
        "pmdec_error": 0.5, "parallax": 0.2, "parallax_error": 0.1, "ruwe": 1.0,
    }  # fmt: skip
    tables = {"delve": delve, "vhs": vhs, "catwise": catwise, "gaia": gaia}
    frames = {key: pd.DataFrame(columns) for key, columns in tables.items()}
    frames["vhs"] = frames["vhs"].iloc[::-1].reset_index(drop=True)
    return frames


@pytest.fixture
def combine(tmp_path):
    """Return what writes tables, combines them, and returns report and catalog."""

    def run(frames, out="combined.fits", suffixes=None, **options):
        files = {}
        for key, frame in frames.items():
            path = tmp_path / f"{key}{(suffixes or {}).get(key, '.fits')}"
            qsovae.write_table(frame, path)
            files[key] = (path,)
        request = CombineRequest(files, tmp_path / out, **options)
        report = combine_surveys(request)
        return report, qsovae.read_table(tmp_path / out).frame

    return run


def test_every_row_of_the_primary_is_there_once_with_its_own_partners(surveys, combine):
    report, table = combine(surveys, suffixes={"vhs": ".vot", "gaia": ".parquet"})
    assert table["object_id"].tolist() == surveys["delve"]["coadd_object_id"].tolist()
    for key, first in (("vhs", 7_000), ("catwise", 9_000), ("gaia", 5_000)):
        assert table[f"{key}_id"].tolist() == [str(first + k) for k in range(N)]
        assert report["surveys"][key]["matches"] == N
        assert (table[f"{key}_n_match"] == 1).all()
    expected = 0.1 * np.cos(np.radians(surveys["delve"]["dec"]))
    np.testing.assert_allclose(table["vhs_sep_arcsec"], expected, atol=0.02)
    json.dumps(report, allow_nan=False)


def test_a_surveys_own_flags_come_along_as_a_doubt(surveys, combine):
    surveys["catwise"]["ab_flags"] = "00"
    surveys["catwise"].loc[5, "ab_flags"] = "01"
    surveys["delve"]["flags_gold"] = np.where(np.arange(N) == 7, 2, 0)
    _, table = combine(surveys)
    assert np.flatnonzero(table["catwise_is_flagged"]).tolist() == [5]
    assert np.flatnonzero(table["delve_is_flagged"]).tolist() == [7]
    assert "vhs_is_flagged" not in table


def test_magnitudes_are_ab_and_the_header_leads_back_to_the_original(
    surveys, combine, tmp_path
):
    combine(surveys)
    with fits.open(tmp_path / "combined.fits") as hdus:
        hdus.verify("exception")
        table, header = hdus[1].data, hdus[1].header
        j_vega = table["j_mag_ab"] - header["HIERARCH J_ADDED_TO_AB"]
        expected = surveys["vhs"]["japermag3"].to_numpy()[::-1]
        np.testing.assert_allclose(j_vega, expected, atol=2e-6)
        assert header["HIERARCH J_ADDED_TO_AB"] == pytest.approx(0.916)
        assert header["HIERARCH G_ADDED_TO_AB"] == 0.0
        sha = qsovae.file_sha256(tmp_path / "vhs.fits")
        assert header["HIERARCH VHS_SHA256_1"] == sha


def test_a_sentinel_is_unobserved_and_no_partner_depends_on_the_footprint(
    surveys, combine
):
    surveys["vhs"] = surveys["vhs"].iloc[: N // 2]  # of the primary's second half
    surveys["delve"].loc[0, "mag_auto_g"] = 99.0
    surveys["delve"].loc[1, "mag_auto_g"] = np.inf
    surveys["delve"].loc[2, "mag_auto_g"] = 77.0
    surveys["delve"].loc[3, "mag_auto_g"] = -9999.0
    far = pd.DataFrame({"coadd_object_id": [1], "ra": [200.0], "dec": [40.0]})
    surveys["delve"] = pd.concat([surveys["delve"], far], ignore_index=True)
    report, table = combine(surveys)
    assert table["g_status"][:5].tolist() == [
        "nondetect", "nondetect", "bad", "unobserved", "ok",
    ]  # fmt: skip
    assert table["g_mag_ab"][:4].isna().all()
    matched = table["vhs_id"].notna()
    assert matched.sum() == N // 2
    assert (table["h_status"][matched] == "unobserved").all()
    assert (table["j_status"][matched] == "ok").all()
    assert not table["in_footprint_vhs"].iloc[-1]
    assert table["j_status"].iloc[-1] == "unobserved"
    inside = ~matched & table["in_footprint_vhs"].astype(bool)
    assert inside.any()
    assert (table["j_status"][inside] == "nondetect").all()
    assert report["surveys"]["vhs"]["in_footprint"] == int(
        table["in_footprint_vhs"].sum()
    )


def test_a_wise_magnitude_without_an_error_is_a_limit(surveys, combine):
    surveys["catwise"].loc[5, ["w2mpro", "w2sigmpro"]] = 20.0, np.nan
    _, table = combine(surveys)
    assert table["w2_status"][5] == "nondetect"
    assert np.isnan(table["w2_mag_ab"][5])
    assert table["w1_status"][5] == "ok"


def test_a_fast_star_is_found_at_the_epochs_of_the_surveys(surveys, combine):
    gaia, vhs = surveys["gaia"], surveys["vhs"]
    gaia["pmdec"] = 400.0  # mas/yr; DELVE 2018, Gaia 2016, VHS 2013
    gaia["pmra"] = 0.0
    gaia["dec"] = surveys["delve"]["dec"] - 0.4 * 2 / 3600
    vhs["dec2000"] = surveys["delve"]["dec"].to_numpy()[::-1] - 0.4 * 5 / 3600
    report, table = combine(surveys)
    assert report["surveys"]["gaia"]["matches"] == N
    assert report["surveys"]["vhs"]["matches"] == N
    np.testing.assert_allclose(table["gaia_sep_arcsec"], 0.0, atol=1e-3)
    still, _ = combine(surveys, with_motion=False)
    assert still["surveys"]["gaia"]["matches"] == 0
    assert still["surveys"]["vhs"]["matches"] == 0


def test_crowds_are_counted_ties_flagged_and_sharing_told(surveys, combine):
    delve = surveys["delve"]
    near = delve.iloc[[10]].assign(coadd_object_id=3, dec=delve["dec"][10] + 0.3 / 3600)
    surveys["delve"] = pd.concat([delve, near], ignore_index=True)
    catwise = surveys["catwise"]
    twin = catwise.iloc[[20]].assign(source_id=1)
    surveys["catwise"] = pd.concat([catwise, twin], ignore_index=True)
    report, table = combine(surveys)
    said = report["surveys"]["catwise"]
    assert table["catwise_n_match"][20] == 2
    assert table["catwise_id"][20] == "9020"  # the first of the two in the file
    assert table["catwise_is_tied"][20]
    assert (said["tied"], said["ambiguous"], said["shared"]) == (1, 1, 1)
    # Both rows lie near the one partner; only the nearer is its nearest.
    assert table["catwise_id"].iloc[-1] == table["catwise_id"][10] == "9010"
    mutual = table["catwise_is_mutual"].astype(bool)
    assert (mutual.iloc[-1], mutual[10]) == (True, False)
    assert table["wise_n_neigh3"].iloc[-1] == table["wise_n_neigh3"][10] == 1
    assert table["wise_n_neigh3"][11] == 0
    report, table = combine(surveys, match="mutual")
    assert pd.isna(table["catwise_id"][10])
    assert report["surveys"]["catwise"]["shared"] == 0


def test_significances_follow_from_the_covariance(surveys, combine):
    surveys["gaia"]["pmra_pmdec_corr"] = 0.3
    _, table = combine(surveys)
    covariance = 0.25 * np.array([[1.0, 0.3], [0.3, 1.0]])
    motion = np.array([1.0, -2.0])
    expected = np.sqrt(motion @ np.linalg.inv(covariance) @ motion)
    np.testing.assert_allclose(table["pm_sig"], expected, rtol=1e-5)
    np.testing.assert_allclose(table["parallax_sig"], 2.0, rtol=1e-6)


def test_extinction_is_added_when_asked_for_and_never_applied(surveys, combine):
    plain = combine(surveys)[1]
    report, table = combine(surveys, ebv_column="ebv")
    np.testing.assert_allclose(table["g_a_mag"], 0.05 * 3.186, rtol=1e-6)
    np.testing.assert_array_equal(table["g_mag_ab"], plain["g_mag_ab"])
    assert "g_a_mag" not in plain
    assert any("gaia_g" in note for note in report["notes"])
    with pytest.raises(CatalogError, match="no column 'dust'"):
        combine(surveys, ebv_column="dust")


def write_dust(path, value, cells=None):
    """Write a HEALPix dust map of one value, of all cells or of some."""
    cells = np.arange(12 * 16**2) if cells is None else cells
    columns = {"PIXEL": cells, "EBV": np.full(len(cells), value, np.float32)}
    hdu = fits.table_to_hdu(Table(columns))
    hdu.header.update(PIXTYPE="HEALPIX", ORDERING="NESTED", NSIDE=16, COORDSYS="C")
    hdu.writeto(path)
    return path


def test_extinction_is_taken_from_a_dust_map_and_the_header_names_it(
    surveys, combine, tmp_path
):
    surveys["delve"].loc[3, "ra"] = np.nan
    dust = write_dust(tmp_path / "planck.fits", 0.05)
    report, table = combine(surveys, dust_map=dust)
    expected = np.where(np.arange(N) == 3, np.nan, 0.05 * 3.186)
    np.testing.assert_allclose(table["g_a_mag"], expected, rtol=1e-6)
    assert "E(B-V) is not known for 1 rows" in report["notes"]
    assert report["dust_map"] == [
        {"name": "planck.fits", "sha256": qsovae.file_sha256(dust)}
    ]
    header = fits.getheader(tmp_path / "combined.fits", 1)
    assert header["HIERARCH DUST_MAP_FILE_1"] == "planck.fits"
    assert header["HIERARCH DUST_MAP_SHA256_1"] == qsovae.file_sha256(dust)
    about = [header[f"TCOMM{n}"] for n in range(1, header["TFIELDS"] + 1)
             if header[f"TTYPE{n}"] == "ebv_sfd"]  # fmt: skip
    assert about == ["E(B-V) on the SFD scale, from planck.fits"]


def test_a_dust_map_of_another_part_of_the_sky_is_refused(surveys, combine, tmp_path):
    dust = write_dust(tmp_path / "north.fits", 0.05, np.arange(1024))
    with pytest.raises(CatalogError, match=r"no row of the primary has E\(B-V\)"):
        combine(surveys, dust_map=dust)
    assert not (tmp_path / "combined.fits").exists()


def test_paths_may_be_text_and_one_stands_alone(tmp_path):
    given = CombineRequest({"delve": "d.fits", "vhs": ["v1.fits", "v2.fits"]}, "c.fits")
    assert given.files == {
        "delve": (Path("d.fits"),), "vhs": (Path("v1.fits"), Path("v2.fits"))
    }  # fmt: skip
    assert given.out == Path("c.fits")


@pytest.mark.parametrize("suffix", [".fits", ".vot", ".parquet", ".ecsv", ".csv"])
def test_every_format_holds_the_same_table(surveys, combine, suffix):
    wanted = combine(surveys)[1]
    table = combine(surveys, out=f"other{suffix}")[1]
    assert list(table.columns) == list(wanted.columns)
    assert table["object_id"].tolist() == wanted["object_id"].tolist()
    np.testing.assert_allclose(table["j_mag_ab"], wanted["j_mag_ab"], rtol=1e-6)
    assert table["class_true"].tolist() == wanted["class_true"].tolist()


def test_columns_carry_units_valid_ucds_and_meanings(surveys, combine, tmp_path):
    combine(surveys, ebv_column="ebv")
    combine(surveys, ebv_column="ebv", out="combined.vot")
    header = fits.getheader(tmp_path / "combined.fits", 1)
    fields = Table.read(tmp_path / "combined.vot").columns
    for number in range(1, header["TFIELDS"] + 1):
        name, ucd = header[f"TTYPE{number}"], header[f"TUCD{number}"]
        assert header[f"TCOMM{number}"], name
        assert check_ucd(ucd, check_controlled_vocabulary=True), (name, ucd)
        assert fields[name].meta["ucd"] == ucd
        # VOTable wraps its lines.
        said = " ".join(fields[name].description.split())
        assert said == header[f"TCOMM{number}"]
    assert fields["vhs_sep_arcsec"].unit == "arcsec"


def test_the_combined_catalog_is_recognised_as_one_of_ours(surveys, combine, tmp_path):
    combine(surveys)
    catalog = qsovae.open_catalog(tmp_path / "combined.fits")
    assert set(catalog.bands) == {"g", "i", "j", "h", "w1", "w2", "gaia_g"}
    assert catalog.mapping.only("label") == "class_true"
    assert catalog.mapping.only("id") == "object_id"
    assert {"pm_sig", "parallax_sig"} <= set(catalog.mapping.names("feature"))
    assert (catalog.morphology == "point").all()


def test_several_files_of_a_survey_are_one_table(surveys, tmp_path, combine):
    whole, _ = combine(surveys)
    parts = []
    for number, rows in enumerate((slice(0, 150), slice(150, None))):
        parts.append(tmp_path / f"part{number}.fits")
        qsovae.write_table(surveys["vhs"][rows], parts[-1])
    files = {"delve": (tmp_path / "delve.fits",), "vhs": tuple(parts)}
    report = combine_surveys(CombineRequest(files, tmp_path / "parts.fits"))
    assert report["surveys"]["vhs"]["rows"] == N
    assert [f["rows"] for f in report["surveys"]["vhs"]["files"]] == [150, N - 150]
    assert report["surveys"]["vhs"]["matches"] == whole["surveys"]["vhs"]["matches"]
    qsovae.write_table(surveys["vhs"][["sourceid", "ra2000", "dec2000"]], parts[1])
    with pytest.raises(CatalogError, match="columns are not those of part0"):
        combine_surveys(CombineRequest(files, tmp_path / "parts.fits"))


def test_chance_is_measured_where_the_sky_is_crowded(combine):
    # A million rows a square degree: at random, 1 arcsec holds one in a quarter.
    rng = np.random.default_rng(3)
    n, side = 4_000, 4_000**0.5 * 3.6  # arcsec
    place = [rng.uniform(0, side / 3600, (2, n)) for _ in range(2)]
    frames = {
        "delve": pd.DataFrame({"id": np.arange(n), "ra": 10 + place[0][0],
                               "dec": place[0][1], "mag_auto_i": 20.0}),
        "vhs": pd.DataFrame({"sourceid": np.arange(n), "ra2000": 10 + place[1][0],
                             "dec2000": place[1][1], "japermag3": 19.0}),
    }  # fmt: skip
    said = combine(frames)[0]["surveys"]["vhs"]
    density = n / side**2
    expected = 1 - np.exp(-np.pi * density)
    # Shifted by half an arcminute, some of so small a field fall beyond its edge.
    assert said["chance_rate"] == pytest.approx(expected, rel=0.2)
    assert said["matches"] / n == pytest.approx(expected, rel=0.1)
    assert said["suggested_radius_arcsec"] is None  # nothing here is a true pair


def test_a_true_partner_hides_a_chance_one_that_is_farther():
    rng = np.random.default_rng(0)
    n, rate, edges = 100_000, 0.5, np.linspace(0, 3, 31)

    def chance():
        # Chance partners of a crowded sky: none in most of exp(-pi rho r^2).
        return np.sqrt(-np.log(rng.random(n)) / (np.pi * rate / (9 * np.pi)))

    true = np.where(rng.random(n) < 0.7, rng.rayleigh(0.3, n), np.inf)
    by_chance = chance()
    is_chance = by_chance < true
    pairs = np.histogram(np.minimum(true, by_chance), edges)[0]
    wanted = np.histogram(by_chance[is_chance], edges)[0]
    found = among_true(pairs, np.histogram(chance(), edges)[0], n)
    assert found.sum() == pytest.approx(wanted.sum(), rel=0.02)
    np.testing.assert_allclose(found, wanted, rtol=0.2, atol=30)


def test_a_radius_is_suggested_where_chance_takes_over(surveys, combine):
    said = combine(surveys)[0]["surveys"]["catwise"]
    # Partners lie at 0.5 arcsec and nowhere else; chance has next to none.
    assert said["chance_rate"] < 0.01
    assert 0.5 < said["suggested_radius_arcsec"] <= 6.0
    edges = np.linspace(0, 3, 4)
    pairs = np.array([900.0, 50.0, 90.0])
    assert suggested_radius(edges, pairs, np.array([1.0, 30.0, 85.0])) == 1.0
    assert suggested_radius(edges, pairs, np.array([1.0, 10.0, 30.0])) == 3.0
    assert suggested_radius(edges, pairs, np.array([800.0, 50.0, 89.0])) is None
    assert sum(said["separations"]["pairs"]) == pytest.approx(N)


def test_coverage_has_the_density_of_its_cells():
    rng = np.random.default_rng(0)
    ra, dec = rng.uniform(10, 12, 40_000), rng.uniform(-1, 1, 40_000)
    coverage = Coverage(ra, dec)
    inside = coverage.density_arcsec2(np.array([11.0]), np.array([0.0]))
    assert inside[0] == pytest.approx(1e4 / 3600**2, rel=0.3)
    outside = coverage.density_arcsec2(np.array([50.0, np.nan]), np.array([0.0, 0.0]))
    assert outside.tolist() == [0.0, 0.0]


def test_swapped_files_are_recognised(surveys, combine):
    swapped = surveys | {"vhs": surveys["gaia"], "gaia": surveys["vhs"]}
    with pytest.raises(CatalogError, match=r"given as Gaia DR3.*like those of .*VHS"):
        combine(swapped)
    nothing = surveys | {"vhs": surveys["delve"][["ra", "dec", "ebv"]]}
    with pytest.raises(CatalogError, match="no column was recognised as a magnitude"):
        combine(nothing)


def test_magnitudes_that_are_corrected_for_extinction_are_refused(surveys, combine):
    names = {"mag_auto_g": "mag_auto_g_dered"}
    with pytest.raises(CatalogError, match="for extinction: mag_auto_g_dered"):
        combine(surveys | {"delve": surveys["delve"].rename(columns=names)})


def test_surveys_apart_are_refused_with_both_footprints(surveys, combine):
    surveys["vhs"]["ra2000"] = (surveys["vhs"]["ra2000"] + 329.5) % 360.0
    with pytest.raises(CatalogError) as caught:
        combine(surveys)
    assert "VHS overlaps DELVE nowhere" in str(caught.value)
    assert "RA 359.5" in str(caught.value)
    assert "RA 30.0" in str(caught.value)


@pytest.mark.parametrize(
    ("scale", "unit"), [(np.pi / 180, "radians"), (1 / 15, "hours")]
)
def test_other_units_than_degrees_are_recognised(surveys, combine, scale, unit):
    rng = np.random.default_rng(0)
    vhs = surveys["vhs"]
    vhs["ra2000"] = rng.uniform(0, 360, N) * scale
    vhs["dec2000"] = rng.uniform(-80, 0, N) * (scale if unit == "radians" else 1)
    with pytest.raises(CatalogError, match=f"look like {unit}"):
        combine(surveys)


def test_the_same_content_twice_is_refused(surveys, tmp_path):
    frame = surveys["delve"].assign(japermag3=19.0)
    for name in ("a", "b"):
        qsovae.write_table(frame, tmp_path / f"{name}.fits")
    files = {"delve": (tmp_path / "a.fits",), "vhs": (tmp_path / "b.fits",)}
    with pytest.raises(CatalogError, match="delve and vhs are the same"):
        combine_surveys(CombineRequest(files, tmp_path / "o.fits"))
    twice = {"delve": (tmp_path / "a.fits",), "vhs": (tmp_path / "a.fits",)}
    with pytest.raises(ConfigError, match="given as delve and vhs"):
        combine_surveys(CombineRequest(twice, tmp_path / "o.fits"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"files": {}}, "no file of DELVE"),
        ({"files": {"sdss": ()}}, "no survey 'sdss'"),
        ({"radii_arcsec": {"vhs": 0.0}}, "radius is 0"),
        ({"radii_arcsec": {"vhs": float("nan")}}, "radius is nan"),
        ({"radii_arcsec": {"euclid": 1.0}}, "no survey 'euclid'"),
        ({"match": "all"}, "match 'all'"),
        ({"ebv_column": "ebv", "dust_map": "sfd.fits"}, "and as a dust map"),
        ({"out": "combined.doc"}, "written as .doc"),
        ({"out": "delve.fits"}, "the output and delve"),
    ],
)
def test_a_request_that_cannot_be_is_refused(tmp_path, changes, words):
    usual = {"files": {"delve": (tmp_path / "delve.fits",)}, "out": "combined.fits"}
    options = usual | changes
    options["out"] = tmp_path / options["out"]
    with pytest.raises(ConfigError, match=words):
        combine_surveys(CombineRequest(**options))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: f.iloc[:0], "no rows"),
        (lambda f: f.drop(columns="dec2000"), "right ascension and declination"),
        (lambda f: f.assign(dec2000=np.nan), "no row has a position"),
        (lambda f: f.assign(dec2000=-400.0), "no row has a position"),
    ],
)
def test_a_survey_without_rows_or_positions_is_named(surveys, combine, spoil, words):
    surveys["vhs"] = spoil(surveys["vhs"])
    with pytest.raises(CatalogError, match=words) as caught:
        combine(surveys)
    assert "vhs.fits" in str(caught.value)


def test_rows_without_a_position_stay_and_match_nothing(surveys, combine):
    surveys["delve"].loc[7, "ra"] = np.nan
    surveys["gaia"].loc[9, "dec"] = np.nan
    _, table = combine(surveys)
    assert len(table) == N
    assert pd.isna(table["vhs_id"][7])
    assert table["hpx16"][7] == -1
    assert np.isnan(table["gal_l_deg"][7])
    assert pd.isna(table["gaia_id"][9])


def test_portions_change_nothing(surveys, combine, monkeypatch, tmp_path):
    # A chunk's edge between the two that share a partner, and between neighbours.
    delve = surveys["delve"]
    near = delve.iloc[[10]].assign(coadd_object_id=3, dec=delve["dec"][10] + 0.3 / 3600)
    surveys["delve"] = pd.concat([near, delve], ignore_index=True)
    surveys["delve"]["class_true"] = ["S", *["longer label"] * N]
    surveys["delve"].loc[N, "mag_auto_g"] = -9999.0  # a code that only the last has
    whole, _ = combine(surveys, ebv_column="ebv")
    content = (tmp_path / "combined.fits").read_bytes()
    for module in ("matching", "combining"):
        monkeypatch.setattr(f"qsovae.combine.{module}.ROWS_A_PORTION", 7)
    portions, table = combine(surveys, ebv_column="ebv")
    assert (tmp_path / "combined.fits").read_bytes() == content
    assert portions | {"seconds": 0} == whole | {"seconds": 0}
    assert table["g_status"][N] == "unobserved"


def test_a_broken_write_leaves_the_old_catalog(surveys, combine, monkeypatch, tmp_path):
    from qsovae.tables import TableWriter

    combine(surveys)
    content = (tmp_path / "combined.fits").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(TableWriter, "_flushed", full)
    with pytest.raises(CatalogError, match="No space left on device"):
        combine(surveys, match="mutual")
    assert (tmp_path / "combined.fits").read_bytes() == content
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_progress_is_told_and_a_stop_leaves_nothing(surveys, tmp_path, combine):
    combine(surveys)
    files = {key: (tmp_path / f"{key}.fits",) for key in surveys}
    out = tmp_path / "stopped.fits"
    told = []
    combine_surveys(CombineRequest(files, out), told.append)
    phases = dict.fromkeys(t["phase"] for t in told)
    assert list(phases) == ["read", "match", "write", "done"]
    fractions = [t["fraction"] for t in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    out.unlink()
    asked = iter([False] * 5 + [True])
    with pytest.raises(ConfigError, match="stopped"):
        combine_surveys(CombineRequest(files, out), should_stop=lambda: next(asked))
    assert not out.exists()
