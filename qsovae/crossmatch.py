"""Sky positions to pairs, on the sphere.

Layer: above errors. Rows are places in two lists; what they are of is others' business.
Distances are those of unit vectors in space, so poles and the meridian are places like
any other.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from qsovae.errors import ConfigError, ShapeError

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

# Beyond this a pair is no match but a neighbourhood, and the number of pairs explodes.
LARGEST_RADIUS_ARCSEC = 120.0
_ROWS_WORTH_A_THREAD = 20_000
_ARCSEC = np.pi / (180.0 * 3600.0)  # rad
_MAS = _ARCSEC / 1000.0


class Pairs(NamedTuple):
    """Pairs of rows, each field (n_pairs,), by first row, then separation, then second.

    A row of the second list that lies equally near comes in the order of its list.
    """

    first: Rows
    second: Rows
    separation_arcsec: Floats

    def take(self, which: NDArray[np.bool_] | Rows) -> "Pairs":
        """Return some of the pairs, by a mask or in an order."""
        return Pairs(
            self.first[which], self.second[which], self.separation_arcsec[which]
        )


class Matches(NamedTuple):
    """The nearest row of the second list to each row of the first, each (n_first,).

    ``row`` is -1 and ``separation_arcsec`` NaN where there is none; ``n_match`` counts
    all within the radius, ``is_tied`` says whether another is equally near.
    """

    row: Rows
    separation_arcsec: Floats
    n_match: NDArray[np.int32]
    is_tied: NDArray[np.bool_]

    def take(self, rows: slice) -> "Matches":
        """Return the matches of some rows of the first list."""
        return Matches(
            self.row[rows],
            self.separation_arcsec[rows],
            self.n_match[rows],
            self.is_tied[rows],
        )


def unit_vectors(ra_deg: Floats, dec_deg: Floats) -> Floats:
    """Return positions as vectors of length one, (n, 3); NaN off the sphere.

    Raises
    ------
    ShapeError
        If the two differ in length.
    """
    ra = np.asarray(ra_deg, dtype=np.float64)
    dec = np.asarray(dec_deg, dtype=np.float64)
    if ra.ndim != 1 or ra.shape != dec.shape:
        raise ShapeError(
            f"right ascensions have shape {ra.shape}, declinations {dec.shape}",
            "qsovae.crossmatch",
            "Pass one of each for every row.",
        )
    vectors = np.empty((len(ra), 3))
    with np.errstate(invalid="ignore"):  # what is off the sphere is NaN in the end
        off_sphere = ~(np.isfinite(ra) & (np.abs(dec) <= 90.0))
        longitude, latitude = np.radians(ra), np.radians(dec)
        across = np.cos(latitude)
        np.multiply(across, np.cos(longitude), out=vectors[:, 0])
        np.multiply(across, np.sin(longitude), out=vectors[:, 1])
        np.sin(latitude, out=vectors[:, 2])
    vectors[off_sphere] = np.nan
    return vectors


class SkyIndex:
    """Positions to be found near others; one that is missing is near nothing.

    Parameters
    ----------
    ra_deg, dec_deg : ndarray, (n,)
        ICRS.
    """

    def __init__(self, ra_deg: Floats, dec_deg: Floats) -> None:
        vectors = unit_vectors(ra_deg, dec_deg)
        self.n_rows = len(vectors)
        self._rows, self._tree = _tree(vectors)

    def pairs_near(
        self, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float
    ) -> Pairs:
        """Return every pair of a given position and one of these within a radius.

        Parameters
        ----------
        ra_deg, dec_deg : ndarray, (n_first,)
            ICRS.
        radius_arcsec : float
            At most ``LARGEST_RADIUS_ARCSEC``; the edge counts as within.

        Raises
        ------
        ConfigError
            If the radius is not above zero, or too large.
        """
        if not 0.0 < radius_arcsec <= LARGEST_RADIUS_ARCSEC:
            raise ConfigError(
                f"the match radius is {radius_arcsec} arcsec",
                "radius",
                f"Choose one above 0 and up to {LARGEST_RADIUS_ARCSEC:g}.",
            )
        vectors = unit_vectors(ra_deg, dec_deg)
        # A little wider, so that rounding loses none at the edge.
        chord = 2.0 * np.sin(0.5 * radius_arcsec * _ARCSEC) * (1.0 + 1e-9)
        strips = _strips(vectors)
        with ThreadPoolExecutor(len(strips)) as threads:
            found = list(
                threads.map(lambda rows: self._found(vectors, rows, chord), strips)
            )
        first, second, chords = (np.concatenate(f) for f in zip(*found, strict=True))
        pairs = Pairs(first, second, 2.0 * np.arcsin(0.5 * chords) / _ARCSEC)
        return _in_order(pairs.take(pairs.separation_arcsec <= radius_arcsec))

    def _found(
        self, vectors: Floats, rows: Rows, chord: float
    ) -> tuple[Rows, Rows, Floats]:
        """Return first rows, second rows and chords of the pairs of some rows."""
        tree = cKDTree(vectors[rows], balanced_tree=False, compact_nodes=False)
        found = tree.sparse_distance_matrix(self._tree, chord, output_type="ndarray")
        return rows[found["i"]], self._rows[found["j"]], found["v"]


def _in_order(pairs: Pairs) -> Pairs:
    """Return pairs by first row, then separation, then second row."""
    pairs = pairs.take(np.argsort(pairs.first, kind="stable"))
    same = pairs.first[1:] == pairs.first[:-1]
    # Most rows have one partner: only the others have anything left to order.
    several = np.zeros(len(pairs.first), dtype=bool)
    several[1:] = same
    several[:-1] |= same
    rows = np.flatnonzero(several)
    part = pairs.take(rows)
    order = np.arange(len(pairs.first))
    order[rows] = rows[np.lexsort((part.second, part.separation_arcsec, part.first))]
    return pairs.take(order)


def _strips(vectors: Floats) -> list[Rows]:
    """Return the rows with a position, in strips of declination, one a thread.

    SciPy lets go of the interpreter's lock, and neighbours stay together.
    """
    rows = np.flatnonzero(np.isfinite(vectors).all(axis=1))
    rows = rows[np.argsort(vectors[rows, 2], kind="stable")]
    if hasattr(os, "sched_getaffinity"):
        n_cores = len(os.sched_getaffinity(0))
    else:
        n_cores = os.cpu_count() or 1
    n_strips = min(n_cores, max(1, len(rows) // _ROWS_WORTH_A_THREAD))
    return np.array_split(rows, n_strips)


def _tree(vectors: Floats) -> tuple[Rows, cKDTree]:
    """Return the rows with a position, and a tree of them."""
    rows = np.flatnonzero(np.isfinite(vectors).all(axis=1))
    # Unbalanced trees are built faster, and serve positions as well.
    tree = cKDTree(vectors[rows], balanced_tree=False, compact_nodes=False)
    return rows, tree


def best_matches(pairs: Pairs, n_first: int) -> Matches:
    """Return the nearest partner of each row of the first list.

    One row of the second list may be the nearest to several of the first. Of partners
    that are equally near, the first in their list is taken.
    """
    row = np.full(n_first, -1, dtype=np.int64)
    separation = np.full(n_first, np.nan)
    is_tied = np.zeros(n_first, dtype=bool)
    n_match = np.bincount(pairs.first, minlength=n_first).astype(np.int32)
    nearest = np.ones(len(pairs.first), dtype=bool)
    nearest[1:] = pairs.first[1:] != pairs.first[:-1]
    row[pairs.first[nearest]] = pairs.second[nearest]
    separation[pairs.first[nearest]] = pairs.separation_arcsec[nearest]
    equal = ~nearest[1:] & (np.diff(pairs.separation_arcsec) == 0)
    # Only a tie with the nearest matters: the pair before must be the first of its row.
    is_tied[pairs.first[1:][equal & nearest[:-1]]] = True
    return Matches(row, separation, n_match, is_tied)


class NearestFirst:
    """The nearest row of the first list to each of the second, portion by portion.

    Attributes
    ----------
    row : ndarray, (n_second,)
        -1 where there is none yet; of rows that are equally near, the first.
    """

    def __init__(self, n_second: int) -> None:
        self.row = np.full(n_second, -1, dtype=np.int64)
        self._separation = np.full(n_second, np.inf)

    def add(self, pairs: Pairs, offset: int = 0) -> None:
        """Take pairs, in any order, whose first row 0 is the list's row ``offset``."""
        order = np.lexsort((pairs.first, pairs.separation_arcsec, pairs.second))
        second, place = np.unique(pairs.second[order], return_index=True)
        best = order[place]
        # Of rows that are equally near, the first stays.
        nearer = pairs.separation_arcsec[best] < self._separation[second]
        self.row[second[nearer]] = pairs.first[best[nearer]] + offset
        self._separation[second[nearer]] = pairs.separation_arcsec[best[nearer]]


def mutual_pairs(pairs: Pairs) -> NDArray[np.bool_]:
    """Return which pairs are the nearest to both of their rows, (n_pairs,).

    What ``stilts tskymatch2 find=best1`` finds in both directions. Each row belongs to
    one pair at most; ``find=best`` keeps more, by which table it scans.
    """
    to_second = NearestFirst(pairs.second.max(initial=-1) + 1)
    to_second.add(pairs)
    to_first = NearestFirst(pairs.first.max(initial=-1) + 1)
    to_first.add(Pairs(pairs.second, pairs.first, pairs.separation_arcsec))
    mutual: NDArray[np.bool_] = (to_second.row[pairs.second] == pairs.first) & (
        to_first.row[pairs.first] == pairs.second
    )
    return mutual


def moved(
    ra_deg: Floats,
    dec_deg: Floats,
    pm_ra_masyr: Floats,
    pm_dec_masyr: Floats,
    years: Floats | float,
) -> tuple[Floats, Floats]:
    """Return positions after some years of proper motion, along great circles.

    Parameters
    ----------
    ra_deg, dec_deg : ndarray, (n,)
    pm_ra_masyr, pm_dec_masyr : ndarray, (n,)
        The first with cos(dec) in it, as Gaia has it.
    years : ndarray, (n,), or float
        Negative for the past.

    Returns
    -------
    ra_deg, dec_deg : ndarray, (n,)
        Right ascensions from 0 to 360. Where nothing moves, or a motion, the time or
        the position is not finite, as they were given.
    """
    ra, dec = (np.asarray(p, dtype=np.float64) for p in (ra_deg, dec_deg))
    along_ra = np.asarray(pm_ra_masyr * np.asarray(years) * _MAS, dtype=np.float64)
    along_dec = np.asarray(pm_dec_masyr * np.asarray(years) * _MAS, dtype=np.float64)
    angle = np.hypot(along_ra, along_dec)
    new_ra, new_dec = ra.copy(), dec.copy()
    moves = np.isfinite(angle) & (angle > 0) & np.isfinite(ra) & np.isfinite(dec)
    rows = np.flatnonzero(moves)
    longitude, latitude = np.radians(ra[rows]), np.radians(dec[rows])
    east = np.column_stack([-np.sin(longitude), np.cos(longitude), np.zeros(len(rows))])
    north = np.column_stack(
        [
            -np.sin(latitude) * np.cos(longitude),
            -np.sin(latitude) * np.sin(longitude),
            np.cos(latitude),
        ]
    )
    turn = angle[rows, None]
    direction = (along_ra[rows, None] * east + along_dec[rows, None] * north) / turn
    here = unit_vectors(ra[rows], dec[rows])
    place = np.cos(turn) * here + np.sin(turn) * direction
    degrees = np.degrees(np.arctan2(place[:, 1], place[:, 0])) % 360.0
    new_ra[rows] = np.where(degrees < 360.0, degrees, 0.0)  # rounding may reach 360
    across = np.hypot(place[:, 0], place[:, 1])
    new_dec[rows] = np.degrees(np.arctan2(place[:, 2], across))
    return new_ra, new_dec
