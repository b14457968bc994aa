"""What was observed, in the columns of the combined catalog.

Within simulation: above observed and described.
"""

import astropy.units as u
import numpy as np
import pandas as pd
from astropy.coordinates import SkyCoord
from astropy_healpix import HEALPix
from numpy.typing import NDArray

from qsovae.catalog import OK, STATUSES
from qsovae.magnitudes import magnitude_error, to_magnitude
from qsovae.simulation import observing
from qsovae.simulation.astrometry import Motions
from qsovae.simulation.observed import Observed
from qsovae.simulation.reference import (
    BAND_NAMES,
    GAIA,
    INFRARED,
    OPTICAL,
    WISE,
    Floats,
)
from qsovae.simulation.shapes import Shapes, ext_class

EPOCH_JYR = 2018.0
SPECTRUM = "simulated"
_LEAST_ERROR_MAG = 0.0002
_FOOTPRINTS = {"vhs": INFRARED, "catwise": WISE, "gaia": GAIA}
_NULL = np.array(None, dtype=object)


def combined_rows(observed: Observed) -> pd.DataFrame:
    """Return one line a source, detected or not, without ids."""
    scene = observed.scene
    columns: dict[str, np.ndarray] = _places(scene.ra_deg, scene.dec_deg)
    columns["ebv_sfd"] = np.round(scene.ebv, 4).astype(np.float32)
    columns |= _photometry(observed)
    columns |= _shapes(observed.shapes) | _astrometry(observed.motions)
    columns["wise_n_neigh3"] = scene.n_near(observed.detected)
    looked = scene.patches.looked[scene.patch]
    for survey, bands in _FOOTPRINTS.items():
        n_bands = looked[:, observing.columns_of(bands)].sum(axis=1)
        columns[f"in_footprint_{survey}"] = n_bands > 0
    return pd.DataFrame(columns | labels(observed))


def magnitudes(observed: Observed) -> tuple[Floats, Floats]:
    """Return AB magnitudes and errors, (n, n_bands), NaN unless the status is ok."""
    flux = np.where(observed.status == OK, observed.flux, np.nan)
    error = magnitude_error(flux, observed.sigma)
    return to_magnitude(flux), np.maximum(error, _LEAST_ERROR_MAG)


def labels(observed: Observed) -> dict[str, np.ndarray]:
    """Return class, where it is from and redshift of sources with a spectrum."""
    has, sources = observed.has_label, observed.scene.sources
    redshift = np.where(has & (sources.kind != "STAR"), sources.redshift, np.nan)
    return {
        "class_true": np.where(has, sources.kind.astype(object), _NULL),
        "class_source": np.where(has, SPECTRUM, _NULL),
        "z_true": np.round(redshift, 4).astype(np.float32),
    }


def _places(ra_deg: Floats, dec_deg: Floats) -> dict[str, np.ndarray]:
    """Return places on the sky."""
    place = SkyCoord(ra_deg * u.deg, dec_deg * u.deg)
    galactic = place.galactic
    cells: NDArray[np.int64] = HEALPix(nside=16, order="nested").lonlat_to_healpix(
        place.ra, place.dec
    )
    return {
        "ra_deg": ra_deg,
        "dec_deg": dec_deg,
        "epoch_jyr": np.full(len(ra_deg), EPOCH_JYR, dtype=np.float32),
        "gal_l_deg": np.round(galactic.l.deg, 4).astype(np.float32),
        "gal_b_deg": np.round(galactic.b.deg, 4).astype(np.float32),
        "hpx16": cells.astype(np.int16),
    }


def _photometry(observed: Observed) -> dict[str, np.ndarray]:
    """Return magnitude, flux, their errors and status of every band."""
    known = observing.published(observed.status)
    values = {
        suffix: array.astype(np.float32)
        for suffix, array in zip(
            ("mag_ab", "mag_err", "flux_njy", "flux_err_njy"),
            (
                *(np.round(m, 4) for m in magnitudes(observed)),
                np.where(known, observed.flux, np.nan),
                np.where(known, observed.sigma, np.nan),
            ),
            strict=True,
        )
    }
    columns: dict[str, np.ndarray] = {}
    for k, band in enumerate(BAND_NAMES):
        columns |= {f"{band}_{suffix}": array[:, k] for suffix, array in values.items()}
        columns[f"{band}_status"] = STATUSES[observed.status[:, k]]
    return columns


def _shapes(shapes: Shapes) -> dict[str, np.ndarray]:
    """Return spread_model and the class that follows from it; -9 without an image."""
    names = np.array([*OPTICAL, None], dtype=object)  # the last is that of NO_BAND
    spread, sigma = shapes.in_best
    return {
        "spread_model": np.round(spread, 6).astype(np.float32),
        "spread_model_err": np.round(sigma, 6).astype(np.float32),
        "spread_band": names[shapes.best],
        "ext_class": ext_class(spread, sigma),
    }


def _astrometry(m: Motions) -> dict[str, np.ndarray]:
    """Return Gaia's motions and their significances; NaN without a solution."""
    values = {
        "pm_ra_masyr": m.pm_ra, "pm_ra_masyr_err": m.pm_ra_error,
        "pm_dec_masyr": m.pm_dec, "pm_dec_masyr_err": m.pm_dec_error,
        "pmra_pmdec_corr": m.correlation, "pm_sig": m.significance,
        "parallax_mas": m.parallax, "parallax_mas_err": m.parallax_error,
        "parallax_sig": m.parallax / m.parallax_error, "ruwe": m.ruwe,
    }  # fmt: skip
    return {
        name: np.round(array, 4).astype(np.float32) for name, array in values.items()
    }
