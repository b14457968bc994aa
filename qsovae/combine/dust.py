"""E(B-V) from a dust map that a person names: SFD's pair of images, or HEALPix.

Within combine: lowest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from astropy_healpix import HEALPix
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from qsovae.bands import plain_name
from qsovae.crossmatch import Floats
from qsovae.errors import CatalogError
from qsovae.tables import file_sha256, refusals_in

_HALVES = {"ngp": "sgp", "sgp": "ngp"}  # as SFD's files are named
_EBV_NAMES = ("ebv", "e_b_v")
_PLACE_NAMES = ("pixel", "pix", "index")
_IS_GALACTIC = {"G": True, "GALACTIC": True, "C": False, "EQUATORIAL": False,
                "CELESTIAL": False, "ICRS": False}  # fmt: skip
_UNSEEN = -1e30  # HEALPix writes -1.6375e30 for a cell without a value


@dataclass(frozen=True)
class DustMap:
    """Reddening by position.

    Attributes
    ----------
    files : tuple of dict
        ``name`` and ``sha256`` of each file.
    is_galactic : bool
        Whether ``sample`` takes galactic or equatorial (ICRS) coordinates, in deg.
    sample : callable
        From longitudes and latitudes to E(B-V), NaN off the map.
    """

    files: tuple[dict[str, str], ...]
    is_galactic: bool
    sample: Callable[[Floats, Floats], Floats]

    @property
    def title(self) -> str:
        """The files' names."""
        return " and ".join(file["name"] for file in self.files)

    def ebv(self, ra_deg: Floats, dec_deg: Floats) -> Floats:
        """Return E(B-V) in mag, (n_rows,), between the four nearest cells.

        Parameters
        ----------
        ra_deg, dec_deg : ndarray, (n_rows,)
            ICRS.

        Returns
        -------
        ndarray
            NaN without a position, and where the map has no value.
        """
        ebv = np.full(len(ra_deg), np.nan)
        known = np.isfinite(ra_deg) & np.isfinite(dec_deg)
        longitude, latitude = ra_deg[known], dec_deg[known]
        if self.is_galactic:
            place = SkyCoord(longitude * u.deg, latitude * u.deg).galactic
            longitude, latitude = place.l.deg, place.b.deg
        ebv[known] = self.sample(longitude, latitude)
        return ebv


def open_dust_map(path: Path) -> DustMap:
    """Return a dust map.

    Parameters
    ----------
    path : Path
        A HEALPix map, or either image of an SFD pair (Schlegel, Finkbeiner & Davis
        1998), whose other one lies beside it, or the folder of such a pair. FITS.

    Raises
    ------
    CatalogError
        If a file is missing or is no such map.
    """
    if path.is_dir():
        path = _north_in(path)
    with refusals_in(path.name, "dust map"), _opened(path) as hdus:
        for hdu in hdus:
            if str(hdu.header.get("PIXTYPE")).strip() == "HEALPIX":
                return _healpix(hdu, path)
        if str(hdus[0].header.get("CTYPE1")).strip() == "GLON-ZEA":
            return _sfd(path)
    raise _no_map(path, "it holds neither a HEALPix map nor one of SFD's images")


def _opened(path: Path) -> Any:
    """Return the opened file; the other one of a pair may be missing."""
    if not path.is_file():
        raise CatalogError(
            "there is no such dust map", str(path), "Check the path of the file."
        )
    return fits.open(path)


def _north_in(folder: Path) -> Path:
    """Return the northern image of the one SFD pair in a folder."""
    found = sorted(folder.glob("SFD_dust_*_ngp.fits*"))
    if len(found) == 1:
        return found[0]
    raise CatalogError(
        f"the folder holds {len(found)} files like SFD_dust_4096_ngp.fits",
        str(folder),
        "Name the file of the dust map itself.",
    )


def _sfd(path: Path) -> DustMap:
    """Return SFD's map, of the file of either hemisphere."""
    half = next((h for h in _HALVES if h in path.name), None)
    if half is None:
        raise _no_map(path, "its name has neither ngp nor sgp in it")
    other = path.with_name(path.name.replace(half, _HALVES[half]))
    halves = {}
    for one in sorted((path, other)):
        with _opened(one) as hdus:
            _refuse_unit(hdus[0].header.get("BUNIT"), one)
            image, wcs = hdus[0].data.astype(np.float32), WCS(hdus[0].header)
        pole = float(wcs.wcs.crval[1])
        if image.ndim != 2 or abs(pole) != 90.0:
            raise _no_map(one, "it is no image around a galactic pole")
        halves[pole] = image, wcs
    if len(halves) != 2:
        raise _no_map(other, f"it shows the same hemisphere as {path.name}")

    def sample(longitude: Floats, latitude: Floats) -> Floats:
        ebv = np.empty(len(longitude))
        for pole, (image, wcs) in halves.items():
            here = (latitude >= 0) == (pole > 0)
            x, y = wcs.wcs_world2pix(longitude[here], latitude[here], 0)
            ebv[here] = map_coordinates(image, [y, x], order=1, mode="nearest")
        return ebv

    return DustMap(_said_of(path, other), is_galactic=True, sample=sample)


def _healpix(hdu: Any, path: Path) -> DustMap:
    """Return a map on HEALPix cells; a full one, or only some cells and their places.

    Raises
    ------
    CatalogError
        If the header does not say how cells are numbered, or no column is E(B-V).
    """
    header = hdu.header
    order = str(header.get("ORDERING", "")).strip().lower()
    system = str(header.get("COORDSYS", "")).strip().upper()
    nside = int(header.get("NSIDE", 0))
    if order not in ("nested", "ring") or system not in _IS_GALACTIC or nside < 1:
        raise _no_map(
            path,
            "its header must say NSIDE, ORDERING (NESTED or RING) and COORDSYS (G or "
            f"C), and says {nside}, {order or 'nothing'} and {system or 'nothing'}",
        )
    grid = HEALPix(nside=nside, order=order)
    values = _cell_values(hdu, grid.npix, path)

    def sample(longitude: Floats, latitude: Floats) -> Floats:
        sampled: Floats = grid.interpolate_bilinear_lonlat(
            longitude * u.deg, latitude * u.deg, values
        )
        return sampled

    return DustMap(_said_of(path), _IS_GALACTIC[system], sample)


def _cell_values(hdu: Any, n_cells: int, path: Path) -> NDArray[np.float32]:
    """Return E(B-V) of all cells, NaN where the map has none."""
    names = {plain_name(name): name for name in hdu.columns.names}
    place = next((names[n] for n in _PLACE_NAMES if n in names), None)
    own = [n for n in hdu.columns.names if n != place]
    name = next((names[n] for n in _EBV_NAMES if n in names), None)
    if name is None and len(own) != 1:
        raise _no_map(path, f"none of its columns is called EBV: {', '.join(own)}")
    column = hdu.columns[name or own[0]]
    _refuse_unit(column.unit, path)
    # A row may hold many cells; the bytes of a number stand the other way round.
    given = np.ravel(hdu.data[column.name]).astype(np.float32)
    given[~(given > _UNSEEN)] = np.nan
    values = np.full(n_cells, np.nan, dtype=np.float32)
    if place is not None:
        values[np.ravel(hdu.data[place])] = given
    elif len(given) == n_cells:
        values = given
    else:
        raise _no_map(
            path,
            f"{len(given):,} values are not the {n_cells:,} cells of its NSIDE, and no "
            "column says which they are",
        )
    return values


def _refuse_unit(unit: str | None, path: Path) -> None:
    """Refuse a map of something else than magnitudes."""
    if unit and not unit.strip().lower().startswith("mag"):
        raise _no_map(path, f"its values are in {unit.strip()}, not in mag")


def _said_of(*paths: Path) -> tuple[dict[str, str], ...]:
    return tuple({"name": p.name, "sha256": file_sha256(p)} for p in sorted(paths))


def _no_map(path: Path, why: str) -> CatalogError:
    """Return what to say of a file that is no dust map."""
    known: Sequence[str] = ("SFD_dust_4096_ngp.fits with its sgp.fits", "a HEALPix map")
    return CatalogError(
        f"this is no dust map: {why}",
        path.name,
        f"Name {' or '.join(known)} with a column EBV, as FITS.",
    )
