"""Scaling: robust, invertible, fitted on what it was given and nothing else."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qsovae.batch import (
    KNEE,
    Measurements,
    Scaler,
    rows_to_scale_by,
    squash,
    squash_slope,
    unsquash,
)
from qsovae.errors import ConfigError, ShapeError

finite = st.floats(-1e6, 1e6)


@given(arrays(float, 20, elements=finite))
def test_squash_is_undone_by_unsquash(x):
    np.testing.assert_allclose(unsquash(squash(x)), x, rtol=1e-9, atol=1e-9)


@given(finite.filter(lambda x: abs(abs(x) - KNEE) > 1e-2))
def test_the_slope_is_the_derivative_of_squash(x):
    step = 1e-4
    rise = squash(np.array([x + step])) - squash(np.array([x - step]))
    slope = squash_slope(np.array([x]))
    np.testing.assert_allclose(rise / (2 * step), slope, rtol=1e-3, atol=1e-6)


def test_a_normal_column_comes_out_with_unit_width_despite_wild_values():
    rng = np.random.default_rng(0)
    x = rng.normal(20.0, 3.0, size=(10_000, 1))
    x[:20] = -9000.0
    scaled = Scaler.fit(x, None).apply(x, None).values.numpy()
    assert np.median(scaled) == pytest.approx(0.0, abs=0.02)
    assert np.std(scaled[20:]) == pytest.approx(1.0, abs=0.02)
    assert scaled.min() > -15.0


def test_values_come_back_in_their_own_units():
    rng = np.random.default_rng(1)
    x = rng.lognormal(size=(50, 4))
    scaler = Scaler.fit(x, None)
    np.testing.assert_allclose(
        scaler.invert(scaler.apply(x, None).values), x, rtol=1e-5
    )


def test_errors_scale_with_the_feature_and_a_missing_one_is_the_typical_one():
    x = np.linspace(0.0, 10.0, 101)[:, None]
    sigma = np.full_like(x, 0.5)
    scaler = Scaler.fit(x, sigma)
    holes = sigma.copy()
    holes[3] = np.nan
    width = (7.5 - 2.5) / 1.3489795
    expected = np.full(101, 0.5 / width)
    for given_sigma in (sigma, holes, None):
        errors = scaler.apply(x, given_sigma).sigma.numpy()[:, 0]
        np.testing.assert_allclose(errors, expected, rtol=1e-5)


@pytest.mark.parametrize("column", [np.nan, 7.0])
def test_a_column_without_spread_has_width_one(column):
    x = np.full((5, 1), column)
    scaler = Scaler.fit(x, None)
    assert scaler.width[0] == 1.0
    batch = scaler.apply(x, None)
    assert batch.observed.all().item() == np.isfinite(column)
    assert (batch.values == 0).all()


def test_json_keeps_the_statistics_to_the_last_bit():
    x = np.random.default_rng(2).normal(size=(30, 3)) / 3
    scaler = Scaler.fit(x, np.abs(x))
    again = Scaler.from_json(json.loads(json.dumps(scaler.to_json())))
    for name in ("centre", "width", "typical_sigma"):
        np.testing.assert_array_equal(getattr(again, name), getattr(scaler, name))


def test_wrong_shapes_and_negative_errors_are_refused():
    scaler = Scaler.fit(np.ones((3, 2)), None)
    with pytest.raises(ShapeError, match="2 features"):
        scaler.apply(np.ones((3, 1)), None)
    with pytest.raises(ShapeError, match="sigma"):
        scaler.apply(np.ones((3, 2)), np.ones((2, 2)))
    with pytest.raises(ConfigError, match="negative"):
        scaler.apply(np.ones((1, 2)), np.array([[1.0, -1.0]]))


def test_of_many_rows_some_are_drawn_to_scale_by():
    rows = np.arange(0, 500_000, 2)
    drawn = rows_to_scale_by(rows, seed=1)
    assert len(drawn) == 200_000
    assert (np.diff(drawn) > 0).all()
    assert np.isin(drawn, rows).all()
    np.testing.assert_array_equal(rows_to_scale_by(rows, seed=1), drawn)
    np.testing.assert_array_equal(rows_to_scale_by(rows[:9], seed=1), rows[:9])


def test_rows_are_scaled_as_they_are_taken():
    x = np.random.default_rng(3).normal(size=(20, 2))
    scaler = Scaler.fit(x, x**2)
    rows = torch.tensor([7, 3, 7])
    taken = Measurements(x, x**2, scaler)[rows]
    for found, expected in zip(taken, scaler.apply(x, x**2).take(rows), strict=True):
        assert torch.equal(found, expected)
