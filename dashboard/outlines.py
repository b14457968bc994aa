"""Outlines drawn on a plane: polygons as text short enough for an address.

An outline is a tuple of corners on a plane. Corners are rounded when they are
drawn, so that a permalink gives back exactly the same rows.
"""

import base64
import binascii
import math
import zlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Outline = tuple[tuple[float, float], ...]

_DECIMALS = 4
# Of an outline's size along an axis: a hundred thousandth where that is coarser than
# the decimals, and where it is finer a thousandth or better.
_COARSER, _FINER = 5, 3
MOST_OUTLINES = 20
_MOST_CORNERS = MOST_OUTLINES * 1500  # as many as the browser sends of one
_LARGEST = 1e5
_MOST_BYTES = 40 * (_MOST_CORNERS + 2 * MOST_OUTLINES)


def rounded_outline(corners: Iterable[tuple[float, float]]) -> Outline:
    """Return an outline with its corners at the precision that is kept."""
    places = [(float(a), float(b)) for a, b in corners]
    first, second = (_decimals([place[axis] for place in places]) for axis in (0, 1))
    return tuple((round(a, first), round(b, second)) for a, b in places)


def outlines_to_text(outlines: Sequence[Outline]) -> str:
    """Return outlines as URL-safe text; empty for none."""
    return _packed(tuple(outlines)) if outlines else ""


# Asked for several times whenever a page is drawn.
@lru_cache(maxsize=16)
def _packed(outlines: tuple[Outline, ...]) -> str:
    packed = zlib.compress(_written(outlines), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def outlines_from_text(text: str) -> tuple[Outline, ...]:
    """Return the outlines in a text, none where it is not one of ours."""
    if not text:
        return ()
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        # The address is anybody's: never unpack more than we would have packed.
        content = zlib.decompressobj().decompress(packed, _MOST_BYTES)
        if content[:1].isdigit():
            return _read([int(number) for number in content.split(b" ")])
        # As addresses had them before: packed whole numbers, or floats.
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
    power = math.floor(math.log10(span))
    return max(min(_DECIMALS, _COARSER - power), _FINER - power)


def _written(outlines: Sequence[Outline]) -> bytes:
    """Return outlines as whole numbers in decimal, parted by blanks.

    How many outlines; of each how many corners, and then along either axis how many
    decimals they have and the steps from each to the next, the first from nought. These
    are small and alike, and compress well.
    """
    numbers = [len(outlines)]
    for outline in outlines:
        numbers.append(len(outline))
        for axis in (0, 1):
            decimals, whole = _whole([corner[axis] for corner in outline])
            numbers += [decimals, *(b - a for a, b in pairwise([0, *whole]))]
    return " ".join(map(str, numbers)).encode()


def _whole(values: Sequence[float]) -> tuple[int, list[int]]:
    """Return how many decimals numbers have, and the numbers without their point."""
    exact = [Decimal(repr(float(value))).normalize() for value in values]
    powers = [int(value.as_tuple().exponent) for value in exact if value]
    decimals = -min(powers, default=0)
    return decimals, [int(value.scaleb(decimals)) for value in exact]


def _read(numbers: list[int]) -> tuple[Outline, ...]:
    """Return outlines from such numbers; raise ValueError if these are others."""
    rest = iter(numbers)
    n_outlines = next(rest, 0)
    if not 0 < n_outlines <= MOST_OUTLINES:
        raise ValueError
    outlines = []
    for _ in range(n_outlines):
        n_corners = next(rest, 0)
        if not 3 <= n_corners <= _MOST_CORNERS:
            raise ValueError
        axes = [_axis(next(rest, 0), list(islice(rest, n_corners))) for _ in range(2)]
        outlines.append(tuple(zip(*axes, strict=True)))
        if len(outlines[-1]) != n_corners:
            raise ValueError
    if next(rest, None) is not None:
        raise ValueError
    return tuple(outlines)


def _axis(decimals: int, steps: list[int]) -> list[float]:
    """Return numbers from their steps; raise ValueError where they are not finite."""
    # Read as a person's decimal is, so that they are what was written to the last bit.
    numbers = [float(f"{whole}e{-decimals}") for whole in accumulate(steps)]
    if not all(map(math.isfinite, numbers)):
        raise ValueError
    return numbers


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
