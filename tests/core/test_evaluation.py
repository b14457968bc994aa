"""Scores against scikit-learn's and against cases worked by hand."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from qsovae.errors import ConfigError, InputError, ShapeError
from qsovae.evaluation import (
    Scores,
    confusion_table,
    score_by_morphology,
    score_predictions,
    scores_table,
)

CLASSES = ("GALAXY", "QSO", "STAR")

# Six rows: galaxies 2 right, 1 taken for a quasar; one quasar right, one taken for a
# galaxy; the star taken for a quasar.
LABELS = np.array(["GALAXY", "GALAXY", "GALAXY", "QSO", "QSO", "STAR"], dtype=object)
SHARES = np.array(
    [
        [0.8, 0.1, 0.1],
        [0.5, 0.25, 0.25],
        [0.2, 0.7, 0.1],
        [0.1, 0.5, 0.4],
        [0.6, 0.25, 0.15],
        [0.0, 0.75, 0.25],
    ]
)


def some_rows(seed, n_rows=200, classes=CLASSES):
    rng = np.random.default_rng(seed)
    labels = rng.choice(np.array(classes, dtype=object), n_rows)
    return labels, rng.dirichlet(np.ones(len(classes)), n_rows)


def test_six_rows_worked_by_hand():
    scores = score_predictions(LABELS, SHARES, CLASSES).to_json()
    assert scores["rows"] == 6
    assert scores["accuracy"] == pytest.approx(3 / 6)
    assert scores["balanced_accuracy"] == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert scores["confusion_matrix"] == [[2, 1, 0], [1, 1, 0], [0, 1, 0]]
    product = 0.8 * 0.5 * 0.2 * 0.5 * 0.25 * 0.25
    assert scores["log_loss"] == pytest.approx(-np.log(product) / 6, rel=1e-6)
    galaxy, quasar, star = (scores["per_class"][name] for name in CLASSES)
    assert galaxy == pytest.approx(
        {"completeness": 2 / 3, "purity": 2 / 3, "f1": 2 / 3, "rows": 3}
    )
    assert quasar == pytest.approx(
        {"completeness": 1 / 2, "purity": 1 / 3, "f1": 2 / 5, "rows": 2}
    )
    # Nothing was called a star: its purity is unknown, its F1 is not.
    assert star == {"completeness": 0.0, "purity": None, "f1": 0.0, "rows": 1}


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(1, 60))
def test_scores_agree_with_scikit_learn(seed, n_classes, n_rows):
    classes = [f"C{k}" for k in range(n_classes)]
    labels, shares = some_rows(seed, n_rows, classes)
    predicted = np.array(classes)[shares.argmax(axis=1)]
    scores = score_predictions(labels, shares, classes)
    truth = labels.astype(str)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of absent classes
        assert scores.accuracy == pytest.approx(
            metrics.accuracy_score(truth, predicted)
        )
        assert scores.balanced_accuracy == pytest.approx(
            metrics.balanced_accuracy_score(truth, predicted)
        )
        assert scores.log_loss == pytest.approx(
            metrics.log_loss(truth, shares, labels=classes), rel=1e-5
        )
        matrix = metrics.confusion_matrix(truth, predicted, labels=classes)
        purity, completeness, f1, rows = metrics.precision_recall_fscore_support(
            truth, predicted, labels=classes, zero_division=np.nan
        )
    assert np.array_equal(scores.confusion_matrix, matrix)
    for k, name in enumerate(classes):
        entry = scores.per_class[name]
        assert entry.rows == rows[k]
        if rows[k] == 0:
            assert (entry.completeness, entry.purity, entry.f1) == (None, None, None)
            continue
        assert entry.completeness == pytest.approx(completeness[k])
        assert entry.f1 == pytest.approx(f1[k])
        if entry.purity is None:
            assert name not in predicted
        else:
            assert entry.purity == pytest.approx(purity[k])


@given(st.integers(0, 2**32 - 1))
def test_no_undefined_score_is_zero_or_nan_in_json(seed):
    labels, shares = some_rows(seed, 5)
    text = json.dumps(
        score_predictions(labels, shares, CLASSES).to_json(), allow_nan=False
    )
    scores = json.loads(text)
    assert np.sum(scores["confusion_matrix"]) == scores["rows"] == 5
    assert Scores.from_json({**scores, "seconds": 3.0}).to_json() == scores


def test_without_any_row_every_score_is_none():
    scores = score_predictions(np.array([None]), [[0.2, 0.3, 0.5]], CLASSES)
    assert scores.rows == 0
    assert scores.accuracy is scores.balanced_accuracy is scores.log_loss is None
    assert all(entry.completeness is None for entry in scores.per_class.values())


def test_a_class_absent_from_the_rows_has_no_scores_even_where_predicted():
    labels = np.where(LABELS == "STAR", "GALAXY", LABELS)
    star = score_predictions(labels, SHARES[:, [2, 1, 0]], CLASSES).per_class["STAR"]
    assert star.to_json() == {
        "completeness": None, "purity": None, "f1": None, "rows": 0,
    }  # fmt: skip


@pytest.mark.parametrize("null", [None, np.nan, pd.NA])
def test_rows_without_a_label_do_not_count(null):
    labels = np.append(LABELS, [null])
    shares = np.vstack([SHARES, [np.nan, np.nan, np.nan]])
    plain = score_predictions(LABELS, SHARES, CLASSES)
    assert score_predictions(labels, shares, CLASSES) == plain


def test_a_wrong_certainty_costs_much_but_not_infinity():
    scores = score_predictions(["QSO"], [[1.0, 0.0, 0.0]], CLASSES)
    assert scores.log_loss == pytest.approx(-np.log(np.finfo(np.float32).eps), rel=1e-6)
    sure = score_predictions(["QSO"], [[0.0, 1.0, 0.0]], CLASSES)
    assert 0 <= sure.log_loss < 1e-6


def test_saving_probabilities_as_float32_changes_no_score():
    labels, shares = some_rows(0, 5000)
    shares = shares**20 / (shares**20).sum(axis=1, keepdims=True)
    before = score_predictions(labels, shares, CLASSES)
    after = score_predictions(labels, shares.astype(np.float32), CLASSES)
    assert after.log_loss == pytest.approx(before.log_loss, abs=1e-5)
    assert after.confusion_matrix == before.confusion_matrix


def test_slightly_unnormalised_rows_are_normalised():
    half = score_predictions(["QSO"], [[0.499, 0.499, 0.0]], CLASSES)
    assert half.log_loss == pytest.approx(np.log(2), abs=1e-5)


@pytest.mark.parametrize(
    "row",
    [[np.nan, 0.5, 0.5], [np.inf, 0, 0], [-0.5, 1.0, 0.5], [1, 1, 1], [0.0, 0.0, 0.0]],
)
def test_rows_that_are_no_probabilities_are_refused_by_number(row):
    shares = SHARES.copy()
    shares[4] = row
    labels = LABELS.copy()
    labels[1] = None  # rows are counted with those that are not scored
    with pytest.raises(InputError, match=r"1 rows have .* the first is row 4"):
        score_predictions(labels, shares, CLASSES)
    with pytest.raises(InputError, match="the first is row 4"):
        score_predictions(LABELS, shares, CLASSES)


def test_a_class_that_was_not_trained_is_named():
    with pytest.raises(InputError, match=r"1 rows .*'BLAZAR'"):
        score_predictions([*LABELS[:5], "BLAZAR"], SHARES, CLASSES)


@pytest.mark.parametrize("shares", [SHARES[:5], SHARES[:, :2], SHARES[0]])
def test_arrays_that_do_not_belong_together_are_refused(shares):
    with pytest.raises(ShapeError, match="for labels of shape"):
        score_predictions(LABELS, shares, CLASSES)


def test_morphologies_are_scored_apart():
    morphology = np.array(["extended"] * 3 + ["point"] * 3)
    found = score_by_morphology(LABELS, SHARES, CLASSES, morphology)
    assert list(found) == ["point", "extended", "unknown"]
    assert found["point"] == score_predictions(LABELS[3:], SHARES[3:], CLASSES)
    assert found["extended"] == score_predictions(LABELS[:3], SHARES[:3], CLASSES)
    assert found["unknown"] is None


def test_a_morphology_with_only_unlabelled_rows_has_no_scores():
    labels = LABELS.copy()
    labels[3:] = None
    morphology = np.array(["extended"] * 3 + ["point"] * 3)
    assert score_by_morphology(labels, SHARES, CLASSES, morphology)["point"] is None


def test_an_unknown_morphology_is_named():
    with pytest.raises(InputError, match="fuzzy"):
        score_by_morphology(LABELS, SHARES, CLASSES, ["fuzzy"] * 6)
    with pytest.raises(ShapeError, match="2 morphologies"):
        score_by_morphology(LABELS, SHARES, CLASSES, ["point"] * 2)


def test_a_share_of_the_confusion_matrix_is_completeness_or_purity():
    scores = score_predictions(LABELS, SHARES, CLASSES)
    counts = confusion_table(scores)
    assert counts.loc["GALAXY", "QSO"] == 1
    assert (counts.index.name, counts.columns.name) == (
        "class_label",
        "class_predicted",
    )
    by_row, by_column = (confusion_table(scores, way) for way in ("row", "column"))
    for name, entry in scores.per_class.items():
        assert by_row.loc[name, name] == pytest.approx(entry.completeness)
        if entry.purity is None:
            assert by_column[name].isna().all()
        else:
            assert by_column.loc[name, name] == pytest.approx(entry.purity)
    assert by_row.sum(axis="columns").to_numpy() == pytest.approx(np.ones(3))
    assert by_column[["GALAXY", "QSO"]].sum().to_numpy() == pytest.approx(np.ones(2))


def test_an_unknown_normalisation_is_refused():
    with pytest.raises(ConfigError, match="Choose counts, row or column"):
        confusion_table(score_predictions(LABELS, SHARES, CLASSES), "all")


def test_the_table_of_scores_leaves_undefined_cells_empty():
    table = scores_table(score_predictions(LABELS, SHARES, CLASSES))
    assert table["class_label"].tolist() == list(CLASSES)
    assert table["rows"].tolist() == [3, 2, 1]
    assert np.isnan(table.loc[2, "purity"])
    assert table["f1"].tolist() == pytest.approx([2 / 3, 2 / 5, 0])
    empty = scores_table(score_predictions([None], [[1.0, 0.0, 0.0]], CLASSES))
    assert empty[["completeness", "purity", "f1"]].isna().all(axis=None)


def test_what_is_no_score_is_refused():
    with pytest.raises(InputError, match="accuracy"):
        Scores.from_json({"rows": 3})
