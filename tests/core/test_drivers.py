"""What drives a run: planted inputs are found, ignored ones are not, means decode."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.inspection import permutation_importance
from sklearn.metrics import f1_score, log_loss

import qsovae
from qsovae import CatalogError, ConfigError, InputError
from qsovae.catalog.quantities import QUANTITIES
from qsovae.columns import Column, Mapping
from qsovae.evaluation import Dependence
from qsovae.features import (
    Feature,
    band_magnitudes,
    colour_feature,
    feature_groups,
    magnitude_feature,
    quantity_feature,
)
from qsovae.features.groups import _QUANTITIES
from qsovae.magnitudes import asinh_magnitude, to_flux

CLASSES = ("QSO", "STAR")


@pytest.fixture(scope="module")
def run(runs):
    return qsovae.open_run("tiny", str(runs))


@pytest.fixture(scope="module")
def catalog(simulated):
    return qsovae.open_catalog(simulated)


# --- Groups of features -----------------------------------------------------


def test_a_colour_belongs_to_both_bands_and_gaia_has_its_astrometry():
    features = (
        magnitude_feature("i"),
        colour_feature("g", "i"),
        colour_feature("i", "w1"),
        colour_feature("gaia_bp", "gaia_rp"),
        quantity_feature("spread_model"),
        quantity_feature("parallax_sig"),
        Feature("pm", "mas/yr", "column", ("pm",)),
    )
    found = {(g.kind, g.name): g.members for g in feature_groups(features)}
    assert found == {
        ("band", "g"): (1,), ("band", "BP"): (3,), ("band", "RP"): (3,),
        ("band", "i"): (0, 1, 2), ("band", "W1"): (2,),
        ("quantity", "shape"): (4,), ("quantity", "parallax"): (5,),
        ("column", "pm"): (6,),
        ("survey", "optical"): (0, 1, 2, 4), ("survey", "WISE"): (2,),
        ("survey", "Gaia"): (3, 5),
    }  # fmt: skip
    kinds = [g.kind for g in feature_groups(features)]
    assert kinds == sorted(kinds, key=["band", "quantity", "column", "survey"].index)


def mapping_of(*names):
    return Mapping(tuple(Column(name, "magnitude") for name in names))


def test_surveys_go_by_their_names_where_columns_are_written_so():
    features = (
        colour_feature("g", "y"),
        colour_feature("y", "j"),
        magnitude_feature("w1"),
        quantity_feature("spread_model"),
    )
    names = [
        (mapping_of("ps1_g", "ps1_y", "tmass_j", "w1mpro"),
         {"Pan-STARRS1": (0, 1, 3), "2MASS": (1,),
          "WISE (CatWISE, AllWISE, unWISE)": (2,)}),
        # All alike: by their light. Y is then of the infrared survey.
        (mapping_of("g_mag_ab", "y_mag_ab", "j_mag_ab", "w1_mag_ab"),
         {"optical": (0, 3), "near infrared": (0, 1), "WISE": (2,)}),
    ]  # fmt: skip
    for mapping, expected in names:
        groups = feature_groups(features, mapping)
        surveys = {g.name: g.members for g in groups if g.kind == "survey"}
        assert surveys == expected


def test_a_column_that_is_a_colour_belongs_to_its_bands():
    columns = [Feature(name, "mag", "column", (name,)) for name in ("gmr", "rmw1")]
    found = {g.name: g.members for g in feature_groups(columns)}
    assert found == {"g": (0,), "r": (0, 1), "W1": (1,), "WISE": (1,)}


def test_a_survey_that_is_all_there_is_cannot_be_left_out():
    groups = feature_groups([magnitude_feature("r"), colour_feature("g", "r")])
    assert [g.kind for g in groups] == ["band", "band"]


def test_every_quantity_has_its_group():
    assert set(_QUANTITIES) == set(QUANTITIES)


# --- Permutations -----------------------------------------------------------


def planted(n_rows=1500, seed=0):
    """Return a column that tells the class, one that tells half, one that is noise."""
    rng = np.random.default_rng(seed)
    is_star = rng.random(n_rows) < 0.6
    values = rng.normal(size=(n_rows, 4))
    values[:, 0] += 2.5 * is_star
    values[:, 1] += 0.8 * is_star
    return values, np.array(CLASSES, dtype=object)[is_star.astype(int)]


@pytest.fixture(scope="module")
def fitted():
    values, labels = planted()
    return HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(
        values, labels.astype(str)
    )


def dependence(fitted, values, labels, seed=0):
    return Dependence(
        lambda rows, sigma: fitted.predict_proba(rows), values, None, labels, CLASSES,
        "QSO", seed,
    )  # fmt: skip


def test_importance_of_single_columns_is_that_of_scikit_learn(fitted):
    values, labels = planted(seed=1)
    for scoring, name in (("neg_log_loss", "log_loss"), (_f1, "f1")):
        theirs = permutation_importance(
            fitted, values, labels.astype(str), scoring=scoring, n_repeats=12,
            random_state=3,
        )  # fmt: skip
        for column in range(4):
            ours = dependence(fitted, values, labels).permuted([column], 12)[name]
            # Both are means of 12 permutations.
            spread = theirs.importances_std[column] * np.sqrt(2 / 12)
            near = pytest.approx(theirs.importances_mean[column], abs=5 * spread + 1e-9)
            assert ours.value == near
            assert ours.interval.low <= ours.value <= ours.interval.high


def _f1(model, rows, labels):
    return f1_score(labels, model.predict(rows), pos_label="QSO")


def test_what_tells_the_class_is_found_and_what_is_ignored_is_exactly_zero(fitted):
    values, labels = planted(seed=2)
    found = dependence(fitted, values, labels)
    first, second, noise = (found.permuted([k], 5) for k in (0, 1, 2))
    for name in ("log_loss", "f1"):
        assert first[name].interval.low > max(0.05, second[name].value)
        assert abs(noise[name].value) < 0.02
    # A classifier that looks at the first column alone.
    alone = replace(
        found,
        predict=lambda rows, sigma: fitted.predict_proba(
            np.column_stack([rows[:, 0], np.zeros((len(rows), 3))])
        ),
    )
    for ignored in ([1], [1, 2, 3]):
        for losses in (alone.permuted(ignored, 3), alone.without(ignored)):
            assert all(loss == (0.0, (0.0, 0.0)) for loss in losses.values())


def test_columns_are_permuted_together_with_their_errors():
    values = np.arange(40.0).reshape(20, 2)
    sigma = values + 0.5
    seen = []

    def predict(rows, errors):
        seen.append((rows, errors))
        return np.full((len(rows), 2), 0.5)

    labels = np.array(CLASSES * 10, dtype=object)
    Dependence(predict, values, sigma, labels, CLASSES, "QSO").permuted([0, 1], 2)
    for rows, errors in seen:
        assert (rows[:, 1] - rows[:, 0] == 1.0).all()
        assert (errors - rows == 0.5).all()
        assert sorted(rows[:, 0]) == values[:, 0].tolist()
    assert any((rows != values).any() for rows, _ in seen)


def test_leaving_out_is_the_score_of_missing_values(fitted):
    values, labels = planted(seed=3)
    losses = dependence(fitted, values, labels).without([0])
    empty = values.copy()
    empty[:, 0] = np.nan
    rise = log_loss(labels.astype(str), fitted.predict_proba(empty)) - log_loss(
        labels.astype(str), fitted.predict_proba(values)
    )
    assert losses["log_loss"].value == pytest.approx(rise)
    fall = _f1(fitted, values, labels.astype(str)) - _f1(
        fitted, empty, labels.astype(str)
    )
    assert losses["f1"].value == pytest.approx(fall)


def test_intervals_of_importance_hold_the_truth_as_often_as_they_say(fitted):
    """Draw 80 samples of 400 rows; the truth is that of 40,000."""
    values, labels = planted(40_000, seed=4)
    truth = dependence(fitted, values, labels).permuted([1], 3)["log_loss"].value
    hits = 0
    for sample in range(80):
        rows = slice(400 * sample, 400 * (sample + 1))
        part = dependence(fitted, values[rows], labels[rows], seed=sample)
        low, high = part.permuted([1], 5)["log_loss"].interval
        hits += low <= truth <= high
    # 76 expected, with an s.d. of 1.9.
    assert hits >= 70


# --- SEDs -------------------------------------------------------------------


def test_magnitudes_are_those_that_the_features_were_made_of():
    bands = {"g": 21.0, "i": 20.2, "w1": 19.0, "w2": 18.7}
    features = [
        magnitude_feature("i"),
        colour_feature("g", "i"),
        colour_feature("i", "w1"),
        colour_feature("w1", "w2"),
        colour_feature("j", "h"),
        quantity_feature("pm_sig"),
    ]
    values = np.array([[20.2, 0.8, 1.2, 0.3, 9.0, np.nan]])
    found = band_magnitudes(features, values)
    # J and H have a colour and no magnitude.
    assert {band: m.item() for band, m in found.items()} == pytest.approx(bands)
    assert band_magnitudes([colour_feature("g", "i")], np.array([[0.8]])) == {}
    assert band_magnitudes([quantity_feature("pm_sig")], np.array([[1.0]])) == {}


def test_asinh_magnitudes_become_pogsons_and_too_faint_ones_none():
    soft = 100.0
    true = np.array([18.0, 25.0, 27.0])
    (g, gr), r = (magnitude_feature("g"), colour_feature("g", "r")), true - 0.5
    features = [
        replace(g, softening_njy=(soft,)),
        replace(gr, softening_njy=(soft, soft)),
    ]
    asinh = [asinh_magnitude(to_flux(m), soft) for m in (true, r)]
    values = np.column_stack([asinh[0], asinh[0] - asinh[1]])
    found = band_magnitudes(features, values)
    # 26.4 mag is the softening.
    np.testing.assert_allclose(found["g"], [18.0, 25.0, np.nan])
    np.testing.assert_allclose(found["r"], [17.5, 24.5, np.nan])


# --- A run ------------------------------------------------------------------


@pytest.fixture(scope="module")
def drivers(run, catalog):
    told = []
    found = qsovae.run_drivers(
        run, qsovae.test_rows(run), catalog, n_repeats=2, on_progress=told.append
    )
    return found, told


def test_drivers_of_a_run_are_ready_for_json_and_told_of(run, drivers):
    found, told = drivers
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    tested = qsovae.test_rows(run)
    assert (found["rows"], found["rows_held_out"]) == (len(tested), len(tested))
    shares = tested[[f"p_{c}" for c in run.classes]].to_numpy(float)
    expected = log_loss(
        tested["class_label"].astype(str), shares / shares.sum(1, keepdims=True)
    )
    assert found["log_loss"] == pytest.approx(expected, rel=1e-4)
    assert [g["name"] for g in found["removed"]] == [
        "optical", "near infrared", "WISE", "Gaia",
    ]  # fmt: skip
    used = {f for group in found["permuted"] for f in group["features"]}
    assert used == {f.name for f in run.features}
    fractions = [entry["fraction"] for entry in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_the_optical_survey_drives_the_simulation_most(drivers):
    found, _ = drivers
    for kind in ("permuted", "removed"):
        surveys = [g for g in found[kind] if g["kind"] == "survey"]
        first = max(surveys, key=lambda g: g["log_loss"][0])
        assert first["name"] == "optical"
        assert first["log_loss"][1] > 0


def test_class_means_decode_and_steps_lead_away_from_them(run, drivers, catalog):
    latent = drivers[0]["latent"]
    lines = pd.DataFrame(latent["lines"])
    means = lines[lines["dimension"].isna()].set_index("class")
    assert list(means.index) == list(run.classes)
    steps = lines[lines["dimension"].notna()]
    assert len(steps) == len(run.classes) * len(latent["active"]) * 4
    # The mean latent is decoded as the model decodes the rows that lie there.
    tested = qsovae.test_rows(run)
    names = [c for c in tested if c.startswith("latent_")]
    qso = tested[tested["class_label"] == "QSO"]
    centre = qso[names].mean()
    near = (qso[names] - centre).pow(2).sum(axis=1).idxmin()
    table = qsovae.build_features(catalog, run.features)
    sigma = None if table.sigma is None else table.sigma[[near]]
    decoded = run.estimator.reconstruct(table.values[[near]], sigma)[0]
    i = latent["features"].index("i_mag_ab")
    assert means.loc["QSO", "values"][i] == pytest.approx(decoded[i], abs=1.0)
    bands = [band["name"] for band in latent["bands"]]
    for band in latent["bands"]:
        status = catalog.status(band["name"])[qso["row"]]
        looked = np.isin(status, (0, 1))
        share = (status[looked] == 0).mean() if looked.any() else None
        assert band["detected"]["QSO"] == pytest.approx(share)
    assert bands.index("g") < bands.index("w1")
    magnitudes = dict(zip(bands, means.loc["QSO", "magnitudes"], strict=True))
    assert magnitudes["i"] == pytest.approx(means.loc["QSO", "values"][i], abs=0.05)
    scaler = run.estimator.scaler_
    assert scaler.centre + scaler.width * means.loc["STAR", "deviations"] == (
        pytest.approx(means.loc["STAR", "values"])
    )
    assert means.loc["QSO", "probability"] > means.loc["STAR", "probability"]


def test_of_many_rows_a_seeded_sample_is_taken_and_said(run, catalog):
    tested = qsovae.test_rows(run)
    asked = {"most_rows": 60, "n_repeats": 1}
    some = qsovae.run_drivers(run, tested, catalog, **asked)
    assert (some["rows"], some["rows_held_out"]) == (60, len(tested))
    assert qsovae.run_drivers(run, tested, catalog, **asked) == some
    other = qsovae.run_drivers(run, tested, catalog, **asked, seed=1)
    assert other["log_loss"] != some["log_loss"]


def test_rows_of_another_catalog_are_taken_from_it(run, tmp_path):
    path = tmp_path / "other.fits"
    qsovae.write_simulation(path, 150, 5)
    other = qsovae.open_catalog(path)
    rows = qsovae.evaluate_rows(run, other).rows
    found = qsovae.run_drivers(run, rows, other, n_repeats=1)
    assert found["rows"] == len(rows)
    with pytest.raises(CatalogError, match="are of another catalog"):
        qsovae.run_drivers(run, rows)


def test_what_cannot_be_asked_is_refused(run, catalog):
    tested = qsovae.test_rows(run)
    with pytest.raises(ConfigError, match="no class BLAZAR"):
        qsovae.run_drivers(run, tested, catalog, sought="BLAZAR")
    with pytest.raises(InputError, match="no row has a class"):
        qsovae.run_drivers(run, tested[:0], catalog)
    with pytest.raises(ConfigError, match="stopped"):
        qsovae.run_drivers(run, tested, catalog, should_stop=lambda: True)
    moved = qsovae.Catalog(replace(catalog.raw, sha256="other"), catalog.mapping)
    with pytest.raises(CatalogError, match="not of this catalog"):
        qsovae.run_drivers(run, tested, moved)
