"""Where the surveys looked, how deep, how sharp, and through how much dust.

Within simulation: above fields. The pattern is the same in every simulation; where the
patches lie, and how each differs from the pattern, is drawn.
"""

from dataclasses import dataclass

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from numpy.typing import NDArray

from qsovae.crossmatch import unit_vectors
from qsovae.simulation.fields import SmoothField
from qsovae.simulation.reference import (
    BAND_NAMES,
    GAIA,
    INFRARED,
    OPTICAL,
    WISE,
    Floats,
    read_reference,
)

# 5 sigma depths, AB, in y, j, h, ks: the 60 s survey, that over DES, and ATLAS.
_NOT_LOOKED = (np.nan, np.nan, np.nan, np.nan)
_VHS_60 = (np.nan, 21.12, np.nan, 19.93)
_VHS_DES = (np.nan, 21.52, 21.17, 20.33)
_VHS_ATLAS = (20.9, 21.12, 20.9, 19.93)
# Boxes in deg, as the survey was planned: right ascensions from west to east.
_DES_BOX = (300.0, 90.0, -65.0, -40.0)
_ATLAS_BOXES = ((322.0, 60.0, -40.0, -10.0), (150.0, 230.0, -29.0, -2.0))
# VMC looks at the Magellanic Clouds instead: right ascension, declination, radius.
_CLOUDS = ((81.3, -68.7, 9.0), (16.0, -72.8, 6.0))
# Gaia's own errors of G are far below what limits its list.
_DEPTHS_AB = {
    "w1": 20.40, "w2": 19.84, "gaia_g": 23.0, "gaia_bp": 20.6, "gaia_rp": 20.4
}  # fmt: skip
_GAIA_LIMIT = 20.9
# Of a smooth pattern 8, 11 and 20 % lie above these levels.
_BAND_GAP_LEVEL, _VHS_HOLE_LEVEL, _PATCHY_LEVEL = 1.405, 1.23, 0.84
# Depths scatter by 0.2 mag: as much along the pattern as from patch to patch.
_PATTERN_MAG = _PATCH_MAG = 0.14
_ZERO_POINT_MAG = {
    **dict.fromkeys(OPTICAL, 0.01), **dict.fromkeys(INFRARED, 0.02),
    **dict.fromkeys(WISE, 0.03), **dict.fromkeys(GAIA, 0.003),
}  # fmt: skip
_SEEING_SCATTER = 0.1  # a share
_OBLIQUITY = np.radians(23.44)
_LOWEST_LATITUDE_DEG = 25.0
_MOST_DUST = 0.3
# Numbers of the patterns; those of the bands follow the last.
_HOLES, _PATCHY, _GAIA_PATTERN, _DUST, _BANDS, _GAPS = 1, 2, 3, 10, 100, 200


@dataclass(frozen=True)
class Patches:
    """Patches of sky, each field (n,) or (n, n_bands).

    ``depth`` is at 5 sigma, AB, NaN where a band was not observed; ``seeing_arcsec``
    (n, 4) the FWHM in g, r, i, z; ``zero_point_mag`` what a band is off by;
    ``gaia_limit`` the G at which Gaia lists every second source.
    """

    ra_deg: Floats
    dec_deg: Floats
    gal_b_deg: Floats
    depth: Floats
    seeing_arcsec: Floats
    zero_point_mag: Floats
    gaia_limit: Floats

    @property
    def looked(self) -> NDArray[np.bool_]:
        """Which bands were observed, (n, n_bands)."""
        looked: NDArray[np.bool_] = np.isfinite(self.depth)
        return looked


def draw_patches(n: int, rng: np.random.Generator) -> Patches:
    """Return patches of the southern sky, away from the Galactic plane."""
    # 58 of a hundred places in the south lie away from the plane: four draws do.
    ra = rng.uniform(0.0, 360.0, 8 * n + 32)
    dec = np.degrees(np.arcsin(rng.uniform(-1.0, 0.0, len(ra))))
    latitude = galactic_latitude(ra, dec)
    chosen = np.flatnonzero(np.abs(latitude) > _LOWEST_LATITUDE_DEG)[:n]
    ra, dec, latitude = ra[chosen], dec[chosen], latitude[chosen]
    vectors = unit_vectors(ra, dec)
    depth = _optical_and_space_depths(ra, dec, vectors)
    columns = [BAND_NAMES.index(band) for band in INFRARED]
    depth[:, columns] = _infrared_depths(ra, dec, vectors)
    pattern = [SmoothField(_BANDS + k, 12.0).at(vectors) for k in range(depth.shape[1])]
    depth += _PATTERN_MAG * np.column_stack(pattern)
    depth += _PATCH_MAG * rng.normal(size=depth.shape)
    depths = read_reference("survey_depths").set_index("band")
    seeing = depths.loc[list(OPTICAL), "resolution_fwhm_arcsec"].to_numpy(np.float64)
    zero_point = np.array([_ZERO_POINT_MAG[b] for b in BAND_NAMES])
    return Patches(
        ra, dec, latitude, depth,
        seeing * np.exp(_SEEING_SCATTER * rng.normal(size=(n, len(OPTICAL)))),
        zero_point * rng.normal(size=depth.shape),
        _GAIA_LIMIT + 0.1 * SmoothField(_GAIA_PATTERN, 20.0).at(vectors),
    )  # fmt: skip


def galactic_latitude(ra_deg: Floats, dec_deg: Floats) -> Floats:
    """Return Galactic latitudes in deg."""
    place = SkyCoord(ra_deg * u.deg, dec_deg * u.deg).galactic
    latitude: Floats = place.b.deg
    return latitude


def reddening(ra_deg: Floats, dec_deg: Floats, latitude_deg: Floats) -> Floats:
    """Return E(B-V): a plane layer, thicker and thinner in clouds of three sizes."""
    vectors = unit_vectors(ra_deg, dec_deg)
    clouds = sum(
        share * SmoothField(_DUST + k, scale_deg).at(vectors)
        for k, (share, scale_deg) in enumerate(((0.12, 25.0), (0.10, 5.0), (0.06, 0.7)))
    )
    layer = 0.03 / np.sin(np.radians(np.maximum(np.abs(latitude_deg), 10.0)))
    dust: Floats = np.minimum(layer * 10.0**clouds, _MOST_DUST)
    return dust


def _optical_and_space_depths(ra: Floats, dec: Floats, vectors: Floats) -> Floats:
    """Return depths without those of VHS; NaN in the gaps of DELVE's bands."""
    depths = read_reference("survey_depths").set_index("band")["m5_ab"]
    usual = {band: float(depths[band]) for band in OPTICAL} | _DEPTHS_AB
    depth = np.tile([usual.get(band, np.nan) for band in BAND_NAMES], (len(ra), 1))
    # WISE came by more often the nearer to the ecliptic poles: the published depth is
    # that of the median place, 30 deg from the ecliptic.
    sin_latitude = np.sin(np.radians(dec)) * np.cos(_OBLIQUITY) - (
        np.cos(np.radians(dec)) * np.sin(_OBLIQUITY) * np.sin(np.radians(ra))
    )
    visits = np.cos(np.radians(30.0)) / np.sqrt(1.0 - np.minimum(sin_latitude**2, 0.99))
    for band in WISE:
        depth[:, BAND_NAMES.index(band)] += 1.25 * np.log10(visits)
    gaps = {
        band: SmoothField(_GAPS + k, 4.0).at(vectors) > _BAND_GAP_LEVEL
        for k, band in enumerate(OPTICAL)
    }
    # Something must detect the sources: r or i is always there.
    gaps["i"] &= ~gaps["r"]
    for band, is_gap in gaps.items():
        depth[is_gap, BAND_NAMES.index(band)] = np.nan
    return depth


def _infrared_depths(ra: Floats, dec: Floats, vectors: Floats) -> Floats:
    """Return the depths of VHS in y, j, h, ks, (n, 4); NaN where it did not look."""
    depth = np.tile(_VHS_60, (len(ra), 1))
    depth[_in_box(_DES_BOX, ra, dec)] = _VHS_DES
    for box in _ATLAS_BOXES:
        depth[_in_box(box, ra, dec)] = _VHS_ATLAS
    patchy = SmoothField(_PATCHY, 8.0).at(vectors) > _PATCHY_LEVEL
    for band in ("y", "h"):
        depth[patchy, INFRARED.index(band)] = np.nan
    hole = SmoothField(_HOLES, 8.0).at(vectors) > _VHS_HOLE_LEVEL
    for ra_cloud, dec_cloud, radius in _CLOUDS:
        centre = unit_vectors(np.array([ra_cloud]), np.array([dec_cloud]))[0]
        hole |= vectors @ centre > np.cos(np.radians(radius))
    depth[hole] = _NOT_LOOKED
    return depth


def _in_box(
    box: tuple[float, float, float, float], ra: Floats, dec: Floats
) -> NDArray[np.bool_]:
    """Return which places lie in a box that may reach across right ascension zero."""
    west, east, south, north = box
    inside: NDArray[np.bool_] = (ra - west) % 360.0 < (east - west) % 360.0
    return inside & (dec > south) & (dec < north)
