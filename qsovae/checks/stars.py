"""Which rows are probably stars or are called quasars; which of them move.

Within checks: lowest.
"""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.catalog import Catalog, quantity

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SIGNIFICANT = 5.0
_ENOUGH_STARS = 100
_QUASAR = r"(?:^|[^a-z])(?:qso|quasar)"
_STAR = r"^stars?(?:$|[^a-z])"
_DWARF = r"(?:^|[^a-z])dwarfs?$"
_GALAXY = r"(?:^|[^a-z])(?:galax|gal(?:$|[^a-z])|agn)"


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
    unknown = np.full(catalog.n_rows, np.nan)
    parallax, motion = (
        quantity(catalog, name) or (unknown, unknown)
        for name in ("parallax_sig", "pm_sig")
    )
    return Motion(parallax[0], motion[0])


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
