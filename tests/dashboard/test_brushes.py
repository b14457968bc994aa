"""Brushes: bars that are clicked or drawn over, and what they let through."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qsovae
from dashboard.brushes import (
    brush_query,
    chosen_bins,
    facet_mask,
    facet_masks,
    with_choice,
)
from dashboard.state import View

TABLE = pd.DataFrame(
    {"kind": list("aabbc"), "a=b": [1, 1, 2, 2, 3], "r": [1, 2, 3, 4, 5]}
)
BINS = {name: qsovae.facet_bins(name, TABLE[name]) for name in TABLE}
N_BINS = {name: len(of.bins) for name, of in BINS.items()}


def choice(column, first, last=None):
    last = first if last is None else last
    return {"column": column, "first_bin": first, "last_bin": last}


def choose(*choices, brushes=()):
    for one in choices:
        brushes = with_choice(brushes, one, N_BINS)
    return brushes


def test_a_click_adds_a_bar_and_another_leaves_it_out():
    assert choose(choice("kind", 1)) == ("kind=1:1",)
    assert choose(choice("kind", 0), choice("kind", 2)) == ("kind=0:0", "kind=2:2")
    both = choose(choice("r", 1), choice("r", 2), choice("kind", 0))
    assert both == ("r=1:2", "kind=0:0")
    assert choose(choice("r", 2), brushes=both) == ("kind=0:0", "r=1:1")
    assert choose(choice("r", 1), choice("r", 1)) == ()


def test_a_range_replaces_what_was_chosen_and_can_be_cleared():
    drawn = choose(choice("r", 4), choice("a=b", 1), choice("r", 0, 2))
    assert drawn == ("a=b=1:1", "r=0:2")
    assert choose(choice("r", -1), brushes=drawn) == ("a=b=1:1",)
    assert choose(choice("r", 0, 2), brushes=drawn) == ("a=b=1:1",)
    assert choose(choice("r", 0, 1), brushes=drawn) == ("a=b=1:1", "r=0:1")
    assert choose(choice("a=b", -1), choice("a=b", -1), brushes=drawn) == ("r=0:2",)


@pytest.mark.parametrize(
    "said",
    [
        None, "kind", 3, [], {}, {"column": "kind"}, choice("nobody", 0),
        choice("kind", 3), choice("kind", 2, 1), choice("kind", -1, 1),
        choice("kind", -2), choice("kind", "0"), choice("kind", 0.0),
        choice("kind", True), choice(["kind"], 0), {"column": "kind", "first_bin": 0},
        choice("kind", 10**40), {"query": "true"},
    ],
)  # fmt: skip
def test_what_a_browser_cannot_have_meant_changes_nothing(said):
    assert with_choice(("r=0:1",), said, N_BINS) == ("r=0:1",)


@given(st.lists(st.tuples(
    st.sampled_from(list(N_BINS)), st.integers(-2, 6), st.integers(-2, 6)
), max_size=8))  # fmt: skip
def test_brushes_survive_the_address_and_their_query_is_their_rows(said):
    brushes = choose(*(choice(*one) for one in said))
    assert View.from_parameters({"brushes": list(brushes)}).brushes == brushes
    masks = facet_masks(brushes, BINS)
    passed = facet_mask(np.ones(len(TABLE), bool), masks)
    query = brush_query(brushes, BINS)
    if query is None:
        assert brushes == ()
        assert passed.all()
    else:
        assert qsovae.Query(query).mask(TABLE, len(TABLE)).tolist() == passed.tolist()
    for name, of in BINS.items():
        assert masks.keys() == {b.rpartition("=")[0] for b in brushes}
        chosen = chosen_bins(brushes, name, N_BINS[name])
        assert (name in masks) == bool(chosen)
        if chosen:
            assert np.isin(of.codes, chosen).tolist() == masks[name].tolist()


def test_brushes_that_fit_no_bin_are_ignored():
    brushes = ("kind=1:99", "kind=7:9", "nobody=0:1", "kind=b:c", "r=", "=1:2")
    assert chosen_bins(brushes, "kind", 3) == (1, 2)
    assert chosen_bins(brushes, "r", 5) == ()
    assert brush_query(brushes, BINS) == "kind in ('b', 'c')"


def test_a_column_s_own_brush_does_not_filter_its_own_bars():
    shown = np.array([True, True, True, True, False])
    masks = facet_masks(("kind=0:0", "r=1:4"), BINS)
    assert facet_mask(shown, masks).tolist() == [False, True, False, False, False]
    for name, expected in (
        ("kind", [False, True, True, True, False]),
        ("r", [True, True, False, False, False]),
        ("a=b", [False, True, False, False, False]),
    ):
        assert facet_mask(shown, masks, name).tolist() == expected
    assert shown.tolist() == [True, True, True, True, False]


@pytest.mark.parametrize(
    "texts",
    [[""], ["=1:2"], ["a=1"], ["a=1:"], ["a=1:2:3x"], ["a=-1:2"], ["a=1:9999"],
     ["x" * 999 + "=1:2"], ["a=1:2\n"], ["a=\N{ARABIC-INDIC DIGIT ONE}:2"]],
)  # fmt: skip
def test_texts_that_are_no_brushes_fall_back(texts):
    assert View.from_parameters({"brushes": texts}) == View()


def test_the_columns_of_facets_lie_in_the_address():
    view = View(facets=("p_QSO", "E(B-V)"), brushes=("E(B-V)=0:3", "a\nb=c=1:1"))
    assert View.from_parameters(view.to_parameters()) == view
    texts = ["", "x" * 999, "a", "a", *(f"c{n}" for n in range(99))]
    read = View.from_parameters({"facets": texts}).facets
    assert read == ("a", *(f"c{n}" for n in range(11)))
