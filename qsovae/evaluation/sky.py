"""How many sources of each kind the sky has, down to a magnitude.

Within evaluation: lowest.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from qsovae.errors import ConfigError

# Sources per square degree brighter than r = 20, 21, 22 and 23 (AB): galaxies; stars
# at a galactic latitude of 60 deg, as of `simulation/tables/number_counts.csv`; quasars
# of the luminosity function of Ross et al. 2013, brought to the counts of
# Palanque-Delabrouille et al. 2013.
_LIMITS = (20.0, 21.0, 22.0, 23.0)
_PER_DEG2 = {
    "quasar": (28.0, 70.0, 128.0, 194.0),
    "galaxy": (1230.0, 3600.0, 9500.0, 21000.0),
    "star": (1900.0, 3000.0, 4600.0, 6800.0),
}
_KINDS = {"qso": "quasar", "quasar": "quasar", "galaxy": "galaxy", "star": "star"}
DEFAULT_LIMIT = 22.0


class SkyMix(NamedTuple):
    """Shares of classes on the sky, by name, and sources of all per square degree."""

    shares: dict[str, float]
    per_deg2: float


def is_quasar(name: str) -> bool:
    """Return whether a class is one of quasars, by its name."""
    return _KINDS.get(_plain(name)) == "quasar"


def sky_mix(classes: Sequence[str], r_limit: float = DEFAULT_LIMIT) -> SkyMix:
    """Return the class mix on the sky down to a magnitude, at high galactic latitude.

    Between the tabulated limits, logarithms of counts are interpolated.

    Parameters
    ----------
    classes : sequence of str
        Names of quasars, galaxies and stars, in any case, singular or plural.
    r_limit : float
        AB magnitude, 20 to 23.

    Raises
    ------
    ConfigError
        If a class is none of these, or two are the same, or the limit lies outside.
    """
    if not _LIMITS[0] <= r_limit <= _LIMITS[-1]:
        raise ConfigError(
            f"no counts are known down to r = {r_limit}",
            "sky_mix",
            f"Use a limit from {_LIMITS[0]:g} to {_LIMITS[-1]:g}, or state the shares.",
        )
    kinds = [_KINDS.get(_plain(name)) for name in classes]
    unknown = [c for c, kind in zip(classes, kinds, strict=True) if kind is None]
    if unknown or len(set(kinds)) < len(kinds):
        raise ConfigError(
            f"the sky's counts are of quasars, galaxies and stars, once each: not of "
            f"{', '.join(unknown or classes)}",
            "sky_mix",
            "State the share of each class instead.",
        )
    density = {
        name: float(np.exp(np.interp(r_limit, _LIMITS, np.log(_PER_DEG2[str(kind)]))))
        for name, kind in zip(classes, kinds, strict=True)
    }
    total = sum(density.values())
    return SkyMix({name: value / total for name, value in density.items()}, total)


def _plain(name: str) -> str:
    """Return a class's name in lower case and singular."""
    plain = name.strip().casefold()
    return {"galaxies": "galaxy"}.get(plain, plain.removesuffix("s"))
