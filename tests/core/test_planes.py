"""Planes of rows: where rows lie on them, and the lines of the literature."""

import shutil

import numpy as np
import pytest
from astropy.wcs import WCS
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.projections.geo import AitoffAxes

import qsovae
from qsovae.aitoff import aitoff_places, graticule
from qsovae.bands import BANDS
from qsovae.colour_cuts import COLOUR_CUTS


@pytest.fixture(scope="module")
def opened(runs, simulated):
    run = qsovae.open_run("tiny", runs)
    catalog = qsovae.open_catalog(simulated)
    rows = qsovae.run_table(run)
    return run, rows, catalog, qsovae.RunColumns(run, rows, catalog)


@given(st.floats(0, 360), st.floats(-90, 90))
def test_the_sky_is_that_of_matplotlib_with_east_to_the_left(ra, dec):
    x, y = aitoff_places([ra], [dec])
    centred = np.radians((ra + 180) % 360 - 180)
    wanted = AitoffAxes.AitoffTransform(75).transform([[centred, np.radians(dec)]])
    # Matplotlib leaves the sky as wide as it is high, and widens it when it draws.
    assert x[0] == pytest.approx(-2 * np.degrees(wanted[0, 0]), abs=1e-6)
    assert y[0] == pytest.approx(np.degrees(wanted[0, 1]), abs=1e-6)


def test_the_sky_is_not_hammers_which_fits_call_aitoff():
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---AIT", "DEC--AIT"]
    hammer = wcs.wcs_world2pix([[60.0, 60.0]], 0)[0]
    x, y = aitoff_places([60.0], [60.0])
    assert np.hypot(-x[0] - hammer[0], y[0] - hammer[1]) > 0.5


def test_unknown_positions_have_no_place():
    x, y = aitoff_places([np.nan, 10.0], [0.0, np.nan])
    assert np.isnan([x[0], y[1]]).all()


@pytest.mark.parametrize(
    ("ra", "dec", "least"),
    [
        ([10.0, 12.0], [-5.0, -3.0], 6),
        ([0.0, 90.0, 180.0, 270.0], [-90, -30, 30, 90], 12),
    ],
)
def test_lines_of_the_sky_are_round_and_some_run_between_the_rows(ra, dec, least):
    lines = graticule(ra, dec)
    assert least <= len(lines) <= 40
    for name, line in lines:
        assert float(name.rstrip("°")) == pytest.approx(round(float(name[:-1]), 1))
        assert np.isfinite(line).all()


def test_standard_planes_are_those_that_the_columns_allow(opened):
    *_, columns = opened
    planes = qsovae.standard_planes(columns)
    assert list(planes)[:3] == ["map", "pca", "latent"]
    assert {"mid_infrared", "wu", "gri", "colour_magnitude", "sky"} <= set(planes)
    assert planes["colour_magnitude"].is_flipped
    run, rows, *_ = opened
    without = qsovae.standard_planes(qsovae.RunColumns(run, rows))
    assert list(without) == ["map", "pca", "latent"]


def test_the_latent_plane_is_of_the_dimensions_in_which_rows_differ_most(opened):
    _, rows, _, columns = opened
    plane = qsovae.standard_planes(columns)["latent"]
    names = [name for name in rows if name.startswith("latent_")]
    widest = rows[names].var().sort_values().index[-2:]
    assert {plane.x, plane.y} == set(widest)


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, -145.0, 180.0])
def test_a_projection_in_space_is_turned_about_its_upright_axis(opened, angle):
    _, rows, _, columns = opened
    plane = qsovae.standard_planes(columns)["pca"]
    assert plane.depth == "pca_3"
    x, y = qsovae.plane_places(qsovae.turned_plane(plane, angle), columns, len(rows))
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    wanted = cos * rows["pca_1"] + sin * rows["pca_3"]
    np.testing.assert_allclose(x, wanted, atol=2e-3)
    np.testing.assert_array_equal(y, rows["pca_2"])


def test_places_are_the_formulas_of_a_plane(opened):
    _, rows, catalog, columns = opened
    plane = qsovae.standard_planes(columns)["mid_infrared"]
    x, y = qsovae.plane_places(plane, columns, len(rows))
    w1, w2 = catalog.magnitude("w1")[0], catalog.magnitude("w2")[0]
    np.testing.assert_array_equal(x, w2)
    np.testing.assert_allclose(y, w1 - w2)
    own = qsovae.own_plane("p_QSO", "no_such")
    with pytest.raises(qsovae.QueryError, match="no_such"):
        qsovae.plane_places(own, columns, len(rows))


def test_lines_of_cuts_part_what_they_select_from_what_they_do_not(opened):
    *_, columns = opened
    planes = qsovae.standard_planes(columns)
    guides = qsovae.plane_guides(planes["mid_infrared"])
    keys = ("stern", "assef_r90", "wu_infrared")
    assert [g.name for g in guides] == [COLOUR_CUTS[key].title for key in keys]
    for key, guide in zip(keys, guides, strict=True):
        line = np.array(guide.line)
        line = line[np.isfinite(line[:, 1])]
        for off, is_selected in ((0.01, True), (-0.01, False)):
            w2, colour = line[:, 0], line[:, 1] + off
            found = COLOUR_CUTS[key].select({"w1": w2 + colour, "w2": w2})
            assert (found == is_selected).all()
    stern = np.array(guides[0].line)
    faint = stern[:, 0] > 15.05 + BANDS["w2"].ab_minus_vega
    assert np.isnan(stern[faint, 1]).all()
    assert not np.isnan(stern[~faint, 1]).any()
    level = 0.8 + BANDS["w1"].ab_minus_vega - BANDS["w2"].ab_minus_vega
    np.testing.assert_allclose(stern[~faint, 1], level, atol=0.004)


def test_the_lines_of_wu_are_in_his_plane(opened):
    *_, columns = opened
    (guide,) = qsovae.plane_guides(qsovae.standard_planes(columns)["wu"])
    x, y = np.array(guide.line).T
    vega = BANDS["w1"].ab_minus_vega
    np.testing.assert_allclose(y, 0.66 * x + 2.01 - vega, atol=0.005)


def test_the_sky_needs_its_catalog_for_lines(opened):
    _, _, catalog, columns = opened
    sky = qsovae.standard_planes(columns)["sky"]
    assert qsovae.plane_guides(sky) == []
    assert all(guide.is_faint for guide in qsovae.plane_guides(sky, catalog))
    assert qsovae.plane_guides(qsovae.own_plane("row", "row")) == []


def test_an_outline_on_another_plane_is_kept_with_it(opened, runs, tmp_path):
    _, rows, catalog, columns = opened
    shutil.copytree(runs / "tiny", tmp_path / "tiny")
    run = qsovae.open_run("tiny", tmp_path)
    plane = qsovae.standard_planes(columns)["mid_infrared"]
    box = ((14.0, 0.0), (19.0, 0.0), (19.0, 2.0), (14.0, 2.0))
    saved = qsovae.save_selection(
        run, "red", rows, catalog, outlines=[box], plane=(plane.x, plane.y)
    )
    again = qsovae.open_selection(run, "red")
    assert again.plane == (plane.x, plane.y) == saved.plane
    x, y = qsovae.plane_places(plane, columns, len(rows))
    with np.errstate(invalid="ignore"):
        wanted = (x > 14.0) & (x < 19.0) & (y > 0.0) & (y < 2.0)
    assert 0 < wanted.sum() == saved.rows
    found = qsovae.selection_mask(run, again, rows, catalog)
    np.testing.assert_array_equal(found, wanted)
    joined = qsovae.query_mask(run, "not sel_red", rows, catalog)
    np.testing.assert_array_equal(joined, ~wanted)
