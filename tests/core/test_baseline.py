"""The baseline is scikit-learn's booster, with its columns put in order."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from qsovae.baseline import fit_baseline
from qsovae.errors import InputError, ShapeError

CLASSES = ("STAR", "QSO", "GALAXY")  # on purpose not in alphabetical order


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    labels = rng.choice(np.array(CLASSES, dtype=object), 600)
    centre = np.array([CLASSES.index(label) for label in labels], dtype=float)
    values = centre[:, None] + rng.normal(scale=0.7, size=(600, 3))
    values[rng.random(values.shape) < 0.1] = np.nan
    return values, labels


def test_it_is_plain_gradient_boosting_with_columns_in_the_order_of_the_classes(rows):
    values, labels = rows
    found = fit_baseline(values[:400], labels[:400], values[400:], CLASSES, seed=3)
    booster = HistGradientBoostingClassifier(random_state=3)
    booster.fit(values[:400], labels[:400].astype(str))
    oracle = booster.predict_proba(values[400:])
    columns = [booster.classes_.tolist().index(name) for name in CLASSES]
    assert found == pytest.approx(oracle[:, columns], abs=1e-9)
    # The classes lie apart, so a column in the wrong place would show.
    right = np.array(CLASSES)[found.argmax(axis=1)] == labels[400:]
    assert right.mean() > 0.7


def test_a_class_without_training_rows_gets_no_probability(rows):
    values, labels = rows
    known = labels != "QSO"
    found = fit_baseline(values[known], labels[known], values, CLASSES, seed=0)
    assert (found[:, 1] == 0).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(len(values)))
    assert (found[:, [0, 2]].max(axis=1) > 0.5).all()


def test_a_single_class_is_certain(rows):
    values, labels = rows
    known = labels == "QSO"
    found = fit_baseline(values[known], labels[known], values[:5], CLASSES, seed=0)
    assert found.tolist() == [[0.0, 1.0, 0.0]] * 5


def test_a_feature_that_is_never_observed_does_no_harm(rows):
    values, labels = rows
    blank = np.full((len(values), 1), np.nan)
    found = fit_baseline(
        np.hstack([values, blank]), labels, np.hstack([values, blank]), CLASSES, seed=0
    )
    plain = fit_baseline(values, labels, values, CLASSES, seed=0)
    assert found == pytest.approx(plain)


def test_without_any_observed_feature_the_class_shares_are_all_there_is():
    labels = ["QSO", "STAR", "STAR", "STAR"]
    blank = np.full((4, 2), np.nan)
    found = fit_baseline(blank, labels, np.zeros((1, 2)), CLASSES, seed=0)
    assert found.tolist() == [[0.75, 0.25, 0.0]]


def test_one_row_of_a_class_in_a_large_table_trains():
    # Above 10,000 rows scikit-learn would draw a stratified part to stop early on.
    rng = np.random.default_rng(1)
    labels = np.where(rng.random(10_050) < 0.5, "STAR", "GALAXY").astype(object)
    labels[7] = "QSO"
    values = (labels == "STAR")[:, None] + rng.normal(scale=0.1, size=(10_050, 1))
    found = fit_baseline(values, labels, values[:50], CLASSES, seed=0)
    assert (found.argmax(axis=1) == np.where(labels[:50] == "STAR", 0, 2))[8:].all()


def test_the_seed_draws_the_rows_that_stop_a_large_fit():
    rng = np.random.default_rng(2)
    labels = rng.choice(np.array(["STAR", "QSO"], dtype=object), 10_050)
    values = (labels == "STAR")[:, None] + rng.normal(size=(10_050, 1))
    first, again, other = (
        fit_baseline(values, labels, values[:200], CLASSES, seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_no_row_to_classify_gives_an_empty_table(rows):
    values, labels = rows
    assert fit_baseline(values, labels, values[:0], CLASSES, seed=0).shape == (0, 3)


def test_an_unlabelled_training_row_is_refused(rows):
    values, labels = rows
    with pytest.raises(InputError, match="BLAZAR"):
        fit_baseline(values[:2], ["BLAZAR", "QSO"], values, CLASSES, seed=0)
    with pytest.raises(InputError, match="None"):
        fit_baseline(values[:2], [None, "QSO"], values, CLASSES, seed=0)
    with pytest.raises(InputError, match="no training row"):
        fit_baseline(values[:0], labels[:0], values, CLASSES, seed=0)


def test_tables_of_other_features_are_refused(rows):
    values, labels = rows
    with pytest.raises(ShapeError, match="values to classify"):
        fit_baseline(values, labels, values[:, :2], CLASSES, seed=0)
    with pytest.raises(ShapeError, match="for 3 labels"):
        fit_baseline(values, labels[:3], values, CLASSES, seed=0)
