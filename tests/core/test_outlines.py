"""Which rows lie inside outlines, against winding and crossing counted by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path

from qsovae.errors import InputError, ShapeError
from qsovae.projection import inside_outline, inside_outline_mask

SQUARE = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))
BOW_TIE = ((-1.0, -1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, 1.0))


def crossings_are_odd(point, corners):
    """Return whether a ray to the right crosses the outline an odd number of times."""
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            odd = not odd
    return odd


@given(st.integers(0, 2**32 - 1), st.integers(3, 12))
def test_any_outline_even_self_crossing_encloses_by_the_even_odd_rule(seed, n_corners):
    rng = np.random.default_rng(seed)
    corners = [tuple(corner) for corner in rng.normal(size=(n_corners, 2))]
    points = rng.normal(size=(100, 2))
    expected = [crossings_are_odd(point, corners) for point in points]
    assert inside_outline_mask(*points.T, [corners]).tolist() == expected


@given(st.integers(0, 2**32 - 1), st.integers(3, 200))
def test_membership_is_matplotlibs(seed, n_corners):
    rng = np.random.default_rng(seed)
    corners = rng.normal(size=(n_corners, 2))
    points = 2 * rng.normal(size=(500, 2))
    expected = Path(corners).contains_points(points)
    assert (inside_outline_mask(*points.T, [corners]) == expected).all()


@given(st.integers(0, 2**32 - 1))
def test_direction_first_corner_and_closing_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    corners = rng.normal(size=(7, 2))
    points = rng.normal(size=(200, 2)).T
    inside = inside_outline_mask(*points, [corners]).tolist()
    assert inside_outline_mask(*points, [corners[::-1]]).tolist() == inside
    assert (
        inside_outline_mask(*points, [np.roll(corners, 3, axis=0)]).tolist() == inside
    )
    closed = np.vstack([corners, corners[:1]])
    assert inside_outline_mask(*points, [closed]).tolist() == inside


def test_the_middle_of_a_square_is_inside_and_what_is_beyond_is_not():
    inside = inside_outline_mask(
        [0.0, 0.99, 1.01, 0.0], [0.0, -0.99, 0.0, 5.0], [SQUARE]
    )
    assert inside.tolist() == [True, True, False, False]


def test_the_wings_of_a_bow_tie_are_inside_and_its_notches_are_not():
    inside = inside_outline_mask(
        [0.5, -0.5, 0.0, 0.0], [0.0, 0.0, 0.5, -0.5], [BOW_TIE]
    )
    assert inside.tolist() == [True, True, False, False]


def test_several_outlines_are_a_union_also_where_they_overlap():
    moved = tuple((x + 1.5, y) for x, y in SQUARE)
    inside = inside_outline_mask([0.0, 0.75, 2.0, 3.0], np.zeros(4), [SQUARE, moved])
    assert inside.tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    "outline",
    [(), ((0.0, 0.0),), ((-1.0, 0.0), (1.0, 0.0)), ((-1, -1), (0, 0), (1, 1)),
     ((0, 0), (0, 0), (0, 0), (0, 0))],
)  # fmt: skip
def test_an_outline_without_area_selects_nothing(outline):
    values = np.linspace(-2, 2, 41)
    assert not inside_outline_mask(values, values + 1e-9, [outline]).any()


def test_no_outline_selects_nothing():
    assert not inside_outline_mask([0.0], [0.0], []).any()
    assert inside_outline_mask([], [], [SQUARE]).shape == (0,)


def test_rows_without_a_place_are_outside():
    first = [np.nan, 0.0, np.nan, np.inf, 0.0]
    second = [0.0, np.nan, np.nan, 0.0, 0.0]
    inside = inside_outline_mask(first, second, [SQUARE])
    assert inside.tolist() == [False, False, False, False, True]


@pytest.mark.parametrize(
    "outline",
    [((0, 0), (1, np.nan), (1, 1)), ((0, 0), (1, np.inf), (1, 1)), ((0, 0, 0),) * 3,
     (1, 2, 3), ("a", "b", "c"), ((0, 0), (1, 1), (2,)), (None, None, None)],
)  # fmt: skip
def test_what_is_no_outline_is_refused(outline):
    with pytest.raises(InputError, match="Draw it again"):
        inside_outline_mask([0.0], [0.0], [outline])


def test_coordinates_of_two_lengths_are_refused():
    with pytest.raises(ShapeError, match="map_2"):
        inside_outline_mask([0.0, 1.0], [0.0], [SQUARE])


def test_rows_of_a_table_keep_their_index_and_columns():
    table = pd.DataFrame(
        {"object_id": [11, 12, 13], "map_1": [0.0, 9.0, 0.5], "map_2": [0.0, 0.0, 0.5]},
        index=[7, 5, 3],
    )
    picked = inside_outline(table, [SQUARE])
    assert picked["object_id"].tolist() == [11, 13]
    assert picked.index.tolist() == [7, 3]
    assert len(table) == 3


def test_a_table_without_a_map_is_refused():
    with pytest.raises(InputError, match="map_2"):
        inside_outline(pd.DataFrame({"map_1": [0.0]}), [SQUARE])
