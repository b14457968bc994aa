"""Recognition, cleaning, labels and features, by hand-made and by real catalogs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsovae.bands import BANDS, Quality
from qsovae.catalog import NONDETECT, Catalog, open_catalog, with_morphology
from qsovae.checks import check_catalog
from qsovae.columns import Mapping, MappingStore
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


def catalog(columns, mapping=None, **meta):
    frame = pd.DataFrame(columns)
    raw = RawTable(frame, "test.csv", "0" * 64, meta=meta)
    return Catalog(raw, mapping or recognise_columns(raw))


def roles(subject):
    return {c.name: c.role for c in subject.mapping.columns}


MAGNITUDES = np.linspace(18.0, 21.0, 30)


@pytest.mark.parametrize(
    ("name", "band", "system"),
    [
        ("wavg_mag_psf_g", "g", "AB"),
        ("mag_auto_z", "z", "AB"),
        ("japermag3", "j", "Vega"),
        ("KsAperMag3", "ks", "Vega"),
        ("w1mpro", "w1", "Vega"),
        ("phot_bp_mean_mag", "gaia_bp", "Vega"),
        ("Gmag", "gaia_g", "Vega"),
        ("gmag", "g", "AB"),
        ("psfMag_u", "u", "AB"),
        ("tmass_k", "ks", "Vega"),
        ("W2mag", "w2", "Vega"),
        ("ks_mag_ab", "ks", "AB"),
    ],
)
def test_a_surveys_magnitude_is_known_by_name(name, band, system):
    column = catalog({name: MAGNITUDES}).mapping.column(name)
    assert (column.role, column.band, column.system) == ("magnitude", band, system)


def test_a_bare_z_is_a_band_beside_ugri_and_a_redshift_alone():
    with_bands = catalog({b: MAGNITUDES for b in "ugriz"})
    assert roles(with_bands)["z"] == "magnitude"
    alone = catalog({"g_r": MAGNITUDES, "r_i": MAGNITUDES, "z": MAGNITUDES})
    assert roles(alone)["z"] == "redshift"


@pytest.mark.parametrize(
    "name", ["redshift", "z_spec", "zspec", "z_true", "specz", "photo_z", "zphot"]
)
def test_a_redshift_is_never_a_feature(name):
    subject = catalog({"u_g": MAGNITUDES, "g_r": MAGNITUDES, name: MAGNITUDES})
    assert name not in [f.name for f in default_features(subject)]
    with pytest.raises(CatalogError, match="never a feature"):
        parse_features([name], subject)


@pytest.mark.parametrize("name", ["u_g", "g-r", "umg", "w1m2", "bp_rp", "J-W1", "rmw1"])
def test_colours_are_features_where_their_bands_are_absent(name):
    assert roles(catalog({name: MAGNITUDES}))[name] == "feature"


def test_bookkeeping_and_ids_are_no_features():
    subject = catalog(
        {
            "objid": np.arange(30),
            "ra": np.linspace(0, 300, 30),
            "dec": np.linspace(-60, 60, 30),
            "plate": np.arange(30.0),
            "mjd": np.arange(30.0),
            "airmass_g": np.arange(30.0),
            "g_r": MAGNITUDES,
            "class": ["QSO", "STAR"] * 15,
        }
    )
    assert [f.name for f in default_features(subject)] == ["g_r"]
    assert roles(subject)["objid"] == "id"
    assert roles(subject)["class"] == "label"


def test_vega_becomes_ab_and_sentinels_become_unobserved():
    values = MAGNITUDES.copy()
    values[3], values[4], values[5] = -999999488.0, np.inf, 55.0
    errors = np.full(30, 0.1)
    errors[6] = 0.0
    subject = catalog({"japermag3": values, "japermag3err": errors})
    magnitude, sigma = subject.magnitude("j")
    assert magnitude[0] == pytest.approx(18.0 + 0.916)
    assert np.flatnonzero(np.isnan(magnitude)).tolist() == [3, 4, 5]
    assert np.flatnonzero(np.isnan(sigma)).tolist() == [3, 4, 5, 6]
    expected = {3: "SENTINEL", 4: "NON_FINITE", 5: "IMPLAUSIBLE", 6: "INVALID_ERROR"}
    for row, name in expected.items():
        assert subject.quality[row] == Quality[name]
    assert np.count_nonzero(subject.quality) == 4


@given(st.floats(-25.0, 35.0))
def test_a_plausible_magnitude_is_never_taken_for_a_sentinel(value):
    subject = catalog({"g_mag_ab": np.append(MAGNITUDES, value)})
    magnitude, _ = subject.magnitude("g")
    assert magnitude[-1] == value


def test_ids_stay_exact_and_double_ones_and_lost_positions_are_marked():
    ids = np.array([2**62 + 1, 2**62 + 1, *range(40)], dtype=np.int64)
    ra = np.linspace(0, 359, 42)
    ra[7], ra[8] = 400.0, np.nan
    subject = catalog(
        {"source_id": ids, "ra": ra, "dec": np.zeros(42), "g": np.full(42, 20.0)}
    )
    assert subject.object_id.iloc[0] == 2**62 + 1
    assert np.flatnonzero(subject.quality & Quality.DUPLICATE_ID).tolist() == [0, 1]
    assert np.flatnonzero(subject.quality & Quality.INVALID_POSITION).tolist() == [7, 8]


def test_labels_that_differ_in_case_and_blanks_are_one_class():
    label = [" QSO", "qso", "QSO", "star ", "STAR", "STAR", "", "nan", None, "-1"]
    subject = catalog({"g": np.full(10, 20.0), "kind": label})
    labels = subject.labels("kind")
    assert labels.classes == ("QSO", "STAR")
    assert labels.class_label.tolist() == ["QSO"] * 3 + ["STAR"] * 3 + [None] * 4
    assert any("qso" in note for note in labels.notes)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        (["QSO"] * 600, r"holds 1 class\(es\): QSO"),
        ([None] * 600, r"holds 0 class\(es\)"),
        ([f"name {k % 500}" for k in range(600)], "500 different values"),
    ],
)
def test_a_label_column_of_one_or_of_500_classes_is_refused(label, words):
    subject = catalog({"g": np.full(600, 20.0), "kind": label})
    with pytest.raises(CatalogError, match=words):
        subject.labels("kind")


def test_whole_numbers_written_as_floats_are_classes():
    label = [0.0, 1.0, np.nan, 1.0] * 5
    labels = catalog({"g": np.full(20, 20.0), "label": label}).labels("label")
    assert labels.classes == ("0", "1")


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("ext_class", [0, 1, 2, 3, -9], ["point"] * 2 + ["extended"] * 2 + ["unknown"]),
        ("mergedclass", [-1, -2, 1, -3, -9],
         ["point"] * 2 + ["extended"] * 2 + ["unknown"]),
        ("type", ["PSF", "REX", "star", "galaxy", "?"],
         ["point", "extended"] * 2 + ["unknown"]),
    ],
)  # fmt: skip
def test_each_surveys_morphology_has_its_own_sense(name, values, expected):
    subject = catalog({"g": np.full(5, 20.0), name: values})
    assert subject.morphology.tolist() == expected
    table = pd.DataFrame({"morphology": subject.morphology})
    assert len(with_morphology(table, "all")) == 5
    assert set(with_morphology(table, "point")["morphology"]) == {"point"}
    with pytest.raises(CatalogError):
        with_morphology(table, "round")


def test_a_mapping_survives_toml_and_is_found_by_the_same_columns(tmp_path):
    subject = catalog({"g": MAGNITUDES, 'odd "name"\\': MAGNITUDES, "r": MAGNITUDES})
    mapping = subject.mapping.with_column("g", sentinels=(18.0,), system="Vega")
    assert Mapping.from_toml(mapping.to_toml()) == mapping
    store = MappingStore(tmp_path / "mappings")
    names = [c.name for c in mapping.columns]
    assert store.find(names) is None
    store.save(mapping)
    assert store.find(names[::-1]).column("g") == mapping.column("g")
    assert store.find(names[:-1]) is None
    corrected = Catalog(subject.raw, mapping)
    assert np.isnan(corrected.magnitude("g")[0][0])


@pytest.mark.parametrize(
    "change",
    [
        {"role": "colour"},
        {"band": "v"},
        {"system": "ST"},
        {"band": "r"},  # two columns for one band
    ],
)
def test_a_mapping_that_cannot_be_is_refused(change):
    subject = catalog({"g": MAGNITUDES, "r": MAGNITUDES})
    with pytest.raises(CatalogError, match=r"column g|both the magnitude"):
        subject.mapping.with_column("g", **change)


def test_a_colour_is_a_difference_with_the_errors_added_in_quadrature():
    subject = catalog(
        {
            "g": [20.0, np.nan],
            "err_g": [0.3, 0.1],
            "r": [19.0, 19.0],
            "err_r": [0.4, 0.1],
        }
    )
    table = build_features(subject, parse_features(["g-r", "r"], subject))
    assert table.names == ["g_mag_ab - r_mag_ab", "r_mag_ab"]
    np.testing.assert_allclose(table.values, [[1.0, 19.0], [np.nan, 19.0]])
    assert table.sigma[0].tolist() == pytest.approx([0.5, 0.4])


def test_a_patchy_band_costs_no_other_colour():
    columns = {f"{b}_mag_ab": np.full(100, 20.0) for b in ("g", "r", "i", "z", "j")}
    columns["y_mag_ab"] = np.where(np.arange(100) < 10, 20.0, np.nan)
    names = [f.name for f in default_features(catalog(columns))]
    assert "z_mag_ab - j_mag_ab" in names
    assert "y_mag_ab - j_mag_ab" in names or "z_mag_ab - y_mag_ab" in names


def test_what_a_run_needs_and_a_catalog_lacks_is_listed_in_full():
    full = catalog({b: MAGNITUDES for b in "ugriz"})
    features = default_features(full)
    assert features_from_json(features_to_json(features)) == features
    less = catalog({"g": MAGNITUDES, "r": MAGNITUDES})
    assert missing_sources(less, features) == ["band i", "band u", "band z"]
    with pytest.raises(CatalogError, match="lacks band i, band u, band z"):
        build_features(less, features)


def test_another_surveys_columns_of_the_same_bands_fit():
    ours = catalog({"g_mag_ab": MAGNITUDES, "r_mag_ab": MAGNITUDES - 1})
    theirs = catalog({"ps1_g": MAGNITUDES, "ps1_r": MAGNITUDES - 1})
    features = default_features(ours)
    np.testing.assert_array_equal(
        build_features(ours, features).values, build_features(theirs, features).values
    )


def test_text_among_magnitudes_is_refused_with_its_row():
    mapping = catalog({"g": MAGNITUDES[:3]}).mapping
    with pytest.raises(CatalogError, match="'faint' in row 2"):
        catalog({"g": ["20.1", "faint", "20.2"]}, mapping)


def test_a_band_set_aside_for_text_in_it_is_told(tmp_path):
    path = tmp_path / "text.csv"
    path.write_text("g,r\n20.1,19\nfaint,18\n20.2,17\n")
    subject = open_catalog(path)
    assert roles(subject) == {"g": "ignore", "r": "magnitude"}
    assert "holds text" in subject.mapping.column("g").reason
    finding = next(f for f in check_catalog(subject).findings if f.column == "g")
    assert (finding.severity, finding.rows, finding.n_rows) == ("warning", (1,), 1)
    assert "'faint'" in finding.message


def test_the_check_counts_what_was_planted():
    values = MAGNITUDES.copy()
    values[:4], values[5] = 99.0, np.nan
    subject = catalog(
        {
            "objid": [1, 1, *range(2, 30)],
            "mag_auto_g": values,
            "magerr_auto_g": np.append(np.full(29, 0.1), -1.0),
            "mag_auto_r": np.full(30, np.nan),
        },
        is_simulated="True",
    )
    report = check_catalog(subject)
    lines = report.columns.set_index("column")
    assert lines.loc["mag_auto_g", "sentinel_rows"] == 4
    assert lines.loc["mag_auto_g", "nans"] == 1
    assert lines.loc["magerr_auto_g", "non_positive_errors"] == 1
    assert report.quality_counts["DUPLICATE_ID"] == 2
    messages = {(f.column, f.message) for f in report.findings}
    assert ("mag_auto_r", "nothing was observed in this column") in messages
    assert report.is_simulated
    assert not report.has_errors


def test_a_catalog_without_rows_fails_the_check():
    report = check_catalog(catalog({"g": np.array([], dtype=float)}))
    assert report.has_errors


def real(shared_data, name):
    return open_catalog(next((shared_data / name).glob("*.parquet")))


EXPECTED = {
    "sdss17_10k": ("ugriz", "AB", "class"),
    "ps1_2mass_wise_dwarfs": (
        ("g", "r", "i", "z", "y", "j", "h", "ks", "w1", "w2", "w3", "w4"),
        None,
        "label",
    ),
    "des_vhs_wise_unlabelled": (
        ("g", "r", "i", "z", "y", "j", "ks", "w1", "w2"), "AB", None,
    ),
    "delve_vhs_wise_dwarfs_hzqso": (
        ("g", "r", "i", "z", "y", "j", "h", "ks", "w1", "w2"), None, "class",
    ),
    "vst_atlas_wise_dev": (("r",), "AB", "class"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_the_columns_of_a_real_catalog_are_recognised(shared_data, name):
    bands, system, label = EXPECTED[name]
    subject = real(shared_data, name)
    assert set(subject.bands) == set(bands)
    systems = {
        c.band: c.system for c in subject.mapping.columns if c.role == "magnitude"
    }
    infrared = {"j", "h", "ks", "w1", "w2", "w3", "w4"}
    survey_y = name == "delve_vhs_wise_dwarfs_hzqso"
    for band in bands:
        vega = band in infrared or (band == "y" and survey_y)
        assert systems[band] == (system or ("Vega" if vega else "AB"))
    assert subject.mapping.only("label") == label
    assert subject.mapping.only("ra") in ("ra", None)


def test_the_sentinels_that_the_real_catalogs_hold_are_found(shared_data):
    mixed = real(shared_data, "delve_vhs_wise_dwarfs_hzqso")
    assert set(mixed.mapping.column("mag_auto_i").sentinels) == {-9999.0, -99.0, 99.0}
    colours = real(shared_data, "vst_atlas_wise_dev")
    assert np.isnan(colours.values("rmw1")).sum() == 2299
    assert colours.mapping.column("w1m2").role == "feature"
    unlabelled = real(shared_data, "des_vhs_wise_unlabelled")
    assert np.isnan(unlabelled.magnitude("g")[0]).sum() == 1886
    dwarfs = real(shared_data, "ps1_2mass_wise_dwarfs")
    # W1 lacks its error in the brightest stars, W3 where it is a limit.
    assert (dwarfs.status("w1") == NONDETECT).sum() == 2
    assert np.isfinite(dwarfs.magnitude("w1")[0]).sum() == 5669 - 78 - 2
    assert (dwarfs.status("w3") == NONDETECT).sum() > 0.95 * 2487
    assert np.isnan(dwarfs.magnitude("h")[1]).sum() == 387 + 5


def test_bands_run_from_blue_to_red():
    waves = [b.wavelength_um for b in BANDS.values()]
    assert waves == sorted(waves)
