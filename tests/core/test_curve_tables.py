"""Points of ROC and precision-recall curves, against scikit-learn's whole curves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import auc, precision_recall_curve, roc_curve

import qsovae
from qsovae.evaluation import exact_areas

CLASSES = ("GALAXY", "QSO", "STAR")


def drawn(n_rows, seed=0, shares=(0.6, 0.01, 0.39), digits=12):
    """Return rows whose true class tends to be the most probable one."""
    rng = np.random.default_rng(seed)
    true = rng.choice(3, n_rows, p=shares)
    pull = rng.normal(size=(n_rows, 3))
    pull[np.arange(n_rows), true] += 2.0
    probability = np.exp(pull) / np.exp(pull).sum(axis=1, keepdims=True)
    return qsovae.Predictions(true, probability.round(digits), CLASSES)


@given(st.integers(1, 400), st.integers(0, 10_000), st.integers(1, 3))
def test_each_point_lies_on_the_exact_curves(n_rows, seed, digits):
    rows = drawn(n_rows, seed, (0.4, 0.3, 0.3), digits)  # few digits: many ties
    for k, name in enumerate(CLASSES):
        table = qsovae.curve_table(rows, name, 40)
        assert len(table) <= 40
        assert table["threshold"].is_monotonic_decreasing
        for threshold, complete, others, pure in table.itertuples(index=False):
            taken = rows.probabilities[:, k] >= threshold
            is_class = rows.true == k
            assert pure == pytest.approx(is_class[taken].mean())
            if is_class.any():
                assert complete == pytest.approx(taken[is_class].mean())
            if not is_class.all():
                assert others == pytest.approx(taken[~is_class].mean())


def test_the_points_are_scikit_learns_and_enclose_the_same_areas():
    rows = drawn(20_000)
    for k, name in enumerate(CLASSES):
        table = qsovae.curve_table(rows, name)
        is_class, probability = rows.true == k, rows.probabilities[:, k]
        rate, complete, _ = roc_curve(is_class, probability, drop_intermediate=False)
        known = set(zip(rate.round(12), complete.round(12), strict=True))
        points = table[["false_positive_rate", "completeness"]].round(12)
        assert set(points.itertuples(index=False, name=None)) <= known
        pure, complete, _ = precision_recall_curve(is_class, probability)
        known = set(zip(complete.round(12), pure.round(12), strict=True))
        points = table[["completeness", "purity"]].round(12)
        assert set(points.itertuples(index=False, name=None)) <= known
        exact = exact_areas(rows, k)
        area = auc(
            np.r_[0, table["false_positive_rate"]], np.r_[0, table["completeness"]]
        )
        assert area == pytest.approx(exact["roc_area"], abs=0.002)
        gained = np.diff(np.r_[0, table["completeness"]])
        assert gained @ table["purity"] == pytest.approx(
            exact["average_precision"], abs=0.01
        )


def test_a_rare_class_has_as_many_points_as_a_common_one():
    table = qsovae.curve_table(drawn(20_000), "QSO")
    assert len(table) > 150
    assert np.diff(np.r_[0, table["completeness"]]).max() < 0.03
    assert np.diff(np.r_[0, table["false_positive_rate"]]).max() < 0.03


def test_an_absent_class_and_no_row_leave_shares_undefined():
    rows = drawn(50, shares=(0.5, 0.0, 0.5))
    table = qsovae.curve_table(rows, "QSO")
    assert table["completeness"].isna().all()
    assert table["false_positive_rate"].iloc[-1] == 1.0
    none = qsovae.Predictions(rows.true[:0], rows.probabilities[:0], CLASSES)
    table = qsovae.curve_table(none, "QSO")
    assert len(table) == 1
    assert table["purity"].isna().all()
