"""Many patches of sky at once, as the surveys observe them.

Within simulation: above scene, shapes, astrometry and labels.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qsovae.magnitudes import to_magnitude
from qsovae.simulation import observing
from qsovae.simulation.astrometry import Motions, draw_motions
from qsovae.simulation.labels import draw_labels
from qsovae.simulation.population import PATCH_SOURCES
from qsovae.simulation.reference import BAND_NAMES, Floats
from qsovae.simulation.request import SimulationRequest
from qsovae.simulation.scene import Scene, Streams, draw_scene
from qsovae.simulation.shapes import Shapes, measure_shapes

_MOST_PATCHES = 128  # at once, which keeps memory small
# Patches are drawn as if one in twenty sources went undetected.
_USUALLY_DETECTED = 0.95
# Each stage has random numbers of its own: one that changes leaves the others alone.
_STAGES = ("patches", "sources", "places", "unseen", "pairs", "noise", "status", "gaia",
           "shapes", "motions", "labels")  # fmt: skip
_LARGEST_IN_GAIA_ARCSEC = 0.5
_DETECTION_SNR = 5.0


@dataclass(frozen=True)
class Observed:
    """What is measured of a scene; fields are (n,) or (n, n_bands).

    Attributes
    ----------
    scene : Scene
        What is really there.
    flux, sigma : ndarray, (n, n_bands)
        Measured flux and its reported error in nJy, NaN where not observed.
    status : ndarray of int8, (n, n_bands)
        Places in ``STATUSES`` of catalog.
    detected : ndarray of bool
        Whether DELVE lists it: at 5 sigma in r or i.
    in_gaia : ndarray of bool
    shapes : Shapes
    motions : Motions
    has_label : ndarray of bool
    """

    scene: Scene
    flux: Floats
    sigma: Floats
    status: NDArray[np.int8]
    detected: NDArray[np.bool_]
    in_gaia: NDArray[np.bool_]
    shapes: Shapes
    motions: Motions
    has_label: NDArray[np.bool_]


def observe(request: SimulationRequest, *, crowded: bool) -> Iterator[Observed]:
    """Yield patches, many at once, until DELVE lists the rows asked for."""
    listed = number = 0
    while listed < request.n_rows:
        wanted = (request.n_rows - listed) / (_USUALLY_DETECTED * PATCH_SOURCES)
        n_patches = min(int(np.ceil(wanted)), _MOST_PATCHES)
        streams = {
            name: np.random.default_rng([request.seed, number, k])
            for k, name in enumerate(_STAGES)
        }
        scene = draw_scene(n_patches, request.mix, streams, crowded=crowded)
        observed = _observe(scene, streams, label_bias=request.label_bias)
        yield observed
        listed += int(observed.detected.sum())
        number += 1


def observe_crowd(scene: Scene, rng: np.random.Generator) -> Observed:
    """Return what is measured of a scene that only WISE sees."""
    return _observe(scene, dict.fromkeys(_STAGES, rng), label_bias=False)


def _observe(scene: Scene, streams: Streams, *, label_bias: bool) -> Observed:
    """Return what is measured of a scene."""
    sources, patches, patch = scene.sources, scene.patches, scene.patch
    flux, sigma = observing.measure(scene.flux, patches.depth[patch], streams["noise"])
    snr = flux / sigma
    r_snr, i_snr = (snr[:, k] for k in observing.columns_of(("r", "i")))
    in_gaia = _in_gaia(scene, streams["gaia"])
    return Observed(
        scene, flux, sigma,
        observing.statuses(flux, sigma, in_gaia, streams["status"]),
        np.fmax(r_snr, i_snr) >= _DETECTION_SNR,
        in_gaia,
        measure_shapes(
            sources, scene.pair_arcsec, patches.seeing_arcsec[patch], snr,
            streams["shapes"],
        ),
        draw_motions(
            sources, scene.pair_arcsec, scene.gal_b_deg, in_gaia, streams["motions"]
        ),
        draw_labels(sources, label_bias, streams["labels"]),
    )  # fmt: skip


def _in_gaia(scene: Scene, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return what Gaia lists: few galaxies, those that look like points to it."""
    g_magnitude = to_magnitude(scene.flux[:, BAND_NAMES.index("gaia_g")])
    limit = scene.patches.gaia_limit[scene.patch]
    is_small = (scene.sources.kind != "GALAXY") | (
        scene.sources.half_light_arcsec < _LARGEST_IN_GAIA_ARCSEC
    )
    listed: NDArray[np.bool_] = is_small & observing.gaia_lists(g_magnitude, limit, rng)
    return listed
