"""A file checked in portions gives the report of the whole; each row keeps its bits."""

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae.catalog import Catalog, CatalogPortions
from qsovae.catalog import portions as portions_module
from qsovae.checks import check_portions, row_flags, write_flags
from qsovae.checks.flags import CATALOG_BITS
from qsovae.tables import RawTable

N = 2600
_FROM_SAMPLE = {"median"}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """Return a file with faults planted far apart, so that no portion has a pair."""
    table = qsovae.simulate(N - 3, 5)
    bright = np.flatnonzero(table["gaia_g_mag_ab"].notna())
    # Rows that keep their values below.
    bright = bright[(bright > 10) & (bright < 1900)][[0, 40, 200]]
    twice = pd.concat([table, table.iloc[bright]], ignore_index=True)
    twice.loc[2500, "ra_deg"] = 361.0
    twice.loc[7, "w1_mag_ab"] = 99.0
    twice.loc[2400, ["j_mag_ab", "j_mag_err"]] = [-9999.0, -0.1]
    twice.loc[1960:2040, "r_mag_ab"] = np.float32(22.5)
    twice.loc[[10, 2200], "z_mag_err"] = 1e-6
    path = tmp_path_factory.mktemp("faulty") / "faulty.parquet"
    qsovae.write_table(twice, path)
    return path


@pytest.fixture
def small_portions(monkeypatch):
    monkeypatch.setattr(portions_module, "ROWS_A_PORTION", 1000)


@pytest.fixture(scope="module")
def whole(faulty):
    """Return the report on the file as one catalog in memory."""
    return qsovae.check_catalog(qsovae.open_catalog(faulty))


@pytest.mark.usefixtures("small_portions")
def test_portions_give_the_report_of_the_whole(faulty, whole):
    cut = qsovae.check_catalog(faulty)
    assert cut.findings == whole.findings
    pd.testing.assert_frame_equal(cut.columns, whole.columns)
    assert cut.quality.tolist() == whole.quality.tolist()
    assert cut.to_json() == whole.to_json()
    assert (cut.sha256, cut.is_simulated) == (whole.sha256, True)
    assert whole.quality_counts["DUPLICATE_ROW"] == 6
    assert whole.quality_counts["DUPLICATE_POSITION"] == 6
    assert whole.quality_counts["INVALID_POSITION"] == 1


@pytest.mark.usefixtures("small_portions")
def test_a_sample_leaves_counts_and_extremes_exact(faulty, whole, monkeypatch):
    monkeypatch.setattr(portions_module, "SAMPLED_ROWS", 2000)
    sampled = qsovae.check_catalog(faulty)
    assert sampled.sample.n_rows == 2000
    assert "uniform sample of 2,000 rows" in " ".join(
        f.message for f in sampled.findings
    )
    exact = [c for c in whole.columns if c not in _FROM_SAMPLE]
    pd.testing.assert_frame_equal(sampled.columns[exact], whole.columns[exact])
    near = sampled.columns["median"] - whole.columns["median"]
    spread = whole.columns["maximum"] - whole.columns["minimum"]
    assert (near.abs() <= 0.05 * spread).loc[near.notna()].all()
    others = ~np.uint32(qsovae.Quality.OUTLYING_COLOUR)
    assert np.array_equal(sampled.quality & others, whole.quality & others)
    spike = "the value 22.5"
    counts = [
        [f.n_rows for f in report.findings if spike in f.message]
        for report in (whole, sampled)
    ]
    assert counts[0] == counts[1] != []


@pytest.mark.usefixtures("small_portions")
def test_a_code_for_missing_in_one_row_is_found_beside_the_sample(faulty, monkeypatch):
    monkeypatch.setattr(portions_module, "SAMPLED_ROWS", 200)
    for seed in (0, 1, 2):  # some sample lacks the row, whichever it is
        monkeypatch.setattr(portions_module, "_SEED", seed)
        assert CatalogPortions(faulty).mapping.column("w1_mag_ab").sentinels == (99.0,)


def test_the_sample_is_the_same_each_time_and_in_order(faulty, monkeypatch):
    monkeypatch.setattr(portions_module, "SAMPLED_ROWS", 500)
    first, second = (CatalogPortions(faulty).sample.raw.frame for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    ids = pd.read_parquet(faulty)["object_id"]
    places = ids.reset_index().drop_duplicates("object_id").set_index("object_id")
    order = places.loc[first["object_id"], "index"]
    assert (np.diff(order) >= 0).mean() > 0.99  # the doubles aside


def test_progress_is_told_and_a_wish_to_stop_is_heard(faulty):
    told = []
    qsovae.check_catalog(faulty, on_progress=told.append)
    fractions = [entry["fraction"] for entry in told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert {entry["phase"] for entry in told} == {"read", "check", "done"}
    with pytest.raises(qsovae.ConfigError, match="stopped"):
        qsovae.check_catalog(faulty, should_stop=lambda: len(told) > 0)


# Bits of rows


def catalog(frame):
    raw = RawTable(pd.DataFrame(frame), "planted", "")
    return Catalog(raw, qsovae.recognise_columns(raw))


def rows_with(subject, name):
    return np.flatnonzero(row_flags(subject) & qsovae.Quality[name]).tolist()


def test_a_findings_rows_are_those_with_the_bit(faulty, whole):
    subject = qsovae.open_catalog(faulty)
    flags = row_flags(subject)
    assert flags.tolist() == whole.quality.tolist()
    for words, name in (
        ("within 0.5 arcsec", "DUPLICATE_POSITION"),
        ("measurements in common", "DUPLICATE_ROW"),
        ("more than once", "DUPLICATE_ID"),
        ("off the sphere", "INVALID_POSITION"),
        ("robust sigma", "OUTLYING_COLOUR"),
        ("errors are below 0.0001 mag", "SUSPECT_ERROR"),
    ):
        (found,) = (f for f in whole.findings if words in f.message)
        rows = np.flatnonzero(flags & qsovae.Quality[name]).tolist()
        assert found.rows == tuple(rows[:5])
        assert found.n_rows == len(rows) > 0


def test_a_catalog_of_one_row_or_none_has_flags():
    one = catalog(qsovae.simulate(1, 1))
    assert row_flags(one).shape == (1,)
    assert row_flags(catalog({"g": np.array([], dtype=float)})).shape == (0,)


def test_errors_of_a_band_that_has_only_a_flux_are_no_burden():
    frame = {
        "g_mag_ab": [20.0, 21.0],
        "r_flux_njy": [900.0, 800.0],
        "r_err": [0.1, 0.2],
    }
    subject = catalog(frame)
    mapping = subject.mapping.with_column("r_err", role="magnitude_error", band="r")
    mapping = mapping.with_column("r_flux_njy", role="flux", band="r", unit="nJy")
    assert row_flags(Catalog(subject.raw, mapping)).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("name", "column", "values"),
    [
        ("UPPER_LIMIT", "w1_status", ["nondetect", "ok", "unobserved"]),
        ("OUTSIDE_FOOTPRINT", "w1_status", ["unobserved", "ok", "bad"]),
        ("OUTSIDE_FOOTPRINT", "in_footprint_catwise", [False, True, True]),
        ("OUTSIDE_FOOTPRINT", "in_footprint_catwise", ["False", "True", None]),
        ("AMBIGUOUS_MATCH", "vhs_n_match", [2, 1, 0]),
        ("AMBIGUOUS_MATCH", "gaia_is_tied", [True, False, False]),
        ("CROWDED_BEAM", "wise_n_neigh3", [1, 0, 0]),
        ("SURVEY_FLAG", "flags_gold", [4, 0, None]),
        ("SURVEY_FLAG", "FLAGS_R", [4, 3, 0]),
        ("SURVEY_FLAG", "jpperrbits", [65536, 16, 0]),
        ("SURVEY_FLAG", "priorsec", [7, 0, 0]),
        ("SURVEY_FLAG", "ab_flags", ["10", "00", None]),
        ("SURVEY_FLAG", "cc_flags", ["0H00", "00DD", "0h00"]),
        ("SURVEY_FLAG", "ruwe", [1.6, 1.1, np.nan]),
        ("SURVEY_FLAG", "catwise_is_flagged", [True, False, False]),
        ("UPPER_LIMIT", "g_mag_ab", [np.inf, 20.0, np.nan]),
        ("SUSPECT_ERROR", "g_mag_err", [9e-5, 2e-4, np.nan]),
    ],
)
def test_what_a_catalog_says_of_a_row_becomes_its_bit(name, column, values):
    frame = {"g_mag_ab": [20.0, 21.0, 22.0], "w1_mag_ab": [19.0, 20.0, 21.0]}
    assert rows_with(catalog(frame | {column: values}), name) == [0]


def test_a_magnitude_without_error_is_a_limit_where_the_survey_says_so():
    frame = {
        "w1mpro": [17.0, 16.0, np.nan], "w1sigmpro": [np.nan, 0.1, np.nan],
        "psfmag_r": [20.0, 21.0, 22.0], "psfmagerr_r": [0.1, np.nan, 0.1],
    }  # fmt: skip
    assert rows_with(catalog(frame), "UPPER_LIMIT") == [0]
    report = qsovae.check_catalog(catalog(frame)).columns.set_index("column")
    assert report.loc["w1mpro", "upper_limits"] == 1
    assert report.loc["psfmag_r", "upper_limits"] == 0
    assert pd.isna(report.loc["w1sigmpro", "upper_limits"])


def test_each_kind_of_missing_value_is_counted_in_its_column():
    frame = {
        "wavg_mag_psf_g": [99.0, 20.0, np.nan, 21.0, -np.inf],
        "mag_z": pd.array([None, 20, 19, 18, 17], dtype="Int64"),
        "in_footprint_delve": [True, True, False, True, True],
    }
    line = qsovae.check_catalog(catalog(frame)).columns.set_index("column")
    kinds = ["nulls", "nans", "sentinel_rows", "upper_limits", "outside_footprint",
             "non_finite"]  # fmt: skip
    assert line.loc["wavg_mag_psf_g", kinds].tolist() == [0, 1, 1, 1, 1, 1]
    assert line.loc["mag_z", kinds].tolist() == [1, 0, 0, 0, 1, 0]


def test_a_position_where_the_survey_never_looked_is_a_stray():
    frame = {
        "ra": [10.0, 10.1, 10.2, 10.3], "dec": [-60.0, -20.0, -60.0, -31.0],
        "ps1_g": [20.0, 20.5, np.nan, 19.0],
    }  # fmt: skip
    assert rows_with(catalog(frame), "STRAY_POSITION") == [0]
    north = {"ra": [10.0, 10.1], "dec": [40.0, 40.0], "vhs_sep_arcsec": [0.1, np.nan]}
    assert rows_with(catalog(north), "STRAY_POSITION") == [0]


def test_few_positions_far_from_all_others_are_strays_across_the_meridian():
    rng = np.random.default_rng(4)
    ra = np.append(rng.uniform(-4, 4, 3000) % 360, [180.0, 12.0, 150.0])
    dec = np.append(rng.uniform(-4, 4, 3000), [0.0, 1.0, -89.9])
    subject = catalog({"ra": ra, "dec": dec, "g": np.full(3003, 20.0)})
    assert rows_with(subject, "STRAY_POSITION") == [3000, 3002]
    found = [f for f in qsovae.check_catalog(subject).findings if "10 deg" in f.message]
    assert [f.n_rows for f in found] == [2]


def test_targets_all_over_the_sky_are_no_strays():
    rng = np.random.default_rng(4)
    few = {
        "ra": rng.uniform(0, 360, 60),
        "dec": np.degrees(np.arcsin(rng.uniform(-1, 1, 60))),
    }
    assert rows_with(catalog(few | {"g": np.full(60, 20.0)}), "STRAY_POSITION") == []


def test_a_second_field_is_no_stray():
    rng = np.random.default_rng(4)
    ra, dec = rng.uniform(0, 4, (2, 300))
    ra[200:] += 180.0
    fields = catalog({"ra": ra, "dec": dec, "g": np.full(300, 20.0)})
    assert rows_with(fields, "STRAY_POSITION") == []


def test_near_positions_are_found_across_the_edges_of_strips(monkeypatch):
    from qsovae.checks import neighbours

    rng = np.random.default_rng(9)
    ra, dec = rng.uniform(0, 0.005, (2, 400))
    at_once = neighbours.near_another(ra, dec)
    monkeypatch.setattr(neighbours, "_ROWS_A_STRIP", 7)
    assert 20 < at_once.sum() < 380
    assert neighbours.near_another(ra, dec).tolist() == at_once.tolist()


@pytest.mark.parametrize("dec_deg", [-90.0, -89.9995, -60.0, 0.0, 45.0, 89.9998])
def test_near_positions_are_those_of_every_pair(dec_deg):
    from qsovae.checks.neighbours import near_another
    from qsovae.crossmatch import unit_vectors

    rng = np.random.default_rng(3)
    (centre,) = unit_vectors(np.array([0.0]), np.array([dec_deg]))
    x, y, up = (centre + rng.normal(0, np.radians(0.002), (500, 3))).T
    ra, dec = np.degrees([np.arctan2(y, x), np.arctan2(up, np.hypot(x, y))])
    vectors = unit_vectors(ra, dec)
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=-1)
    np.fill_diagonal(apart, 1.0)
    near = (apart <= np.radians(0.5 / 3600)).any(axis=1)
    assert 10 < near.sum() < 490
    assert near_another(ra % 360.0, dec).tolist() == near.tolist()


def test_ids_that_occur_twice_are_found_whatever_their_type():
    for ids in ([2**62, 2**62 + 1, 2**62], ["a", "b", "a"],
                pd.array([7, None, 7], dtype="Int64"), ["x", None, None]):  # fmt: skip
        expected = [] if ids[0] == "x" else [0, 2]
        subject = catalog({"object_id": ids, "g": [20.0, 21.0, 22.0]})
        subject = Catalog(
            subject.raw, subject.mapping.with_column("object_id", role="id")
        )
        assert rows_with(subject, "DUPLICATE_ID") == expected


# The file of flags


@pytest.mark.usefixtures("small_portions")
@pytest.mark.parametrize("suffix", [".parquet", ".fits", ".csv"])
def test_flags_are_written_in_row_order_with_a_truth_value_a_bit(
    faulty, whole, tmp_path, suffix
):
    out = tmp_path / f"flags{suffix}"
    write_flags(CatalogPortions(faulty, whole.sample.mapping), whole.quality, out)
    flags = qsovae.read_table(out).frame
    assert flags["object_id"].tolist() == pd.read_parquet(faulty)["object_id"].tolist()
    assert flags["quality"].tolist() == whole.quality.tolist()
    assert list(flags)[2:] == [str(bit.name).lower() for bit in CATALOG_BITS]
    for name, count in whole.quality_counts.items():
        assert flags[name.lower()].sum() == count


def test_ids_that_are_text_or_missing_are_written_too(tmp_path, monkeypatch):
    monkeypatch.setattr(portions_module, "ROWS_A_PORTION", 2)
    for ids in (["a", "b", "long name", None], [1, 2, None, 4], None):
        table = pd.DataFrame({"g": [20.0, 21.0, 22.0, 23.0]})
        if ids is not None:
            dtype = "Int64" if ids[0] == 1 else None
            table["object_id"] = pd.array(ids, dtype=dtype)
        qsovae.write_table(table, tmp_path / "t.parquet")
        portions = CatalogPortions(tmp_path / "t.parquet")
        write_flags(portions, check_portions(portions).quality, tmp_path / "f.fits")
        written = qsovae.read_table(tmp_path / "f.fits").frame["object_id"]
        expected = [0, 1, 2, 3] if ids is None else ids
        assert [None if pd.isna(i) else str(i) for i in written] == [
            None if i is None else str(i) for i in expected
        ]


@pytest.mark.usefixtures("small_portions")
def test_limits_do_not_depend_on_where_portions_are_cut(tmp_path):
    # Sorted by brightness: a portion's own median would call its fainter half limits.
    magnitude = np.linspace(10.0, 17.0, 2500)
    error = np.where(np.arange(2500) % 10 == 0, np.nan, 0.05)
    path = tmp_path / "wise.csv"
    pd.DataFrame({"w1mpro": magnitude, "w1sigmpro": error}).to_csv(path, index=False)
    limit = np.uint32(qsovae.Quality.UPPER_LIMIT)
    cut = qsovae.check_catalog(path)
    at_once = qsovae.check_catalog(qsovae.open_catalog(path))
    by_name = at_once.columns.set_index("column")
    assert by_name.loc["w1mpro", "upper_limits"] == 125
    assert (cut.quality & limit).tolist() == (at_once.quality & limit).tolist()
    pd.testing.assert_frame_equal(cut.columns, at_once.columns)
