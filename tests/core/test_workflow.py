"""From a catalog to scores: nothing that trained is scored, nothing is lost."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, log_loss

import qsovae
from qsovae import CatalogError, InputError, TrainRequest
from qsovae.workflow import evaluate_run, project_catalog, train_run


@pytest.fixture(scope="module")
def run(runs):
    return qsovae.open_run("tiny", str(runs))


@pytest.fixture(scope="module")
def catalog(simulated):
    return qsovae.open_catalog(simulated)


def test_the_scores_are_those_of_scikit_learn_on_the_test_rows(run):
    tested = run.rows().query("split == 'test'")
    report = evaluate_run(run)
    assert report["rows"] == len(tested) == report["split"]["test"]
    expected = accuracy_score(tested["class_label"], tested["class_predicted"])
    assert report["accuracy"] == pytest.approx(expected)
    shares = tested[[f"p_{c}" for c in run.classes]].to_numpy(dtype=float)
    shares = shares / shares.sum(axis=1, keepdims=True)
    expected = log_loss(tested["class_label"], shares, labels=list(run.classes))
    assert report["log_loss"] == pytest.approx(expected, rel=1e-5)
    assert report["is_simulated"] is True
    assert json.loads(json.dumps(report)) == report


def test_the_details_of_a_run_surround_its_scores(run):
    report = evaluate_run(run, prior="sky")
    details = report["details"]
    assert json.loads(json.dumps(details)) == details
    low, high = details["intervals"]["accuracy"]
    assert low < report["accuracy"] < high
    for name, scores in report["per_class"].items():
        inside = details["per_class"][name]["intervals"]
        for score in ("completeness", "purity", "f1"):
            low, high = inside[score]
            assert low <= scores[score] <= high
    thresholds = details["thresholds"]
    assert thresholds["class"] == "QSO"
    assert thresholds["prior"]["kind"] == "sky"
    assert 0.005 < thresholds["prior"]["shares"]["QSO"] < 0.02
    table = pd.DataFrame(thresholds["table"]).astype(float)
    assert table["completeness"].is_monotonic_increasing
    assert table["completeness"].iloc[-1] == 1.0
    assert table["per_deg2"].iloc[-1] == pytest.approx(thresholds["prior"]["per_deg2"])
    # In the sky's mix the same rows are a less pure sample.
    own = pd.DataFrame(evaluate_run(run)["details"]["thresholds"]["table"]).astype(
        float
    )
    assert own["purity"].iloc[-1] == pytest.approx(
        report["per_class"]["QSO"]["rows"] / report["rows"]
    )
    assert table["purity"].iloc[-1] < own["purity"].iloc[-1]


def test_calibration_is_mended_by_validation_rows_alone(run):
    rows = run.rows()
    details = qsovae.evaluation_details(run, qsovae.test_rows(run))
    validation = rows[rows["split"] == "validation"]
    shares = validation[[f"p_{c}" for c in run.classes]].to_numpy(dtype=float)
    predictions = qsovae.Predictions.checked(
        validation["class_label"], shares, run.classes
    )
    expected = qsovae.Temperature.fit(predictions).value
    assert details["calibration"]["temperature"] == expected
    for name in run.classes:
        stages = details["calibration"]["per_class"][name]
        counts = [sum(s["reliability"]["rows"]) for s in stages.values()]
        assert counts == [len(qsovae.test_rows(run))] * 2


def test_the_baseline_is_compared_on_the_same_rows(run, catalog):
    report = evaluate_run(run)
    found = report["details"]["against_baseline"]
    expected = report["accuracy"] - report["baseline"]["accuracy"]
    value, low, high = found["differences"]["accuracy"]
    assert value == pytest.approx(expected)
    assert low <= value <= high
    alone = found["mcnemar"]
    surplus = alone["first_alone"] - alone["second_alone"]
    assert surplus == round(expected * report["rows"])
    assert 0.0 < alone["p_value"] <= 1.0
    # Inferred anew from the weights it is the same; another catalog has no baseline.
    anew = evaluate_run(run, catalog)["details"]["against_baseline"]
    assert anew["mcnemar"] == alone
    others = qsovae.Catalog(replace(catalog.raw, sha256="other"), catalog.mapping)
    assert evaluate_run(run, others)["details"]["against_baseline"] is None


def test_the_active_dimensions_are_named(run):
    rows = run.rows()
    variance = rows.filter(like="latent_").astype(float).var(ddof=0)
    found = qsovae.evaluation_details(run, qsovae.test_rows(run))["latent"]
    assert found["variance"] == pytest.approx(variance.to_dict())
    assert found["active"] == [n for n in variance.index if variance[n] > 0.01]
    assert found["active"]


def test_details_of_rows_without_a_class_are_left_undefined(run):
    tested = qsovae.test_rows(run)
    details = qsovae.evaluation_details(run, tested[tested["class_label"] != "QSO"])
    assert json.dumps(details, allow_nan=False)
    assert details["per_class"]["QSO"]["roc_area"] is None
    assert "completeness" not in details["per_class"]["QSO"]["intervals"]
    assert set(details["thresholds"]["table"]["purity"]) == {0.0}
    none = qsovae.evaluation_details(run, tested[:0])
    assert json.dumps(none, allow_nan=False)
    assert none["mcc"] is None
    one = qsovae.evaluation_details(run, tested[:1])
    assert one["intervals"]["accuracy"][0] == one["intervals"]["accuracy"][1]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"prior": "estimate"}, 'use "sky"'), ({"sought": "BLAZAR"}, "no class BLAZAR"),
     ({"prior": {"QSO": 1.0}}, "is not stated")],
)  # fmt: skip
def test_a_prior_or_class_that_is_none_is_refused(run, options, words):
    with pytest.raises(qsovae.ConfigError, match=words):
        evaluate_run(run, **options)


def test_rows_with_a_quality_bit_are_left_out_of_both_scores_and_counted(run, catalog):
    frame = catalog.raw.frame.assign(
        i_mag_ab=lambda f: f["i_mag_ab"].where(np.arange(len(f)) % 3 > 0, np.inf)
    )
    spoilt = qsovae.Catalog(replace(catalog.raw, frame=frame), catalog.mapping)
    tested = run.rows().query("split == 'test'")
    kept = tested[tested["row"] % 3 > 0]
    report = evaluate_run(run, spoilt, quality=["NON_FINITE"])
    assert report["rows"] == report["baseline"]["rows"] == len(kept)
    assert report["rows_hidden"] == len(tested) - len(kept)
    right = accuracy_score(kept["class_label"], kept["class_predicted"])
    assert report["accuracy"] == pytest.approx(right)
    others = evaluate_run(run, spoilt, quality_choice="with", quality=["NON_FINITE"])
    assert others["rows"] == report["rows_hidden"]


def test_parts_of_the_details_are_those_of_the_whole(run):
    tested = qsovae.test_rows(run)
    whole = qsovae.evaluation_details(run, tested, "sky", "STAR")
    parts = {}
    for part in qsovae.DETAILS:
        found = qsovae.evaluation_details(run, tested, "sky", "STAR", (part,))
        assert not set(found) & set(parts)
        parts |= found
    assert parts == whole
    with pytest.raises(qsovae.ConfigError, match="no part pictures"):
        qsovae.evaluation_details(run, tested, parts=("pictures",))


def test_the_class_mix_of_the_training_is_read_without_the_model(run):
    assert run.class_prior.tolist() == run.estimator.class_prior_.tolist()


def test_what_the_training_wrote_are_the_scores_of_the_saved_rows(run):
    assert qsovae.saved_report(run) == qsovae.evaluate_rows(run).report


def test_weights_and_saved_rows_give_the_same_scores(run, catalog):
    saved, anew = evaluate_run(run), evaluate_run(run, catalog)
    assert anew["accuracy"] == saved["accuracy"]
    assert anew["log_loss"] == pytest.approx(saved["log_loss"], abs=1e-5)
    assert anew["confusion_matrix"] == saved["confusion_matrix"]
    assert anew["baseline"] == saved["baseline"]


def test_the_parts_of_the_split_cover_the_catalog_and_do_not_meet(run):
    rows = run.rows()
    assert set(rows["split"]) == {"train", "validation", "test", "unlabelled"}
    assert rows["class_label"].isna().equals(rows["split"] == "unlabelled")
    trained = rows[rows["split"].isin(["train", "validation"])]["fingerprint"]
    tested = rows[rows["split"] == "test"]["fingerprint"]
    assert not set(trained) & set(tested)


def test_rows_that_trained_are_recognised_in_another_catalog(run, simulated, tmp_path):
    raw = qsovae.read_table(simulated)
    shuffled = raw.frame.sample(frac=1.0, random_state=0).drop(columns="object_id")
    path = tmp_path / "shuffled.parquet"
    qsovae.write_table(shuffled, path)
    report = evaluate_run(run, qsovae.open_catalog(path))
    counts = run.manifest["split"]
    assert report["rows_trained_on"] == counts["train"] + counts["validation"]
    assert report["rows"] == counts["test"]
    assert report["accuracy"] == evaluate_run(run)["accuracy"]


def test_a_catalog_of_trained_rows_alone_gives_no_score(run, simulated, tmp_path):
    raw = qsovae.read_table(simulated)
    trained = run.rows()["split"].isin(["train", "validation"]).to_numpy()
    path = tmp_path / "trained.parquet"
    qsovae.write_table(raw.frame[trained], path)
    with pytest.raises(CatalogError, match="no labelled row is left"):
        evaluate_run(run, qsovae.open_catalog(path))


def test_labels_that_the_run_does_not_know_are_refused(run, simulated, tmp_path):
    frame = qsovae.read_table(simulated).frame
    frame["class_true"] = frame["class_true"].replace("QSO", "BLAZAR")
    path = tmp_path / "odd.parquet"
    qsovae.write_table(frame, path)
    with pytest.raises(CatalogError, match="no class BLAZAR"):
        evaluate_run(run, qsovae.open_catalog(path))


def test_every_row_is_scored_in_its_order(run, catalog):
    table = qsovae.score_rows(run, catalog)
    saved = run.rows()
    assert table["object_id"].tolist() == catalog.object_id.tolist()
    for name in run.classes:
        np.testing.assert_allclose(table[f"p_{name}"], saved[f"p_{name}"], atol=1e-5)
    assert table.filter(like="p_").sum(axis=1).to_numpy() == pytest.approx(
        1.0, abs=1e-5
    )


def test_a_row_of_which_nothing_was_observed_keeps_its_place(run, simulated, tmp_path):
    frame = qsovae.read_table(simulated).frame
    seen = ("_mag_ab", "_njy", "_sig", "spread_model")
    features = [c for c in frame if c.endswith(seen)]
    frame.loc[3, features] = np.nan
    # A band that was looked at in vain is observed: its limit is a measurement.
    frame.loc[3, [c for c in frame if c.endswith("_status")]] = "unobserved"
    path = tmp_path / "holes.parquet"
    qsovae.write_table(frame, path)
    table = qsovae.score_rows(run, qsovae.open_catalog(path))
    assert len(table) == 1200
    assert table.loc[3, "quality"] & qsovae.Quality.NOTHING_OBSERVED
    np.testing.assert_allclose(
        table.loc[3, [f"p_{c}" for c in run.classes]].astype(float),
        run.estimator.class_prior_,
        atol=1e-6,
    )


def test_what_a_check_doubts_stays_with_the_row(run, catalog, tmp_path):
    flags = qsovae.row_flags(catalog)
    kept = ~np.int32(qsovae.Quality.NOTHING_OBSERVED)
    assert (run.rows()["quality"] & kept).tolist() == flags.tolist()
    bright = int(np.flatnonzero(np.isfinite(catalog.magnitude("gaia_g")[0]))[0])
    frame = catalog.raw.frame
    path = tmp_path / "twice.parquet"
    qsovae.write_table(pd.concat([frame, frame.iloc[[bright]]]), path)
    quality = qsovae.score_rows(run, qsovae.open_catalog(path))["quality"]
    twice = qsovae.Quality.DUPLICATE_ROW | qsovae.Quality.DUPLICATE_POSITION
    assert np.flatnonzero((quality.to_numpy() & twice) == twice).tolist() == [
        bright,
        1200,
    ]


def test_one_row_alone_is_scored_with_its_flags(run, catalog, tmp_path):
    path = tmp_path / "one.parquet"
    qsovae.write_table(catalog.raw.frame.head(1), path)
    table = qsovae.score_rows(run, qsovae.open_catalog(path))
    lone = qsovae.row_flags(qsovae.open_catalog(path))
    assert table["quality"].tolist() == lone.tolist()


def test_the_runs_own_rows_land_on_their_own_places(run, catalog):
    placed = project_catalog(run, catalog)
    saved = run.map()
    assert placed["object_id"].tolist() == catalog.object_id.tolist()
    fitted = saved["is_fitted"].to_numpy()
    width = saved[["map_1", "map_2"]].std().to_numpy()
    away = placed[["map_1", "map_2"]].to_numpy() - saved[["map_1", "map_2"]].to_numpy()
    assert np.median(np.abs(away[fitted] / width)) < 1e-3


def test_a_map_is_fitted_once(run, runs, simulated, tmp_path):
    request = TrainRequest(simulated, "class_true", "plain", epochs=1, with_map=False)
    train_run(request, tmp_path)
    plain = qsovae.open_run("plain", tmp_path)
    assert plain.map() is None
    first = qsovae.make_map(plain)
    again = qsovae.make_map(qsovae.open_run("plain", tmp_path))
    pd.testing.assert_frame_equal(first, again)


def test_what_a_run_needs_and_a_catalog_lacks_is_listed(run, tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("g_mag_ab,r_mag_ab\n20,19\n")
    with pytest.raises(CatalogError) as caught:
        qsovae.score_rows(run, qsovae.open_catalog(path))
    for band in ("i", "z", "w1"):
        assert f"band {band}" in str(caught.value)


def test_the_same_seed_gives_the_same_run(simulated, tmp_path):
    rows = []
    for name in ("one", "two"):
        train_run(
            TrainRequest(simulated, "class_true", name, epochs=3, with_map=False),
            tmp_path,
        )
        rows.append(qsovae.open_run(name, tmp_path).rows())
    pd.testing.assert_frame_equal(*rows)


def test_a_stop_keeps_what_was_learnt(simulated, tmp_path):
    seen = []
    report = train_run(
        TrainRequest(simulated, "class_true", "short", epochs=500, with_map=False),
        tmp_path,
        on_progress=seen.append,
        should_stop=lambda: sum("epoch" in e for e in seen) >= 3,
    )
    assert "stopped after epoch 3" in report["notes"][-1]
    assert qsovae.open_run("short", tmp_path).manifest["estimator"]["epochs_done"] == 3
    assert report["accuracy"] > 0.3
    # Whoever watches knows before the first epoch.
    before = seen[: next(i for i, e in enumerate(seen) if "epoch" in e)]
    assert before[-2]["is_simulated"] is True


def train_quickly(simulated, folder, wish):
    """Train with a map; ask to stop once ``wish`` says so of an entry."""
    seen = []
    report = train_run(
        TrainRequest(simulated, "class_true", "halted", epochs=2),
        folder,
        on_progress=seen.append,
        should_stop=lambda: any(wish(entry) for entry in seen),
    )
    return report, qsovae.open_run("halted", folder), seen


def test_a_stop_before_the_map_skips_it_and_keeps_the_run(simulated, tmp_path):
    report, run, _ = train_quickly(
        simulated, tmp_path, lambda entry: entry["phase"] == "baseline"
    )
    assert run.map() is None
    assert run.manifest["estimator"]["epochs_done"] == 2
    assert "the map was not made" in report["notes"][-1]
    assert report["notes"] == run.manifest["notes"]
    assert len(qsovae.make_map(run)) == 1200  # and may be made later


def test_a_stop_during_the_layout_ends_the_map_and_keeps_it(simulated, tmp_path):
    report, run, seen = train_quickly(
        simulated, tmp_path, lambda entry: entry.get("message") == "graph"
    )
    epoch = int(
        re.search(r"map was stopped after epoch (\d+) of 500", report["notes"][-1])[1]
    )
    assert 0 < epoch < 500
    assert np.isfinite(run.map()[["map_1", "map_2"]]).all(axis=None)
    assert "stopped" in [entry["phase"] for entry in seen]
    assert run.progress() == seen


def test_a_stop_file_stops_the_map_as_well(simulated, tmp_path):
    stop = tmp_path / ".training" / "filed" / "STOP"
    report = train_run(
        TrainRequest(simulated, "class_true", "filed", epochs=2),
        tmp_path,
        on_progress=lambda entry: stop.touch() if entry["phase"] == "score" else None,
    )
    assert "the map was not made" in report["notes"][-1]
    assert not (tmp_path / "filed" / "STOP").exists()


def test_unlabelled_repeats_of_test_rows_teach_the_model_nothing(simulated, tmp_path):
    frame = qsovae.read_table(simulated).frame
    # What the features are depends on how often a band was observed, and how deep.
    frame = frame[[c for c in frame if not c.endswith(("_err", "_err_njy"))]]
    request = TrainRequest(
        tmp_path / "once.parquet", "class_true", "once", features=("i", "g-r", "r-i"),
        epochs=2, with_map=False,
    )  # fmt: skip
    qsovae.write_table(frame, request.catalog)
    train_run(request, tmp_path)
    once = qsovae.open_run("once", tmp_path).rows()
    # A row without any of the features repeats nothing.
    repeated = frame[(once["split"] == "test") & frame["i_mag_ab"].notna()].copy()
    repeated["class_true"] = None
    both = pd.concat([frame, repeated, repeated], ignore_index=True)
    again = replace(request, catalog=tmp_path / "twice.parquet", run="twice")
    qsovae.write_table(both, again.catalog)
    report = train_run(again, tmp_path)
    twice = qsovae.open_run("twice", tmp_path).rows()
    assert (
        f"{2 * len(repeated)} unlabelled rows repeat test rows" in report["notes"][-1]
    )
    assert (twice["split"][len(frame) :] == "unlabelled").all()
    shares = [c for c in once if c.startswith(("p_", "latent_"))]
    pd.testing.assert_frame_equal(once[shares], twice[shares].head(len(frame)))


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [
        ("g_r,class\n", "class", "no rows"),
        ("g_r,class\n1,QSO\n2,STAR\n3,STAR\n", "class", "20"),
        ("g_r,class\n1,QSO\n2,STAR\n3,STAR\n", "kind", "no column 'kind'"),
        ("name,class\na,QSO\nb,STAR\n", "class", "no column was recognised"),
    ],
)
def test_too_little_to_train_on_is_said(tmp_path, text, label, words):
    path = tmp_path / "little.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        train_run(TrainRequest(path, label, "little"), tmp_path / "runs")
    failed = qsovae.list_runs(tmp_path / "runs")[0]
    assert failed.status == "failed"


def test_an_all_nan_band_and_a_rare_class_are_carried_along(simulated, tmp_path):
    frame = qsovae.read_table(simulated).frame
    frame["h_mag_ab"] = np.float32(np.nan)
    first = frame["class_true"].first_valid_index()
    frame.loc[first, "class_true"] = "LENS"
    path = tmp_path / "rare.parquet"
    qsovae.write_table(frame, path)
    report = train_run(
        TrainRequest(path, "class_true", "rare", epochs=2, with_map=False), tmp_path
    )
    assert report["per_class"]["LENS"]["rows"] == 0
    assert report["per_class"]["LENS"]["completeness"] is None
    assert any("LENS" in note for note in report["notes"])


def test_the_label_column_is_never_a_feature(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"g_r": rng.normal(size=60), "score": np.arange(60) % 2.0})
    path = tmp_path / "leak.csv"
    qsovae.write_table(frame, path)
    report = train_run(
        TrainRequest(path, "score", "leak", epochs=1, with_map=False), tmp_path
    )
    assert report["features"] == ["g_r"]
    with pytest.raises(CatalogError, match="label"):
        train_run(TrainRequest(path, "score", "leak2", features=("score",)), tmp_path)
