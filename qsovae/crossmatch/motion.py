"""Positions at other times.

Within crossmatch: above pairs.
"""

import numpy as np

from qsovae.crossmatch.pairs import ARCSEC, Floats, unit_vectors

_MAS = ARCSEC / 1000.0


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
