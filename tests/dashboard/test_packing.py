"""Packs of rows: read back as the browser reads them, they are what went in."""

import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dashboard.components.packing import codes_and_bits, packed, packed_places

GRID = (1 << 20) - 1


def unpacked(content):
    """Return the header and the blocks of a pack."""
    length = int.from_bytes(content[:4], "little")
    header, at = json.loads(content[4 : 4 + length]), 4 + length
    blocks = []
    for size in header["blocks"]:
        blocks.append(zlib.decompress(content[at : at + size]))
        at += size
    assert at == len(content)
    return header, blocks


def places_in(content):
    """Return places as the browser has them; bits are parted one by one."""
    header, planes = unpacked(content)
    steps = sum(
        np.frombuffer(plane, np.uint8).astype(np.int64) << (8 * k)
        for k, plane in enumerate(planes)
    )
    keys = np.cumsum(steps)
    x = sum(((keys >> (2 * k)) & 1) << k for k in range(20))
    y = sum(((keys >> (2 * k + 1)) & 1) << k for k in range(20))
    low_x, high_x, low_y, high_y = header["extent"]
    return (
        low_x + x / GRID * (high_x - low_x), low_y + y / GRID * (high_y - low_y)
    )  # fmt: skip


coordinates = arrays(
    np.float64, st.integers(1, 60),
    elements=st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0]),
)  # fmt: skip


@given(coordinates, st.randoms(use_true_random=False))
def test_places_come_back_to_a_millionth_of_the_plane(x, random):
    y = np.array([random.choice([*x, 1.0]) for _ in x])
    places = packed_places(x, y)
    placed = np.isfinite(x) & np.isfinite(y)
    assert sorted(places.rows) == np.flatnonzero(placed).tolist()
    if not placed.any():
        return
    header, _ = unpacked(places.packed)
    found_x, found_y = places_in(places.packed)
    spans = np.diff(header["extent"])[[0, 2]]
    assert np.abs(found_x - x[places.rows]).max() <= spans[0] / GRID * 0.51
    assert np.abs(found_y - y[places.rows]).max() <= spans[1] / GRID * 0.51


@pytest.mark.parametrize(
    ("x", "rows"),
    [([1e17, 1e17], [0, 1]), ([-1e299, 1e299], [0, 1]), ([-1.7e308, 3.0], [1])],
)
def test_the_largest_numbers_have_places_or_are_left_out(x, rows):
    with np.errstate(all="raise"):
        places = packed_places(np.array(x), np.arange(2.0))
    assert sorted(places.rows) == rows
    low, high = unpacked(places.packed)[0]["extent"][:2]
    assert 0 < high - low < np.inf
    x_found = places_in(places.packed)[0]
    np.testing.assert_allclose(x_found, np.array(x)[places.rows], rtol=2e-6)


def test_a_plane_without_rows_is_empty():
    places = packed_places(np.array([np.nan]), np.array([1.0]))
    header, blocks = unpacked(places.packed)
    assert header["rows"] == len(places.rows) == 0
    assert set(blocks) == {b""}


def test_what_is_sent_is_named_by_its_content():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 100))
    first, again = packed_places(x, y), packed_places(x, y)
    assert first.key == again.key
    assert first.packed == again.packed
    assert packed_places(x, y + 1.0).key != first.key
    # The same places, but others' rows: texts of rows are kept by this name.
    assert packed_places(x[::-1], y[::-1]).key != first.key


def test_a_million_rows_take_three_bytes_each():
    rng = np.random.default_rng(0)
    n_rows = 200_000
    x, y = rng.normal(size=(2, n_rows))
    assert len(packed_places(x, y).packed) < 3.3 * n_rows


def test_codes_and_masks_follow_the_places():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 53))
    x[7] = np.nan
    codes = rng.integers(0, 256, 53).astype(np.uint8)
    shown, selected = rng.random((2, 53)) < 0.5
    places = packed_places(x, y)
    found, bits, others = codes_and_bits(places, codes, shown, selected)
    assert np.frombuffer(found, np.uint8).tolist() == codes[places.rows].tolist()
    for block, mask in ((bits, shown), (others, selected)):
        unbitten = np.unpackbits(np.frombuffer(block, np.uint8))[:52].astype(bool)
        assert unbitten.tolist() == mask[places.rows].tolist()


@pytest.mark.parametrize("text", ["</script><b>", "\u2028", '"quoted"'])
def test_a_header_keeps_any_text(text):
    assert unpacked(packed({"title": text}, []))[0]["title"] == text
