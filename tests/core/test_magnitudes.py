"""Fluxes, asinh magnitudes and significances, by analytic cases and properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsovae import magnitudes
from qsovae.motions import motion_significance

SOFTENING = st.floats(1.0, 1e5)


def test_the_zero_points_are_those_of_ab():
    assert magnitudes.to_flux(31.4) == pytest.approx(1.0)
    assert magnitudes.to_flux(0.0) == pytest.approx(3631e9, rel=1e-3)
    assert np.isnan(magnitudes.to_magnitude([0.0, -5.0])).all()


@given(st.floats(5.0, 30.0))
def test_a_flux_and_its_magnitude_are_one(magnitude):
    assert magnitudes.to_magnitude(magnitudes.to_flux(magnitude)) == pytest.approx(
        magnitude
    )


def test_errors_of_flux_and_magnitude_are_one():
    flux, error = np.array([1000.0]), np.array([50.0])
    there = magnitudes.magnitude_error(flux, error)
    assert there == pytest.approx(1.0857 * 0.05, rel=1e-4)
    assert magnitudes.flux_error(flux, there) == pytest.approx(error)


@given(SOFTENING, st.floats(30.0, 1e6))
def test_an_asinh_magnitude_of_a_bright_source_is_pogsons(softening, snr):
    flux = np.array([softening * snr])
    assert magnitudes.asinh_magnitude(flux, softening) == pytest.approx(
        magnitudes.to_magnitude(flux), abs=2e-3
    )
    error = magnitudes.asinh_magnitude_error(flux, flux / snr, softening)
    assert error == pytest.approx(1.0857 / snr, rel=5e-3)


@given(SOFTENING)
def test_no_flux_has_the_magnitude_of_the_softening(softening):
    none = magnitudes.asinh_magnitude(np.zeros(1), softening)
    assert none == pytest.approx(magnitudes.to_magnitude([softening]))


@given(SOFTENING, st.floats(-100, 100), st.floats(0.01, 0.1))
def test_an_asinh_magnitude_falls_with_flux_and_its_error_is_the_slope(
    softening, snr, share
):
    flux, step = snr * softening, share * softening
    fluxes = np.array([flux, flux + step])
    bright = magnitudes.asinh_magnitude(fluxes, softening)
    assert np.isfinite(bright).all()
    assert bright[1] < bright[0]
    slope = magnitudes.asinh_magnitude_error(
        np.array([flux + step / 2]), np.array([step]), softening
    )
    assert bright[0] - bright[1] == pytest.approx(slope[0], rel=1e-2)


def test_a_motion_is_measured_in_its_error_ellipse():
    ones = np.ones(3)
    plain = motion_significance(3 * ones, 4 * ones)
    assert plain == pytest.approx(5.0)
    # Errors that go together: a motion along them is less surprising, one across more.
    along = motion_significance(ones[:1], ones[:1], np.array([0.8]))
    across = motion_significance(ones[:1], -ones[:1], np.array([0.8]))
    assert along == pytest.approx(np.sqrt(2 / 1.8))
    assert across == pytest.approx(np.sqrt(2 / 0.2))
    assert motion_significance(ones, ones, np.full(3, np.nan)) == pytest.approx(
        np.sqrt(2)
    )


def test_without_motion_the_significance_is_rayleighs():
    rng = np.random.default_rng(0)
    errors = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 20_000).T
    significance = motion_significance(*errors, np.full(20_000, 0.6))
    assert (significance > 3).mean() == pytest.approx(np.exp(-4.5), abs=0.003)
