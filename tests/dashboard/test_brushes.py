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
RNG = np.random.default_rng(3)
MANY = pd.DataFrame({
    "x": RNG.normal(size=2000), "huge": RNG.normal(size=2000) * 1e307,
    "tails": np.r_[np.linspace(0, 1, 1999), 1e6], "id": 2**62 + np.arange(2000),
    "c=d": [("a=b", "50%", "%3D", "1..2", "0:3", "other", "missing", "is a")[k % 8]
            for k in range(2000)],
    "text": [None, *(f"t{k}" for k in range(1999))], "truth": [True, False] * 1000,
    "gap": np.where(np.arange(2000) % 3, RNG.random(2000), np.nan),
    "few": [0.1, -2.0, 1e300, 7.0, np.nan] * 400,
})  # fmt: skip
OF_MANY = {name: qsovae.facet_bins(name, MANY[name]) for name in MANY}


def choice(column, first, last=None):
    last = first if last is None else last
    return {"column": column, "first_bin": first, "last_bin": last}


def choose(*choices, brushes=()):
    for one in choices:
        brushes = with_choice(brushes, one, BINS)
    return brushes


def test_a_click_adds_a_bar_and_another_leaves_it_out():
    assert choose(choice("kind", 1)) == ("kind=is b",)
    assert choose(choice("kind", 0), choice("kind", 2)) == ("kind=is a", "kind=is c")
    both = choose(choice("r", 1), choice("r", 2), choice("kind", 0))
    assert both == ("r=is 2", "r=is 3", "kind=is a")
    assert choose(choice("r", 2), brushes=both) == ("kind=is a", "r=is 2")
    assert choose(choice("r", 1), choice("r", 1)) == ()


def test_a_range_replaces_what_was_chosen_and_can_be_cleared():
    drawn = choose(choice("r", 4), choice("a=b", 1), choice("r", 0, 2))
    assert drawn == ("a=b=is 2", "r=is 1", "r=is 2", "r=is 3")
    assert choose(choice("r", -1), brushes=drawn) == ("a=b=is 2",)
    assert choose(choice("r", 0, 2), brushes=drawn) == ("a=b=is 2",)
    assert choose(choice("r", 0, 1), brushes=drawn) == drawn[:3]
    assert choose(choice("a=b", -1), choice("a=b", -1), brushes=drawn) == drawn[1:]


def test_bars_beside_one_another_are_told_as_one_range():
    of = OF_MANY["x"]
    drawn = with_choice((), choice("x", 2, 4), OF_MANY)
    assert drawn == (f"x={of.bins[2].ends[0]}..{of.bins[4].ends[1]}",)
    assert len(with_choice(drawn, choice("x", 6), OF_MANY)) == 2
    joined = with_choice(drawn, choice("x", 5), OF_MANY)
    assert joined == (f"x={of.bins[2].ends[0]}..{of.bins[5].ends[1]}",)


@given(st.sampled_from(list(OF_MANY)), st.sets(st.integers(0, 40), min_size=1))
def test_any_bars_of_any_column_survive_the_address(name, wanted):
    of = OF_MANY[name]
    places = sorted(place for place in wanted if place < len(of.bins))
    brushes = ()
    for place in places:
        brushes = with_choice(brushes, choice(name, place), OF_MANY)
    view = View.from_parameters(View(brushes=brushes).to_parameters())
    assert view.brushes == brushes
    assert chosen_bins(view.brushes, of) == tuple(places)


def test_a_brush_means_the_same_when_bins_are_others():
    likely = np.linspace(0.0, 1.0, 1001)
    before = qsovae.facet_bins("p_QSO", pd.Series(likely))
    after = qsovae.facet_bins("p_QSO", pd.Series(likely[400:]))
    span = [place for place, one in enumerate(before.bins) if 0.7 <= one.low < 0.8]
    brushes = with_choice((), choice("p_QSO", span[0], span[-1]), {"p_QSO": before})
    for of in (before, after):
        chosen = chosen_bins(brushes, of)
        assert of.query(chosen) == "0.7 <= p_QSO < 0.8"
    assert chosen_bins(brushes, after) != chosen_bins(brushes, before)
    coarse = qsovae.facet_bins("p_QSO", pd.Series(likely * 1000))
    assert chosen_bins(brushes, coarse) == (0,)
    names = [
        qsovae.facet_bins("kind", pd.Series(list(text))) for text in ("aab", "bba")
    ]
    brush = with_choice((), choice("kind", 0), {"kind": names[0]})
    assert [of.query(chosen_bins(brush, of)) for of in names] == ["kind = 'a'"] * 2


@pytest.mark.parametrize(
    ("told", "query"),
    [("..", "tails >= 0"), ("0.5..", "tails >= 0.5"), ("..0.5", "0 <= tails < 0.5"),
     ("-5..0.1", "0 <= tails < 0.1"), ("0.11..0.12", "0.1 <= tails < 0.15"),
     ("2..1", None), ("1e999..2", None), ("..-", None), ("9e5..2e6", None),
     ("1..2..3", None)],
)  # fmt: skip
def test_odd_ranges_choose_what_they_can(told, query):
    brushes = View.from_parameters({"brushes": [f"tails={told}"]}).brushes
    assert len(brushes) == 1
    assert brush_query(brushes, OF_MANY) == query


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
    assert with_choice(("r=0:1",), said, BINS) == ("r=0:1",)


@given(st.lists(st.tuples(
    st.sampled_from(list(BINS)), st.integers(-2, 6), st.integers(-2, 6)
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
        chosen = chosen_bins(brushes, of)
        assert (name in masks) == bool(chosen)
        if chosen:
            assert np.isin(of.codes, chosen).tolist() == masks[name].tolist()


def test_brushes_that_fit_no_bin_are_ignored():
    brushes = ("kind=1:99", "kind=7:9", "nobody=0:1", "kind=b:c", "r=", "=1:2")
    assert chosen_bins(brushes, BINS["kind"]) == (1, 2)
    assert chosen_bins(brushes, BINS["r"]) == ()
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
     ["x" * 999 + "=1:2"], ["a=1:2\n"], ["a=is "], ["a=is x=y"],
     ["a=1..x"], ["a=others"], ["=missing"], ["a=is " + "x" * 9999],
     ["a=\N{ARABIC-INDIC DIGIT ONE}:2"]],
)  # fmt: skip
def test_texts_that_are_no_brushes_fall_back(texts):
    assert View.from_parameters({"brushes": texts}) == View()


def test_the_columns_of_facets_lie_in_the_address():
    view = View(facets=("p_QSO", "E(B-V)"), brushes=("E(B-V)=0:3", "a\nb=c=is \n"))
    assert View.from_parameters(view.to_parameters()) == view
    texts = ["", "x" * 999, "a", "a", *(f"c{n}" for n in range(99))]
    read = View.from_parameters({"facets": texts}).facets
    assert read == ("a", *(f"c{n}" for n in range(11)))
