"""The address brings a view back; whatever else stands in it falls back."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qsovae
from dashboard.outlines import (
    outlines_from_text,
    outlines_to_text,
    rounded_outline,
)
from dashboard.state import LONGEST_ADDRESS, View

COORDINATE = st.floats(-900, 900, allow_nan=False)
OUTLINES = st.lists(
    st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=40).map(
        rounded_outline
    ),
    max_size=4,
).map(tuple)


@given(OUTLINES)
def test_outlines_survive_the_address_exactly(outlines):
    assert outlines_from_text(outlines_to_text(outlines)) == outlines


ANY = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(st.tuples(ANY, ANY), min_size=3, max_size=9).map(tuple))
def test_corners_of_any_size_survive_the_address_exactly(outline):
    assert outlines_from_text(outlines_to_text((outline,))) == (outline,)


@pytest.mark.parametrize("size", [1e-300, 1e-5, 20.0, 1e9, 1e300])
def test_a_lasso_is_rounded_by_less_than_can_be_seen(size):
    corners = np.random.default_rng(5).random((50, 2)) * size
    off = np.abs(np.array(rounded_outline(corners.tolist())) - corners)
    assert 0 < off.max() < size / 1000


@pytest.mark.parametrize("size", [1e-7, 20.0, 1e9])
def test_twenty_long_lassos_of_a_hand_fit_into_an_address(size):
    rng = np.random.default_rng(4)
    turns = np.linspace(0, 2 * np.pi, 1500, endpoint=False)
    outlines = []
    for zoom in np.geomspace(1, 9, 20):
        far = 200 + 60 * np.sin(3 * turns) + np.cumsum(rng.normal(0, 0.2, 1500))
        pixels = np.rint(np.column_stack([far * np.cos(turns), far * np.sin(turns)]))
        outlines.append(rounded_outline((pixels * size / 700 / zoom).tolist()))
    view = View(outlines=tuple(outlines))
    assert view.beyond_address() == ()
    assert len(outlines_to_text(view.outlines)) < LONGEST_ADDRESS / 2
    assert View.from_parameters(view.to_parameters()) == view


def test_what_is_too_long_stays_out_of_the_address():
    rng = np.random.default_rng(6)
    outlines = tuple(tuple(map(tuple, rng.random((1500, 2)))) for _ in range(5))
    view = View(run="tiny", query="p_QSO > 0.1", outlines=outlines)
    assert view.beyond_address() == ("outlines",)
    assert view.to_parameters()["outlines"] != []
    assert View(run="tiny", outlines=outlines[:1]).beyond_address() == ()


OLD = (
    "eNpjYmBgYAbiGVYMDDIr_v-fCaSfhDMwzM7_998hpBMsBwMC6qhsAI2hCj0",
    "eNpjYICBD_YQmsMBRCY8NnOE8JkOzCll6LB5Yl73MeNxx9YfT-wg4rIHwJRCjwMAk-0Ovg",
)


def test_addresses_of_old_are_read():
    assert outlines_from_text(OLD[0]) == (
        ((1.5, -2.25), (3.0001, 0.0), (-7.25, 900.0)),
        ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),
    )
    assert outlines_from_text(OLD[1]) == (
        ((1.5e6, -2.25), (1e300, 0.00001), (-7.25, 900.0)),
    )


@given(OUTLINES, st.sampled_from(qsovae.MORPHOLOGIES), st.text(min_size=1, max_size=50))
def test_a_view_survives_the_address(outlines, morphology, name):
    view = View(
        run=name, morphology=morphology, classes=(name, "QSO"), band="i",
        magnitudes=(17.5, 21.3), outlines=outlines, normalise="row",
        quality=("SENTINEL", "IMPLAUSIBLE"), quality_choice="with", combined="mine",
        prior="QSO=0.02,STAR=0.98", abstain=0.9, rivals=(name, "second"),
        rival_columns="QSO=p_qso", cell=(name, "QSO"),
        objects="suspects", rule="clean", sliced_by="g - r",
        slices=("g - r=0 to 0.5", "survey VHS=missing"), walk=(0.25, -1.5, 3e-05),
        walk_between=("17", name),
    )  # fmt: skip
    assert View.from_parameters(view.to_parameters()) == view


@given(st.text(max_size=300))
def test_any_text_in_the_address_is_outlines_or_none(text):
    assert isinstance(outlines_from_text(text), tuple)


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=12))
def test_packed_numbers_that_are_no_outlines_give_none_or_true_polygons(numbers):
    packed = zlib.compress(np.asarray(numbers, dtype="<i4").tobytes())
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    for outline in outlines_from_text(text):
        assert len(outline) >= 3
        assert np.isfinite(outline).all()


NUMBER = st.integers(1, 3) | st.integers(-400, 400) | st.integers()


@given(st.lists(NUMBER, max_size=20))
def test_written_numbers_that_are_no_outlines_give_none_or_true_polygons(numbers):
    packed = zlib.compress(" ".join(map(str, numbers)).encode())
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    for outline in outlines_from_text(text):
        assert len(outline) >= 3
        assert np.isfinite(outline).all()


@pytest.mark.parametrize(
    "content",
    [b"1", b"1 3", b"1 3 0 1 2 3 0 1 2", b"1 2 0 1 1 0 1 1", b"21 3 0 1 2 3 0 1 2 3",
     b"1 3 0 1 2 x 0 1 2 3", b"1 3 -999 1 2 3 0 1 2 3", b"0", b"1  3",
     b"1 " + b"9" * 9999, b"1 3 0 1 2 3 0 1 2 3 4",
     b"1 3 0 1 2 3 0 1 2 3" + b" 7" * 999_999],
)  # fmt: skip
def test_written_numbers_that_do_not_fit_are_no_outlines(content):
    text = base64.urlsafe_b64encode(zlib.compress(content)).decode()
    assert outlines_from_text(text) == ()


def test_a_bomb_in_the_address_is_not_unpacked():
    packed = zlib.compress(bytes(200_000_000), 9)
    text = base64.urlsafe_b64encode(packed).decode()
    assert outlines_from_text(text) == ()


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("morphology", ["<b>round</b>"]), ("normalise", ["both"]), ("model", [""]),
        ("magnitudes", ["21", "17"]), ("magnitudes", ["nan", "20"]),
        ("magnitudes", ["17"]), ("magnitudes", ["a", "b"]), ("run", ["x" * 9999]),
        ("class_kind", ["p_QSO"]), ("quality", ["SPOILT", ""]),
        ("quality_choice", ["all"]), ("outlines", ["%%%"]), ("unknown", ["1"]),
        ("prior", ["QSO"]), ("prior", [""]), ("abstain", ["2"]), ("abstain", ["nan"]),
        ("abstain", ["often"]), ("slices", ["magnitude"]), ("sliced_by", [""]),
        ("slices", ["x" * 9999 + "=1"]), ("walk", ["1", "nan"]), ("walk", ["a"]),
        ("walk", ["1e9"]), ("walk", ["0"] * 65), ("walk_between", ["1"]),
        ("walk_between", ["1", "2", "3"]),
    ],
)  # fmt: skip
def test_a_choice_that_is_unknown_falls_back(name, texts):
    assert View.from_parameters({name: texts}) == View()


def test_a_fresh_view_needs_no_parameters():
    assert View().to_parameters() == {}
