"""What there is in patches of sky: sources, where they lie, how bright they look.

Within simulation: above population, blends and shapes.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qsovae.crossmatch import Pairs
from qsovae.magnitudes import to_flux
from qsovae.simulation import observing
from qsovae.simulation.blends import (
    CROWD_PER_DEG2,
    beam_leak,
    beam_pairs,
    brightest_near,
    crowd_magnitudes,
    crowd_pairs,
    rows_near,
    sparse_leak,
)
from qsovae.simulation.patches import (
    Patches,
    draw_patches,
    galactic_latitude,
    reddening,
)
from qsovae.simulation.population import (
    class_shares,
    crowded_widths,
    draw_sources,
)
from qsovae.simulation.reference import BAND_NAMES, WISE, Floats
from qsovae.simulation.shapes import draw_pairs
from qsovae.simulation.sources import Sources

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
    n_random_near : ndarray of int
        How many random neighbours lie within 3 arcsec.
    outshone_by : ndarray of int
        The brightest in W1 within 3 arcsec, which CatWISE lists instead of a source:
        its place, counted on from the sources into the crowd; -1 if none.
    pairs : Pairs or None
        Sources that share a beam; None where random neighbours leak.
    crowd : Scene or None
        What only WISE sees there, and tells apart; None where random neighbours leak.
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
    n_random_near: NDArray[np.int16]
    outshone_by: NDArray[np.int64]
    pairs: Pairs | None = None
    crowd: "Scene | None" = None

    def n_near(self, is_row: NDArray[np.bool_]) -> NDArray[np.int16]:
        """Return how many other rows, or random neighbours, lie within 3 arcsec."""
        if self.pairs is None:
            return self.n_random_near
        return rows_near(self.pairs, is_row)

    @property
    def shares_row_with(self) -> NDArray[np.int64]:
        """What outshines each source that CatWISE would list alone; else -1."""
        wise = observing.columns_of(WISE)
        depth = self.patches.depth[self.patch][:, wise]
        n_bands = (self.sources.magnitudes[:, wise] <= depth).sum(axis=1)
        return np.where(n_bands > 0, self.outshone_by, -1)

    def take(self, rows: NDArray[np.bool_]) -> "Scene":
        """Return some of the sources, without what they share beams with."""
        return Scene(
            self.sources.take(rows), self.patches, self.patch[rows], self.ra_deg[rows],
            self.dec_deg[rows], self.gal_b_deg[rows], self.ebv[rows], self.flux[rows],
            self.pair_arcsec[rows], self.n_random_near[rows], self.outshone_by[rows],
        )  # fmt: skip


def draw_scene(n_patches: int, mix: str, streams: Streams, *, crowded: bool) -> Scene:
    """Return what lies in some patches.

    ``crowded`` draws sources as densely as on the sky, with all that WISE sees between
    them, and has them leak into each other's beams; otherwise patches are a degree wide
    and random neighbours leak.
    """
    patches = draw_patches(n_patches, streams["patches"])
    shares, nearest = class_shares(patches, mix)
    sources, patch = draw_sources(shares, nearest, streams["sources"])
    width = (
        crowded_widths(nearest) if crowded else np.full(n_patches, _SPARSE_WIDTH_DEG)
    )
    ra, dec = _places(patches, patch, width, streams["places"])
    latitude = galactic_latitude(ra, dec)
    ebv = reddening(ra, dec, latitude)
    dimmed = sources.magnitudes + observing.extinction(ebv)
    flux = to_flux(dimmed + patches.zero_point_mag[patch])
    scene = Scene(
        sources, patches, patch, ra, dec, latitude, ebv, flux,
        draw_pairs(sources.kind == "STAR", streams["pairs"]),
        np.zeros(len(patch), dtype=np.int16), np.full(len(patch), -1),
    )  # fmt: skip
    if crowded:
        return _blended(scene, _draw_crowd(patches, width, streams["unseen"]))
    leak, n_near = sparse_leak(len(patch), streams["unseen"])
    return replace(scene, flux=_with_leak(flux, leak), n_random_near=n_near)


def _blended(scene: Scene, crowd: Scene) -> Scene:
    """Return a scene with what leaks between its sources, and from a crowd.

    The crowd is left with what no source outshines.
    """
    wise = observing.columns_of(WISE)
    flux, crowd_flux = scene.flux[:, wise], crowd.flux[:, wise]
    n = len(flux)
    pairs = beam_pairs(scene.ra_deg, scene.dec_deg)
    unseen = crowd_pairs(scene.ra_deg, scene.dec_deg, crowd.ra_deg, crowd.dec_deg)
    leak = beam_leak(pairs, n, flux) + beam_leak(unseen, n, crowd_flux)
    mirrored = Pairs(unseen.second, unseen.first, unseen.separation_arcsec)
    apart = brightest_near(mirrored, crowd_flux[:, 0], flux[:, 0]) < 0
    # Both together are numbered as they will be: the sources, then what is left.
    left = unseen.take(apart[unseen.second])
    number = n + np.cumsum(apart) - 1
    everything = Pairs(
        np.concatenate([pairs.first, left.first]),
        np.concatenate([pairs.second, number[left.second]]),
        np.concatenate([pairs.separation_arcsec, left.separation_arcsec]),
    )
    both = np.concatenate([flux[:, 0], crowd_flux[apart, 0]])
    return replace(
        scene,
        flux=_with_leak(scene.flux, leak),
        pairs=pairs,
        outshone_by=brightest_near(everything, flux[:, 0], both),
        crowd=crowd.take(apart),
    )


def _with_leak(flux: Floats, leak: Floats) -> Floats:
    """Return fluxes with what leaks into the WISE beam."""
    blended = flux.copy()
    blended[:, observing.columns_of(WISE)] += leak
    return blended


def _draw_crowd(patches: Patches, width_deg: Floats, rng: np.random.Generator) -> Scene:
    """Return what only WISE sees in the patches; its other magnitudes are NaN."""
    numbers = rng.poisson(CROWD_PER_DEG2 * width_deg**2)
    patch = np.repeat(np.arange(len(width_deg)), numbers)
    n = len(patch)
    ra, dec = _places(patches, patch, width_deg, rng)
    magnitudes = np.full((n, len(BAND_NAMES)), np.nan)
    magnitudes[:, observing.columns_of(WISE)] = crowd_magnitudes(n, rng)
    unknown, nothing = np.full(n, np.nan), np.zeros(n)
    sources = Sources(
        np.full(n, "GALAXY"), unknown, unknown, nothing, nothing, magnitudes
    )
    return Scene(
        sources, patches, patch, ra, dec, patches.gal_b_deg[patch], nothing,
        to_flux(magnitudes), nothing, np.zeros(n, dtype=np.int16),
        np.full(n, -1),
    )  # fmt: skip


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
