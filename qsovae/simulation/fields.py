"""Patterns on the sky that change smoothly with place.

Within simulation: beside reference.
"""

import numpy as np

from qsovae.simulation.reference import Floats

_N_WAVES = 24


class SmoothField:
    """A pattern on the sphere: values near normal, of mean 0 and s.d. 1.

    A sum of waves of random direction, length and phase. Values at two places correlate
    as exp(-angle^2 / 2 scale^2).

    Parameters
    ----------
    seed : int
        Names the pattern: it is the same in every simulation.
    scale_deg : float
        Angle over which it changes.
    """

    def __init__(self, seed: int, scale_deg: float) -> None:
        rng = np.random.default_rng([seed, _N_WAVES])
        self._waves = rng.normal(size=(3, _N_WAVES)) / np.radians(scale_deg)
        self._phases = rng.uniform(0.0, 2.0 * np.pi, _N_WAVES)

    def at(self, vectors: Floats) -> Floats:
        """Return the values at unit vectors (n, 3), as (n,)."""
        waves = np.cos(vectors @ self._waves + self._phases)
        values: Floats = np.sqrt(2.0 / _N_WAVES) * waves.sum(axis=1)
        return values
