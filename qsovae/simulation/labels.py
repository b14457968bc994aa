"""Which sources have a spectrum, and so a class that is known.

Within simulation: above observing.
"""

import numpy as np
from numpy.typing import NDArray

from qsovae.bands import BANDS
from qsovae.simulation.reference import BAND_NAMES, Floats
from qsovae.simulation.sources import Sources

_SHARES = {"QSO": 0.9, "GALAXY": 0.6, "STAR": 0.6}
_HALF_LIMIT, _LIMIT_WIDTH = 21.7, 0.5
# What targets of quasar surveys look like: blue, or red between W1 and W2 (Vega).
_BLUE_G_R, _RED_W1_W2 = 0.6, 0.6
_QUASAR_LIMIT, _GALAXY_LIMIT, _STAR_LIMIT = 21.0, 19.5, 19.0
_STAR_SHARE, _FILLER_SHARE = 0.25, 0.01


def draw_labels(
    sources: Sources, is_biased: bool, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which sources have a spectrum.

    Unless biased, by class and r alone. Biased, as spectroscopic surveys choose: bright
    sources, and fainter ones that are blue or whose W1 - W2 is that of a quasar; few
    others.
    """
    r_mag = _magnitude(sources, "r")
    if is_biased:
        share = _targeted_shares(sources, r_mag)
    else:
        most = np.array([_SHARES[kind] for kind in sources.kind])
        share = most * _brighter_than(_HALF_LIMIT, _LIMIT_WIDTH, r_mag)
    has: NDArray[np.bool_] = rng.random(len(r_mag)) < share
    return has


def _targeted_shares(sources: Sources, r_mag: Floats) -> Floats:
    """Return the chance of a spectrum where targets are chosen by their look."""
    blue = _brighter_than(_BLUE_G_R, 0.1, _magnitude(sources, "g") - r_mag)
    w1_w2 = _magnitude(sources, "w1") - _magnitude(sources, "w2")
    # In the Vega system, in which such cuts are made.
    w1_w2 += BANDS["w2"].ab_minus_vega - BANDS["w1"].ab_minus_vega
    red = 1.0 - _brighter_than(_RED_W1_W2, 0.1, w1_w2)
    # Stars as blue as quasars are not as red in WISE: both together are surest.
    as_quasar = 0.85 * red * (0.4 + 0.6 * blue) + 0.1 * blue * (1.0 - red)
    as_quasar *= _brighter_than(_QUASAR_LIMIT, 0.3, r_mag)
    is_galaxy = sources.kind == "GALAXY"
    limit = np.where(is_galaxy, _GALAXY_LIMIT, _STAR_LIMIT)
    # Galaxies are chosen for their size, stars to calibrate; quasars as neither.
    as_other = np.where(is_galaxy, 0.8, np.where(sources.kind == "STAR", 1.0, 0.0))
    as_other *= np.where(is_galaxy, 1.0, _STAR_SHARE)
    as_other *= _brighter_than(limit, 0.2, r_mag)
    shares: Floats = 1.0 - (1.0 - as_quasar) * (1.0 - as_other) * (1.0 - _FILLER_SHARE)
    return shares


def _brighter_than(limit: Floats | float, width: float, value: Floats) -> Floats:
    """Return a share that falls from one to zero around a limit."""
    share: Floats = 1.0 / (1.0 + np.exp((value - limit) / width))
    return share


def _magnitude(sources: Sources, band: str) -> Floats:
    magnitude: Floats = sources.magnitudes[:, BAND_NAMES.index(band)].copy()
    return magnitude
