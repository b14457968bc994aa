"""Pairs on the sphere against brute force, and motions against astropy's."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord, angular_separation
from astropy.time import Time
from hypothesis import assume, given
from hypothesis import strategies as st

from qsovae.crossmatch import (
    LARGEST_RADIUS_ARCSEC,
    Pairs,
    SkyIndex,
    best_matches,
    moved,
    mutual_pairs,
    unit_vectors,
)
from qsovae.errors import ConfigError, ShapeError

# Where formulas in right ascension and declination break, and two that are plain.
CENTRES = {
    "north pole": (40.0, 90.0),
    "south pole": (300.0, -90.0),
    "near the pole": (77.0, 89.9997),
    "RA 0": (0.0, 0.0),
    "RA 360, high": (360.0, 70.0),
    "antimeridian": (180.0, -35.0),
    "equator": (91.2, 0.0),
    "field": (33.3, -52.1),
}
SEEDS = st.integers(0, 2**32 - 1)


def around(rng, centre, n_rows, spread_arcsec):
    """Return positions scattered about a place, over a pole if that is near."""
    ra, dec = centre
    dec = dec + rng.normal(0.0, spread_arcsec / 3600, n_rows)
    across = np.maximum(np.cos(np.radians(dec)), 1e-9)
    ra = ra + rng.normal(0.0, spread_arcsec / 3600, n_rows) / across
    return ra % 360.0, np.where(np.abs(dec) > 90, np.sign(dec) * 180 - dec, dec)


def clustered(rng, n_rows, spread_arcsec=3.0):
    """Return positions in clumps at awkward places, some of them twice."""
    clump = rng.integers(0, len(CENTRES), n_rows)
    ra, dec = np.empty(n_rows), np.empty(n_rows)
    for number, centre in enumerate(CENTRES.values()):
        here = clump == number
        ra[here], dec[here] = around(rng, centre, here.sum(), spread_arcsec)
    again = rng.integers(0, n_rows, n_rows // 4)
    ra[: len(again)], dec[: len(again)] = ra[again], dec[again]
    return ra, dec


def all_separations(first, second):
    """Return every separation by astropy's formula, (n_first, n_second), in arcsec."""
    (ra, dec), (other_ra, other_dec) = np.radians(first), np.radians(second)
    angle = angular_separation(ra[:, None], dec[:, None], other_ra, other_dec)
    return np.degrees(angle) * 3600


def match(first, second, radius_arcsec):
    return SkyIndex(*second).pairs_near(*first, radius_arcsec)


def as_set(rows, partners):
    return set(zip(rows.tolist(), partners.tolist(), strict=True))


def column(*values):
    return np.array(values, dtype=float)


@pytest.mark.parametrize("centre", CENTRES.values(), ids=CENTRES)
def test_separations_are_astropys(centre):
    rng = np.random.default_rng(0)
    for spread in (0.001, 1.0, 15.0):
        first, second = (around(rng, centre, 30, spread) for _ in range(2))
        pairs = match(first, second, LARGEST_RADIUS_ARCSEC)
        assert len(pairs.first) == 900
        ours = SkyCoord(*first, unit="deg")[pairs.first]
        theirs = SkyCoord(*second, unit="deg")[pairs.second]
        expected = ours.separation(theirs).arcsec
        assert pairs.separation_arcsec == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("one", "other", "separation_arcsec"),
    [
        ((0.0, 90 - 0.5 / 3600), (180.0, 90 - 0.5 / 3600), 1.0),
        ((10.0, -90.0), (200.0, -90.0), 0.0),
        ((359.9999, 0.0), (0.0001, 0.0), 0.72),
        ((360.0, 12.0), (0.0, 12.0), 0.0),
        ((179.9999, 0.0), (-179.9999, 0.0), 0.72),
        ((0.0001, 60.0), (-0.0001, 60.0), 0.36),
    ],
)
def test_neither_a_pole_nor_the_meridian_parts_neighbours(
    one, other, separation_arcsec
):
    pairs = match(column(one).T, column(other).T, 1.5)
    assert pairs.separation_arcsec == pytest.approx([separation_arcsec], abs=1e-9)


def test_positions_are_vectors_of_length_one():
    vectors = unit_vectors(column(0, 90, 180, 270, 123), column(0, 0, 0, 0, 90))
    expected = [[1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [0, 0, 1]]
    assert vectors == pytest.approx(column(*expected), abs=1e-15)


@given(
    SEEDS, st.integers(1, 40), st.integers(1, 40), st.floats(0.01, 120.0),
    st.sampled_from([0.3, 3.0, 60.0]),
)  # fmt: skip
def test_every_pair_within_the_radius_is_found_once(
    seed, n_first, n_second, radius_arcsec, spread_arcsec
):
    rng = np.random.default_rng(seed)
    first = clustered(rng, n_first, spread_arcsec)
    second = clustered(rng, n_second, spread_arcsec)
    shared = min(n_first, n_second) // 3
    second[0][:shared], second[1][:shared] = first[0][:shared], first[1][:shared]
    expected = all_separations(first, second)
    # Two formulas may differ about the edge itself.
    assume(np.abs(expected - radius_arcsec).min() > 1e-8)
    pairs = match(first, second, radius_arcsec)
    within = np.argwhere(expected <= radius_arcsec)
    assert as_set(pairs.first, pairs.second) == as_set(*within.T)
    assert len(pairs.first) == len(within)
    found = expected[pairs.first, pairs.second]
    assert pairs.separation_arcsec == pytest.approx(found, abs=1e-9)
    rows = list(zip(pairs.first, pairs.separation_arcsec, pairs.second, strict=True))
    assert rows == sorted(rows)


MISSING = [(np.nan, 5.0), (5.0, np.nan), (np.nan, np.nan), (np.inf, 5.0), (5.0, 90.1),
           (5.0, -np.inf)]  # fmt: skip


@pytest.mark.parametrize("missing", MISSING)
def test_a_row_without_a_position_matches_nothing_and_keeps_its_place(missing):
    first = column(missing, (5.0, 5.0), missing).T
    second = column(missing, missing, (5.0, 5.0), missing).T
    pairs = match(first, second, 120.0)
    assert as_set(pairs.first, pairs.second) == {(1, 2)}
    matches = best_matches(pairs, 3)
    assert matches.row.tolist() == [-1, 2, -1]
    assert matches.n_match.tolist() == [0, 1, 0]
    assert np.isnan(matches.separation_arcsec).tolist() == [True, False, True]
    nothing = match(first, column(missing).T, 120.0)
    assert len(nothing.first) == 0


def test_lists_may_be_empty():
    none, one = np.empty((2, 0)), column((5.0, 5.0)).T
    for first, second in [(none, none), (none, one), (one, none)]:
        pairs = match(first, second, 1.0)
        assert [len(values) for values in pairs] == [0, 0, 0]
        assert best_matches(pairs, len(first[0])).row.tolist() == [-1] * len(first[0])
        assert mutual_pairs(pairs).tolist() == []


@given(SEEDS)
def test_the_edge_of_the_radius_counts(seed):
    rng = np.random.default_rng(seed)
    first, second = clustered(rng, 15), clustered(rng, 15)
    for edge in match(first, second, 120.0).separation_arcsec:
        if edge > 0:
            assert edge in match(first, second, edge).separation_arcsec
            below = match(first, second, np.nextafter(edge, 0)).separation_arcsec
            assert (below < edge).all()


@pytest.mark.parametrize(
    "radius_arcsec", [0.0, -1.0, np.nan, np.inf, np.nextafter(120.0, 121.0)]
)
def test_a_radius_that_is_no_match_radius_is_refused(radius_arcsec):
    place = column((5.0, 5.0)).T
    with pytest.raises(ConfigError, match="the match radius is") as refused:
        match(place, place, radius_arcsec)
    assert str(radius_arcsec) in str(refused.value)
    assert len(match(place, place, LARGEST_RADIUS_ARCSEC).first) == 1


@pytest.mark.parametrize(
    ("ra_deg", "dec_deg"),
    [(column(1, 2), column(1)), (np.ones((2, 2)), np.ones((2, 2))),
     (np.float64(1), np.float64(1)), (np.empty(0), column(1))],
)  # fmt: skip
def test_unequal_shapes_are_refused(ra_deg, dec_deg):
    for attempt in (
        lambda: unit_vectors(ra_deg, dec_deg),
        lambda: SkyIndex(ra_deg, dec_deg),
        lambda: SkyIndex(column(1), column(1)).pairs_near(ra_deg, dec_deg, 1.0),
    ):
        with pytest.raises(ShapeError, match="have shape"):
            attempt()


def test_of_partners_that_are_equally_near_the_first_in_the_list_is_taken():
    near, far = (10.0, 5.0), (10.0, 5.0 + 1 / 3600)
    first = column(near, near, far, (50.0, 5.0)).T
    second = column(far, near, far, near, near).T
    matches = best_matches(match(first, second, 2.0), 4)
    assert matches.row.tolist() == [1, 1, 0, -1]
    assert matches.separation_arcsec[:3].tolist() == [0.0, 0.0, 0.0]
    assert matches.n_match.tolist() == [5, 5, 5, 0]
    assert matches.is_tied.tolist() == [True, True, True, False]


def test_a_tie_behind_the_nearest_is_none():
    nearest, behind = (10.0, 5.0), (10.0, 5.0 + 1 / 3600)
    first = column(nearest, behind).T
    second = column(behind, behind, nearest, behind).T
    matches = best_matches(match(first, second, 2.0), 2)
    assert matches.row.tolist() == [2, 0]
    assert matches.is_tied.tolist() == [False, True]


def test_the_end_of_a_row_and_the_start_of_the_next_are_no_tie():
    pairs = Pairs(np.array([0, 1]), np.array([0, 0]), column(0.5, 0.5))
    assert best_matches(pairs, 2).is_tied.tolist() == [False, False]


@st.composite
def some_pairs(draw):
    """Return pairs in their order, of few separations: most are equal to another."""
    cells = draw(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))))
    apart = {cell: draw(st.sampled_from([0.1, 0.2, 0.3])) for cell in sorted(cells)}
    rows = sorted((first, apart[first, second], second) for first, second in cells)
    first, separation, second = zip(*rows, strict=True) if rows else ((), (), ())
    return Pairs(
        np.array(first, dtype=np.int64), np.array(second, dtype=np.int64),
        np.array(separation, dtype=float),
    )  # fmt: skip


@given(some_pairs())
def test_the_best_match_is_the_least_of_its_row(pairs):
    matches = best_matches(pairs, 7)
    for row in range(7):
        mine = [
            (separation, second)
            for first, second, separation in zip(*pairs, strict=True)
            if first == row
        ]
        assert matches.n_match[row] == len(mine)
        if not mine:
            assert matches.row[row] == -1
            assert np.isnan(matches.separation_arcsec[row])
            assert not matches.is_tied[row]
            continue
        least = min(mine)
        assert (matches.separation_arcsec[row], matches.row[row]) == least
        equally_near = [separation for separation, _ in mine if separation == least[0]]
        assert matches.is_tied[row] == (len(equally_near) > 1)


@given(some_pairs(), st.randoms(use_true_random=False))
def test_mutual_pairs_are_the_nearest_of_both_rows(pairs, random):
    """Whatever the order in which they come; equals go to the first of a list."""
    order = list(range(len(pairs.first)))
    random.shuffle(order)
    shuffled = Pairs(*(values[np.array(order, dtype=int)] for values in pairs))
    rows = list(zip(*(values.tolist() for values in shuffled), strict=True))
    for (first, second, separation), is_mutual in zip(
        rows, mutual_pairs(shuffled), strict=True
    ):
        of_first = min((s, j) for i, j, s in rows if i == first)
        of_second = min((s, i) for i, j, s in rows if j == second)
        expected = of_first == (separation, second) and of_second == (separation, first)
        assert is_mutual == expected


@given(SEEDS, st.integers(1, 40), st.integers(1, 40))
def test_mutual_pairs_are_what_both_directions_agree_on(seed, n_first, n_second):
    rng = np.random.default_rng(seed)
    first, second = clustered(rng, n_first), clustered(rng, n_second)
    shared = min(n_first, n_second) // 3
    second[0][:shared], second[1][:shared] = first[0][:shared], first[1][:shared]
    pairs = match(first, second, 5.0)
    there = best_matches(pairs, n_first).row
    back = best_matches(match(second, first, 5.0), n_second).row
    expected = {(i, j) for i, j in enumerate(there) if j >= 0 and back[j] == i}
    mutual = pairs.take(mutual_pairs(pairs))
    assert as_set(mutual.first, mutual.second) == expected


@given(SEEDS, st.floats(-20.0, 20.0))
def test_motions_are_astropys(seed, years):
    rng = np.random.default_rng(seed)
    ra, dec = clustered(rng, 24)
    pm_ra, pm_dec = rng.normal(0.0, 300.0, (2, 24))
    # So near that no motion is fast; a year in which astropy knows the leap seconds.
    theirs = SkyCoord(
        ra * u.deg, dec * u.deg, distance=np.full(24, 2.0) * u.pc,
        pm_ra_cosdec=pm_ra * u.mas / u.yr, pm_dec=pm_dec * u.mas / u.yr,
        radial_velocity=np.zeros(24) * u.km / u.s, obstime=Time("J1995"),
    ).apply_space_motion(dt=years * u.yr)  # fmt: skip
    new_ra, new_dec = moved(ra, dec, pm_ra, pm_dec, years)
    apart = SkyCoord(new_ra, new_dec, unit="deg").separation(
        SkyCoord(theirs.ra, theirs.dec)
    )
    assert apart.arcsec.max() < 1e-6
    travelled = SkyCoord(new_ra, new_dec, unit="deg").separation(
        SkyCoord(ra, dec, unit="deg")
    )
    expected = np.hypot(pm_ra, pm_dec) * abs(years)
    assert travelled.mas == pytest.approx(expected, abs=1e-5)
    assert (new_ra >= 0).all()
    assert (new_ra <= 360).all()


@pytest.mark.parametrize(
    ("start", "motion", "end"),
    [
        ((359.9999, 0.0), (720.0, 0.0), (0.0001, 0.0)),
        ((0.0001, 0.0), (-720.0, 0.0), (359.9999, 0.0)),
        ((30.0, 90 - 0.5 / 3600), (0.0, 1000.0), (210.0, 90 - 0.5 / 3600)),
        ((30.0, -90 + 0.5 / 3600), (0.0, -1000.0), (210.0, -90 + 0.5 / 3600)),
        ((120.0, 60.0), (1800.0, 0.0), (120.001, 60.0)),
    ],
)
def test_motion_goes_over_the_meridian_and_the_poles(start, motion, end):
    (ra,), (dec,) = moved(*column(start, motion).reshape(4, 1), 1.0)
    assert ra == pytest.approx(end[0], abs=1e-8)
    assert dec == pytest.approx(end[1], abs=1e-8)


def test_what_does_not_move_stays_exactly_as_it_was():
    ra = column(-10.1, 370.3, 0.1, 123.456789, np.nan, 77.7, 77.7)
    dec = column(90.0, -90.0, 1e-9, -45.000000001, 3.3, 8.8, 8.8)
    pm_ra = column(np.nan, 0.0, np.nan, 0.0, np.nan, 500.0, 500.0)
    pm_dec = column(np.nan, 0.0, np.nan, 0.0, 0.0, -500.0, -500.0)
    years = column(5.0, 5.0, -5.0, 5.0, 1.0, 0.0, np.nan)
    new_ra, new_dec = moved(ra, dec, pm_ra, pm_dec, years)
    np.testing.assert_array_equal(new_ra, ra)
    np.testing.assert_array_equal(new_dec, dec)
    new_ra, new_dec = moved(ra, dec, pm_ra, pm_dec, 5.0)
    np.testing.assert_array_equal(new_ra[:5], ra[:5])
    np.testing.assert_array_equal(new_dec[:5], dec[:5])
    assert (new_ra[5:] != ra[5:]).all()  # these do move


def test_each_row_moves_for_its_own_years_and_the_given_arrays_are_left():
    ra, dec = np.full(3, 20.0), np.zeros(3)
    _, new_dec = moved(ra, dec, np.zeros(3), np.full(3, 3600.0), column(0, 10, -10))
    assert new_dec == pytest.approx([0.0, 0.01, -0.01], abs=1e-12)
    assert dec.tolist() == [0.0, 0.0, 0.0]


def test_a_row_without_a_position_has_none_after_its_motion():
    new_ra, new_dec = moved(
        column(np.nan, 5.0, 5.0), column(5.0, np.nan, 5.0), *np.full((2, 3), 9.0), 1.0
    )
    matches = best_matches(
        match((new_ra, new_dec), (new_ra[2:], new_dec[2:]), 120.0), 3
    )
    assert matches.row.tolist() == [-1, -1, 0]


@pytest.mark.parametrize(
    ("motion", "years"),
    [((np.nan, 3600.0), 10.0), ((3600.0, np.nan), 10.0), ((np.inf, 0.0), 10.0),
     ((3600.0, 3600.0), np.nan), ((0.0, 0.0), 10.0)],
)  # fmt: skip
def test_what_is_not_known_in_full_moves_nothing(motion, years):
    pm_ra, pm_dec = (np.array([m]) for m in motion)
    ra, dec = moved(np.array([12.3]), np.array([-4.5]), pm_ra, pm_dec, years)
    assert (ra[0], dec[0]) == (12.3, -4.5)


def test_right_ascensions_stay_below_360_and_lost_places_stay_lost():
    motion = np.array([-1e-20, 5.0, 5.0])
    places = np.array([0.0, np.inf, np.nan]), np.zeros(3)
    ra, _ = moved(*places, motion, np.zeros(3), 1.0)
    assert ra[0] == 0.0
    assert np.isinf(ra[1])
    assert np.isnan(ra[2])
