"""One patch of sky as the surveys see it, in the columns of the combined catalog.

Within simulation: above sources and observing.
"""

from dataclasses import dataclass

import astropy.units as u
import numpy as np
import pandas as pd
from astropy.coordinates import SkyCoord
from astropy_healpix import HEALPix

from qsovae.simulation import observing
from qsovae.simulation.reference import BAND_NAMES, GAIA, INFRARED, WISE, Floats
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
_TILE_ROWS = 400
_NULL = np.array(None, dtype=object)
_LABEL_CLASSES = {"QSO": 0.9, "GALAXY": 0.6, "STAR": 0.6}


@dataclass(frozen=True)
class ObservedTile:
    """What one patch of sky yields.

    Attributes
    ----------
    frame : DataFrame
        One line a source, in the columns of the combined catalog.
    detected : ndarray of bool, (n_sources,)
        Whether DELVE detects it, in r or i.
    sources : Sources
        What is really there.
    motions : Motions
    """

    frame: pd.DataFrame
    detected: np.ndarray
    sources: Sources
    motions: observing.Motions


def observe_tile(mix: str, rng: np.random.Generator) -> ObservedTile:
    """Return what one patch of sky yields."""
    while True:
        ra, dec = rng.uniform(0.0, 360.0), np.degrees(np.arcsin(rng.uniform(-1.0, 0.0)))
        galactic = SkyCoord(ra * u.deg, dec * u.deg).galactic
        if abs(galactic.b.deg) > 25.0:
            break
    tile = observing.draw_tile(ra, dec, float(galactic.b.deg), rng)
    shares = DEMO_MIX if mix == "demo" else class_counts_per_deg2(galactic.b.deg)
    weights = np.array(list(shares.values()))
    numbers = rng.multinomial(_TILE_ROWS, weights / weights.sum())
    sources = join(
        [
            draw_quasars(int(numbers[0]), rng),
            draw_galaxies(int(numbers[1]), rng),
            draw_stars(int(numbers[2]), float(galactic.b.deg), rng),
        ]
    ).take(rng.permutation(_TILE_ROWS))
    return _observe(sources, tile, rng)


def _observe(
    sources: Sources, tile: observing.Tile, rng: np.random.Generator
) -> ObservedTile:
    """Return what is measured of the sources."""
    n = len(sources.kind)
    ebv = np.full(n, tile.ebv_sfd)
    true_flux = observing.to_flux(sources.magnitudes + observing.extinction(ebv))
    # Zero points are off by 0.01 to 0.03 mag in each tile.
    true_flux *= 10.0 ** (rng.normal(0.0, 0.015, len(BAND_NAMES)) / -2.5)
    blended = observing.add_neighbours(true_flux, rng)
    flux, sigma = observing.measure(blended, tile.depth, rng)
    status = observing.statuses(flux, sigma, rng)
    snr = {b: (flux / sigma)[:, BAND_NAMES.index(b)] for b in ("r", "i")}
    detected = np.fmax(snr["r"], snr["i"]) >= 5.0
    places, shapes = _positions(tile, n, rng), _shapes(sources, snr["i"], rng)
    motions = _motions(sources, status, rng)
    frame = pd.concat(
        [
            places,
            pd.DataFrame({"ebv_sfd": np.round(ebv, 4).astype(np.float32)}),
            _photometry(flux, sigma, status),
            shapes,
            _astrometry(motions),
            _coverage(tile, n),
            _labels(sources, rng),
        ],
        axis=1,
    )
    return ObservedTile(frame, detected, sources, motions)


def _positions(tile: observing.Tile, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return places within a degree of the tile's centre."""
    dec = np.clip(tile.dec_deg + rng.uniform(-0.5, 0.5, n), -89.9, 89.9)
    ra = (tile.ra_deg + rng.uniform(-0.5, 0.5, n) / np.cos(np.radians(dec))) % 360.0
    place = SkyCoord(ra * u.deg, dec * u.deg)
    healpix = HEALPix(nside=16, order="nested")
    return pd.DataFrame(
        {
            "ra_deg": np.round(ra, 6),
            "dec_deg": np.round(dec, 6),
            "epoch_jyr": np.float32(2018.0),
            "gal_l_deg": np.round(place.galactic.l.deg, 4).astype(np.float32),
            "gal_b_deg": np.round(place.galactic.b.deg, 4).astype(np.float32),
            "hpx16": healpix.lonlat_to_healpix(ra * u.deg, dec * u.deg).astype(
                np.int32
            ),
        }
    )


def _photometry(flux: Floats, sigma: Floats, status: np.ndarray) -> pd.DataFrame:
    """Return magnitude, error and status of every band."""
    columns: dict[str, np.ndarray] = {}
    ok = (status == "ok") & (flux > 0)
    magnitude = np.where(ok, observing.to_magnitude(flux), np.nan)
    error = np.where(ok, 1.0857 * sigma / np.where(ok, flux, 1.0), np.nan)
    for k, band in enumerate(BAND_NAMES):
        columns[f"{band}_mag_ab"] = np.round(magnitude[:, k], 4).astype(np.float32)
        columns[f"{band}_mag_err"] = np.round(
            np.maximum(error[:, k], 0.0002), 4
        ).astype(np.float32)
        columns[f"{band}_status"] = status[:, k].astype(object)
    return pd.DataFrame(columns)


def _shapes(sources: Sources, snr: Floats, rng: np.random.Generator) -> pd.DataFrame:
    """Return spread_model and the class that follows from it; -9 without an image."""
    spread, sigma = observing.spread_models(sources, snr, rng)
    seen = np.isfinite(snr) & (snr > 3.0)
    kind = np.where(seen, observing.ext_class(spread, sigma), -9).astype(np.int16)
    return pd.DataFrame(
        {
            "spread_model": np.where(seen, np.round(spread, 6), np.nan).astype("f4"),
            "spread_model_err": np.where(seen, np.round(sigma, 6), np.nan).astype("f4"),
            "spread_band": np.where(seen, "i", _NULL),
            "ext_class": kind,
        }
    )


def _motions(
    sources: Sources, status: np.ndarray, rng: np.random.Generator
) -> observing.Motions:
    """Return what Gaia finds of motions and parallaxes."""
    column = BAND_NAMES.index("gaia_g")
    gaia_g = sources.magnitudes[:, column]
    listed = (status[:, column] == "ok") & (gaia_g < 21.0)
    # Gaia's list holds few galaxies: those that look like points to it.
    listed &= (sources.kind != "GALAXY") | (sources.half_light_arcsec < 0.5)
    return observing.motions(sources, gaia_g, listed, rng)


def _astrometry(m: observing.Motions) -> pd.DataFrame:
    """Return Gaia's motions and their significances; null without a solution."""
    values = {
        "pm_ra_masyr": m.pm_ra, "pm_ra_masyr_err": m.pm_error,
        "pm_dec_masyr": m.pm_dec, "pm_dec_masyr_err": m.pm_error,
        "pm_sig": np.hypot(m.pm_ra, m.pm_dec) / m.pm_error,
        "parallax_mas": m.parallax, "parallax_mas_err": m.parallax_error,
        "parallax_sig": m.parallax / m.parallax_error,
    }  # fmt: skip
    return pd.DataFrame({k: np.round(v, 4).astype("f4") for k, v in values.items()})


def _coverage(tile: observing.Tile, n: int) -> pd.DataFrame:
    """Return which surveys looked here, found anything or not."""
    covered = dict(zip(BAND_NAMES, np.isfinite(tile.depth), strict=True))
    groups = {"vhs": INFRARED, "catwise": WISE, "gaia": GAIA}
    return pd.DataFrame(
        {
            f"in_footprint_{name}": np.full(n, any(covered[b] for b in bands))
            for name, bands in groups.items()
        }
    )


def _labels(sources: Sources, rng: np.random.Generator) -> pd.DataFrame:
    """Return classes for sources with a spectrum: bright ones mostly, quasars first."""
    r_mag = sources.magnitudes[:, BAND_NAMES.index("r")]
    wanted = np.array([_LABEL_CLASSES[k] for k in sources.kind])
    has = rng.random(len(r_mag)) < wanted / (1.0 + np.exp((r_mag - 21.7) / 0.5))
    redshift = np.where(has & (sources.kind != "STAR"), sources.redshift, np.nan)
    return pd.DataFrame(
        {
            "class_true": np.where(has, sources.kind.astype(object), _NULL),
            "class_source": np.where(has, "simulated spectrum", _NULL),
            "z_true": np.round(redshift, 4).astype(np.float32),
        }
    )
