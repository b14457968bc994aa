"""Reddening from dust maps, against formulas and maps that are functions of place."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import Table
from astropy_healpix import HEALPix
from scipy.ndimage import map_coordinates

import qsovae
from qsovae import CatalogError
from qsovae.combine.dust import open_dust_map

SCALE = 64  # pixels from pole to equator; SFD has 2048
RNG = np.random.default_rng(2)
PLACES = {  # galactic longitude and latitude, deg
    "anywhere": (RNG.uniform(0, 360, 500),
                 np.degrees(np.arcsin(RNG.uniform(-1, 1, 500)))),
    "poles": (np.arange(8) * 45.0, np.repeat([90.0, -90.0], 4)),
    "plane": (RNG.uniform(0, 360, 100), RNG.normal(0.0, 0.1, 100)),
    "meridian": (np.array([0.0, 1e-9, 359.999999, 180.0]), np.full(4, 30.0)),
}  # fmt: skip
GAL_L, GAL_B = (np.concatenate([p[k] for p in PLACES.values()]) for k in (0, 1))
ICRS = SkyCoord(GAL_L * u.deg, GAL_B * u.deg, frame="galactic").icrs
RA, DEC = ICRS.ra.deg, ICRS.dec.deg


def smooth(gal_l, gal_b):
    """Return a reddening that is a plane in space: smooth at poles and equator."""
    l, b = np.radians(gal_l), np.radians(gal_b)  # noqa: E741 - galactic longitude
    return 1.0 + 0.2 * np.cos(b) * np.cos(l) + 0.3 * np.cos(b) * np.sin(l)


def lambert(gal_l, gal_b, sign):
    """Return SFD's pixels, from 0, by the formula of their paper's appendix C."""
    radius = SCALE * np.sqrt(1 - sign * np.sin(np.radians(gal_b)))
    centre = SCALE - 0.5
    x = centre + radius * np.cos(np.radians(gal_l))
    return x, centre - sign * radius * np.sin(np.radians(gal_l))


def write_sfd(folder, sign, name=None, unit="mag"):
    """Write one hemisphere as SFD's files are, in small, and return path and image."""
    y, x = np.mgrid[: 2 * SCALE, : 2 * SCALE] - (SCALE - 0.5)
    sine = sign * (1 - (x**2 + y**2) / SCALE**2)
    gal_b = np.degrees(np.arcsin(np.clip(sine, -1, 1)))
    image = smooth(np.degrees(np.arctan2(-sign * y, x)), gal_b).astype(np.float32)
    hdu = fits.PrimaryHDU(image)
    step = 90.0 * np.sqrt(2) * 2 / np.pi / SCALE
    hdu.header.update(
        OBJECT="E(B-V)", BUNIT=unit, CRPIX1=SCALE + 0.5, CRPIX2=SCALE + 0.5,
        CRVAL1=90.0, CRVAL2=90.0 * sign, CTYPE1="GLON-ZEA", CTYPE2="GLAT-ZEA",
        CD1_1=-step, CD1_2=0.0, CD2_1=0.0, CD2_2=step, LONPOLE=180.0,
        LAM_NSGP=sign, LAM_SCAL=SCALE,
    )  # fmt: skip
    path = folder / (name or f"SFD_dust_4096_{'n' if sign > 0 else 's'}gp.fits")
    hdu.writeto(path, overwrite=True)
    return path, image


@pytest.fixture
def sfd(tmp_path):
    return {sign: write_sfd(tmp_path, sign) for sign in (1, -1)}


def test_sfd_is_sampled_by_the_formula_of_its_paper_on_both_hemispheres(sfd):
    ebv = open_dust_map(sfd[1][0]).ebv(RA, DEC)
    expected = np.empty(len(RA))
    for sign, (_, image) in sfd.items():
        here = (GAL_B >= 0) == (sign > 0)
        x, y = lambert(GAL_L[here], GAL_B[here], sign)
        expected[here] = map_coordinates(image, [y, x], order=1, mode="nearest")
    # At the plane itself the hemisphere is a matter of rounding.
    np.testing.assert_allclose(ebv, expected, atol=2e-5)
    np.testing.assert_allclose(ebv, smooth(GAL_L, GAL_B), atol=0.02)
    assert np.ptp(ebv) > 0.5


def test_either_image_or_the_folder_gives_the_same_map(sfd, tmp_path):
    north, south, folder = map(open_dust_map, (sfd[1][0], sfd[-1][0], tmp_path))
    np.testing.assert_array_equal(north.ebv(RA, DEC), south.ebv(RA, DEC))
    assert north.files == south.files == folder.files
    assert [f["name"] for f in north.files] == [
        "SFD_dust_4096_ngp.fits", "SFD_dust_4096_sgp.fits",
    ]  # fmt: skip
    assert north.files[0]["sha256"] == qsovae.file_sha256(sfd[1][0])


def test_a_row_without_a_position_has_no_reddening(sfd):
    ebv = open_dust_map(sfd[1][0]).ebv(np.array([np.nan, 10.0]), np.array([0.0, 0.0]))
    assert np.isnan(ebv[0])
    assert np.isfinite(ebv[1])


def write_healpix(
    path, order="nested", frame="G", only=None, name="EBV", unit="mag", **header
):
    """Write a HEALPix map; with ``only``, some cells and their places."""
    grid = HEALPix(nside=32, order=order)
    longitude, latitude = (a.to_value(u.deg) for a in grid.healpix_to_lonlat(
        np.arange(grid.npix)))  # fmt: skip
    if frame == "C":
        place = SkyCoord(longitude * u.deg, latitude * u.deg).galactic
        longitude, latitude = place.l.deg, place.b.deg
    values = smooth(longitude, latitude).astype(np.float32)
    columns = {"TAU353": np.zeros(grid.npix, np.float32), name: values * u.Unit(unit)}
    if only is not None:
        columns = {"PIXEL": only, name: values[only]}
    hdu = fits.table_to_hdu(Table(columns))
    stated = {"PIXTYPE": "HEALPIX", "ORDERING": order.upper(), "NSIDE": 32,
              "COORDSYS": frame}  # fmt: skip
    hdu.header.update({k: v for k, v in (stated | header).items() if v is not None})
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path, overwrite=True)
    return path


@pytest.mark.parametrize("order", ["nested", "ring"])
@pytest.mark.parametrize("frame", ["G", "C"])
def test_a_healpix_map_is_sampled_in_its_order_and_frame(tmp_path, order, frame):
    path = write_healpix(tmp_path / "planck.fits", order, frame)
    ebv = open_dust_map(path).ebv(RA, DEC)
    np.testing.assert_allclose(ebv, smooth(GAL_L, GAL_B), atol=0.003)


def test_a_row_of_a_healpix_map_may_hold_many_cells(tmp_path):
    path = write_healpix(tmp_path / "a.fits")
    values = fits.getdata(path)["EBV"].astype(np.float32)
    hdu = fits.table_to_hdu(Table({"T": values.reshape(-1, 1024)}))
    hdu.header.update(PIXTYPE="HEALPIX", ORDERING="NESTED", NSIDE=32, COORDSYS="G")
    hdu.writeto(tmp_path / "b.fits")
    one, many = (open_dust_map(tmp_path / f"{n}.fits").ebv(RA, DEC) for n in "ab")
    np.testing.assert_array_equal(one, many)


def test_outside_of_a_map_of_part_of_the_sky_there_is_no_reddening(tmp_path):
    inside = np.arange(6144)  # of 12288: half of the sky
    part = open_dust_map(write_healpix(tmp_path / "part.fits", only=inside))
    whole = open_dust_map(write_healpix(tmp_path / "whole.fits"))
    ebv, expected = part.ebv(RA, DEC), whole.ebv(RA, DEC)
    known = np.isfinite(ebv)
    assert 0.4 < known.mean() < 0.6
    np.testing.assert_array_equal(ebv[known], expected[known])


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"COORDSYS": None}, "nested and nothing"),
        ({"COORDSYS": "E"}, "nested and E"),
        ({"ORDERING": "SPIRAL"}, "spiral and G"),
        ({"unit": "K"}, "values are in K, not in mag"),
        ({"name": "RADIANCE"}, "none of its columns is called EBV: TAU353, RADIANCE"),
        ({"NSIDE": 64}, "12,288 values are not the 49,152 cells"),
    ],
)
def test_a_healpix_map_that_does_not_say_what_it_is_is_refused(tmp_path, header, words):
    path = write_healpix(tmp_path / "map.fits", **header)
    with pytest.raises(CatalogError, match=words) as caught:
        open_dust_map(path)
    assert "map.fits" in str(caught.value)


def test_what_is_no_dust_map_is_refused_in_words(sfd, tmp_path):
    (tmp_path / "text.fits").write_text("E(B-V)\n0.1\n")
    Table({"ra": [1.0]}).write(tmp_path / "table.fits")
    lone = tmp_path / "lone"
    lone.mkdir()
    (tmp_path / "empty").mkdir()
    write_sfd(lone, 1)
    cut = tmp_path / "cut"
    cut.mkdir()
    write_sfd(cut, -1)
    content = sfd[1][0].read_bytes()
    (cut / "SFD_dust_4096_ngp.fits").write_bytes(content[: len(content) // 2])
    write_sfd(tmp_path, 1, "SFD_same_ngp.fits")
    write_sfd(tmp_path, 1, "SFD_same_sgp.fits")
    write_sfd(tmp_path, 1, "SFD_i100_ngp.fits", unit="MJy/sr")
    write_sfd(tmp_path, 1, "nameless.fits")
    for name, words in (
        ("no.fits", "there is no such dust map"),
        ("text.fits", "dust map file cannot be read"),
        ("table.fits", "neither a HEALPix map nor"),
        ("lone/SFD_dust_4096_ngp.fits", "no such dust map.*sgp.fits"),
        ("cut/SFD_dust_4096_ngp.fits", "truncated or damaged"),
        ("SFD_same_ngp.fits", "same hemisphere"),
        ("SFD_i100_ngp.fits", "in MJy/sr, not in mag"),
        ("nameless.fits", "neither ngp nor sgp"),
        ("empty", "holds 0 files"),
    ):
        with pytest.raises(CatalogError, match=words):
            open_dust_map(tmp_path / name)
