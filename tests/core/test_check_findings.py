"""Findings on catalogs in which faults were planted, and on real ones."""

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae.catalog import Catalog
from qsovae.checks import check_catalog, row_flags
from qsovae.checks.contradictions import beyond, colour_limits
from qsovae.checks.error_columns import ErrorColumns
from qsovae.checks.leaks import leak_findings, measure_leak
from qsovae.checks.neighbours import near_another
from qsovae.checks.spikes import Spikes
from qsovae.checks.stars import classes_of, motion_of, probable_stars
from qsovae.checks.systems import system_findings
from qsovae.checks.units import unit_findings
from qsovae.recognition import recognise_columns
from qsovae.tables import RawTable


@pytest.fixture(scope="session")
def clean():
    """Return a simulated table: nothing in it is wrong."""
    return qsovae.simulate(6000, 1)


def catalog(frame, *, units=None):
    raw = RawTable(pd.DataFrame(frame), "planted", "", units=units or {})
    return Catalog(raw, recognise_columns(raw))


def with_system(subject, band, system):
    """Return the catalog with a band's magnitudes taken for another system."""
    mapping = subject.mapping
    name = next(
        c.name for c in mapping.columns if c.band == band and c.role == "magnitude"
    )
    return Catalog(subject.raw, mapping.with_column(name, system=system))


def alarms(findings):
    return [f for f in findings if f.severity != "note"]


def only(findings):
    """Return the one finding there is."""
    (found,) = findings
    return found


def found_in(frame, words):
    report = check_catalog(catalog(frame))
    return [f for f in report.findings if words in f.message]


@pytest.mark.parametrize("seed", [1, 3])
def test_a_clean_catalog_raises_no_alarm(seed):
    report = check_catalog(catalog(qsovae.simulate(3000, seed)))
    assert alarms(report.findings) == []


# Magnitude systems


@pytest.mark.parametrize("band", ["i", "z", "y", "j", "h", "ks", "w1", "w2", "gaia_rp"])
def test_a_band_in_the_wrong_system_is_named_alone(clean, band):
    wrong = with_system(catalog(clean), band, "Vega")
    found = only(system_findings(wrong))
    assert found.severity == "warning"
    assert found.column == f"{band}_mag_ab"
    assert "too faint" in found.message
    assert "to AB" in found.fix


def test_several_bands_in_the_wrong_system_are_all_named(clean):
    wrong = catalog(clean)
    for band in ("j", "ks", "w1", "w2"):
        wrong = with_system(wrong, band, "Vega")
    columns = {f.column for f in system_findings(wrong)}
    assert columns == {"j_mag_ab", "ks_mag_ab", "w1_mag_ab", "w2_mag_ab"}


def test_vega_magnitudes_taken_for_ab_are_too_bright_by_the_difference(clean):
    wrong = clean.assign(w1_mag_ab=clean["w1_mag_ab"] - 2.699)
    found = only(system_findings(catalog(wrong)))
    assert "too bright in W1" in found.message
    assert "to Vega" in found.fix
    offset = float(found.message.split("lie ")[1].split(" mag")[0])
    assert offset == pytest.approx(2.699, abs=0.15)


def test_an_offset_that_is_no_matter_of_systems_is_left_alone(clean):
    shifted = clean.assign(w1_mag_ab=clean["w1_mag_ab"] - 1.2)
    assert system_findings(catalog(shifted)) == []


def test_what_is_labelled_otherwise_is_no_probable_star():
    n = 300
    subject = catalog(
        {
            "g_mag_ab": np.full(n, 20.0), "pm_sig": np.full(n, 9.0),
            "class": np.resize(["QSO", "GALAXY", "M_DWARF", None], n),
        }
    )  # fmt: skip
    assert np.flatnonzero(probable_stars(subject))[:3].tolist() == [2, 3, 6]


def test_few_stars_prove_nothing(clean):
    wrong = with_system(catalog(clean.head(150)), "w1", "Vega")
    assert system_findings(wrong) == []


def test_stars_measured_badly_prove_nothing(clean):
    wrong = with_system(catalog(clean.assign(w1_mag_err=0.4)), "w1", "Vega")
    assert system_findings(wrong) == []


def test_dust_does_not_look_like_another_system(clean):
    optical = clean.copy()
    for band, factor in (("g", 3.186), ("r", 2.14), ("i", 1.569), ("z", 1.196)):
        optical[f"{band}_mag_ab"] += 0.3 * factor
    assert system_findings(catalog(optical)) == []  # Gaia dereddened, DELVE not
    every = optical.copy()
    for band, factor in (("gaia_bp", 2.7), ("gaia_g", 2.3), ("gaia_rp", 1.6),
                         ("y", 1.05), ("j", 0.705), ("h", 0.441), ("ks", 0.308),
                         ("w1", 0.184), ("w2", 0.113)):  # fmt: skip
        every[f"{band}_mag_ab"] += 0.3 * factor
    assert system_findings(catalog(every)) == []


@pytest.mark.parametrize(
    "name",
    ["delve_vhs_wise_dwarfs_hzqso", "sdss17_10k", "ps1_2mass_wise_dwarfs",
     "voss_qubrics_qso", "des_vhs_wise_unlabelled", "vst_atlas_wise_dev"],
)  # fmt: skip
def test_the_systems_of_real_catalogs_are_not_doubted(shared_data, name):
    subject = qsovae.open_catalog(shared_data / name / f"{name}.parquet")
    assert system_findings(subject) == []


def test_a_wrong_system_is_found_among_real_stars(shared_data):
    name = "delve_vhs_wise_dwarfs_hzqso"
    subject = qsovae.open_catalog(shared_data / name / f"{name}.parquet")
    for band, column in (("w1", "w1mpro"), ("w2", "w2mpro")):
        found = only(system_findings(with_system(subject, band, "AB")))
        assert found.column == column
        assert "to Vega" in found.fix
    sdss = qsovae.open_catalog(shared_data / "sdss17_10k" / "sdss17_10k.parquet")
    assert only(system_findings(with_system(sdss, "z", "Vega"))).column == "z"


# Errors


def errors_of(clean, **changes):
    subject = catalog(clean.assign(**changes))
    columns = ErrorColumns(subject)
    columns.bits(subject, 0)
    return columns.findings()


def test_errors_that_repeat_the_magnitude_are_an_error(clean):
    found = only(errors_of(clean, r_mag_err=1.0857 / clean["r_mag_ab"]))
    assert found.severity == "warning"
    assert found.column == "r_mag_err"
    assert found.n_rows == clean["r_mag_ab"].notna().sum()
    assert "1.0857 / r_mag_ab" in found.message


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (lambda m, e: np.full(len(m), 0.05), "all errors are 0.05"),
        (lambda m, e: e * 1e-4, "below 0.0001"),
        (lambda m, e: e.to_numpy()[::-1], "do not rise"),
        (lambda m, e: 10.0 ** (-0.2 * (m - 18.0)), "do not rise"),
    ],
)
def test_errors_that_cannot_be_are_warned_of(clean, planted, said):
    changed = planted(clean["r_mag_ab"], clean["r_mag_err"])
    found = only(errors_of(clean, r_mag_err=changed))
    assert (found.severity, found.column) == ("warning", "r_mag_err")
    assert said in found.message


def test_saturated_bright_sources_do_not_break_the_relation(clean):
    bright = clean["r_mag_ab"] < clean["r_mag_ab"].quantile(0.28)
    assert errors_of(clean, r_mag_err=clean["r_mag_err"].mask(bright, 0.3)) == []


def test_a_code_for_a_missing_error_is_not_a_negative_error():
    errors = np.append(np.linspace(0.02, 0.2, 30), [-999999488.0, -0.1])
    subject = catalog(
        {"japermag3": np.linspace(15.0, 19.0, 32), "japermag3err": errors}
    )
    report = check_catalog(subject)
    found = only(f for f in report.findings if "zero or negative" in f.message)
    assert (found.n_rows, found.rows) == (1, (31,))
    line = report.columns.set_index("column").loc["japermag3err"]
    assert (line["sentinel_rows"], line["non_positive_errors"]) == (1, 1)


# Units


@pytest.mark.parametrize(
    ("units", "column"),
    [({"r_mag_ab": "Jy"}, "r_mag_ab"), ({"r_mag_err": "mmag"}, "r_mag_err"),
     ({"ra_deg": "rad"}, "ra_deg"), ({"dec_deg": "mag"}, "dec_deg")],
)  # fmt: skip
def test_a_unit_that_does_not_fit_is_quoted(clean, units, column):
    found = only(unit_findings(catalog(clean, units=units)))
    assert found.column == column
    assert repr(units[column]) in found.message


@pytest.mark.parametrize(
    "unit", ["mag", "Mag", "mag(AB)", "ABmag", "magnitude", "", "---"]
)
def test_ways_to_write_a_magnitude_are_no_finding(clean, unit):
    units = {"r_mag_ab": unit, "ra_deg": "degrees", "dec_deg": "deg"}
    assert unit_findings(catalog(clean, units=units)) == []


# Repeats


def spikes_of(frame):
    subject = catalog(frame)
    spikes = Spikes(subject)
    spikes.see(subject, 0)
    return spikes.findings()


def test_a_value_that_stands_in_many_rows_is_found(clean):
    spiked = clean["r_mag_ab"].copy()
    spiked[100:160] = np.float32(22.5)
    found = only(spikes_of(clean.assign(r_mag_ab=spiked)))
    assert (found.severity, found.column) == ("warning", "r_mag_ab")
    # Another row may have this value by chance.
    assert found.n_rows == (spiked == np.float32(22.5)).sum() >= 60
    assert "22.5" in found.message


def test_a_floor_of_errors_is_a_note(clean):
    floored = np.maximum(clean["r_mag_err"], clean["r_mag_err"].quantile(0.2))
    found = only(spikes_of(clean.assign(r_mag_err=floored)))
    assert (found.severity, found.column) == ("note", "r_mag_err")


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_rounded_values_repeat_like_their_neighbours(clean, decimals):
    half = np.arange(len(clean)) % 2 == 0
    rounded = clean["r_mag_ab"].mask(half, clean["r_mag_ab"].round(decimals))
    assert spikes_of(clean.assign(r_mag_ab=rounded)) == []


def test_near_positions_are_found_across_the_meridian_and_at_the_pole():
    arcsec = 1.0 / 3600.0
    ra = [0.1 * arcsec, 360.0 - 0.1 * arcsec, 10.0, 190.0, 50.0, 50.0, 80.0, 80.0]
    dec = [0.0, 0.0, 90 - 0.1 * arcsec, 90 - 0.1 * arcsec, 1.0, 1.0, 5.0,
           5.0 + 0.6 * arcsec]  # fmt: skip
    near = near_another(np.array(ra), np.array(dec))
    assert near.tolist() == [True] * 6 + [False] * 2


def test_a_missing_position_is_near_nothing_and_equal_ones_are_no_burden():
    ra, dec = np.full(30_000, 12.0), np.full(30_000, -5.0)
    ra[:2] = np.nan
    assert near_another(ra, dec).sum() == 29_998


def test_rows_measured_twice_are_found_with_their_classes(clean):
    labelled = np.flatnonzero(clean["class_true"].notna() & clean["j_mag_ab"].notna())
    twice = pd.concat([clean, clean.iloc[labelled[:3]]], ignore_index=True)
    twice.loc[len(clean), "class_true"] = "SOMETHING ELSE"
    twice["ra_deg"] += np.where(twice.index >= len(clean), 0.01, 0.0)
    found = only(found_in(twice, "measurements in common"))
    assert found.n_rows == 6
    assert "in 1 of these groups the classes differ" in found.message


# Contradictions


def outlying(values):
    return beyond(values, *colour_limits(values))


def test_an_outlier_is_found_and_two_heaps_are_none():
    rng = np.random.default_rng(3)
    values = np.append(rng.normal(size=1000), [8.0, np.nan, -9.0])
    assert np.flatnonzero(outlying(values)).tolist() == [1000, 1002]
    assert not outlying(
        np.append(rng.normal(size=900), 9.0 + rng.normal(size=100))
    ).any()


def test_quasars_that_move_are_found(clean):
    quasars = np.flatnonzero((clean["class_true"] == "QSO") & clean["pm_sig"].notna())
    moving = clean.copy()
    moving.loc[quasars[:3], "pm_sig"] = 9.0
    moving.loc[quasars[2:4], "parallax_sig"] = 6.0
    found = only(found_in(moving, "labelled quasar"))
    assert found.severity == "warning"
    assert found.rows == tuple(quasars[:4])
    assert "2 have a parallax and 3 a proper motion" in found.message


def test_stars_with_the_colour_of_quasars_are_found(clean):
    labels = clean.copy()
    quasars = clean["class_true"] == "QSO"
    labels.loc[quasars, "class_true"] = "Star"
    found = only(found_in(labels, "labelled star"))
    good = (clean["w1_mag_err"] < 0.1) & (clean["w2_mag_err"] < 0.1)
    vega = clean["w1_mag_ab"] - clean["w2_mag_ab"] - 2.699 + 3.339
    stars = quasars | (clean["class_true"] == "STAR")
    assert found.severity == "warning"
    assert found.n_rows == (stars & good & (vega >= 0.8)).sum()


def test_extended_rows_that_move_are_a_warning_once_they_are_many(clean):
    moving = np.flatnonzero((clean["pm_sig"] > 5) & (clean["ext_class"] <= 1))
    few, many = clean.copy(), clean.copy()
    few.loc[moving[:2], "ext_class"] = 3
    many.loc[moving[: len(moving) // 2], "ext_class"] = 3
    assert only(found_in(few, "rows are extended")).severity == "note"
    found = only(found_in(many, "rows are extended"))
    assert found.severity == "warning"
    assert found.n_rows >= len(moving) // 2


def test_a_motion_is_judged_in_its_own_error_ellipse():
    subject = catalog(
        {
            "pmra": [3.0, 3.0, 0.0], "pmra_error": [1.0, 1.0, 0.0],
            "pmdec": [-4.0, 4.0, 4.0], "pmdec_error": [1.0, 1.0, 1.0],
            "parallax": [6.0, -6.0, np.nan], "parallax_error": [2.0, 1.0, 1.0],
        }
    )  # fmt: skip
    motion = motion_of(subject)
    np.testing.assert_allclose(motion.proper_motion, [5.0, 5.0, np.nan])
    np.testing.assert_allclose(motion.parallax, [3.0, -6.0, np.nan])
    tilted = subject.raw.frame.assign(pmra_pmdec_corr=0.6)
    inverse = np.linalg.inv([[1.0, 0.6], [0.6, 1.0]])
    wanted = [np.sqrt(v @ inverse @ v) for v in np.array([[3.0, -4.0], [3.0, 4.0]])]
    np.testing.assert_allclose(motion_of(catalog(tilted)).proper_motion[:2], wanted)


@pytest.mark.parametrize(
    ("spelt", "kind"),
    [("QSO", "quasar"), ("Quasar", "quasar"), ("QSOlowZ", "quasar"), ("STAR", "star"),
     ("stars", "star"), ("STARBURST", None), ("M_DWARF", "dwarf"),
     ("Galaxy", "galaxy"), ("unknown", None)],
)  # fmt: skip
def test_classes_are_known_however_they_are_spelt(spelt, kind):
    classes = classes_of(catalog({"class": [spelt, "other"], "g": [20.0, 21.0]}))
    found = {name for name in classes._fields if getattr(classes, name)[0]}
    assert found == ({kind} - {None})
    assert not any(mask[1] for mask in classes)


def test_the_suspect_quasars_of_a_real_catalog_are_counted(shared_data):
    path = shared_data / "voss_qubrics_qso" / "voss_qubrics_qso.parquet"
    report = check_catalog(qsovae.open_catalog(path))
    found = only(f for f in report.findings if "labelled quasar" in f.message)
    # As counted by the set's own README.
    assert "7 have a parallax and 74 a proper motion" in found.message


# Missing values and classes


def leaky(n_rows, rng, share_of_stars):
    """Return a table whose W1 is there for galaxies, and for a share of stars."""
    is_star = np.arange(n_rows) % 2 == 0
    there = ~is_star | (rng.random(n_rows) < share_of_stars)
    brightness = rng.normal(20.0, 1.0, (n_rows, 3))
    return catalog(
        {
            "r_mag_ab": brightness[:, 0],
            "i_mag_ab": np.where(rng.random(n_rows) < 0.7, brightness[:, 1], np.nan),
            "w1_mag_ab": np.where(there, brightness[:, 2], np.nan),
            "class": np.where(is_star, "STAR", "GALAXY"),
        }
    )


def test_a_class_told_by_what_is_missing_is_found_with_its_accuracy():
    rng = np.random.default_rng(5)
    subject = leaky(2000, rng, 0.1)
    found = only(leak_findings(subject))
    assert found.severity == "warning"
    assert "most by w1_mag_ab: there in 100% of GALAXY, 1" in found.message
    # Nine stars in ten lack W1 and no galaxy does: (0.9 + 1.0) / 2.
    leak = measure_leak(subject, "class")
    assert leak.balanced_accuracy == pytest.approx(0.95, abs=0.02)
    assert leak.auc == pytest.approx(0.95, abs=0.02)


def test_values_missing_at_random_tell_nothing():
    subject = leaky(2000, np.random.default_rng(5), 1.0)
    assert measure_leak(subject, "class").balanced_accuracy == pytest.approx(
        0.5, abs=0.04
    )
    assert leak_findings(subject) == []


def test_the_leak_is_measured_on_rows_that_the_tree_never_saw():
    rng = np.random.default_rng(8)
    values = np.where(rng.random((400, 12)) < 0.5, 20.0, np.nan)
    bands = ("g", "r", "i", "z", "y", "j", "h", "ks", "w1", "w2", "w3", "w4")
    subject = catalog(
        {f"{b}_mag_ab": values[:, k] for k, b in enumerate(bands)}
        | {"class": rng.choice(["STAR", "QSO"], 400)}
    )
    leak = measure_leak(subject, "class")
    assert leak.balanced_accuracy == pytest.approx(0.5, abs=0.08)


def test_the_leak_is_the_same_each_time_it_is_measured():
    subject = leaky(30_000, np.random.default_rng(6), 0.5)
    first, second = (measure_leak(subject, "class") for _ in range(2))
    assert first == second
    assert first.n_rows == 20_000


def test_a_column_of_one_class_leaks_nothing(clean):
    one = clean.assign(class_true="STAR")
    assert leak_findings(catalog(one)) == []


# The traps of a real catalog, as its README lists them


@pytest.fixture(scope="session")
def trapped(shared_data):
    """Return the findings on a catalog whose sentinels were left raw."""
    folder = shared_data / "delve_vhs_wise_dwarfs_hzqso"
    report = check_catalog(qsovae.open_catalog(folder / f"{folder.name}.parquet"))
    return report.findings


@pytest.mark.parametrize(
    ("column", "words", "n_rows"),
    [
        ("mag_auto_g", "codes for 'missing'", 22),
        ("mag_auto_i", "codes for 'missing'", 3732),
        ("magerr_auto_g", "codes for 'missing'", 6),
        ("mag_auto_i", "infinite", 209),
        ("mag_auto_r", "infinite", 22),
        ("quick_object_id", "more than once", 26),
    ],
)
def test_sentinels_infinities_and_doubles_of_a_real_catalog_are_found(
    trapped, column, words, n_rows
):
    found = only(f for f in trapped if f.column == column and words in f.message)
    assert found.n_rows == n_rows


@pytest.mark.parametrize("band", "griz")
def test_the_made_up_errors_of_a_real_catalog_are_found(trapped, band, shared_data):
    found = only(f for f in trapped if f.column == f"magerr_auto_{band}"
                 and "1.0857" in f.message)  # fmt: skip
    folder = shared_data / "delve_vhs_wise_dwarfs_hzqso"
    table = pd.read_parquet(folder / f"{folder.name}.parquet")
    # Every dwarf with a magnitude has such an error; a quasar only by chance.
    dwarfs = (table["class"] != "QSO") & (table[f"mag_auto_{band}"] > 0)
    assert found.severity == "warning"
    assert dwarfs.sum() <= found.n_rows <= dwarfs.sum() + 5


def test_missing_values_that_leak_the_class_of_a_real_catalog_are_found(trapped):
    found = only(f for f in trapped if "which values are missing" in f.message)
    assert found.severity == "warning"


def test_the_one_position_beyond_its_survey_of_a_real_catalog_is_found(shared_data):
    name = "ps1_2mass_wise_dwarfs"
    subject = qsovae.open_catalog(shared_data / name / f"{name}.parquet")
    (row,) = np.flatnonzero(row_flags(subject) & qsovae.Quality.STRAY_POSITION)
    # At declination -33.7, where Pan-STARRS1 did not look; a star of i = 8.9.
    assert subject.raw.frame["object_name"][row] == "HD  40215"
