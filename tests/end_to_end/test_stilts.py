"""The pairs of `stilts tskymatch2`, to the last one, on skies at their worst."""

import subprocess

import numpy as np
import pytest
from astropy.table import Table

from qsovae.crossmatch import SkyIndex, best_matches, mutual_pairs

RADIUS_ARCSEC = 1.0
N_ROWS = 40_000


def awkward_sky(rng, clumps):
    """Return a field, clumps, both poles and the meridian, a fifth of the rows each."""
    n = N_ROWS // 5
    clump_ra, clump_dec = clumps[:, rng.integers(0, clumps.shape[1], n)]
    offset_ra, offset_dec = rng.normal(0.0, 5 / 3600, (2, n))
    above = np.abs(rng.normal(0.0, 60 / 3600, (2, n)))
    parts = [
        (rng.uniform(0, 360, n), np.degrees(np.arcsin(rng.uniform(-1, 1, n)))),
        (clump_ra + offset_ra / np.cos(np.radians(clump_dec)), clump_dec + offset_dec),
        (rng.uniform(0, 360, n), 90 - above[0]),
        (rng.uniform(0, 360, n), above[1] - 90),
        (rng.normal(0.0, 20 / 3600, n), rng.normal(0.0, 60 / 3600, n)),
    ]
    ra, dec = (np.concatenate(values) for values in zip(*parts, strict=True))
    return ra % 360, dec


@pytest.fixture(scope="module")
def skies():
    """Return two lists with many rows in both, or twice in one, and some nowhere."""
    rng = np.random.default_rng(1)
    clumps = np.stack([rng.uniform(0, 360, 50), rng.uniform(-80, 80, 50)])
    first, second = awkward_sky(rng, clumps), awkward_sky(rng, clumps)
    n = N_ROWS // 10
    from_first, from_itself, from_second = rng.integers(0, N_ROWS, (3, n))
    for values, others in zip(first, second, strict=True):
        others[:n] = values[from_first]
        others[n : 2 * n] = others[from_second]
        values[:n] = values[from_itself]
    # Both poles themselves, on all sides of them.
    for ra, dec in (first, second):
        ra[-8:], dec[-8:] = np.arange(8) * 45.0, np.repeat([90.0, -90.0], 4)
    first[0][-12:-8] = second[1][-12:-8] = np.nan
    return first, second


@pytest.fixture(scope="module")
def best(stilts, skies, tmp_path_factory):
    """Return the best matches that STILTS finds, there and back, and how far apart."""
    folder = tmp_path_factory.mktemp("stilts")
    # As doubles in FITS: STILTS reads numbers in CSV with the digits of 32 bits.
    for name, (ra, dec) in zip("ab", skies, strict=True):
        table = Table({"ra": ra, "dec": dec, "row": np.arange(N_ROWS)})
        table.write(folder / f"{name}.fits")
    return [best_of_stilts(stilts, folder, *order) for order in ("ab", "ba")]


def best_of_stilts(stilts, folder, first, second):
    """Return partner and separation of each row, -1 and NaN where there is none."""
    done = subprocess.run(
        [stilts, "tskymatch2", f"in1={first}.fits", f"in2={second}.fits", "ra1=ra",
         "dec1=dec", "ra2=ra", "dec2=dec", f"error={RADIUS_ARCSEC}", "find=best1",
         "join=1and2", "out=matched.fits"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    matched = Table.read(folder / "matched.fits")
    row, separation = np.full(N_ROWS, -1), np.full(N_ROWS, np.nan)
    row[matched["row_1"]] = matched["row_2"]
    separation[matched["row_1"]] = matched["Separation"]
    assert len(matched) == (row >= 0).sum()
    return row, separation


@pytest.fixture(scope="module")
def pairs(skies):
    first, second = skies
    return SkyIndex(*second).pairs_near(*first, RADIUS_ARCSEC)


def test_the_best_matches_are_those_of_stilts(skies, pairs, best):
    first, second = skies
    there, back = best
    back_pairs = SkyIndex(*first).pairs_near(*second, RADIUS_ARCSEC)
    for ours, (row, separation) in (
        (best_matches(pairs, N_ROWS), there),
        (best_matches(back_pairs, N_ROWS), back),
    ):
        np.testing.assert_array_equal(ours.row, row)
        # STILTS' own formula rounds at about this scale.
        np.testing.assert_allclose(
            ours.separation_arcsec, separation, rtol=0, atol=1e-9
        )
        assert 0.5 * N_ROWS < (row >= 0).sum() < N_ROWS
        assert ours.is_tied.sum() > 1000
        assert (ours.separation_arcsec == 0).sum() > 1000
        assert ours.n_match.max() > 100


def test_mutual_pairs_are_the_best_of_stilts_there_and_back(pairs, best):
    (there, _), (back, _) = best
    rows = np.flatnonzero(there >= 0)
    expected = rows[back[there[rows]] == rows]
    mutual = pairs.take(mutual_pairs(pairs))
    np.testing.assert_array_equal(mutual.first, expected)
    np.testing.assert_array_equal(mutual.second, there[expected])
    assert len(np.unique(mutual.second)) == len(expected) > 10_000
