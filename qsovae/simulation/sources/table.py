"""Sources of all classes in one table.

Within sources: lowest.
"""

from dataclasses import dataclass, fields

import numpy as np

from qsovae.simulation.reference import BAND_NAMES, Floats

# r magnitudes of the sources that are drawn.
R_RANGE = (16.0, 23.0)


@dataclass
class Sources:
    """True sources, each field (n,) but ``magnitudes`` (n, n_bands), AB.

    ``redshift`` is NaN for stars; ``absolute_i`` is NaN but for stars;
    ``half_light_arcsec`` is the radius of an extended source, zero for a point;
    ``host_fraction`` is a quasar's.
    """

    kind: np.ndarray
    redshift: Floats
    absolute_i: Floats
    half_light_arcsec: Floats
    host_fraction: Floats
    magnitudes: Floats

    def take(self, rows: np.ndarray) -> "Sources":
        """Return some of the sources."""
        return Sources(*(getattr(self, f.name)[rows] for f in fields(self)))


def join(parts: list[Sources]) -> Sources:
    """Return sources one after another."""
    return Sources(
        *(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Sources))
    )


def at_r_magnitudes(relative: Floats, r_mag: Floats) -> Floats:
    """Return colours as the magnitudes of sources of these r, (n, n_bands)."""
    r_band = BAND_NAMES.index("r")
    magnitudes: Floats = relative - relative[:, [r_band]] + r_mag[:, None]
    return magnitudes
