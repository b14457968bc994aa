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
from dashboard.state import View

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
