"""How many sources of each class a patch of sky has, and which.

Within simulation: above patches and sources.
"""

import numpy as np
from numpy.typing import NDArray

from qsovae.simulation.patches import Patches
from qsovae.simulation.reference import Floats
from qsovae.simulation.sources import (
    Sources,
    class_counts_per_deg2,
    draw_galaxies,
    draw_quasars,
    draw_stars,
    join,
)

# Class shares of the demo: enriched in quasars, so that a small table has enough.
DEMO_MIX = {"QSO": 0.15, "GALAXY": 0.35, "STAR": 0.50}
PATCH_SOURCES = 200
# Counts and shares of stars are taken at these latitudes.
_LATITUDES_DEG = (30.0, 45.0, 60.0, 75.0, 90.0)


def class_shares(patches: Patches, mix: str) -> tuple[Floats, Floats]:
    """Return shares of quasars, galaxies and stars in each patch, and its latitude.

    The latitude, in deg, is that of the nearest tabulated one.
    """
    steps = np.array(_LATITUDES_DEG)
    offsets = np.abs(np.abs(patches.gal_b_deg)[:, None] - steps)
    nearest = steps[offsets.argmin(axis=1)]
    by_latitude = np.array([_shares(latitude, mix) for latitude in steps])
    return by_latitude[np.searchsorted(steps, nearest)], nearest


def _shares(latitude_deg: float, mix: str) -> list[float]:
    """Return the shares of quasars, galaxies and stars."""
    counts = DEMO_MIX if mix == "demo" else class_counts_per_deg2(latitude_deg)
    numbers = [counts[kind] for kind in ("QSO", "GALAXY", "STAR")]
    return [number / sum(numbers) for number in numbers]


def draw_sources(
    shares: Floats, latitude_deg: Floats, rng: np.random.Generator
) -> tuple[Sources, NDArray[np.int64]]:
    """Return the sources of all patches, patch by patch, and the patch of each."""
    numbers = rng.multinomial(PATCH_SOURCES, shares)
    which = np.arange(len(shares))
    parts = [
        draw_quasars(int(numbers[:, 0].sum()), rng),
        draw_galaxies(int(numbers[:, 1].sum()), rng),
    ]
    owners = [np.repeat(which, numbers[:, 0]), np.repeat(which, numbers[:, 1])]
    for latitude in np.unique(latitude_deg):
        here = latitude_deg == latitude
        owners.append(np.repeat(which[here], numbers[here, 2]))
        parts.append(draw_stars(len(owners[-1]), float(latitude), rng))
    owner = np.concatenate(owners)
    order = np.lexsort((rng.random(len(owner)), owner))
    return join(parts).take(order), owner[order]


def crowded_widths(latitude_deg: Floats) -> Floats:
    """Return widths in deg at which sources are as dense as on the sky."""
    widths = np.empty(len(latitude_deg))
    for latitude in np.unique(latitude_deg):
        per_deg2 = sum(class_counts_per_deg2(float(latitude)).values())
        widths[latitude_deg == latitude] = np.sqrt(PATCH_SOURCES / per_deg2)
    return widths
