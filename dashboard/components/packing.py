"""Rows as a browser takes them: few bytes each, and places sent once.

A pack is the length of a header, the header as JSON, and blocks of zlib whose packed
lengths are in the header. ``points.js`` reads it.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# A place is one of 2^20 along each axis: a five-hundredth of the plane is still drawn
# finer than by pixels.
_BITS = 20
_KEY_BYTES = 2 * _BITS // 8
_MOST = 1e300  # the width of a plane must be a number, too
MISSING = 255  # the code of a row without a value
MOST_CODES = 254


class Places(NamedTuple):
    """Where the rows of a plane are, as it is sent.

    Attributes
    ----------
    key : str
        Digest of what is sent, and of which rows it is.
    rows : ndarray of int, (n_placed,)
        Rows that have a place, in the order in which they are sent.
    packed : bytes
    """

    key: str
    rows: NDArray[np.int64]
    packed: bytes


def squeezed(block: bytes) -> bytes:
    """Return a block as it is in a pack."""
    return zlib.compress(block, 1)


def packed(header: Mapping[str, Any], blocks: Sequence[bytes]) -> bytes:
    """Return a header and squeezed blocks as one pack."""
    told = json.dumps({**header, "blocks": [len(one) for one in blocks]}).encode()
    return b"".join([len(told).to_bytes(4, "little"), told, *blocks])


def packed_places(x: NDArray[np.float64], y: NDArray[np.float64]) -> Places:
    """Return where rows are, those without a finite place, or beyond 1e300, left out.

    Rows are put along a Morton curve (Morton 1966): steps between neighbours on it are
    small numbers, which pack into three bytes a row where there are a million.
    """
    placed = np.flatnonzero((np.abs(x) < _MOST) & (np.abs(y) < _MOST))
    extent = [bound for values in (x[placed], y[placed]) for bound in _extent(values)]
    keys = _spread(_grid(x[placed], *extent[:2])) | (
        _spread(_grid(y[placed], *extent[2:])) << np.uint64(1)
    )
    order = np.argsort(keys, kind="stable")
    steps = np.diff(keys[order], prepend=np.uint64(0))
    planes = steps.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :_KEY_BYTES].T
    blocks = [squeezed(plane.tobytes()) for plane in planes]
    digest = hashlib.sha256(json.dumps(extent).encode())
    digest.update(placed[order].tobytes())
    for block in blocks:
        digest.update(block)
    key = digest.hexdigest()
    header = {"id": key, "rows": placed.size, "extent": extent}
    return Places(key, placed[order], packed(header, blocks))


def codes_and_bits(
    places: Places, codes: NDArray[np.uint8], *masks: NDArray[np.bool_]
) -> list[bytes]:
    """Return codes and masks of all rows as blocks, in the order of the places."""
    bits = [np.packbits(mask[places.rows]).tobytes() for mask in masks]
    return [codes[places.rows].tobytes(), *bits]


def _extent(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the bounds of values; a little apart where they are all the same."""
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    half = max(0.5, 1e-6 * abs(low))
    return (low, high) if high > low else (low - half, low + half)


def _grid(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.uint64]:
    share = (values - low) / (high - low)
    return np.rint(share * ((1 << _BITS) - 1)).astype(np.uint64)


def _spread(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers of 20 bits with a bit of nothing after each of theirs."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333), (1, 0x5555555555555555),
    ):  # fmt: skip
        numbers = (numbers | (numbers << np.uint64(shift))) & np.uint64(mask)
    return numbers
