"""What there is in patches of sky: sources, where they lie, how bright they look.

Within simulation: above patches, blends and request.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qsovae.crossmatch import Pairs
from qsovae.simulation import observing
from qsovae.simulation.blends import (
    ALL_UNSEEN,
    FAINT_UNSEEN,
    beam_pairs,
    pair_leak,
    rows_near,
    unseen_leak,
)
from qsovae.simulation.patches import (
    Patches,
    draw_patches,
    galactic_latitude,
    reddening,
)
from qsovae.simulation.reference import WISE, Floats
from qsovae.simulation.shapes import draw_pairs
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
_SPARSE_WIDTH_DEG = 1.0

Streams = dict[str, np.random.Generator]


@dataclass(frozen=True)
class Scene:
    """Sources in patches of sky, in the order of the patches; fields are (n,).

    Attributes
    ----------
    sources : Sources
    patches : Patches
    patch : ndarray of int
        Which patch each source lies in.
    ra_deg, dec_deg, gal_b_deg, ebv : ndarray
    flux : ndarray, (n, n_bands)
        What arrives in each band's beam, in nJy: dimmed by dust, off by the zero point,
        neighbours in the WISE beam included.
    pair_arcsec : ndarray
        Separation of a star that is two of equal light, zero for all others.
    pairs : Pairs or None
        Sources that share a beam; None where a random crowd leaks instead.
    n_unseen_near : ndarray of int
        How many of the random crowd lie within 3 arcsec.
    """

    sources: Sources
    patches: Patches
    patch: NDArray[np.int64]
    ra_deg: Floats
    dec_deg: Floats
    gal_b_deg: Floats
    ebv: Floats
    flux: Floats
    pair_arcsec: Floats
    pairs: Pairs | None
    n_unseen_near: NDArray[np.int16]

    def n_near(self, is_row: NDArray[np.bool_]) -> NDArray[np.int16]:
        """Return how many other rows, or of the random crowd, lie within 3 arcsec."""
        if self.pairs is None:
            return self.n_unseen_near
        return rows_near(self.pairs, is_row)


def draw_scene(n_patches: int, mix: str, streams: Streams, *, crowded: bool) -> Scene:
    """Return what lies in some patches.

    ``crowded`` draws sources as densely as on the sky, and has them leak into each
    other's WISE beams; otherwise patches are a degree wide and a random crowd leaks.
    """
    patches = draw_patches(n_patches, streams["patches"])
    shares, nearest = _class_counts(patches, mix)
    sources, patch = _draw_sources(shares, nearest, streams["sources"])
    width = _patch_widths(nearest) if crowded else np.full(n_patches, _SPARSE_WIDTH_DEG)
    ra, dec = _places(patches, patch, width, streams["places"])
    latitude = galactic_latitude(ra, dec)
    ebv = reddening(ra, dec, latitude)
    dimmed = sources.magnitudes + observing.extinction(ebv)
    flux = observing.to_flux(dimmed + patches.zero_point_mag[patch])
    pairs = beam_pairs(ra, dec) if crowded else None
    crowd = FAINT_UNSEEN if crowded else ALL_UNSEEN
    leak, n_near = unseen_leak(len(patch), crowd, streams["unseen"])
    if pairs is not None:
        leak += pair_leak(pairs, flux)
    flux[:, observing.columns_of(WISE)] += leak
    return Scene(
        sources, patches, patch, ra, dec, latitude, ebv, flux,
        draw_pairs(sources.kind == "STAR", streams["pairs"]), pairs, n_near,
    )  # fmt: skip


def _class_counts(patches: Patches, mix: str) -> tuple[Floats, Floats]:
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


def _draw_sources(
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


def _patch_widths(latitude_deg: Floats) -> Floats:
    """Return widths in deg at which sources are as dense as on the sky."""
    widths = np.empty(len(latitude_deg))
    for latitude in np.unique(latitude_deg):
        per_deg2 = sum(class_counts_per_deg2(float(latitude)).values())
        widths[latitude_deg == latitude] = np.sqrt(PATCH_SOURCES / per_deg2)
    return widths


def _places(
    patches: Patches,
    patch: NDArray[np.int64],
    width_deg: Floats,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Return places spread evenly over the patches, rounded to 4 mas."""
    east, north = width_deg[patch] * rng.uniform(-0.5, 0.5, (2, len(patch)))
    dec = np.clip(patches.dec_deg[patch] + north, -89.9, 89.9)
    ra = (patches.ra_deg[patch] + east / np.cos(np.radians(dec))) % 360.0
    return np.round(ra, 6) % 360.0, np.round(dec, 6)
