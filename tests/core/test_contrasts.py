"""Differences between two sides against others' reckoning, and their intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, roc_auc_score
from statsmodels.stats.proportion import confint_proportions_2indep

from qsovae.evaluation import Cut, Judged, cliffs_delta, share_difference, simple_cut

values = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=12)


@given(values, values)
def test_delta_is_the_share_above_less_the_share_below(x, y):
    found = cliffs_delta([*x, np.nan], [*y, np.inf])
    above = np.subtract.outer(x, y)
    assert found.value == pytest.approx(np.sign(above).mean(), abs=1e-12)
    assert -1.0 <= found.low <= found.value + 1e-12
    assert found.value - 1e-12 <= found.high <= 1.0
    area = roc_auc_score([1] * len(x) + [0] * len(y), [*x, *y])
    assert found.value == pytest.approx(2 * area - 1)
    other = cliffs_delta(y, x)
    assert other == pytest.approx((-found.value, -found.high, -found.low), abs=1e-12)


def test_intervals_of_delta_hold_the_truth():
    rng = np.random.default_rng(3)
    # P(N(0.5, 1) > N(0, 1)) = Phi(0.5 / sqrt 2)
    truth, held = 0.2763, 0
    for _ in range(400):
        found = cliffs_delta(rng.normal(0.5, 1.0, 40), rng.normal(0.0, 1.0, 120))
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_sides_that_lie_apart_are_not_told_without_doubt():
    few, many = cliffs_delta([5, 6], [1, 2, 3]), cliffs_delta([5] * 80, [1] * 90)
    assert few.value == many.value == 1.0
    assert few.low < 0.0 < many.low < 1.0
    assert cliffs_delta([1, 2, 3], [5, 6]) == pytest.approx((-1.0, -1.0, -few.low))
    assert np.isnan(cliffs_delta([], [1.0])).all()
    assert np.isnan(cliffs_delta([1.0], [np.nan])).all()


@pytest.mark.parametrize("counts", [(5, 10, 3, 30), (0, 8, 4, 9), (9, 9, 0, 20)])
def test_differences_of_shares_are_newcombe_s(counts):
    found = share_difference(*counts)
    low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    assert found == pytest.approx(
        (counts[0] / counts[1] - counts[2] / counts[3], low, high)
    )
    assert np.isnan(share_difference(1, 2, 0, 0)).all()


def test_a_cut_is_found_again():
    rng = np.random.default_rng(0)
    table = {"x": rng.normal(size=4000), "y": rng.normal(size=4000)}
    found = simple_cut(table, table["x"] > 0.7)
    (cut,) = found.cuts
    assert (cut.name, cut.is_above, cut.with_missing) == ("x", True, False)
    assert cut.value == pytest.approx(0.7, abs=0.02)
    corner = (table["x"] > 0.3) & (table["y"] <= -0.4)
    both = simple_cut(table, corner)
    assert {(c.name, c.is_above) for c in both.cuts} == {("x", True), ("y", False)}
    assert f1_score(corner, both.mask(table)) > 0.97
    assert len(both.fitted) == 2000


def test_missing_values_go_with_the_side_that_they_belong_to():
    rng = np.random.default_rng(1)
    x = rng.normal(size=2000)
    x[:600] = np.nan
    chosen = ~(x <= 0.5)
    (cut,) = simple_cut({"x": x}, chosen).cuts
    assert cut.with_missing
    assert f1_score(chosen, cut.mask(x)) > 0.98
    assert Cut("x", True, 0.5, False).mask([np.nan, 0.5, 0.6]).tolist() == [
        False, False, True,
    ]  # fmt: skip


def test_what_nothing_parts_has_no_cut():
    chosen = np.arange(40) % 2 == 0
    assert simple_cut({}, chosen) is None
    assert simple_cut({"x": np.zeros(40)}, chosen) is None
    assert simple_cut({"x": np.arange(40.0)}, np.arange(40) < 2) is None


def test_a_cut_is_judged_by_counts():
    judged = Judged.of(np.array([1, 1, 0, 0], bool), np.array([1, 0, 1, 0], bool))
    assert judged == Judged(rows=2, hits=1, chosen=2)
    assert judged.shares()["purity"][0] == 0.5
    assert Judged(0, 0, 3).shares().keys() == {"completeness"}


def test_drawn_rows_count_for_those_they_stand_for():
    rng = np.random.default_rng(2)
    n = 6000
    chosen = np.arange(n) < n // 2
    # A third of the others lie where all chosen rows do: only ten times as many, as
    # they stand for, make the narrower cut the better one.
    x = np.where(chosen, rng.uniform(0.0, 1.0, n), rng.uniform(-2.0, 0.5, n))
    wide = simple_cut({"x": x}, chosen).cuts[0].value
    narrow = simple_cut({"x": x}, chosen, stands_for=50.0).cuts[-1].value
    assert narrow > wide + 0.2
