"""The leaderboard keeps what it measured, and compares pair by pair."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

import qsovae

FOLDER = Path(qsovae.__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    # The board sets it when imported; this puts back what was there.
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def board(name):
    return importlib.import_module(f"board.{name}")


def entry(method, repeat, **scores):
    return {"task": "full", "set": "mock", "method": method, "repeat": repeat,
            "version": f"{method} 1", "scores": scores}  # fmt: skip


def test_a_measurement_is_kept_and_another_version_is_another(tmp_path):
    cache = board("cache")
    key = cache.Key("full", "mock", "VAE", 0, "a")
    kept = cache.Cache(tmp_path / "made" / "results.jsonl")
    assert kept.find(key) is None
    kept.add(key, {"scores": {"ece": 0.5}})
    again = cache.Cache(tmp_path / "made" / "results.jsonl")
    assert again.find(key)["scores"] == {"ece": 0.5}
    assert again.find(key._replace(version="b")) is None


def test_a_model_has_another_version_when_its_code_changes(tmp_path):
    version = board("cache").model_version
    file = tmp_path / "model.py"

    def version_of(text):
        file.write_text(text)
        return version(tmp_path)

    first = version_of('"""One."""\nrate = 1\n')
    assert version_of('"""Two."""\nrate = 1  # as before\n') == first
    assert version_of('"""One."""\nrate = 2\n') != first


def test_differences_are_taken_pair_by_pair():
    summary = board("summary")
    mean, (low, high) = summary.paired_interval([1.0, 2.0, 3.0])
    # Student's t for two degrees of freedom, 95 %: 4.3027; s.d. 1, three pairs.
    assert mean == 2.0
    half = 4.3027 / 3**0.5
    assert (low, high) == pytest.approx((2 - half, 2 + half), abs=1e-4)
    assert summary.paired_interval([1.0]) == (1.0, None)


@pytest.mark.parametrize(
    ("score", "ours", "word"),
    [
        ("macro_f1", (0.95, 0.96, 0.97), "win"),
        ("macro_f1", (0.80, 0.81, 0.82), "loss"),
        ("macro_f1", (0.80, 0.90, 0.99), "tie"),
        ("log_loss", (0.80, 0.81, 0.82), "win"),
    ],
)
def test_the_best_peer_is_the_one_to_beat(score, ours, word):
    summary = board("summary")
    peers = {"A": (0.90, 0.90, 0.90), "B": (0.70, 0.70, 0.70)}
    if score == "log_loss":
        peers = {"A": (0.90, 0.90, 0.90), "B": (0.95, 0.95, 0.95)}
    lines = [
        entry(method, r, **{score: value})
        for method, values in {"VAE": ours, **peers}.items()
        for r, value in enumerate(values)
    ]
    # A repeat that ours lacks counts for no peer.
    lines.append(entry("B", 3, **{score: 1.0 if score == "macro_f1" else 0.0}))
    found = summary.summarise(lines)["tasks"]["full"]["mock"]["against_best_peer"]
    assert (found[score]["peer"], found[score]["verdict"]) == ("A", word)
    assert found[score]["pairs"] == 3


def test_scores_of_a_hand_worked_case():
    scores = board("scores")
    truth = np.array([0, 0, 1, 1])
    shares = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
    # Bins of 1/15: 0.9 twice (right twice), 0.6 (wrong), 0.8 (right).
    assert scores.calibration_error(truth, shares) == pytest.approx(
        (2 * 0.1 + 0.6 + 0.2) / 4
    )
    assert scores.log_loss(truth, shares) == pytest.approx(
        -np.log([0.9, 0.9, 0.4, 0.8]).mean()
    )
    assert scores.score(truth, shares, positive=1)["positive_f1"] == pytest.approx(
        2 / 3
    )


def test_few_labels_are_a_share_of_each_class_and_at_least_five():
    y = np.repeat([0, 1, 2], [1000, 100, 3])
    kept = board("request").few_labels(y, seed=1)
    assert np.bincount(kept[kept >= 0]).tolist() == [10, 5, 3]
    assert (kept[kept >= 0] == y[kept >= 0]).all()


def test_fainter_fluxes_scatter_by_the_noise_added():
    fainter = board("fainter")
    rng = np.random.default_rng(0)
    flux, error = np.full(50_000, 100.0), np.full(50_000, 5.0)
    noisy, larger = fainter.noisier(flux, error, rng)
    assert larger == pytest.approx(5.0 * 10**0.4)
    # Together with the noise that is in the flux already, the scatter is the new error.
    scatter = np.hypot(noisy.std(), 5.0)
    assert scatter == pytest.approx(5.0 * 10**0.4, rel=0.01)


@pytest.fixture
def small_mock(monkeypatch):
    """Return the board's sets, its mock small."""
    sets = board("sets")
    monkeypatch.setattr(sets, "MOCK_ROWS", 1500)
    sets.open_set.cache_clear()
    yield sets
    sets.open_set.cache_clear()


def test_a_survey_goes_with_every_feature_that_it_is_part_of(small_mock, tmp_path):
    sample = small_mock.split_set(small_mock.open_set("mock", tmp_path), 0)
    sources = small_mock.SETS["mock"].surveys["CatWISE"]
    left = board("tasks").without_survey(sample, sources)
    gone = np.isnan(left).all(axis=0)
    named = [any(f"{b}_mag" in name for b in ("w1", "w2")) for name in sample.names]
    assert any(named)
    observed = np.isfinite(sample.x_test).any(axis=0)
    assert gone[observed].tolist() == np.array(named)[observed].tolist()


def test_the_board_goes_on_where_it_stopped(small_mock, tmp_path, monkeypatch):
    leaderboard = importlib.import_module("leaderboard")
    files = {name: tmp_path / name for name in ("cache", "json", "page")}
    options = [f"--{name}={path}" for name, path in files.items()]
    asked = ["--tasks", "few", "--sets", "mock", "--methods", "extra trees",
             "--repeats", "1", "--data", str(tmp_path)]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["leaderboard", *options, *asked])
    assert leaderboard.main() == 0
    measured = files["cache"].read_text()
    assert measured.count("\n") == 1
    assert leaderboard.main() == 0
    assert files["cache"].read_text() == measured
    page = files["page"].read_text()
    assert "mock (simulated)" in page
    assert "VAE was not measured yet" in page
