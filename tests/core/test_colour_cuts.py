"""Colour cuts at points worked by hand, and how they treat what is missing."""

import numpy as np
import pytest

from qsovae.bands import BANDS
from qsovae.colour_cuts import COLOUR_CUTS

# What turns Vega into AB, as of the WISE Explanatory Supplement.
W1, W2 = 2.699, 3.339


def wise(*vega):
    """Return AB magnitudes of (W1, W2) in Vega."""
    w1, w2 = np.transpose(vega)
    return {"w1": w1 + W1, "w2": w2 + W2}


def test_the_offsets_are_those_of_wise():
    assert (BANDS["w1"].ab_minus_vega, BANDS["w2"].ab_minus_vega) == (W1, W2)


def test_stern_is_a_colour_and_a_limit():
    found = COLOUR_CUTS["stern"].select(
        wise((14.81, 14.0), (14.79, 14.0), (15.90, 15.04), (15.90, 15.06))
    )
    assert found.tolist() == [True, False, True, False]


def test_assef_is_level_then_rises():
    # At W2 = 15.86 the limit is 0.650 exp(0.153 x 4) = 1.1986.
    found = COLOUR_CUTS["assef_r90"].select(
        wise((12.66, 12.0), (12.64, 12.0), (14.515, 13.86), (14.505, 13.86),
             (15.86 + 1.199, 15.86), (15.86 + 1.198, 15.86), (40.0, 38.0))
    )  # fmt: skip
    assert found.tolist() == [True, False, True, False, True, False, False]


def test_wu_takes_optical_magnitudes_in_ab():
    # g - z = 1.0: z - W1 above 2.67.
    optical = COLOUR_CUTS["wu_optical"].select(
        {"g": [20.0, 20.0], "z": [19.0, 19.0], "w1": [19 - 2.68 + W1, 19 - 2.66 + W1]}
    )
    assert optical.tolist() == [True, False]
    infrared = COLOUR_CUTS["wu_infrared"].select(wise((15.58, 15.0), (15.56, 15.0)))
    assert infrared.tolist() == [True, False]


@pytest.mark.parametrize("key", COLOUR_CUTS)
def test_what_lacks_a_band_is_not_selected(key):
    cut = COLOUR_CUTS[key]
    quasar = {"g": 19.2, "z": 19.0, "w1": 15.0 + W1, "w2": 13.9 + W2}
    rows = {band: np.full(len(cut.bands) + 1, quasar[band]) for band in cut.bands}
    for row, band in enumerate(cut.bands, start=1):
        rows[band][row] = np.nan
    assert cut.select(rows).tolist() == [True] + [False] * len(cut.bands)
