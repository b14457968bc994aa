"""Colours of rows: categories or numbers, and the bytes that stand for them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.colours import NO_VALUE, OTHER, as_colours, coded
from dashboard.components.packing import MISSING
from dashboard.theme import CLIPS, SCALES, class_styles


def names_of(colours):
    """Return the category of each row, None where there is none."""
    return [colours.names[code] if code >= 0 else None for code in colours.codes]


def test_text_with_many_values_becomes_the_commonest_and_other():
    values = pd.Series([f"n{k:05d}" for k in range(10_000)] + ["often"] * 5 + [None])
    names = names_of(as_colours(values))
    assert len({*names} - {None}) == 20
    assert {"often", OTHER} <= set(names)
    assert names[-1] is None


def test_numbers_are_continuous_and_infinite_ones_unknown():
    colours = as_colours(pd.Series([1.0, np.inf, np.nan, 3.0]))
    assert np.isfinite(colours.numbers).tolist() == [True, False, False, True]


@pytest.mark.parametrize(
    "values", [[True, False, True], [0, 1, 2], ["a ", " a", "b", " "]]
)
def test_flags_few_integers_and_text_are_categories(values):
    names = names_of(as_colours(pd.Series(values)))
    assert names == [str(v).strip() or None for v in values]


def test_many_integers_are_numbers():
    assert as_colours(pd.Series(range(21))).numbers.tolist() == list(range(21))


@given(st.lists(st.sampled_from(["QSO", "STAR", "b ", "", None]), min_size=1))
def test_the_legend_counts_every_row_once(values):
    rows = coded(as_colours(pd.Series(values, dtype=object)))
    assert sum(one.n_rows for one in rows.legend) == len(values)
    by_code = {one.code: one.name for one in rows.legend}
    wanted = [(value or "").strip() or NO_VALUE for value in values]
    assert [by_code[code] for code in rows.codes] == wanted


def test_categories_have_the_colours_of_their_names_and_the_rarest_lie_above():
    rows = coded(as_colours(pd.Series(["STAR", "QSO", "STAR", None])), "unlabelled")
    assert [one.name for one in rows.legend] == ["unlabelled", "STAR", "QSO"]
    styles = class_styles(["QSO", "STAR"])
    for one in rows.legend[1:]:
        assert (one.colour, one.symbol) == styles[one.name]
        assert rows.lookup[one.code] == [
            int(one.colour[k : k + 2], 16) for k in (1, 3, 5)
        ]


def test_a_scale_runs_between_percentiles_and_unknown_values_have_their_own_code():
    values = pd.Series([*np.linspace(0, 1, 1001), 1e6, np.nan])
    rows = coded(as_colours(values))
    assert 0.0 < rows.scale["low"] < 0.02
    assert 0.98 < rows.scale["high"] < 1.01
    assert rows.n_missing == 1
    assert rows.codes[-1] == MISSING
    assert rows.codes[-2] == 253  # beyond the scale: its end
    assert (np.diff(rows.codes[:1001].astype(int)) >= 0).all()


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize(
    "values", [[2.0, 2.0], [np.nan, np.nan], [-1.0, 0.0], [0.0], [1e300, np.inf]]
)
def test_odd_columns_still_have_a_scale(values, clip):
    rows = coded(as_colours(pd.Series(values)), clip=clip)
    known = np.unique([v for v in values if np.isfinite(v)])
    if len(known) == 1:  # the scale says no value that there is not
        ends = [rows.scale["low"], rows.scale["high"]]
        np.testing.assert_allclose(ends, known.repeat(2), rtol=1e-12)
        assert {*rows.codes} <= {0, MISSING}
    else:
        assert rows.scale["low"] < rows.scale["high"]


def test_the_largest_numbers_there_are_have_colours():
    most = np.finfo(float).max
    values = pd.Series([-most, 0.0, most, np.nan, np.inf])
    rows = coded(as_colours(values), clip="whole")
    assert [rows.scale["low"], rows.scale["high"]] == [-most, most]
    assert rows.codes[[0, 2, 3, 4]].tolist() == [0, 253, MISSING, MISSING]
    assert 126 <= rows.codes[1] <= 127


def test_a_log_scale_has_equal_factors_and_no_place_for_what_is_not_positive():
    rows = coded(as_colours(pd.Series([1.0, 10.0, 100.0, 0.0, -1.0])), clip="log")
    first, second, third = rows.codes[:3].astype(int)
    assert abs((second - first) - (third - second)) <= 1
    assert rows.codes[3:].tolist() == [MISSING, MISSING]


@pytest.mark.parametrize("scale", SCALES)
def test_scales_grow_lighter(scale):
    rows = coded(as_colours(pd.Series(np.linspace(0, 1, 9))), scale=scale)
    light = np.array(rows.lookup[:254]) @ [0.299, 0.587, 0.114]
    assert (np.diff(light[::20]) > 0).all()
