"""Outlines drawn on a plane: polygons as text short enough for an address.

An outline is a tuple of corners on a plane. Corners are rounded when they are
drawn, so that a permalink gives back exactly the same rows.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

Outline = tuple[tuple[float, float], ...]

_DECIMALS = 4
MOST_OUTLINES = 20
_MOST_CORNERS = 4000
_LARGEST = 1e5
_MOST_BYTES = 8 * (_MOST_CORNERS + 2 * MOST_OUTLINES)


def rounded_outline(corners: Iterable[tuple[float, float]]) -> Outline:
    """Return an outline with its corners at the precision that is kept."""
    return tuple((round(float(a), _DECIMALS), round(float(b), _DECIMALS))
                 for a, b in corners)  # fmt: skip


def outlines_to_text(outlines: Sequence[Outline]) -> str:
    """Return outlines as URL-safe text; empty for none."""
    if not outlines:
        return ""
    parts: list[int] = [len(outlines)]
    for outline in outlines:
        steps = np.rint(np.asarray(outline) * 10**_DECIMALS).astype(np.int64)
        parts.append(len(outline))
        # Differences of neighbouring corners are small and compress well.
        parts.extend(np.diff(steps, axis=0, prepend=0).ravel().tolist())
    packed = zlib.compress(np.asarray(parts, dtype="<i4").tobytes(), 9)
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
    except (binascii.Error, zlib.error, ValueError):
        return ()
    return _unpacked(numbers.tolist())


def _unpacked(numbers: list[int]) -> tuple[Outline, ...]:
    """Return outlines from their counts and steps; none if these do not fit."""
    outlines: list[Outline] = []
    if not numbers or not 0 < numbers[0] <= MOST_OUTLINES:
        return ()
    place = 1
    for _ in range(numbers[0]):
        n_corners = numbers[place] if place < len(numbers) else 0
        steps = numbers[place + 1 : place + 1 + 2 * n_corners]
        if n_corners < 3 or len(steps) != 2 * n_corners:
            return ()
        corners = np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / 10**_DECIMALS
        if np.abs(corners).max() > _LARGEST:
            return ()
        outlines.append(rounded_outline(corners.tolist()))
        place += 1 + 2 * n_corners
    return tuple(outlines)
