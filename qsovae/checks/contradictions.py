"""Columns that contradict each other: motion, morphology, class, colour.

Within checks: above stars.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from qsovae.bands import BANDS, Quality
from qsovae.catalog import Catalog
from qsovae.checks.report import Finding
from qsovae.checks.stars import (
    SIGNIFICANT,
    Floats,
    Mask,
    Motion,
    classes_of,
    motion_of,
)

_FEWEST_COLOURS = 100
_OUTLYING = 6.0
_MANY = 0.05
_MANY_STARS = 0.01
# Stern et al. 2012: W1 - W2 of active nuclei, Vega.
_QUASAR_W1_W2 = 0.8
_LARGEST_WISE_ERROR = 0.1


class Contradictions:
    """Rows whose columns do not belong to one source.

    Parameters
    ----------
    sample : Catalog
        Its colours say which ones are far from the median.
    """

    def __init__(self, sample: Catalog) -> None:
        self._label = sample.mapping.only("label")
        self._morphology = sample.mapping.only("morphology")
        limits = {pair: colour_limits(colour) for pair, colour in _colours(sample)}
        self._limits = {pair: lim for pair, lim in limits.items() if lim is not None}
        # Rows with a colour, and those where it is far from the median.
        self._colours = {pair: np.zeros(2, dtype=int) for pair in self._limits}
        self._n_extended = self._n_moving_points = 0
        self._n_near = self._n_fast = self._n_stars = 0

    def bits(self, portion: Catalog) -> NDArray[np.uint32]:
        """Return the bits of a portion's rows, (n_portion,)."""
        bits = np.zeros(portion.n_rows, dtype=np.uint32)
        motion, classes = motion_of(portion), classes_of(portion)
        for bit, hit in (
            (Quality.MOVING_EXTENDED, self._moving_extended(portion, motion)),
            (Quality.MOVING_QUASAR, self._moving_quasars(motion, classes.quasar)),
            (Quality.STAR_LIKE_QUASAR, self._stars_like_quasars(portion, classes.star)),
            (Quality.OUTLYING_COLOUR, self._outlying_colours(portion)),
        ):
            bits[hit] |= np.uint32(bit)
        return bits

    def _moving_extended(self, portion: Catalog, motion: Motion) -> Mask:
        """Return extended rows that move."""
        moves = motion.is_significant()
        extended = portion.morphology == "extended"
        known = np.isfinite(motion.parallax) | np.isfinite(motion.proper_motion)
        self._n_extended += int((extended & known).sum())
        points = (portion.morphology == "point") & moves
        self._n_moving_points += int(points.sum())
        moving: Mask = extended & known & moves
        return moving

    def _moving_quasars(self, motion: Motion, quasar: Mask) -> Mask:
        """Return rows labelled quasar that move."""
        with np.errstate(invalid="ignore"):
            near = quasar & (motion.parallax > SIGNIFICANT)
            fast = quasar & (motion.proper_motion > SIGNIFICANT)
        self._n_near += int(near.sum())
        self._n_fast += int(fast.sum())
        moving: Mask = near | fast
        return moving

    def _stars_like_quasars(self, portion: Catalog, star: Mask) -> Mask:
        """Return rows labelled star that have a quasar's WISE colour."""
        if not star.any() or not {"w1", "w2"} <= set(portion.bands):
            return np.zeros(portion.n_rows, dtype=bool)
        (w1, w1_error), (w2, w2_error) = (portion.magnitude(b) for b in ("w1", "w2"))
        colour = w1 - w2
        zero = BANDS["w1"].ab_minus_vega - BANDS["w2"].ab_minus_vega
        with np.errstate(invalid="ignore"):
            sure = star & np.isfinite(colour)
            sure &= ~(w1_error >= _LARGEST_WISE_ERROR)
            sure &= ~(w2_error >= _LARGEST_WISE_ERROR)
            hit: Mask = sure & (colour - zero >= _QUASAR_W1_W2)
        self._n_stars += int(sure.sum())
        return hit

    def _outlying_colours(self, portion: Catalog) -> Mask:
        """Return rows with a colour of neighbouring bands that is far from the rest."""
        anywhere = np.zeros(portion.n_rows, dtype=bool)
        for pair, colour in _colours(portion):
            if pair not in self._limits:
                continue
            hit = beyond(colour, *self._limits[pair])
            known = np.count_nonzero(np.isfinite(colour))
            self._colours[pair] += [known, np.count_nonzero(hit)]
            anywhere |= hit
        return anywhere

    def findings(self, quality: NDArray[np.uint32]) -> list[Finding]:
        """Return what was found, by every row's bits, (n_rows,)."""
        masks = [
            (quality & bit) > 0
            for bit in (Quality.MOVING_EXTENDED, Quality.MOVING_QUASAR,
                        Quality.STAR_LIKE_QUASAR, Quality.OUTLYING_COLOUR)
        ]  # fmt: skip
        found = [self._on_extended(masks[0]), self._on_quasars(masks[1]),
                 self._on_stars(masks[2]), self._on_colours(masks[3])]  # fmt: skip
        return [f for f in found if f.n_rows]

    def _on_extended(self, moving: Mask) -> Finding:
        n_moving = np.count_nonzero(moving)
        share = n_moving / max(self._n_extended, 1)
        # More often than the few blends of any catalog.
        is_common = n_moving > _MANY * (n_moving + self._n_moving_points)
        return Finding.on_rows(
            "warning" if share > _MANY and is_common else "note", self._morphology,
            f"rows are extended, yet their parallax or proper motion is above "
            f"{SIGNIFICANT:g} sigma ({share:.1%} of {self._n_extended:,} "
            "extended rows with astrometry)", moving,
            "Blends and binaries look so; many of them mean a wrong match, or a "
            "morphology that fails.",
        )  # fmt: skip

    def _on_quasars(self, moving: Mask) -> Finding:
        return Finding.on_rows(
            "warning", self._label,
            f"rows are labelled quasar, but {self._n_near:,} have a parallax "
            f"and {self._n_fast:,} a proper motion above {SIGNIFICANT:g} sigma",
            moving,
            "Stars, or wrong matches: look at their spectra before training on them.",
        )  # fmt: skip

    def _on_stars(self, hit: Mask) -> Finding:
        share = np.count_nonzero(hit) / max(self._n_stars, 1)
        return Finding.on_rows(
            "warning" if share > _MANY_STARS else "note", self._label,
            f"rows are labelled star, but W1 - W2 is {_QUASAR_W1_W2:g} or more (Vega), "
            f"as in quasars ({share:.2%} of {self._n_stars:,} stars with good "
            "WISE magnitudes)", hit,
            "Cool dwarfs and blends look so; or the class is wrong.",
        )  # fmt: skip

    def _on_colours(self, anywhere: Mask) -> Finding:
        told = [
            f"{BANDS[blue].label} - {BANDS[red].label} {n:,} ({n / n_known:.2%})"
            for (blue, red), (n_known, n) in self._colours.items() if n
        ]  # fmt: skip
        return Finding.on_rows(
            "note", None,
            f"colours are more than {_OUTLYING:g} robust sigma from the median: "
            + ", ".join(told), anywhere,
            "Rare objects, blends, or wrong matches: look at some.",
        )  # fmt: skip


def _colours(catalog: Catalog) -> Iterator[tuple[tuple[str, str], Floats]]:
    """Yield neighbouring bands and their colour in AB, (n_rows,)."""
    magnitudes = ((band, catalog.magnitude(band)[0]) for band in catalog.bands)
    for (blue, bright), (red, faint) in pairwise(magnitudes):
        yield (blue, red), bright - faint


def colour_limits(values: Floats) -> tuple[float, float] | None:
    """Return the median of a colour and how far from it is far; None for few values.

    Six robust sigma: of the middle half or of the middle nine tenths, whichever is
    larger. Two classes make two heaps, and neither is an outlier.
    """
    seen = values[np.isfinite(values)]
    if len(seen) < _FEWEST_COLOURS:
        return None
    low, middle, high = np.percentile(seen, [5.0, 50.0, 95.0])
    sigma = max(1.4826 * np.median(np.abs(seen - middle)), (high - low) / 3.29)
    return float(middle), max(_OUTLYING * float(sigma), 1e-6)


def beyond(values: Floats, middle: float, reach: float) -> Mask:
    """Return which values are farther from the middle than the reach, (n_rows,)."""
    with np.errstate(invalid="ignore"):
        hit: Mask = np.abs(values - middle) > reach
    return hit
