"""Which rows are probably stars or are called quasars; which of them move.

Within checks: lowest.
"""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import COMBINED_SURVEYS, plain_name
from qsovae.catalog import Catalog

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SIGNIFICANT = 5.0
_ENOUGH_STARS = 100
_QUASAR = r"(?:^|[^a-z])(?:qso|quasar)"
_STAR = r"^stars?(?:$|[^a-z])"
_DWARF = r"(?:^|[^a-z])dwarfs?$"
_GALAXY = r"(?:^|[^a-z])(?:galax|gal(?:$|[^a-z])|agn)"
_PARALLAX_SIGNIFICANCE = ("parallax_sig", "parallax_over_error")
_MOTION_SIGNIFICANCE = ("pm_sig",)


class Motion(NamedTuple):
    """Parallax and proper motion over their errors, (n_rows,); NaN where unknown."""

    parallax: Floats
    proper_motion: Floats

    def is_significant(self) -> Mask:
        """Return which rows move, or are near, beyond 5 sigma."""
        with np.errstate(invalid="ignore"):
            hit: Mask = (self.parallax > SIGNIFICANT) | (
                self.proper_motion > SIGNIFICANT
            )
        return hit


def motion_of(catalog: Catalog) -> Motion:
    """Return how significantly each row moves, from significances or from errors."""
    carried = {c.name: c.sources for c in COMBINED_SURVEYS["gaia"].carry}

    def values(*names: str) -> Floats | None:
        by_plain = {plain_name(n): n for n in reversed(catalog.raw.frame.columns)}
        found = next((by_plain[n] for n in names if n in by_plain), None)
        return None if found is None else catalog.values(found)

    def over_error(name: str) -> Floats | None:
        value, error = values(*carried[name]), values(*carried[f"{name}_err"])
        if value is None or error is None:
            return None
        return value / np.where(error > 0, error, np.nan)

    unknown = np.full(catalog.n_rows, np.nan)
    parallax = values(*_PARALLAX_SIGNIFICANCE)
    if parallax is None:
        parallax = over_error("parallax_mas")
    motion = values(*_MOTION_SIGNIFICANCE)
    along_ra, along_dec = over_error("pm_ra_masyr"), over_error("pm_dec_masyr")
    if motion is None and along_ra is not None and along_dec is not None:
        motion = _significance(along_ra, along_dec, values("pmra_pmdec_corr"))
    return Motion(
        unknown if parallax is None else parallax, unknown if motion is None else motion
    )


def _significance(along_ra: Floats, along_dec: Floats, corr: Floats | None) -> Floats:
    """Return the length of a motion in its own error ellipse."""
    rho = 0.0 if corr is None else np.clip(np.nan_to_num(corr), -0.99, 0.99)
    squared = along_ra**2 - 2.0 * rho * along_ra * along_dec + along_dec**2
    length: Floats = np.sqrt(squared / (1.0 - np.square(rho)))
    return length


class Classes(NamedTuple):
    """What the label column calls a quasar, a star or a galaxy, each (n_rows,)."""

    quasar: Mask
    star: Mask
    dwarf: Mask
    galaxy: Mask


def classes_of(catalog: Catalog) -> Classes:
    """Return which rows are labelled what, however it is spelt; none without labels."""
    name = catalog.mapping.only("label")
    nothing = np.zeros(catalog.n_rows, dtype=bool)
    if name is None:
        return Classes(nothing, nothing, nothing, nothing)
    codes, names = pd.factorize(catalog.raw.frame[name].astype("string"))
    spelt = [str(n).strip().casefold() for n in names]
    found = (
        # -1, the code of a null, is the last.
        np.array([*(bool(re.search(kind, n)) for n in spelt), False])[codes]
        for kind in (_QUASAR, _STAR, _DWARF, _GALAXY)
    )
    return Classes(*found)


def probable_stars(catalog: Catalog) -> Mask:
    """Return rows that are labelled stars or move; point-like ones if these are few.

    Whatever is labelled otherwise is none.
    """
    classes = classes_of(catalog)
    other = classes.quasar | classes.galaxy
    stars: Mask = classes.star | classes.dwarf | motion_of(catalog).is_significant()
    stars &= ~other
    if np.count_nonzero(stars) < _ENOUGH_STARS:
        stars = stars | ((catalog.morphology == "point") & ~other)
    return stars
