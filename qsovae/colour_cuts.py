"""Cuts in colour that select quasars, as published: the rivals of every classifier.

Layer: beside tables, above bands. Takes AB magnitudes, gives who is selected.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qsovae.bands import BANDS

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class ColourCut:
    """A cut in colour that selects quasars.

    Attributes
    ----------
    key, title : str
        In code; in words, with the authors.
    about : str
        The cut itself and its source.
    bands : tuple of str
        Names of the bands that it needs, as in ``BANDS``.
    """

    key: str
    title: str
    about: str
    bands: tuple[str, ...]
    _is_selected: Callable[..., Mask]

    def select(self, magnitudes: Mapping[str, ArrayLike]) -> Mask:
        """Return which sources are selected, (n_rows,); none that lacks a band.

        Parameters
        ----------
        magnitudes : mapping of array_like, (n_rows,)
            AB, at least those of ``bands``; NaN where unobserved.
        """
        given = [np.asarray(magnitudes[band], np.float64) for band in self.bands]
        # What is compared with NaN is not selected.
        with np.errstate(invalid="ignore"):
            return self._is_selected(*given)


def _vega(magnitude_ab: Floats, band: str) -> Floats:
    return magnitude_ab - BANDS[band].ab_minus_vega


def _stern(w1_ab: Floats, w2_ab: Floats) -> Mask:
    w1, w2 = _vega(w1_ab, "w1"), _vega(w2_ab, "w2")
    return (w1 - w2 >= 0.8) & (w2 < 15.05)


def _assef(w1_ab: Floats, w2_ab: Floats) -> Mask:
    w1, w2 = _vega(w1_ab, "w1"), _vega(w2_ab, "w2")
    # Level down to 13.86, then the steeper the fainter.
    fainter = np.maximum(w2 - 13.86, 0.0)
    # Beyond any real source the limit is infinite, as it should be.
    with np.errstate(over="ignore"):
        return w1 - w2 > 0.650 * np.exp(0.153 * np.square(fainter))


def _wu_optical(g_ab: Floats, z_ab: Floats, w1_ab: Floats) -> Mask:
    return z_ab - _vega(w1_ab, "w1") > 0.66 * (g_ab - z_ab) + 2.01


def _wu_infrared(w1_ab: Floats, w2_ab: Floats) -> Mask:
    return _vega(w1_ab, "w1") - _vega(w2_ab, "w2") > 0.57


COLOUR_CUTS: dict[str, ColourCut] = {
    cut.key: cut
    for cut in (
        ColourCut(
            "stern", "Stern et al. 2012",
            "W1 - W2 >= 0.8 and W2 < 15.05, Vega (ApJ 753, 30)",
            ("w1", "w2"), _stern,
        ),
        ColourCut(
            "assef_r90", "Assef et al. 2018, R90",
            "W1 - W2 > 0.650 exp(0.153 (W2 - 13.86)^2), 0.650 for W2 < 13.86, Vega "
            "(ApJS 234, 23, whose limits for bright and noisy sources are left out)",
            ("w1", "w2"), _assef,
        ),
        ColourCut(
            "wu_optical", "Wu et al. 2012, g - z and z - W1",
            "z - W1 > 0.66 (g - z) + 2.01, g and z in AB, W1 in Vega (AJ 144, 49)",
            ("g", "z", "w1"), _wu_optical,
        ),
        ColourCut(
            "wu_infrared", "Wu et al. 2012, W1 - W2",
            "W1 - W2 > 0.57, Vega (AJ 144, 49)",
            ("w1", "w2"), _wu_infrared,
        ),
    )
}  # fmt: skip
