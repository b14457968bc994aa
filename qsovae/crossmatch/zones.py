"""Positions sorted so that those near another are found by bisection.

Within crossmatch: above pairs. The sky is cut into zones of declination, and each zone
sorted by right ascension (Gray, Nieto-Santisteban & Szalay 2006, "The Zones Algorithm",
MSR-TR-2006-52): what lies within a radius is in a window of each of a few zones.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from qsovae.crossmatch.pairs import (
    ARCSEC,
    Floats,
    Pairs,
    Rows,
    as_positions,
    in_order,
    unit_vectors,
)
from qsovae.errors import ConfigError
from qsovae.threads import n_cores

# Beyond this a pair is no match but a neighbourhood, and the number of pairs explodes.
LARGEST_RADIUS_ARCSEC = 120.0
# Several times the usual diameters: most circles lie in one zone, with little else.
_ZONE_DEG = 20.0 / 3600.0
_TURN = 512.0  # from zone to zone in the key: more than a full circle
_KEY_DEG = 1e-7  # more than rounding takes from a key
_ROWS_WORTH_A_THREAD = 20_000


class SkyIndex:
    """Positions to be found near others; one that is missing is near nothing.

    Parameters
    ----------
    ra_deg, dec_deg : ndarray, (n,)
        ICRS.
    """

    def __init__(self, ra_deg: Floats, dec_deg: Floats) -> None:
        ra, dec = as_positions(ra_deg, dec_deg)
        self.n_rows = len(ra)
        self._rows, self._keys = _sorted(ra, dec)
        self._vectors = unit_vectors(ra[self._rows], dec[self._rows])

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
        ra, dec = as_positions(ra_deg, dec_deg)
        # Neighbours ask for the same places, so that memory is read in order.
        rows, _ = _sorted(ra, dec)
        strips = np.array_split(rows, _n_strips(len(rows)))

        def found(strip: Rows) -> Pairs:
            return self._found(strip, ra[strip] % 360.0, dec[strip], radius_arcsec)

        with ThreadPoolExecutor(len(strips)) as threads:
            parts = list(threads.map(found, strips))
        return in_order(Pairs(*map(np.concatenate, zip(*parts, strict=True))))

    def _found(
        self, rows: Rows, ra_deg: Floats, dec_deg: Floats, radius_arcsec: float
    ) -> Pairs:
        """Return the pairs of some rows, in no order."""
        vectors = unit_vectors(ra_deg, dec_deg)
        parts = [Pairs(rows[:0], rows[:0], np.empty(0))]
        for which, low, high in _windows(ra_deg, dec_deg, radius_arcsec):
            start = np.searchsorted(self._keys, low, side="left")
            n_inside = np.searchsorted(self._keys, high, side="right") - start
            of_row = np.repeat(which, n_inside)
            before = np.cumsum(n_inside) - n_inside
            place = np.arange(len(of_row)) + np.repeat(start - before, n_inside)
            apart = vectors[of_row] - self._vectors[place]
            chord = np.sqrt(np.einsum("ij,ij->i", apart, apart))
            separation = 2.0 * np.arcsin(np.minimum(0.5 * chord, 1.0)) / ARCSEC
            near = separation <= radius_arcsec
            parts.append(
                Pairs(rows[of_row[near]], self._rows[place[near]], separation[near])
            )
        return Pairs(*map(np.concatenate, zip(*parts, strict=True)))


def _windows(
    ra_deg: Floats, dec_deg: Floats, radius_arcsec: float
) -> Iterator[tuple[Rows, Floats, Floats]]:
    """Yield rows, and the first and last key of what may be near them, zone by zone.

    A window that reaches across right ascension 0 comes in two parts.
    """
    # A little wider, so that rounding loses none at the edge.
    radius_deg = radius_arcsec / 3600.0 * (1.0 + 1e-6)
    zones = [_zone(dec_deg + way * radius_deg) for way in (-1.0, 1.0)]
    low, high = _right_ascensions(ra_deg, dec_deg, radius_deg)
    before, beyond = np.flatnonzero(low < 0.0), np.flatnonzero(high > 360.0)
    parts = (
        (np.arange(len(ra_deg)), np.maximum(low, 0.0), np.minimum(high, 360.0)),
        (before, low[before] + 360.0, np.full(len(before), 360.0)),
        (beyond, np.zeros(len(beyond)), high[beyond] - 360.0),
    )
    for rows, first, last in parts:
        zone, last_zone = (numbers[rows] for numbers in zones)
        while len(rows):
            start = zone * _TURN
            yield rows, start + (first - _KEY_DEG), start + (last + _KEY_DEG)
            on = zone < last_zone
            rows, first, last = rows[on], first[on], last[on]
            zone, last_zone = zone[on] + 1.0, last_zone[on]


def _right_ascensions(
    ra_deg: Floats, dec_deg: Floats, radius_deg: float
) -> tuple[Floats, Floats]:
    """Return from where to where a circle reaches; below 0 or beyond 360 if across.

    Of a circle around a pole, or nearly, that is all around.
    """
    ratio = np.sin(np.radians(radius_deg)) / np.cos(np.radians(dec_deg))
    around = ~((ratio > 0.0) & (ratio < 0.999))
    width = np.degrees(np.arcsin(np.where(around, 0.0, ratio)))
    return (
        np.where(around, 0.0, ra_deg - width),
        np.where(around, 360.0, ra_deg + width),
    )


def _zone(dec_deg: Floats) -> Floats:
    """Return the zone of each declination, a whole number."""
    zone: Floats = np.floor((dec_deg + 90.0) / _ZONE_DEG)
    return zone


def _sorted(ra_deg: Floats, dec_deg: Floats) -> tuple[Rows, Floats]:
    """Return the rows with a position by zone, then right ascension, and their keys."""
    rows = np.flatnonzero(np.isfinite(dec_deg))
    keys = _zone(dec_deg[rows]) * _TURN + ra_deg[rows] % 360.0
    order = np.argsort(keys)
    return rows[order], keys[order]


def _n_strips(n_rows: int) -> int:
    """Return into how many parts to cut the rows: one a thread."""
    return min(n_cores(), max(1, n_rows // _ROWS_WORTH_A_THREAD))
