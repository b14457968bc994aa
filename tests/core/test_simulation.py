"""The mock keeps the promises of its recipe, each checked by its own arithmetic."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import qsovae
from qsovae.catalog import SATURATED
from qsovae.errors import ConfigError
from qsovae.magnitudes import to_flux
from qsovae.simulation import labels, observing, patches, reference, shapes, sources
from qsovae.simulation.astrometry import draw_motions
from qsovae.simulation.blends import beam_leak, beam_pairs, brightest_near, rows_near
from qsovae.simulation.observed import observe
from qsovae.simulation.population import DEMO_MIX
from qsovae.simulation.request import SimulationRequest


@pytest.fixture(scope="module")
def mock():
    """Return more rows than are drawn at once."""
    return qsovae.simulate(27_000, 11)


@pytest.fixture(scope="module")
def sky():
    """Return many patches of sky."""
    return patches.draw_patches(4000, np.random.default_rng(5))


def columns(*bands):
    return [reference.BAND_NAMES.index(band) for band in bands]


def point_sources(n, kind="STAR"):
    return sources.Sources(
        np.full(n, kind), *(np.zeros(n) for _ in range(4)), np.full((n, 13), 20.0)
    )


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    contents = []
    for name, seed in (("a.fits", 3), ("b.fits", 3), ("c.fits", 4)):
        qsovae.write_simulation(tmp_path / name, 300, seed)
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
    assert contents[0] != contents[2]


def test_the_shipped_demo_is_what_its_command_makes(tmp_path):
    from pathlib import Path

    shipped = Path(__file__).resolve().parents[2] / "data" / "demo.fits"
    qsovae.write_simulation(tmp_path / "demo.fits", 16_000, 1)
    assert (tmp_path / "demo.fits").read_bytes() == shipped.read_bytes()
    assert shipped.stat().st_size < 8e6


@pytest.mark.parametrize(
    ("rows", "seed", "mix"), [(0, 1, "demo"), (5, -1, "demo"), (5, 1, "all")]
)
def test_what_cannot_be_simulated_is_refused(rows, seed, mix):
    with pytest.raises(ConfigError):
        qsovae.simulate(rows, seed, mix)


def test_it_says_what_it_is(tmp_path):
    qsovae.write_simulation(tmp_path / "sim.vot", 50, 0)
    catalog = qsovae.open_catalog(tmp_path / "sim.vot")
    assert catalog.is_simulated
    assert catalog.n_rows == 50
    assert set(catalog.bands) == set(reference.BAND_NAMES)
    assert catalog.mapping.only("label") == "class_true"
    assert catalog.mapping.column("z_true").role == "redshift"


def test_a_source_at_the_depth_has_the_error_of_five_sigma():
    depth = np.full(13, 23.0)
    flux = np.tile(to_flux(depth), (20_000, 1))
    observed, sigma = observing.measure(flux, depth, np.random.default_rng(0))
    optical = [reference.BAND_NAMES.index(b) for b in "griz"]
    error = 1.0857 * sigma[:, optical] / flux[:, optical]
    # 1.0857/5 = 0.217, and one per cent of the flux on top.
    assert np.median(error) == pytest.approx(0.2174, rel=0.01)
    pull = (observed - flux)[:, optical] / np.hypot(flux / 5, 0.01 * flux)[:, optical]
    assert pull.mean() == pytest.approx(0.0, abs=0.02)
    assert pull.std() == pytest.approx(1.0, abs=0.02)


def test_stars_lie_on_the_locus():
    drawn = sources.draw_stars(20_000, 60.0, np.random.default_rng(1))
    g_like = np.abs(drawn.absolute_i - 4.49) < 0.1
    g, r = (reference.BAND_NAMES.index(b) for b in "gr")
    colour = (drawn.magnitudes[:, g] - drawn.magnitudes[:, r])[g_like]
    assert np.median(colour) == pytest.approx(0.57 - 0.131, abs=0.06)  # G2V


def test_the_significance_of_no_motion_follows_rayleighs_law(mock):
    moving = mock[(mock["class_true"] == "QSO") & mock["pm_sig"].notna()]
    assert len(moving) > 200
    _, p = stats.kstest(moving["pm_sig"], "rayleigh")
    assert p > 1e-3
    stars = mock[(mock["class_true"] == "STAR") & mock["pm_sig"].notna()]
    assert (stars["pm_sig"] > 3).mean() > 0.5


def test_errors_of_the_two_motions_correlate_as_gaia_says():
    n = 20_000
    resting = point_sources(n, "QSO")
    resting.magnitudes[:, columns("gaia_g")] = 18.0
    m = draw_motions(
        resting, np.zeros(n), np.full(n, 50.0), np.ones(n, dtype=bool),
        np.random.default_rng(0),
    )  # fmt: skip
    product = (m.pm_ra / m.pm_ra_error) * (m.pm_dec / m.pm_dec_error)
    strong = m.correlation > 0.3
    assert product[strong].mean() == pytest.approx(
        m.correlation[strong].mean(), abs=0.07
    )
    assert (m.true_pm_ra == 0).all()
    _, p = stats.kstest(m.significance, "rayleigh")
    assert p > 1e-3


def test_a_point_source_without_signal_looks_extended():
    rng = np.random.default_rng(0)
    shares = []
    for snr in (8.0, 100.0):
        spread, sigma = shapes.noisy_spread(np.zeros(4000), np.full(4000, snr), rng)
        shares.append((shapes.ext_class(spread, sigma) >= 2).mean())
    assert shares[0] > 0.5
    assert shares[1] < 0.01


@pytest.mark.parametrize(
    ("fwhm", "g_minus_i", "expected"),
    # Profiles convolved with a Moffat function of these widths: a disc, then a bulge.
    [(1.0, 0.5, [0.0008, 0.0027, 0.0049, 0.0088, 0.0117, 0.0148, 0.0179]),
     (1.2, 0.5, [0.0006, 0.0020, 0.0037, 0.0071, 0.0099, 0.0131, 0.0163]),
     (1.0, 3.0, [0.0005, 0.0020, 0.0034, 0.0056, 0.0070, 0.0084, 0.0099])],
)  # fmt: skip
def test_spread_model_grows_with_size_over_seeing(fwhm, g_minus_i, expected):
    galaxies = point_sources(7, "GALAXY")
    galaxies.redshift[:] = 0.3
    galaxies.half_light_arcsec[:] = [0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5]
    galaxies.magnitudes[:, columns("g")] += g_minus_i
    spread = shapes.true_spread(galaxies, np.zeros(7), np.full(7, fwhm))
    np.testing.assert_allclose(spread, expected, atol=2e-4)


def test_two_equal_stars_look_extended_and_one_does_not():
    separation = np.array([0.0, 0.4, 0.6, 0.8])
    spread = shapes.true_spread(point_sources(4), separation, np.ones(4))
    np.testing.assert_allclose(spread, [0.0, 0.0020, 0.0037, 0.0060])


def test_the_shape_is_that_of_the_best_band_with_signal():
    snr = np.full((4, 13), 50.0)
    snr[1, columns("i")] = np.nan
    snr[2, columns("i", "r")] = 1.0
    snr[3] = np.nan
    found = shapes.measure_shapes(
        point_sources(4), np.zeros(4), np.ones((4, 4)), snr, np.random.default_rng(0)
    )
    assert [(*"griz", None)[k] for k in found.best] == ["i", "r", "g", None]
    spread, sigma = found.in_best
    assert np.isnan(spread[3])
    np.testing.assert_allclose(sigma[:3], np.hypot(0.030 / 50.0, 0.0003))
    assert shapes.ext_class(spread, sigma)[3] == -9


def test_ext_class_follows_its_formula():
    spread = np.array([0.0, 0.002, 0.004, 0.010])
    kinds = shapes.ext_class(spread, np.full(4, 0.0005))
    assert kinds.tolist() == [0, 0, 3, 3]
    assert shapes.ext_class(np.array([0.001]), np.array([0.0019])).tolist() == [1]


def test_measurements_are_null_unless_their_status_is_ok(mock):
    for band in reference.BAND_NAMES:
        ok = mock[f"{band}_status"] == "ok"
        assert mock[f"{band}_mag_ab"].notna().equals(ok)
        assert mock[f"{band}_mag_err"].notna().equals(ok)
        assert (mock.loc[ok, f"{band}_mag_err"] > 0).all()
    uncovered = ~mock["in_footprint_vhs"]
    assert (mock.loc[uncovered, "j_status"] == "unobserved").all()
    assert 0.05 < uncovered.mean() < 0.35


def test_fluxes_are_there_where_the_survey_states_them(mock):
    in_catwise = mock[["w1_status", "w2_status"]].eq("ok").any(axis=1)
    for band in reference.BAND_NAMES:
        status, flux = mock[f"{band}_status"], mock[f"{band}_flux_njy"]
        ok, unseen = status == "ok", status == "nondetect"
        stated = ok
        if band in reference.OPTICAL:
            stated = ok | unseen
        elif band in reference.WISE:
            stated = ok | (unseen & in_catwise)
        assert flux.notna().equals(stated)
        assert mock[f"{band}_flux_err_njy"].notna().equals(stated)
        assert (mock.loc[stated, f"{band}_flux_err_njy"] > 0).all()
        np.testing.assert_allclose(
            flux[ok], 10 ** ((31.4 - mock.loc[ok, f"{band}_mag_ab"]) / 2.5), rtol=1e-3
        )
    unseen = mock.loc[mock["g_status"] == "nondetect", "g_flux_njy"]
    assert (unseen / mock["g_flux_err_njy"]).max() < 3


def test_bright_sources_saturate_the_optical_survey_alone():
    n = 2000
    flux = np.tile(to_flux(np.full(13, 15.0)), (n, 1))
    status = observing.statuses(
        flux, flux / 100, np.ones(n, dtype=bool), np.random.default_rng(0)
    )
    saturated = (status == SATURATED).mean(axis=0)
    assert (saturated[columns(*"griz")] > 0.95).all()
    assert saturated.sum() == saturated[columns(*"griz")].sum()


def test_depths_scatter_and_change_smoothly_over_the_sky(sky):
    depth = sky.depth[:, columns("i")[0]]
    assert np.nanstd(depth) == pytest.approx(0.2, abs=0.03)
    assert np.nanmedian(depth) == pytest.approx(24.0, abs=0.1)
    # Nearest neighbours share the pattern, not the scatter of each patch.
    place = np.column_stack([sky.ra_deg, sky.dec_deg])
    order = np.lexsort((place[:, 1] // 3, place[:, 0] // 3))
    pairs = np.abs(np.diff(place[order], axis=0)).max(axis=1) < 3
    first, second = depth[order[:-1]][pairs], depth[order[1:]][pairs]
    known = np.isfinite(first + second)
    r, _ = stats.pearsonr(first[known], second[known])
    assert 0.3 < r < 0.7


def test_wise_is_deeper_towards_the_ecliptic_pole(sky):
    w1 = sky.depth[:, columns("w1")[0]]
    # The southern pole lies at 6 h, -66.6 deg; the ecliptic crosses 0 h, 0 deg.
    near_pole = (np.abs(sky.ra_deg - 90) < 40) & (np.abs(sky.dec_deg + 66.6) < 8)
    near_ecliptic = (np.abs(sky.ra_deg - 180) > 170) & (sky.dec_deg > -10)
    assert np.median(w1[near_pole]) > np.median(w1[near_ecliptic]) + 0.5


def test_bands_have_gaps_but_r_or_i_is_always_there(sky):
    looked = sky.looked
    gaps = 1.0 - looked[:, columns(*"griz")].mean(axis=0)
    assert ((gaps > 0.03) & (gaps < 0.16)).all()
    assert looked[:, columns("r", "i")].any(axis=1).all()
    # Y and H are there over less than half of the sky.
    assert (looked[:, columns("y", "h")].mean(axis=0) < 0.5).all()
    assert not looked[np.hypot(sky.ra_deg - 16, sky.dec_deg + 73) < 3][
        :, columns("j")
    ].any()


def test_dust_differs_at_one_latitude_and_is_alike_nearby():
    longitude = np.linspace(0, 360, 500)
    at = np.full(500, -50.0)
    dust = patches.reddening(longitude, at, np.full(500, 45.0))
    assert 0.1 < np.log10(dust).std() < 0.25
    assert np.median(dust) == pytest.approx(0.03 / np.sin(np.radians(45)), rel=0.2)
    nearby = patches.reddening(longitude, at + 0.02, np.full(500, 45.0))
    np.testing.assert_allclose(nearby, dust, rtol=0.02)


def test_neighbours_leak_into_the_beam_by_their_distance():
    ra, dec = np.array([10.0, 10.0, 20.0]), np.array([-30.0, -30.0 + 2 / 3600, -30.0])
    flux = np.array([[100.0, 0.0], [40.0, 0.0], [7.0, 0.0]])
    pairs = beam_pairs(ra, dec)
    leak = beam_leak(pairs, 3, flux)
    share = np.exp(-0.5 * (2 * 2.355 / 6.1) ** 2)
    np.testing.assert_allclose(leak[:, 0], [40 * share, 100 * share, 0], rtol=1e-6)
    assert leak[:, 1].sum() == 0
    assert rows_near(pairs, np.array([True, True, True])).tolist() == [1, 1, 0]
    assert rows_near(pairs, np.array([True, False, True])).tolist() == [0, 1, 0]


def test_each_source_has_the_light_of_its_neighbours_in_wise_alone():
    scene = next(observe(SimulationRequest(2000, 3, "sky"), crowded=True)).scene
    dimmed = scene.sources.magnitudes + observing.extinction(scene.ebv)
    own = to_flux(dimmed + scene.patches.zero_point_mag[scene.patch])
    excess = scene.flux - own
    others = columns("g", "r", "i", "z", "y", "j", "h", "ks")
    assert (excess[:, others] == 0).all()
    pairs = scene.pairs
    share = np.exp(-0.5 * (pairs.separation_arcsec * 2.355 / 6.1) ** 2)
    assert len(share) > 100
    for k in columns("w1", "w2"):
        assert (excess[pairs.first, k] >= 0.999 * share * own[pairs.second, k]).all()
    # The crowd that only WISE sees leaks into sources without a neighbour, too.
    alone = np.setdiff1d(np.arange(len(own)), pairs.first)
    assert (excess[alone][:, columns("w1")] > 0).mean() > 0.3


def test_the_brightest_within_half_a_beam_outshines():
    ra, north = np.full(4, 10.0), np.array([0.0, 2.0, 4.0, 60.0])
    pairs = beam_pairs(ra, -30.0 + north / 3600)
    flux = np.array([50.0, 100.0, 90.0, 1.0])
    assert brightest_near(pairs, flux, flux).tolist() == [1, -1, 1, -1]
    flux = np.array([200.0, 100.0, 300.0, 1.0])
    # The first and the third are 4 arcsec apart.
    assert brightest_near(pairs, flux, flux).tolist() == [-1, 2, -1, -1]


def test_the_sky_crowds_as_its_counts_say():
    n_near = qsovae.simulate(6000, 1, "sky")["wise_n_neigh3"]
    per_deg2 = sum(sources.class_counts_per_deg2(60.0).values())
    expected = np.pi * 9 * per_deg2 / 3600**2
    assert n_near.mean() == pytest.approx(expected, rel=0.4)


def test_gaia_lists_nothing_far_beyond_its_limit(mock):
    listed = mock["gaia_g_status"] == "ok"
    assert mock.loc[listed, "gaia_g_mag_ab"].max() < 21.9  # 21.4 and 0.11 of AB
    bright_stars = (mock["class_true"] == "STAR") & (mock["r_mag_ab"] < 19.5)
    assert listed[bright_stars].mean() > 0.95
    assert 0.9 < mock["ruwe"].median() < 1.1
    assert mock["pmra_pmdec_corr"].std() == pytest.approx(0.25, abs=0.03)


def test_labels_are_for_some_and_redshifts_for_labelled_ones_alone(mock):
    labelled = mock["class_true"].notna()
    assert 0.2 < labelled.mean() < 0.6
    assert mock.loc[~labelled, "z_true"].isna().all()
    assert mock.loc[mock["class_true"] == "STAR", "z_true"].isna().all()
    assert mock.loc[mock["class_true"] == "QSO", "z_true"].between(0.1, 5.5).all()
    bright, faint = mock["r_mag_ab"] < 20, mock["r_mag_ab"] > 22
    assert labelled[bright].mean() > 2 * labelled[faint].mean()


def test_biased_labels_are_of_bright_and_of_quasar_like_sources():
    fair, biased = (
        qsovae.simulate(8000, 2, "sky", label_bias=bias) for bias in (False, True)
    )
    # The sources and what is measured of them are the same.
    pd.testing.assert_series_equal(fair["w1_mag_ab"], biased["w1_mag_ab"])
    assert biased["class_true"].notna().mean() < 0.5 * fair["class_true"].notna().mean()
    faint = biased["r_mag_ab"] > 21.5
    assert biased.loc[faint, "class_true"].notna().mean() < 0.05
    share = [
        (table["class_true"] == "QSO").sum() / table["class_true"].count()
        for table in (fair, biased)
    ]
    assert share[1] > 2 * share[0]


def test_the_command_takes_the_bias_and_the_header_tells_of_it(tmp_path):
    from qsovae.cli import main

    paths = tmp_path / "command.fits", tmp_path / "python.fits"
    words = ["--rows", "60", "--seed", "4", "--mix", "sky", "--label-bias"]
    assert main(["simulate", str(paths[0]), *words]) == 0
    qsovae.write_simulation(paths[1], 60, 4, "sky", label_bias=True)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert qsovae.read_table(paths[0]).meta["SIM_BIAS"] == "True"


def test_a_red_faint_quasar_is_rarely_a_target():
    rng = np.random.default_rng(0)
    quasars = point_sources(3000, "QSO")
    # W1 - W2 in AB: a quasar's is 0.5 (1.1 Vega), a galaxy's -0.5.
    quasars.magnitudes[:, columns("w2")] -= 0.5
    typical = labels.draw_labels(quasars, True, rng).mean()
    quasars.magnitudes[:, columns("g")] += 1.5
    reddened = labels.draw_labels(quasars, True, rng).mean()
    quasars.magnitudes += 2.0
    faint = labels.draw_labels(quasars, True, rng).mean()
    assert typical > 2 * reddened > 4 * faint


def test_every_column_says_what_it_is_and_reads_back(tmp_path):
    from astropy.io import fits

    path = tmp_path / "sim.fits"
    qsovae.write_simulation(path, 300, 6)
    header = fits.getheader(path, 1)
    table = qsovae.simulate(300, 6)
    for number, name in enumerate(table.columns, start=1):
        assert header[f"TTYPE{number}"] == name
        assert header[f"TCOMM{number}"]
        assert header[f"TUCD{number}"]
    assert header["TUNIT" + str(1 + list(table.columns).index("g_flux_njy"))] == "nJy"
    read = qsovae.read_table(path).frame
    for name in ("object_id", "ra_deg", "g_flux_njy", "ks_status", "spread_band",
                 "class_true", "in_footprint_vhs"):  # fmt: skip
        there, here = (t[name].astype(object).fillna("") for t in (read, table))
        assert there.equals(here), name


def test_the_mix_is_that_of_the_request():
    counts = sources.class_counts_per_deg2(60.0)
    # 1.0857: about one source in a hundred is a quasar at this depth.
    assert 0.003 < counts["QSO"] / sum(counts.values()) < 0.012
    sky = qsovae.simulate(4000, 2, "sky")
    demo = qsovae.simulate(4000, 2)
    share = [
        (t["class_true"] == "QSO").sum() / t["class_true"].count() for t in (sky, demo)
    ]
    assert share[0] < 0.05 < share[1]
    assert sum(DEMO_MIX.values()) == pytest.approx(1.0)


def test_positions_and_ids_are_valid(mock):
    assert mock["object_id"].is_unique
    assert mock["ra_deg"].between(0, 360).all()
    assert mock["dec_deg"].between(-90, 0.6).all()
    assert (mock["gal_b_deg"].abs() > 20).all()
    assert mock["hpx16"].between(0, 12 * 16**2 - 1).all()
    assert isinstance(mock, pd.DataFrame)
