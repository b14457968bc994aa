"""A run's settings refitted under other splits: same settings, other rows held out."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score

import qsovae
from qsovae import CatalogError, ConfigError, InputError


@pytest.fixture(scope="module")
def run(runs, tmp_path_factory):
    """Return the run in a folder of its own: what is refitted is kept with it."""
    folder = tmp_path_factory.mktemp("resplit")
    shutil.copytree(runs / "tiny", folder / "tiny")
    return qsovae.open_run("tiny", folder)


@pytest.fixture(scope="module")
def results(run):
    told = []
    found = qsovae.evaluate_splits(
        run, ["stratified", qsovae.SplitPlan("sky", nside=64)], on_progress=told.append
    )
    return found, told


def test_the_run_s_own_split_gives_the_run_s_own_scores(run, results):
    again = results[0][0]
    report = qsovae.evaluate_run(run)
    assert again["scores"]["confusion_matrix"] == report["confusion_matrix"]
    assert again["scores"]["log_loss"] == pytest.approx(report["log_loss"], abs=1e-9)
    assert again["baseline"]["log_loss"] == report["baseline"]["log_loss"]
    assert again["intervals"]["accuracy"] == report["details"]["intervals"]["accuracy"]
    differences = report["details"]["against_baseline"]["differences"]
    assert again["differences"] == differences
    assert again["split"] == report["split"]


def test_the_scores_are_kept_with_the_run_and_stand_in_its_report(run, results):
    kept = qsovae.split_results(run)
    assert [(r["spec"], r["folds"]) for r in kept][:2] == [
        ("stratified", None), ("sky:64", None)
    ]  # fmt: skip
    assert qsovae.evaluate_run(run)["splits"] == kept
    assert json.loads(json.dumps(kept)) == kept
    assert kept[1]["split"]["nside"] == 64
    assert kept[1]["split"]["test"] == kept[1]["scores"]["rows"]
    qsovae.open_run("tiny", run.folder.parent)  # the run is as whole as it was


def test_progress_goes_from_nothing_to_nearly_all(results):
    fractions = [entry["fraction"] for entry in results[1]]
    assert fractions[0] == 0.0
    assert fractions == sorted(fractions)
    assert fractions[-1] > 0.9
    assert {entry["split"] for entry in results[1]} == {"stratified", "sky:64"}


def test_folds_are_pooled_and_each_row_is_predicted_by_a_model_that_has_not_seen_it(
    run,
):
    (result,) = qsovae.evaluate_splits(run, ["stratified"], n_folds=2)
    labelled = run.rows()["class_label"].notna().sum()
    assert result["scores"]["rows"] == labelled == result["split"]["test"]
    assert result["folds"] == 2
    assert 0.6 < result["scores"]["accuracy"] < 1.0
    keys = [(r["spec"], r["folds"]) for r in qsovae.split_results(run)]
    assert ("stratified", 2) in keys
    assert len(keys) == len(set(keys))


def test_a_stop_ends_it_in_words_and_keeps_what_was_there(run, results):
    before = qsovae.split_results(run)
    with pytest.raises(ConfigError, match="stopped"):
        qsovae.evaluate_splits(run, ["sky"], should_stop=lambda: True)
    assert qsovae.split_results(run) == before


def test_another_catalog_and_one_that_is_gone_are_refused(run, tmp_path):
    other = tmp_path / "other.fits"
    qsovae.write_simulation(other, 100, 1)
    with pytest.raises(CatalogError, match="this is another"):
        qsovae.evaluate_splits(run, ["sky"], other)
    with pytest.raises(CatalogError, match="is not where it was"):
        qsovae.evaluate_splits(run, ["sky"], tmp_path / "gone.fits")


@pytest.fixture(scope="module")
def no_places(tmp_path_factory):
    """Return a catalog of colours that knows neither positions nor magnitudes."""
    rng = np.random.default_rng(0)
    names = rng.choice(["QSO", "STAR"], 300)
    blue = np.where(names == "QSO", 0.2, 0.8) + rng.normal(0, 0.2, 300)
    table = {"colour_a": blue, "colour_b": rng.normal(size=300), "class": names}
    path = tmp_path_factory.mktemp("colours") / "colours.parquet"
    pd.DataFrame(table | {"night": rng.integers(0, 6, 300)}).to_parquet(path)
    return path


def request(path, split, **changes):
    wanted = {"features": ("colour_a", "colour_b"), "epochs": 3, "with_map": False}
    return qsovae.TrainRequest(
        path, "class", "colours", split=split, **wanted | changes
    )


@pytest.mark.parametrize(
    ("split", "said"),
    [
        ("sky", "no coordinates to split the sky by.*roles 'ra' and 'dec'"),
        ("bright-to-faint", "no feature is a magnitude"),
        ("bright-to-faint:r", "no magnitude in r"),
        ("column:field", "no column 'field'"),
    ],
)
def test_a_catalog_without_what_a_split_goes_by_says_what_it_lacks(
    no_places, tmp_path, split, said
):
    with pytest.raises(InputError, match=said):
        qsovae.train_run(request(no_places, split), tmp_path)


def test_a_run_split_by_a_column_keeps_the_rule_and_scores_what_it_held_out(
    no_places, tmp_path
):
    report = qsovae.train_run(request(no_places, "column:night=2,3"), tmp_path)
    run = qsovae.open_run("colours", tmp_path)
    night = pd.read_parquet(no_places)["night"]
    rows = run.rows()
    assert (rows["split"] == "test").tolist() == night.isin([2, 3]).tolist()
    assert report["split"]["column"] == "night"
    assert report["split"]["values"] == ["2", "3"]
    words = qsovae.split_words(run.manifest["split"])
    assert words == "by column night: 2, 3"
    tested = rows[rows["split"] == "test"]
    expected = accuracy_score(tested["class_label"], tested["class_predicted"])
    assert report["accuracy"] == pytest.approx(expected)


def test_repeat_observations_are_on_one_side_of_a_run(tmp_path):
    frame = qsovae.simulate(600, 3)
    again = frame.sample(200, random_state=0)
    path = tmp_path / "twice.parquet"
    shifted = again.assign(
        dec_deg=again["dec_deg"] + 0.2 / 3600, i_mag_ab=again["i_mag_ab"] + 0.05,
        object_id=again["object_id"].max() + 1 + np.arange(200),
    )  # fmt: skip
    pd.concat([frame, shifted], ignore_index=True).to_parquet(path)
    qsovae.train_run(
        qsovae.TrainRequest(path, "class_true", "twice", epochs=1, with_map=False),
        tmp_path,
    )
    parts = qsovae.open_run("twice", tmp_path).rows()["split"].to_numpy()
    first, second = parts[again.index], parts[len(frame) :]
    labelled = (first != "unlabelled") & (second != "unlabelled")
    assert labelled.sum() > 40
    is_tested = [side[labelled] == "test" for side in (first, second)]
    assert (is_tested[0] == is_tested[1]).all()
    assert 0.15 < is_tested[0].mean() < 0.5  # of the 30 % held out, by 64 draws
