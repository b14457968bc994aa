"""The board: its arithmetic by hand, its cache, and what its page owns up to."""

import importlib
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import qsovae

FOLDER = Path(qsovae.__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def board(module):
    """Return a function that gives a part of the board as a module."""
    return lambda name: module(f"board.{name}")


def entry(method, repeat, value, score="macro_f1", task="full", key="mock"):
    return {"task": task, "set": key, "method": method, "repeat": repeat,
            "version": f"{method} 1", "scores": {score: value}}  # fmt: skip


def test_a_measurement_is_found_again_under_its_own_version_only(board, tmp_path):
    cache = board("cache")
    key = cache.Key("full", "mock", "XGBoost", 0, "3.2")
    path = tmp_path / "new" / "results.jsonl"
    assert cache.Cache(path).find(key) is None
    cache.Cache(path).add(key, {"scores": {"accuracy": 0.5}})
    cache.Cache(path).add(key._replace(repeat=1), {"scores": {"accuracy": 0.6}})
    again = cache.Cache(path)
    assert again.find(key)["scores"] == {"accuracy": 0.5}
    assert again.find(key._replace(version="3.3")) is None
    assert len(path.read_text().splitlines()) == 2


def test_the_version_of_the_model_changes_with_its_source_alone(board, tmp_path):
    version = board("cache").model_version
    for name in ("model.py", "training/loop.py", "workflow/train.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    first = version(tmp_path)
    (tmp_path / "workflow" / "train.py").write_text("x = 2\n")
    assert version(tmp_path) == first
    (tmp_path / "training" / "loop.py").write_text('"""What it does."""\nx = 1  # so\n')
    told = version(tmp_path)
    (tmp_path / "training" / "loop.py").write_text('"""And why."""\n\nx = 1\n')
    assert version(tmp_path) == told
    (tmp_path / "training" / "loop.py").write_text("x = 2\n")
    assert version(tmp_path) != first


def test_what_is_cached_is_not_measured_again(board, monkeypatch, tmp_path):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    cache, done = board("cache"), []
    module = importlib.import_module("leaderboard")
    monkeypatch.setattr(module, "open_set", lambda *_: None)
    monkeypatch.setattr(module, "split_set", lambda *_: None)
    tasks = {
        name: replace(module.TASKS[name],
                      measure=lambda r: done.append(r) or {"scores": {}})
        for name in ("full", "few")
    }  # fmt: skip
    monkeypatch.setattr(module, "TASKS", tasks)
    store = cache.Cache(tmp_path / "results.jsonl")
    keys = [cache.Key(name, "mock", "XGBoost", 0, "1") for name in tasks]
    store.add(keys[0], {"scores": {}, "settings": {"max_depth": 3}})
    module.measure(keys, tmp_path, store)
    module.measure(keys, tmp_path, store)
    (request,) = done
    assert request.settings == {"max_depth": 3}


def test_the_page_alone_is_written_of_what_is_known(board, monkeypatch, tmp_path):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    module = importlib.import_module("leaderboard")
    monkeypatch.setattr(module, "measure", None)  # would fail if it were called
    version = module.method_version("VAE")
    store = board("cache").Cache(tmp_path / "cache")
    store.add(
        board("cache").Key("full", "mock", "VAE", 0, version),
        {"scores": {"macro_f1": 0.4321}},
    )
    files = [f"--{name}={tmp_path / name}" for name in ("cache", "json", "page")]
    options = [*files, "--page-only", "--methods", "VAE"]
    monkeypatch.setattr("sys.argv", ["leaderboard", *options])
    assert module.main() == 0
    assert "0.432" in (tmp_path / "page").read_text()


def test_the_paired_interval_is_that_worked_by_hand(board):
    mean, (low, high) = board("summary").paired_interval([0.01, 0.02, 0.03])
    # s = 0.01, t(0.975, 2) = 4.302653: the half width is 4.302653 x 0.01 / sqrt(3).
    assert mean == pytest.approx(0.02)
    by_hand = (0.02 - 0.0248414, 0.02 + 0.0248414)
    assert (low, high) == pytest.approx(by_hand, abs=1e-6)
    assert board("summary").paired_interval([0.3]) == (0.3, None)


@pytest.mark.parametrize(
    ("score", "ours", "word"),
    [
        ("macro_f1", 0.95, "win"), ("macro_f1", 0.85, "loss"),
        ("log_loss", 0.85, "win"), ("log_loss", 0.95, "loss"),
        ("macro_f1", 0.9, "tie"),
    ],
)  # fmt: skip
def test_a_verdict_knows_which_way_is_better(board, score, ours, word):
    wobble = [-0.001, 0.001, 0.0]
    entries = [
        entry(method, repeat, value + sign * wobble[repeat], score)
        for method, value, sign in (("VAE", ours, 1), ("A", 0.9, -1), ("B", 0.9, 0))
        for repeat in range(3)
    ]
    # The worst by far, whichever way is better: never the peer to compare with.
    worst = -5.0 if score == "macro_f1" else 5.0
    entries += [entry("C", repeat, worst, score) for repeat in range(3)]
    against = board("summary").summarise(entries)["tasks"]["full"]["mock"]
    compared = against["against_best_peer"][score]
    assert compared["peer"] in ("A", "B")
    assert compared["verdict"] == word
    assert compared["pairs"] == 3


def test_only_repeats_that_both_have_are_paired(board):
    entries = [entry("VAE", r, 0.5) for r in (0, 1)]
    entries += [entry("A", r, v) for r, v in ((1, 0.4), (2, 9.0))]
    result = board("summary").summarise(entries)["tasks"]["full"]["mock"]
    compared = result["against_best_peer"]["macro_f1"]
    assert compared["difference"] == pytest.approx(0.1)
    assert compared["pairs"] == 1
    assert compared["verdict"] == "one repeat"


def test_a_peer_of_fewer_repeats_is_not_the_one_to_beat(board):
    entries = [entry("VAE", r, 0.5) for r in (0, 1)]
    entries += [entry("A", r, 0.4) for r in (0, 1)] + [entry("B", 0, 0.9)]
    result = board("summary").summarise(entries)["tasks"]["full"]["mock"]
    assert result["against_best_peer"]["macro_f1"]["peer"] == "A"


def test_the_calibration_error_is_that_worked_by_hand(board):
    truth = np.array([0, 0, 1, 1])
    shares = np.array([[0.95, 0.05], [0.95, 0.05], [0.95, 0.05], [0.4, 0.6]])
    # Three rows of confidence 0.95 with 2/3 right, one of 0.6 that is right.
    expected = 0.75 * (0.95 - 2 / 3) + 0.25 * 0.4
    assert board("scores").calibration_error(truth, shares) == pytest.approx(expected)


def test_the_reliability_on_the_page_is_that_worked_by_hand(board):
    truth, shares = np.array([0] * 3), np.array([[0.95, 0.05]] * 2 + [[0.4, 0.6]])
    sums = board("scores").reliability(truth, shares)
    assert (sums["rows"][14], sums["right"][14], sums["rows"][9]) == (2.0, 2.0, 1.0)
    entries = [entry("VAE", r, 0.5) | {"reliability": sums} for r in range(2)]
    result = board("summary").summarise([*entries, entry("A", 0, 0.4)])
    versions = {"torch": "2", "scikit-learn": "1"}
    result["machine"] = {"cores": 1, "python": "3", "versions": versions}
    page = board("page").page_text(result)
    # 16 % of Beta(0.5, 2.5) lie above 0.354, and of Beta(4.5, 0.5) below 0.792; where
    # none or all are right, the interval ends at 0 or 1.
    cells = "| 0.600 → 0.000 ± 0.177 (2) | 0.950 → 1.000 ± 0.104 (4) |"
    assert f"(simulated) {cells}" in page
    assert "| 0.60 to 0.67 | 0.93 to 1.00 |" in page


def test_pulls_and_intervals_are_those_worked_by_hand(board):
    class Model:
        scaler_ = SimpleNamespace(typical_sigma=np.array([4.0]))

        def reconstruct(self, X, sigma):
            return np.array([[1.0], [2.0], [0.0]])

        def reconstruction_std(self, X, sigma):
            return np.full((3, 1), 3.0)

    X, sigma = np.array([[11.0], [5.0], [np.nan]]), np.array([[np.nan], [0.0], [1.0]])
    pulls, inside = board("latent").told(Model(), X, sigma)
    # hypot(3, 4) = 5 where the error is unknown, 3 without error.
    np.testing.assert_allclose(pulls, [[2.0], [1.0], [np.nan]])
    np.testing.assert_array_equal(inside, [[0.0], [0.0], [np.nan]])
    pulls, inside = board("latent").told(Model(), X - 1.0, None)
    np.testing.assert_allclose(pulls, [[3.0], [2.0 / 3.0], [np.nan]])
    np.testing.assert_array_equal(inside, [[0.0], [1.0], [np.nan]])


def test_a_class_given_no_chance_costs_a_finite_log_loss(board):
    loss = board("scores").log_loss(np.array([0, 1]), np.array([[1.0, 0.0]] * 2))
    assert loss == pytest.approx(-np.log(1e-15) / 2)


def test_few_labels_keep_a_share_of_each_class_and_five_at_least(board):
    y = np.repeat([0, 1, 2], [2000, 100, 3])
    kept = board("request").few_labels(y, 0)
    assert np.bincount(kept[kept >= 0]).tolist() == [20, 5, 3]
    assert (kept[kept >= 0] == y[kept >= 0]).all()
    np.testing.assert_array_equal(kept, board("request").few_labels(y, 0))
    assert (kept != board("request").few_labels(y, 1)).any()


@pytest.fixture
def catalog(tmp_path):
    """Return a catalog of 20,000 equal stars: errors of 0.05 mag, W1 in Vega."""
    rows = 20_000
    frame = pd.DataFrame({"ps1_g": np.full(rows, 20.0), "e_ps1_g": 0.05,
                          "w1": 15.0, "e_w1": 0.05})  # fmt: skip
    frame.loc[0, "e_ps1_g"] = np.nan
    qsovae.write_table(frame, tmp_path / "stars.parquet")
    return qsovae.open_catalog(tmp_path / "stars.parquet")


def test_fainter_rows_scatter_as_their_larger_errors_say(board, catalog):
    noisy = board("fainter").fainter(catalog, np.random.default_rng(3))
    for band in ("g", "w1"):
        before, after = catalog.measured(band), noisy.measured(band)
        f = 0.05 * np.log(10) / 2.5
        np.testing.assert_allclose(before.flux_error[1:] / before.flux[1:], f)
        pull = after.flux[1:] / before.flux[1:] - 1.0
        assert pull.mean() == pytest.approx(0.0, abs=0.005)
        expected = f * np.sqrt(10**0.8 - 1.0)
        assert pull.std() == pytest.approx(expected, rel=0.02)
        larger = after.flux_error[1:] / before.flux_error[1:]
        np.testing.assert_allclose(larger, 10**0.4, rtol=1e-6)
    assert noisy.magnitude("g")[0][0] == pytest.approx(20.0)  # no error was stated


def test_a_removed_survey_takes_every_feature_with_one_of_its_bands(board):
    sets, tasks = board("sets"), board("tasks")
    features = (
        qsovae.Feature("r", "mag", "magnitude", ("r",)),
        qsovae.Feature("r - w1", "mag", "colour", ("r", "w1")),
        qsovae.Feature("w1 - w2", "mag", "colour", ("w1", "w2")),
        qsovae.Feature("pm_sig", "", "quantity", ("pm_sig",)),
    )
    table = qsovae.FeatureTable(features, np.ones((2, 4)), None)
    opened = sets.Opened(None, table, ("a",), np.zeros(2, int), np.zeros(2, bool))
    sample = sets.Sample(opened, np.array([0]), np.array([1]))
    removed = tasks.without_survey(sample, ("w1", "w2"))
    assert np.isnan(removed).tolist() == [[False, True, True, False]]
    assert np.isfinite(sample.x_test).all()


def test_every_source_of_a_set_with_surveys_has_one(board):
    opened = board("sets").open_set("mock", FOLDER)
    known = {s for group in board("sets").SETS["mock"].surveys.values() for s in group}
    assert {s for f in opened.table.features for s in f.sources} <= known
    assert 0 < opened.held_out.sum() < (opened.targets >= 0).sum()


def test_the_page_marks_what_is_simulated(board):
    entries = [
        entry(method, repeat, 0.9 + 0.01 * repeat, key=key)
        for method in ("VAE", "XGBoost")
        for repeat in range(2)
        for key in ("mock", "sdss17_10k")
    ]
    result = board("summary").summarise(entries)
    versions = {"torch": "2", "scikit-learn": "1"}
    result["machine"] = {"cores": 1, "python": "3", "versions": versions}
    page = board("page").page_text(json.loads(json.dumps(result)))
    mentions = [line for line in page.splitlines() if "Gaia mock" in line]
    assert mentions
    assert all("(simulated)" in line for line in mentions)
    assert "SDSS DR17 |" in page
    assert "| tie |" in page
