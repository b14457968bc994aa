"""One survey matched to the primary, a portion of its rows at a time.

Within combine: above chance.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qsovae.combine.chance import Coverage, chance_of
from qsovae.crossmatch import Floats, Matches, NearestFirst, SkyIndex, best_matches

# So many rows of the primary are in memory with all their columns.
ROWS_A_PORTION = 250_000


@dataclass(frozen=True)
class SurveyMatch:
    """A survey's partners of the primary's rows, each field (n_rows,).

    Attributes
    ----------
    matches : Matches
        Row -1 where there is none.
    is_mutual : ndarray of bool
        Whether the primary's row is in turn the nearest to its partner.
    density_arcsec2 : ndarray
        Rows of the survey an arcsec² there; zero outside of its footprint.
    radius_arcsec : float
    chance : dict
        ``chance_rate``, ``chance_matches``, ``suggested_radius_arcsec`` and
        ``separations``, as in the report.
    """

    matches: Matches
    is_mutual: NDArray[np.bool_]
    density_arcsec2: NDArray[np.float32]
    radius_arcsec: float
    chance: dict[str, Any]

    @property
    def found(self) -> NDArray[np.bool_]:
        """Whether a row has a partner."""
        has: NDArray[np.bool_] = self.matches.row >= 0
        return has

    @property
    def in_footprint(self) -> NDArray[np.bool_]:
        """Whether the survey has rows in this cell of the sky."""
        return self.density_arcsec2 > 0

    @property
    def p_false(self) -> Floats:
        """Chance of a random row at least as near; NaN without a partner."""
        area = np.pi * self.matches.separation_arcsec**2
        chance: Floats = -np.expm1(-area * self.density_arcsec2)
        return chance

    def take(self, rows: slice) -> "SurveyMatch":
        """Return the match of some rows."""
        return replace(
            self,
            matches=self.matches.take(rows),
            is_mutual=self.is_mutual[rows],
            density_arcsec2=self.density_arcsec2[rows],
        )


def portions_of(n_rows: int) -> list[slice]:
    """Return the rows of each portion that is matched at once."""
    return [
        slice(start, min(start + ROWS_A_PORTION, n_rows))
        for start in range(0, n_rows, ROWS_A_PORTION)
    ]


def match_survey(
    primary: tuple[Floats, Floats],
    survey: tuple[Floats, Floats],
    radius_arcsec: float,
    *,
    only_mutual: bool,
    on_portion: Callable[[float], None] = lambda share: None,
) -> SurveyMatch:
    """Return the partners of the primary's rows in a survey.

    Parameters
    ----------
    primary, survey : (ndarray, ndarray)
        Right ascension and declination in deg, at one epoch; NaN where missing.
    radius_arcsec : float
    only_mutual : bool
        Whether a partner counts only if the primary's row is the nearest to it.
    on_portion : callable
        Told of the share that is done.
    """
    n_rows = len(primary[0])
    sky, coverage = SkyIndex(*survey), Coverage(*survey)
    nearest = NearestFirst(sky.n_rows)
    parts, density = [], np.empty(n_rows, dtype=np.float32)
    for rows in portions_of(n_rows):
        on_portion(rows.start / n_rows)
        ra, dec = primary[0][rows], primary[1][rows]
        pairs = sky.pairs_near(ra, dec, radius_arcsec)
        nearest.add(pairs, rows.start)
        parts.append(_small(best_matches(pairs, len(ra))))
        density[rows] = coverage.density_arcsec2(ra, dec)
    matches = _joined(parts)
    found = matches.row >= 0
    is_mutual = found & (nearest.row[matches.row] == np.arange(n_rows))
    if only_mutual:
        matches = matches._replace(
            row=np.where(is_mutual, matches.row, -1),
            separation_arcsec=np.where(
                is_mutual, matches.separation_arcsec, np.float32(np.nan)
            ),
        )
    chance = chance_of(primary, sky, radius_arcsec, density > 0)
    return SurveyMatch(matches, is_mutual, density, radius_arcsec, chance)


def _joined(parts: list[Matches]) -> Matches:
    """Return the matches of all portions."""
    return Matches(
        np.concatenate([part.row for part in parts]),
        np.concatenate([part.separation_arcsec for part in parts]),
        np.concatenate([part.n_match for part in parts]),
        np.concatenate([part.is_tied for part in parts]),
    )


def _small(matches: Matches) -> Matches:
    """Return matches in fewer bytes: of all rows, they stay in memory."""
    return matches._replace(
        separation_arcsec=matches.separation_arcsec.astype(np.float32)
    )


def neighbours(
    position: tuple[Floats, Floats], radius_arcsec: float
) -> NDArray[np.int32]:
    """Return how many others lie within a radius of each position, (n_rows,)."""
    sky = SkyIndex(*position)
    number = np.zeros(sky.n_rows, dtype=np.int32)
    for rows in portions_of(sky.n_rows):
        here = position[0][rows], position[1][rows]
        pairs = sky.pairs_near(*here, radius_arcsec)
        counts = np.bincount(pairs.first, minlength=len(here[0]))
        number[rows] = np.maximum(counts - 1, 0)  # each finds itself
    return number
