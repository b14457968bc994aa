"""Columns that contradict each other: motion, morphology, class, colour.

Within checks: above stars.
"""

from itertools import pairwise

import numpy as np

from qsovae.bands import BANDS
from qsovae.catalog import Catalog
from qsovae.checks.report import Finding
from qsovae.checks.stars import SIGNIFICANT, Floats, Mask, classes_of, motion_of

_FEWEST_COLOURS = 100
_OUTLYING = 6.0
_MANY = 0.05
_MANY_STARS = 0.01
# Stern et al. 2012: W1 - W2 of active nuclei, Vega.
_QUASAR_W1_W2 = 0.8
_LARGEST_WISE_ERROR = 0.1


def contradiction_findings(catalog: Catalog) -> list[Finding]:
    """Return rows whose columns do not belong to one source."""
    return [
        *_moving_extended(catalog),
        *_moving_quasars(catalog),
        *_stars_like_quasars(catalog),
        *_outlying_colours(catalog),
    ]


def _moving_extended(catalog: Catalog) -> list[Finding]:
    """Return a finding on extended rows that move."""
    motion = motion_of(catalog)
    extended = catalog.morphology == "extended"
    known = extended & (np.isfinite(motion.parallax) | np.isfinite(motion[1]))
    moving: Mask = known & motion.is_significant()
    if not moving.any():
        return []
    share = np.count_nonzero(moving) / np.count_nonzero(known)
    return [
        Finding.on_rows(
            "warning" if share > _MANY and _is_common(catalog, moving) else "note",
            catalog.mapping.only("morphology"),
            f"rows are extended, yet their parallax or proper motion is above "
            f"{SIGNIFICANT:g} sigma ({share:.1%} of {np.count_nonzero(known):,} "
            "extended rows with astrometry)", moving,
            "Blends and binaries look so; many of them mean a wrong match, or a "
            "morphology that fails.",
        )
    ]  # fmt: skip


def _is_common(catalog: Catalog, moving: Mask) -> bool:
    """Return whether moving rows are extended more often than a few blends are."""
    point = (catalog.morphology == "point") & motion_of(catalog).is_significant()
    n_moving = np.count_nonzero(moving)
    return bool(n_moving > _MANY * (n_moving + np.count_nonzero(point)))


def _moving_quasars(catalog: Catalog) -> list[Finding]:
    """Return a finding on rows labelled quasar that move."""
    quasar, motion = classes_of(catalog).quasar, motion_of(catalog)
    with np.errstate(invalid="ignore"):
        near = quasar & (motion.parallax > SIGNIFICANT)
        moving = quasar & (motion.proper_motion > SIGNIFICANT)
    if not (near | moving).any():
        return []
    return [
        Finding.on_rows(
            "warning", catalog.mapping.only("label"),
            f"rows are labelled quasar, but {np.count_nonzero(near):,} have a parallax "
            f"and {np.count_nonzero(moving):,} a proper motion above {SIGNIFICANT:g} "
            "sigma", near | moving,
            "Stars, or wrong matches: look at their spectra before training on them.",
        )
    ]  # fmt: skip


def _stars_like_quasars(catalog: Catalog) -> list[Finding]:
    """Return a finding on rows labelled star that have a quasar's WISE colour."""
    star = classes_of(catalog).star
    if not star.any() or not {"w1", "w2"} <= set(catalog.bands):
        return []
    (w1, w1_error), (w2, w2_error) = catalog.magnitude("w1"), catalog.magnitude("w2")
    zero = BANDS["w1"].ab_minus_vega - BANDS["w2"].ab_minus_vega
    with np.errstate(invalid="ignore"):
        sure = star & np.isfinite(w1 - w2)
        sure &= ~(w1_error >= _LARGEST_WISE_ERROR) & ~(w2_error >= _LARGEST_WISE_ERROR)
        hit = sure & (w1 - w2 - zero >= _QUASAR_W1_W2)
    if not hit.any():
        return []
    share = np.count_nonzero(hit) / np.count_nonzero(sure)
    return [
        Finding.on_rows(
            "warning" if share > _MANY_STARS else "note", catalog.mapping.only("label"),
            f"rows are labelled star, but W1 - W2 is {_QUASAR_W1_W2:g} or more (Vega), "
            f"as in quasars ({share:.2%} of {np.count_nonzero(sure):,} stars with good "
            "WISE magnitudes)", hit,
            "Cool dwarfs and blends look so; or the class is wrong.",
        )
    ]  # fmt: skip


def _outlying_colours(catalog: Catalog) -> list[Finding]:
    """Return a note on colours of neighbouring bands that are far from the rest."""
    bands = catalog.bands
    anywhere: Mask = np.zeros(catalog.n_rows, dtype=bool)
    told = []
    for blue, red in pairwise(bands):
        colour = catalog.magnitude(blue)[0] - catalog.magnitude(red)[0]
        hit = outlying(colour)
        if hit.any():
            anywhere |= hit
            share = np.count_nonzero(hit) / np.count_nonzero(np.isfinite(colour))
            pair = f"{BANDS[blue].label} - {BANDS[red].label}"
            told.append(f"{pair} {np.count_nonzero(hit):,} ({share:.2%})")
    if not told:
        return []
    return [
        Finding.on_rows(
            "note", None,
            f"colours are more than {_OUTLYING:g} robust sigma from the median: "
            + ", ".join(told), anywhere,
            "Rare objects, blends, or wrong matches: look at some.",
        )
    ]  # fmt: skip


def outlying(values: Floats) -> Mask:
    """Return which values are beyond six robust sigma of the median, (n_rows,).

    Sigma is that of the middle half or of the middle nine tenths, whichever is larger:
    two classes make two heaps, and neither is an outlier.
    """
    seen = values[np.isfinite(values)]
    if len(seen) < _FEWEST_COLOURS:
        return np.zeros(len(values), dtype=bool)
    low, middle, high = np.percentile(seen, [5.0, 50.0, 95.0])
    sigma = max(1.4826 * np.median(np.abs(seen - middle)), (high - low) / 3.29)
    with np.errstate(invalid="ignore"):
        hit: Mask = np.abs(values - middle) > max(_OUTLYING * sigma, 1e-6)
    return hit
