"""What chance alone would match: measured at shifted positions, and by local density.

Within combine: lowest.
"""

from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy_healpix import HEALPix
from numpy.typing import NDArray

from qsovae.crossmatch import (
    LARGEST_RADIUS_ARCSEC,
    Floats,
    SkyIndex,
    best_matches,
)

# Positions this far off know nothing of their own partner, but of the same crowd.
_SHIFT_ARCSEC = 30.0
_SHIFT_ANGLES_DEG = (0.0, 90.0, 180.0, 270.0)
# So many rows tell a chance rate of a per cent to a few per cent of itself.
_CHANCE_ROWS = 200_000
_BINS = 30
_FINEST_NSIDE = 512
_ROWS_A_CELL = 10
# A suggestion needs that many pairs.
_ENOUGH_PAIRS = 50


class Coverage:
    """Where a survey looked, and how crowded it is there, by its own rows.

    Cells of a HEALPix grid that hold a row count as covered; the grid is as fine as
    leaves ten rows in a typical cell.
    """

    def __init__(self, ra_deg: Floats, dec_deg: Floats) -> None:
        known = np.isfinite(ra_deg)
        nside = _FINEST_NSIDE
        while True:
            self._grid = HEALPix(nside=nside, order="nested")
            cells = self._cells(ra_deg[known], dec_deg[known])
            self._covered, counts = np.unique(cells, return_counts=True)
            if nside == 1 or np.median(counts) >= _ROWS_A_CELL:
                break
            nside //= 2
        area = self._grid.pixel_area.to_value(u.arcsec**2)
        self._density = counts / area

    def _cells(self, ra_deg: Floats, dec_deg: Floats) -> NDArray[np.int64]:
        cells: NDArray[np.int64] = self._grid.lonlat_to_healpix(
            ra_deg * u.deg, dec_deg * u.deg
        )
        return cells

    def density_arcsec2(self, ra_deg: Floats, dec_deg: Floats) -> Floats:
        """Return the survey's rows an arcsec² at positions; zero outside of it."""
        density = np.zeros(len(ra_deg))
        known = np.isfinite(ra_deg)
        cells = self._cells(ra_deg[known], dec_deg[known])
        place = np.searchsorted(self._covered, cells)
        place = np.minimum(place, len(self._covered) - 1)
        inside = self._covered[place] == cells
        density[known] = np.where(inside, self._density[place], 0.0)
        return density


def chance_of(
    primary: tuple[Floats, Floats],
    sky: SkyIndex,
    radius_arcsec: float,
    in_footprint: NDArray[np.bool_],
) -> dict[str, Any]:
    """Return what shifted positions match, by separation, beside the true ones.

    Of a large primary, a random sample of rows is taken, and counts are those expected
    of all rows.
    """
    rows = np.flatnonzero(in_footprint)
    n_inside = len(rows)
    if n_inside > _CHANCE_ROWS:
        rows = np.random.default_rng(0).choice(rows, _CHANCE_ROWS, replace=False)
    share = n_inside / max(len(rows), 1)
    reach = min(3.0 * radius_arcsec, LARGEST_RADIUS_ARCSEC)
    edges = np.linspace(0.0, reach, _BINS + 1)
    ra, dec = primary[0][rows], primary[1][rows]
    here = SkyCoord(ra * u.deg, dec * u.deg)
    shifted = [
        here.directional_offset_by(angle * u.deg, _SHIFT_ARCSEC * u.arcsec)
        for angle in _SHIFT_ANGLES_DEG
    ] if len(rows) else []  # fmt: skip
    true = _nearest_separations(sky, ra, dec, reach)
    at_random = [_nearest_separations(sky, c.ra.deg, c.dec.deg, reach) for c in shifted]
    pairs = np.histogram(true, edges)[0].astype(np.float64)
    counts = [np.histogram(c, edges)[0] for c in at_random]
    chance = among_true(pairs, np.mean(counts, axis=0), len(rows)) if counts else pairs
    within = [np.count_nonzero(c <= radius_arcsec) for c in at_random]
    rate = float(np.mean(within)) / len(rows) if len(rows) else None
    up_to = np.interp(radius_arcsec, edges, np.r_[0.0, np.cumsum(chance)])
    return {
        "chance_rate": rate,
        "chance_matches": round(float(up_to) * share, 3),
        "suggested_radius_arcsec": suggested_radius(edges, pairs, chance),
        "separations": {
            "edges_arcsec": np.round(edges, 6).tolist(),
            "pairs": np.round(pairs * share, 3).tolist(),
            "chance": np.round(chance * share, 3).tolist(),
        },
    }


def among_true(pairs: Floats, at_random: Floats, n_rows: int) -> Floats:
    """Return how many of the nearest partners are there by chance, by separation.

    Partners of random positions tell how many chance would give; a row with a true
    partner nearer than that never shows its chance one.

    Parameters
    ----------
    pairs, at_random : ndarray, (n_bins,)
        Nearest partners of the rows, and of as many random positions.
    n_rows : int
    """
    chance = np.zeros(len(pairs))
    at_risk, without_true = float(n_rows), 1.0
    for k in range(len(pairs)):
        hidden = min(at_random[k] * without_true, pairs[k])
        # Kaplan and Meier's estimate of having no true partner up to here; a chance
        # partner takes its row out of the count, in the middle of the bin.
        hazard = min((pairs[k] - hidden) / max(at_risk - 0.5 * hidden, 1.0), 1.0)
        beyond = without_true * (1.0 - hazard)
        chance[k] = at_random[k] * 0.5 * (without_true + beyond)
        at_risk, without_true = at_risk - pairs[k], beyond
    return chance


def _nearest_separations(
    sky: SkyIndex, ra_deg: Floats, dec_deg: Floats, reach_arcsec: float
) -> Floats:
    """Return the separation of each position's nearest partner, if it has one."""
    matches = best_matches(sky.pairs_near(ra_deg, dec_deg, reach_arcsec), len(ra_deg))
    return matches.separation_arcsec[matches.row >= 0]


def suggested_radius(edges: Floats, pairs: Floats, chance: Floats) -> float | None:
    """Return the radius that gains most true pairs over false ones.

    Up to there a pair more is likelier true than by chance, beyond it is not.

    Parameters
    ----------
    edges : ndarray, (n_bins + 1,)
        Of separation, arcsec.
    pairs, chance : ndarray, (n_bins,)
        Nearest partners, and how many of them are there by chance.

    Returns
    -------
    float or None
        None where there are too few true pairs to say.
    """
    if pairs.sum() - chance.sum() < _ENOUGH_PAIRS:
        return None
    # True pairs are what chance does not explain: (pairs - chance) - chance.
    gain = np.cumsum(pairs - 2.0 * chance)
    best = int(np.argmax(gain))
    return float(edges[best + 1]) if gain[best] > 0 else None
