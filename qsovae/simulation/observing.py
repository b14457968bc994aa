"""What the surveys measure: tiles, noise in flux, blends, shapes, motions.

Within simulation: above sources.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qsovae.bands import BANDS
from qsovae.simulation.reference import (
    BAND_NAMES,
    GAIA,
    INFRARED,
    OPTICAL,
    WISE,
    Floats,
    read_reference,
)
from qsovae.simulation.sources import Sources

AB_ZERO = 31.4  # AB magnitude of 1 nJy
SPREAD_THRESHOLD = 0.005, 0.003, 0.003
# Fractional error that no depth removes, by survey.
_FLOOR = {**dict.fromkeys(OPTICAL, 0.01), **dict.fromkeys(INFRARED, 0.02),
          **dict.fromkeys(WISE, 0.03), **dict.fromkeys(GAIA, 0.003)}  # fmt: skip
# 5 sigma depths, AB; Gaia's blue and red bands reach less deep than G.
_VHS_60 = {"j": 21.12, "ks": 19.93}
_VHS_DES = {"j": 21.52, "h": 21.17, "ks": 20.33}
_ATLAS = {"y": 20.9, "j": 21.12, "h": 20.9, "ks": 19.93}
_FOOTPRINTS: tuple[tuple[float, dict[str, float]], ...] = (
    (0.45, _VHS_60), (0.20, _VHS_DES), (0.20, _ATLAS), (0.15, {}),
)  # fmt: skip
_BAND_GAP = 0.08
_INVALID_SHARE = 0.015
_WISE_BEAM_ARCSEC = 6.1 / 2.355
_WISE_PER_ARCSEC2 = 4.6e4 / 3600.0**2
# Half-light radius in arcsec against spread_model, exponential profile, 1" seeing.
_RADII = np.array([0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5])
_SPREAD = np.array([0.0, 0.0008, 0.0027, 0.0049, 0.0088, 0.0117, 0.0148, 0.0179])
# spread_model of a quasar with a 0.7" host, by the host's share of the light.
_HOST_SHARE = np.array([0.0, 0.1, 0.2, 0.3, 0.5, 0.8])
_HOST_SPREAD = np.array([0.0, 0.0007, 0.0014, 0.0022, 0.0042, 0.0085])
# Gaia errors by G magnitude: proper motion in mas/yr, parallax in mas.
_GAIA_G = np.array([15.0, 17.0, 18.0, 19.0, 20.0, 21.0])
_GAIA_PM_ERROR = np.array([0.02, 0.07, 0.12, 0.25, 0.5, 1.4])


@dataclass(frozen=True)
class Tile:
    """One patch of sky: where, how dusty, how deep in each band (AB; NaN uncovered)."""

    ra_deg: float
    dec_deg: float
    ebv_sfd: float
    depth: Floats


def draw_tile(
    ra_deg: float, dec_deg: float, latitude_deg: float, rng: np.random.Generator
) -> Tile:
    """Return a patch with its own footprint, gaps and depths."""
    depths = read_reference("survey_depths").set_index("band")["m5_ab"]
    depth = dict.fromkeys(BAND_NAMES, np.nan)
    for band in OPTICAL:
        # Something must detect the source: i always covers.
        if band == "i" or rng.random() > _BAND_GAP:
            depth[band] = float(depths[band])
    chosen = rng.choice(len(_FOOTPRINTS), p=[share for share, _ in _FOOTPRINTS])
    depth |= _FOOTPRINTS[chosen][1]
    depth |= {"w1": 20.40, "w2": 19.84}
    depth |= {"gaia_g": 22.0, "gaia_bp": 20.6, "gaia_rp": 20.4}
    values = np.array([depth[b] for b in BAND_NAMES])
    values += rng.normal(0.0, 0.2, len(values))
    dust = 0.03 / np.sin(np.radians(max(abs(latitude_deg), 10.0)))
    ebv = min(dust * 10.0 ** rng.normal(0.0, 0.15), 0.3)
    return Tile(ra_deg, dec_deg, float(ebv), values)


def to_flux(magnitude: Floats) -> Floats:
    """Return nJy."""
    return 10.0 ** ((AB_ZERO - magnitude) / 2.5)


def to_magnitude(flux: Floats) -> Floats:
    """Return AB magnitudes; NaN where the flux is not positive."""
    positive = np.where(flux > 0, flux, np.nan)
    return AB_ZERO - 2.5 * np.log10(positive)


def extinction(ebv: Floats) -> Floats:
    """Return A of each band, (n, n_bands); Gaia's as V, r and i have it."""
    like = {"gaia_bp": 2.7, "gaia_g": 2.3, "gaia_rp": 1.6}
    factors = [BANDS[b].extinction or like.get(b, 0.0) for b in BAND_NAMES]
    magnitudes: Floats = ebv[:, None] * np.array(factors)
    return magnitudes


def measure(
    true_flux: Floats, depth: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return observed flux and its reported error, nJy, both NaN where uncovered.

    Noise is normal in flux: a fifth of the 5 sigma depth and a share of the flux.
    """
    sky = to_flux(depth) / 5.0
    floor = np.array([_FLOOR[b] for b in BAND_NAMES])
    sigma = np.hypot(sky, floor * true_flux)
    observed = true_flux + rng.normal(size=true_flux.shape) * sigma
    reported = np.hypot(sky, floor * np.maximum(observed, 0.0))
    return observed, reported * 10.0 ** (rng.normal(0.0, 0.05, true_flux.shape) / 2.303)


def add_neighbours(true_flux: Floats, rng: np.random.Generator) -> Floats:
    """Return fluxes with what faint neighbours leak into the WISE beam."""
    flux = true_flux.copy()
    reach = 2.5 * _WISE_BEAM_ARCSEC
    number = rng.poisson(np.pi * reach**2 * _WISE_PER_ARCSEC2, len(flux))
    for order in range(int(number.max(initial=0))):
        has = number > order
        distance = reach * np.sqrt(rng.random(len(flux)))
        # Counts rise by 0.3 dex a magnitude between 17 and 21.5.
        share = rng.random(len(flux))
        magnitude = 17.0 + np.log10(1.0 + share * (10.0 ** (0.3 * 4.5) - 1.0)) / 0.3
        leak = to_flux(magnitude) * np.exp(-0.5 * (distance / _WISE_BEAM_ARCSEC) ** 2)
        for band in WISE:
            flux[:, BAND_NAMES.index(band)] += np.where(has, leak, 0.0)
    return flux


def statuses(
    observed: Floats, sigma: Floats, rng: np.random.Generator
) -> NDArray[np.str_]:
    """Return ok, nondetect, unobserved or bad for each measurement."""
    snr = observed / sigma
    status = np.full(observed.shape, "ok", dtype="<U10")
    faint = snr < 3.0
    for group in (INFRARED, GAIA):
        columns = [BAND_NAMES.index(b) for b in group]
        faint[:, columns] = snr[:, columns] < 5.0
    columns = [BAND_NAMES.index(b) for b in WISE]
    listed = (snr[:, columns] >= 5.0).any(axis=1, keepdims=True)
    faint[:, columns] = ~listed | (snr[:, columns] < 2.0)
    status[faint] = "nondetect"
    status[rng.random(observed.shape) < _INVALID_SHARE] = "bad"
    status[~np.isfinite(observed)] = "unobserved"
    return status


def spread_models(
    sources: Sources, snr: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return spread_model and its error at the signal to noise of the i band."""
    true = np.interp(sources.half_light_arcsec, _RADII, _SPREAD)
    is_quasar = sources.kind == "QSO"
    hosts = np.interp(sources.host_fraction, _HOST_SHARE, _HOST_SPREAD)
    true = np.where(is_quasar, hosts, true)
    sigma = np.hypot(0.030 / np.maximum(snr, 1.0), 0.0003)
    return true + rng.normal(size=len(true)) * sigma, sigma


def ext_class(spread: Floats, sigma: Floats) -> NDArray[np.int16]:
    """Return 0 (sure star) to 3 (sure galaxy), as DES-style code has it."""
    first, second, third = SPREAD_THRESHOLD
    return (
        (spread + 3 * sigma > first).astype(np.int16)
        + (spread + sigma > second)
        + (spread - sigma > third)
    )


@dataclass(frozen=True)
class Motions:
    """Gaia's astrometry, each (n,): mas/yr and mas, NaN without a solution.

    ``true_pm_ra`` and ``true_pm_dec`` are what every source really moves.
    """

    pm_ra: Floats
    pm_dec: Floats
    pm_error: Floats
    parallax: Floats
    parallax_error: Floats
    true_pm_ra: Floats
    true_pm_dec: Floats


def motions(
    sources: Sources, gaia_g: Floats, listed: np.ndarray, rng: np.random.Generator
) -> Motions:
    """Return proper motions and parallaxes of sources that Gaia lists."""
    n = len(gaia_g)
    i_mag = sources.magnitudes[:, BAND_NAMES.index("i")]
    distance_kpc = 10.0 ** ((i_mag - np.nan_to_num(sources.absolute_i) - 10.0) / 5.0)
    is_star = sources.kind == "STAR"
    speed = rng.rayleigh(_star_speeds(distance_kpc, rng))
    motion = np.where(is_star, speed / (4.74 * distance_kpc), 0.0)
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    pm_error = np.interp(gaia_g, _GAIA_G, _GAIA_PM_ERROR)
    parallax_error = 0.95 * pm_error
    parallax = np.where(is_star, 1.0 / distance_kpc, 0.0) - 0.02
    two_parameter = rng.random(n) < np.clip((gaia_g - 19.0) / 3.8, 0.0, 0.9)
    solved = listed & ~two_parameter & (
        (sources.kind != "GALAXY") | (rng.random(n) < 0.3)
    )  # fmt: skip

    def noisy(value: Floats, error: Floats) -> Floats:
        return np.where(solved, value + rng.normal(size=n) * error, np.nan)

    return Motions(
        noisy(motion * np.cos(angle), pm_error),
        noisy(motion * np.sin(angle), pm_error),
        np.where(solved, pm_error, np.nan),
        noisy(parallax, parallax_error),
        np.where(solved, parallax_error, np.nan),
        motion * np.cos(angle),
        motion * np.sin(angle),
    )


def _star_speeds(distance_kpc: Floats, rng: np.random.Generator) -> Floats:
    """Return the speed scale in km/s: thin disc, thick disc or halo by height."""
    height_pc = 1000.0 * distance_kpc * np.sin(np.radians(50.0))
    thin = np.exp(-height_pc / 300.0)
    thick = 0.12 * np.exp(-height_pc / 900.0)
    halo = np.full_like(thin, 0.005)
    draw = rng.random(len(thin)) * (thin + thick + halo)
    return np.select([draw < thin, draw < thin + thick], [45.0, 80.0], 220.0)
