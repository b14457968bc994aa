"""The mock keeps the promises of its recipe, each checked by its own arithmetic."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import qsovae
from qsovae.errors import ConfigError
from qsovae.simulation import observing, reference, sources
from qsovae.simulation.tiles import DEMO_MIX


@pytest.fixture(scope="module")
def mock():
    return qsovae.simulate(20_000, 11)


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
    flux = np.tile(observing.to_flux(depth), (20_000, 1))
    observed, sigma = observing.measure(flux, depth, np.random.default_rng(0))
    optical = [reference.BAND_NAMES.index(b) for b in "griz"]
    error = 1.0857 * sigma[:, optical] / flux[:, optical]
    # 1.0857/5 = 0.217, and one per cent of the flux on top.
    assert np.median(error) == pytest.approx(0.2174, rel=0.01)
    pull = (observed - flux)[:, optical] / np.hypot(flux / 5, 0.01 * flux)[:, optical]
    assert pull.mean() == pytest.approx(0.0, abs=0.02)
    assert pull.std() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("redshift", [0.7, 1.5, 2.5, 3.3])
def test_quasars_lie_on_the_mean_track(redshift):
    drawn = sources.draw_quasars(60_000, np.random.default_rng(1))
    near = np.abs(drawn.redshift - redshift) < 0.1
    track = reference.read_reference("quasar_colour_track")
    for blue, red in (("g", "r"), ("r", "i"), ("w1", "w2")):
        names = [reference.BAND_COLUMNS[b] for b in (blue, red)]
        columns = [
            np.zeros(len(track)) if n == "i" else track[f"{n}_minus_i_ab"]
            for n in names
        ]
        expected = np.interp(redshift, track["z"], columns[0] - columns[1])
        b, r = (reference.BAND_NAMES.index(x) for x in (blue, red))
        colour = np.median((drawn.magnitudes[:, b] - drawn.magnitudes[:, r])[near])
        assert colour == pytest.approx(expected, abs=0.08)


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


def test_a_point_source_without_signal_looks_extended():
    n = 4000
    point = sources.Sources(
        np.full(n, "STAR"), *(np.zeros(n) for _ in range(4)), np.zeros((n, 13))
    )
    rng = np.random.default_rng(0)
    shares = []
    for snr in (8.0, 100.0):
        spread, sigma = observing.spread_models(point, np.full(n, snr), rng)
        shares.append((observing.ext_class(spread, sigma) >= 2).mean())
    assert shares[0] > 0.5
    assert shares[1] < 0.01


def test_ext_class_follows_its_formula():
    spread = np.array([0.0, 0.002, 0.004, 0.010])
    kinds = observing.ext_class(spread, np.full(4, 0.0005))
    assert kinds.tolist() == [0, 0, 3, 3]
    assert observing.ext_class(np.array([0.001]), np.array([0.0019])).tolist() == [1]


def test_measurements_are_null_unless_their_status_is_ok(mock):
    for band in reference.BAND_NAMES:
        ok = mock[f"{band}_status"] == "ok"
        assert mock[f"{band}_mag_ab"].notna().equals(ok)
        assert mock[f"{band}_mag_err"].notna().equals(ok)
        assert (mock.loc[ok, f"{band}_mag_err"] > 0).all()
    uncovered = ~mock["in_footprint_vhs"]
    assert (mock.loc[uncovered, "j_status"] == "unobserved").all()
    assert 0.05 < uncovered.mean() < 0.35


def test_labels_are_for_some_and_redshifts_for_labelled_ones_alone(mock):
    labelled = mock["class_true"].notna()
    assert 0.2 < labelled.mean() < 0.6
    assert mock.loc[~labelled, "z_true"].isna().all()
    assert mock.loc[mock["class_true"] == "STAR", "z_true"].isna().all()
    assert mock.loc[mock["class_true"] == "QSO", "z_true"].between(0.3, 5.0).all()
    bright, faint = mock["r_mag_ab"] < 20, mock["r_mag_ab"] > 22
    assert labelled[bright].mean() > 2 * labelled[faint].mean()


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
