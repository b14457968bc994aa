"""Doubtful labels: as cleanlab ranks them, and planted ones found first."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qsovae

with warnings.catch_warnings():
    # What it imports is its own affair.
    warnings.simplefilter("ignore")
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores

NAMES = ("GALAXY", "QSO", "STAR", "WD")


def given_labels(seed, n_rows=400, n_classes=3, sharpness=2.0):
    """Return probabilities of rows, and labels of which some are not theirs."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, n_classes, n_rows)
    logits = rng.normal(size=(n_rows, n_classes))
    # Surer of some classes than of others: their bars differ.
    logits[np.arange(n_rows), true] += sharpness * np.linspace(0.4, 2, n_classes)[true]
    shares = np.exp(logits)
    shares /= shares.sum(axis=1, keepdims=True)
    wrong = rng.random(n_rows) < 0.1
    labels = np.where(wrong, rng.integers(0, n_classes, n_rows), true)
    return labels, shares


def doubts_of(labels, shares):
    names = NAMES[: shares.shape[1]]
    predictions = qsovae.Predictions.checked(np.array(names)[labels], shares, names)
    return qsovae.label_doubts(predictions)


@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.floats(0.5, 4.0))
def test_the_ranking_is_that_of_cleanlab(seed, n_classes, sharpness):
    labels, shares = given_labels(seed, 200, n_classes, sharpness)
    doubts = doubts_of(labels, shares)
    for method, ours in (
        ("self_confidence", doubts.self_confidence),
        ("normalized_margin", doubts.normalised_margin),
    ):
        theirs = get_label_quality_scores(labels, shares, method=method)
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


@given(st.integers(0, 2**32 - 1), st.floats(1.0, 4.0))
def test_the_suspects_are_those_of_cleanlab(seed, sharpness):
    labels, shares = given_labels(seed, 300, 3, sharpness)
    doubts = doubts_of(labels, shares)
    theirs = find_label_issues(
        labels, shares, filter_by="confident_learning", n_jobs=1,
        return_indices_ranked_by="normalized_margin",
    )  # fmt: skip
    ours = np.flatnonzero(doubts.is_suspect)
    ours = ours[np.argsort(doubts.normalised_margin[ours])]
    # Where two classes are confident, cleanlab takes the most probable of all classes,
    # the paper the most probable of these two.
    bars = [shares[labels == k, k].mean() for k in range(3)]
    confident = shares >= bars
    most = shares.argmax(axis=1)
    differs = (confident.sum(axis=1) > 1) & ~confident[np.arange(len(most)), most]
    odd = set(np.flatnonzero(differs))
    assert [i for i in ours if i not in odd] == [i for i in theirs if i not in odd]


def test_by_hand():
    shares = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.9, 0.1]])
    doubts = doubts_of(np.array([0, 0, 1, 1]), shares)
    np.testing.assert_allclose(doubts.self_confidence, [0.9, 0.5, 0.8, 0.1])
    np.testing.assert_allclose(doubts.normalised_margin, [0.9, 0.5, 0.8, 0.1])
    # The bars are 0.7 and 0.45: the second row is confident of QSO, and its most
    # probable class, the first of equals, is its label.
    assert doubts.suspected.tolist() == [0, 1, 1, 0]
    assert doubts.is_suspect.tolist() == [False, False, False, True]


def test_a_class_without_rows_is_suspected_of_none():
    shares = np.array([[0.2, 0.8, 0.0], [0.9, 0.1, 0.0]])
    doubts = doubts_of(np.array([0, 0]), shares)
    assert doubts.suspected.tolist() == [-1, 0]
    assert not doubts.is_suspect.any()


def test_without_rows_there_is_nothing_to_doubt():
    assert doubts_of(np.zeros(0, int), np.zeros((0, 3))).is_suspect.size == 0


@pytest.fixture(scope="module")
def planted():
    """Return the demo, its test rows with planted wrong labels, and which those are."""
    run = qsovae.open_run("demo", Path(qsovae.__file__).parents[1] / "checkpoints")
    rows = qsovae.test_rows(run).reset_index(drop=True)
    rng = np.random.default_rng(3)
    wrong = np.zeros(len(rows), dtype=bool)
    wrong[rng.choice(len(rows), len(rows) // 20, replace=False)] = True
    k = np.array([run.classes.index(name) for name in rows["class_label"]])
    other = (k + rng.integers(1, len(run.classes), len(rows))) % len(run.classes)
    labels = np.array(run.classes)[np.where(wrong, other, k)]
    return run, rows.assign(class_label=labels), wrong


def test_planted_wrong_labels_are_found_at_the_top(planted):
    run, rows, wrong = planted
    found = qsovae.label_suspects(run, rows)
    at = rows.index[wrong]
    n_planted = len(at)
    assert n_planted > 80
    is_planted = found["row"].isin(rows.loc[at, "row"]).to_numpy()
    chance = wrong.mean()
    # Precision at k: by chance one row in twenty is planted.
    assert chance == pytest.approx(0.05, abs=0.001)
    assert is_planted[:50].mean() > 0.95
    assert is_planted[:n_planted].mean() > 0.85
    assert is_planted.sum() > 0.95 * n_planted
    # Confident learning picks suspects that are planted more often than other mistakes.
    suspects = found["is_suspect"].to_numpy()
    assert is_planted[suspects].mean() > 0.8
    assert is_planted[~suspects].mean() < 0.2


def test_the_table_says_why_each_is_suspected(planted):
    run, rows, _ = planted
    found = qsovae.label_suspects(run, rows)
    assert (found["class_label"] != found["class_predicted"]).all()
    assert found["normalised_margin"].is_monotonic_increasing
    suspects = found[found["is_suspect"]]
    assert (suspects["class_suspected"] != suspects["class_label"]).all()
    for line in found.head(20).to_dict("records"):
        label = line["class_label"]
        assert line["self_confidence"] == pytest.approx(line[f"p_{label}"])
        assert line["probability"] == pytest.approx(
            line[f"p_{line['class_predicted']}"]
        )
