"""Outlines drawn on a plane: polygons as text short enough for an address.

An outline is a tuple of corners on a plane. Corners are rounded when they are
drawn, so that a permalink gives back exactly the same rows.
"""

import base64
import binascii
import math
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Outline = tuple[tuple[float, float], ...]

_DECIMALS = 4
# Of an outline that is smaller than these tell: a thousandth of its size and better.
_FINER = 3
MOST_OUTLINES = 20
_MOST_CORNERS = MOST_OUTLINES * 1500  # as many as the browser sends of one
_LARGEST = 1e5
_MOST_BYTES = 16 * (_MOST_CORNERS + 2 * MOST_OUTLINES)


def rounded_outline(corners: Iterable[tuple[float, float]]) -> Outline:
    """Return an outline with its corners at the precision that is kept."""
    places = [(float(a), float(b)) for a, b in corners]
    first, second = (_decimals([place[axis] for place in places]) for axis in (0, 1))
    return tuple((round(a, first), round(b, second)) for a, b in places)


def outlines_to_text(outlines: Sequence[Outline]) -> str:
    """Return outlines as URL-safe text; empty for none."""
    if not outlines:
        return ""
    packed = zlib.compress(_steps(outlines) or _floats(outlines), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def outlines_from_text(text: str) -> tuple[Outline, ...]:
    """Return the outlines in a text, none where it is not one of ours."""
    if not text:
        return ()
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        # The address is anybody's: never unpack more than we would have packed.
        content = zlib.decompressobj().decompress(packed, _MOST_BYTES)
        numbers = np.frombuffer(content, dtype="<i4").astype(np.int64)
        if numbers[:1].any():
            return _unpacked(numbers)
        return _unpacked(np.frombuffer(content[4:], dtype="<f8"))
    except (binascii.Error, zlib.error, ValueError):
        return ()


def _decimals(values: Sequence[float]) -> int:
    """Return how many decimals are kept of corners along an axis."""
    span = max(values, default=0.0) - min(values, default=0.0)
    if not 0.0 < span < math.inf:
        return _DECIMALS
    return max(_DECIMALS, _FINER - math.floor(math.log10(span)))


def _steps(outlines: Sequence[Outline]) -> bytes | None:
    """Return outlines as whole steps; None where these are too coarse or too few."""
    parts: list[int] = [len(outlines)]
    for outline in outlines:
        corners = np.asarray(outline)
        if np.abs(corners).max() > _LARGEST:
            return None
        steps = np.rint(corners * 10**_DECIMALS).astype(np.int64)
        if not np.array_equal(steps / 10**_DECIMALS, corners):
            return None
        parts.append(len(outline))
        # Differences of neighbouring corners are small and compress well.
        parts.extend(np.diff(steps, axis=0, prepend=0).ravel().tolist())
    return np.asarray(parts, dtype="<i4").tobytes()


def _floats(outlines: Sequence[Outline]) -> bytes:
    """Return outlines as they are, after a nought that tells them from steps."""
    parts: list[float] = [len(outlines)]
    for outline in outlines:
        parts += [len(outline), *np.asarray(outline).ravel().tolist()]
    return bytes(4) + np.asarray(parts, dtype="<f8").tobytes()


def _unpacked(numbers: NDArray[Any]) -> tuple[Outline, ...]:
    """Return outlines from their counts and numbers; none if these do not fit."""
    outlines: list[Outline] = []
    if not numbers.size or not 0 < numbers[0] <= MOST_OUTLINES:
        return ()
    place = 1
    for _ in range(int(numbers[0])):
        count = numbers[place] if place < len(numbers) else 0
        if not 3 <= count <= _MOST_CORNERS:
            return ()
        inside = numbers[place + 1 : place + 1 + 2 * int(count)]
        corners = _corners(inside) if len(inside) == 2 * int(count) else None
        if corners is None:
            return ()
        outlines.append(tuple((float(a), float(b)) for a, b in corners))
        place += 1 + len(inside)
    return tuple(outlines)


def _corners(numbers: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return corners from steps or floats, None where there can be none such."""
    pairs = numbers.reshape(-1, 2)
    if numbers.dtype.kind == "f":
        return pairs if np.isfinite(pairs).all() else None
    corners: NDArray[np.float64] = np.cumsum(pairs, axis=0) / 10**_DECIMALS
    return corners if np.abs(corners).max() <= _LARGEST else None
