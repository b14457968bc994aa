"""The sky of the mock: filters, quasars and galaxies against other arithmetic."""

import importlib
from dataclasses import replace

import numpy as np
import pytest
from sedpy.observate import load_filters

import qsovae
from qsovae.simulation import sources
from qsovae.simulation.reference import BAND_NAMES, WISE
from qsovae.simulation.sources import filters, galaxies, luminosity, spectrum

CURVES = tuple(filters.CURVES.values())
G_BAND, R_BAND, I_BAND = (BAND_NAMES.index(b) for b in "gri")
W1, W2 = (BAND_NAMES.index(b) for b in WISE)


@pytest.fixture(scope="module")
def quasars():
    return sources.draw_quasars(60_000, np.random.default_rng(1))


@pytest.fixture(scope="module")
def drawn_galaxies():
    return sources.draw_galaxies(100_000, np.random.default_rng(1))


def colour(drawn, blue, red):
    return drawn.magnitudes[:, blue] - drawn.magnitudes[:, red]


def test_a_flat_spectrum_is_as_bright_in_every_band():
    flat = filters.photometry(np.ones((1, len(filters.REST_UM))), CURVES)
    # At rest W2 reaches the end of the grid, and g its start at the last redshift.
    assert flat[0, 0] == pytest.approx(np.ones(len(CURVES)), abs=1e-3)
    assert flat[200, 0] == pytest.approx(np.ones(len(CURVES)), abs=1e-9)


def test_a_power_law_dims_with_redshift_as_it_should():
    law = filters.REST_UM[None, :] ** 0.7
    table = filters.photometry(law, CURVES)[:, 0]
    nearer = (1 + filters.REDSHIFTS[60]) / (1 + filters.REDSHIFTS)
    expected = table[60] * nearer[:, None] ** 0.7
    assert table[60:250] == pytest.approx(expected[60:250], rel=1e-4, abs=0.0)


@pytest.mark.parametrize("line", [0, 100, 200])
def test_magnitudes_are_those_of_sedpy(line):
    redshift = filters.REDSHIFTS[line]
    shape = spectrum.continuum() + spectrum.hot_dust() + spectrum.line_profiles().sum(0)
    ours = -2.5 * np.log10(filters.photometry(shape[None, :], CURVES)[line, 0])
    angstrom = filters.REST_UM * (1 + redshift) * 1e4
    theirs = [f.ab_mag(angstrom, shape / angstrom**2) for f in load_filters(CURVES)]
    # sedpy integrates the whole of a curve, with what leaks beyond its window.
    difference = (ours - theirs) - (ours - theirs)[I_BAND]
    assert np.abs(difference).max() < 0.02


def test_counts_of_quasars_are_the_published_ones():
    redshift, r_mag, number = luminosity.quasar_counts()
    # Palanque-Delabrouille et al. (2013): to g = 22.5, where r is about 22.3.
    bright = number[:, r_mag < 22.3]
    for low, high, published in ((0, 1, 30), (1, 2.15, 99), (2.15, 9, 47)):
        inside = (redshift > low) & (redshift < high)
        assert bright[inside].sum() == pytest.approx(published, rel=0.1)
    counts = sources.class_counts_per_deg2(60.0)
    assert counts["QSO"] == pytest.approx(number.sum())


def test_quasars_are_drawn_by_those_counts(quasars):
    redshift, r_mag, number = luminosity.quasar_counts()
    expected = number[redshift > 2.2][:, r_mag > 21].sum() / number.sum()
    there = (quasars.redshift > 2.2) & (quasars.magnitudes[:, R_BAND] > 21)
    assert there.mean() == pytest.approx(expected, abs=0.01)
    assert quasars.magnitudes[:, R_BAND].min() >= sources.R_RANGE[0]
    assert quasars.magnitudes[:, R_BAND].max() <= sources.R_RANGE[1]


def test_no_quasar_is_fainter_than_an_active_galaxy(quasars):
    m_1450 = luminosity.absolute_magnitudes(
        quasars.redshift, quasars.magnitudes[:, R_BAND]
    )
    assert m_1450.max() < -20.3


def test_hosts_show_in_near_and_faint_quasars_alone(quasars):
    near = np.abs(quasars.redshift - 0.55) < 0.05
    faint = quasars.magnitudes[:, R_BAND] > 20.5
    hosts = quasars.host_fraction
    medians = [np.median(hosts[near & part]) for part in (faint, ~faint)]
    assert medians[0] > 1.2 * medians[1] > 0.1
    assert np.median(hosts[quasars.redshift > 2]) < 0.05
    assert ((hosts >= 0) & (hosts < 1)).all()


def test_the_forest_takes_the_blue_of_far_quasars(quasars):
    far = quasars.redshift > 4.3
    near = np.abs(quasars.redshift - 2.0) < 0.2
    assert np.median(colour(quasars, G_BAND, R_BAND)[far]) > 1.3
    assert np.median(colour(quasars, G_BAND, R_BAND)[near]) < 0.3
    assert np.isfinite(quasars.magnitudes).all()


def test_quasars_have_the_infrared_by_which_they_are_found(quasars):
    # Vega: 2.699 and 3.339 less; Stern et al. (2012) ask for W1 - W2 of 0.8.
    vega = colour(quasars, W1, W2) + 3.339 - 2.699
    between = (quasars.redshift > 0.6) & (quasars.redshift < 2.2)
    assert 0.85 < (vega > 0.8)[between].mean() <= 1.0


def test_dust_reddens_by_four_times_its_excess():
    redshift, r_mag = np.full(500, 1.0), np.full(500, 19.0)
    traits = sources.draw_traits(redshift, r_mag, np.random.default_rng(0))
    seen = [
        sources.quasar_magnitudes(
            replace(traits, ebv=np.full(500, ebv)), CURVES, np.random.default_rng(2)
        )[0]
        for ebv in (0.0, 0.1)
    ]
    redder = (seen[1] - seen[0])[:, G_BAND] - (seen[1] - seen[0])[:, I_BAND]
    # At redshift one g and i see 0.24 and 0.39 um, where the SMC's law differs by 4.
    assert np.median(redder) == pytest.approx(0.4, abs=0.1)


def test_surveys_see_the_same_quasar_in_another_state():
    redshift, r_mag = np.full(4000, 1.5), np.full(4000, 19.0)
    traits = sources.draw_traits(redshift, r_mag, np.random.default_rng(0))
    steady = replace(traits, variability=np.zeros(4000))
    spread = []
    for each in (traits, steady):
        first, second = (
            sources.quasar_magnitudes(each, CURVES, np.random.default_rng(seed))[0]
            for seed in (1, 2)
        )
        # Gaia's bands are seen at once, so that only the survey's state differs.
        column = BAND_NAMES.index("gaia_g")
        spread.append((first - second)[:, column].std())
    assert spread[0] == pytest.approx(traits.variability[0], rel=0.1)
    assert spread[1] == pytest.approx(0.0, abs=1e-12)


def test_a_schechter_function_falls_off_beyond_its_knee():
    there = np.array([-21.0, -23.5])
    number = galaxies.schechter(there, np.array([-21.0, -21.0]), -1.0)
    assert number == pytest.approx(np.exp([-1.0, -10.0]))


def test_bright_galaxies_are_as_far_as_those_of_sdss(drawn_galaxies):
    r_mag, redshift = drawn_galaxies.magnitudes[:, R_BAND], drawn_galaxies.redshift
    # The main sample, r < 17.77, has a median of 0.1 (Strauss et al. 2002).
    main = redshift[(r_mag > 16) & (r_mag < 17.77)]
    assert np.median(main) == pytest.approx(0.105, abs=0.015)
    assert np.median(redshift[r_mag > 22]) > 0.4
    assert redshift.min() > 0
    assert redshift.max() < 1.51


def test_bright_galaxies_are_redder_types_than_faint_ones(drawn_galaxies):
    here = np.abs(drawn_galaxies.redshift - 0.2) < 0.03
    bright = here & (drawn_galaxies.magnitudes[:, R_BAND] < 18.5)
    faint = here & (drawn_galaxies.magnitudes[:, R_BAND] > 21.5)
    medians = [
        np.median(colour(drawn_galaxies, G_BAND, R_BAND)[k]) for k in (bright, faint)
    ]
    assert medians[0] > medians[1] + 0.3


def test_gas_shows_in_the_band_that_halpha_falls_into():
    rng = np.random.default_rng(0)
    redshift = np.full(300, 0.17)  # H alpha at 0.768 um
    added = galaxies._lines(np.full(300, 3.0), redshift, rng).mean(axis=0)
    assert added.argmin() == I_BAND
    assert -0.12 < added[I_BAND] < -0.02
    none = galaxies._lines(np.zeros(300), redshift, rng)
    assert np.abs(none).max() == 0.0


@pytest.mark.parametrize(
    "draw",
    [
        sources.draw_quasars, sources.draw_galaxies,
        lambda n, rng: sources.draw_stars(n, 45.0, rng),
    ],
)  # fmt: skip
def test_any_number_of_sources_can_be_drawn_and_again(draw):
    for n in (0, 1, 500):
        first, second = (draw(n, np.random.default_rng(3)) for _ in range(2))
        assert first.magnitudes.shape == (n, len(BAND_NAMES))
        np.testing.assert_array_equal(first.magnitudes, second.magnitudes)
        assert np.isfinite(first.magnitudes).all()


def test_quasars_have_the_median_colours_of_real_ones(shared_data, monkeypatch):
    folder = qsovae.__file__.replace("qsovae/__init__.py", "benchmarks")
    monkeypatch.syspath_prepend(folder)
    path = shared_data / "voss_qubrics_qso" / "voss_qubrics_qso.parquet"
    samples = importlib.import_module("samples")
    sample, _ = samples.sample_voss(path, np.random.default_rng(0))
    lines = importlib.import_module("mock").medians(sample)
    for line in lines:
        for name in ("g-r", "r-i", "z-w1", "w1-w2"):
            assert abs(line[name]["mock_minus_real"]) < 0.055, (line["redshift"], name)
