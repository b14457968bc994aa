"""What colours rows: categories or numbers, and the codes that a browser gets of them.

Tables in, arrays out; no widgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.components.packing import MISSING, MOST_CODES
from dashboard.theme import (
    CLIPS,
    SCALES,
    UNLABELLED,
    UNLABELLED_COLOUR,
    class_styles,
)

OTHER = "other"
NO_VALUE = "no value"
_MOST_CATEGORIES = 20
_CLIPPED = (1.0, 99.0)
_LARGE = 1e307


class Colours(NamedTuple):
    """What each row has: numbers, or one of few categories.

    Attributes
    ----------
    numbers : ndarray of float, (n_rows,), or None
        NaN where unknown; None where there are categories.
    codes : ndarray of int, (n_rows,)
        Place of the category among the names, -1 where unknown.
    names : tuple of str
    """

    numbers: NDArray[np.float64] | None
    codes: NDArray[np.int16]
    names: tuple[str, ...] = ()


class Category(NamedTuple):
    """A line of the legend."""

    name: str
    code: int
    colour: str
    symbol: str
    n_rows: int


@dataclass(frozen=True)
class Coded:
    """Rows as bytes, and what each byte looks like.

    Attributes
    ----------
    codes : ndarray of uint8, (n_rows,)
    lookup : list of [int, int, int]
        Red, green and blue of each of 256 codes.
    legend : tuple of Category
        The commonest first; empty for numbers.
    scale : dict or None
        ``low``, ``high``, ``isLog`` and how many are ``known``, for numbers.
    n_missing : int
    """

    codes: NDArray[np.uint8]
    lookup: list[list[int]]
    legend: tuple[Category, ...]
    scale: dict[str, Any] | None
    n_missing: int


def as_colours(values: pd.Series) -> Colours:
    """Return numbers for a continuous scale, or at most 21 categories.

    Numbers with more than 20 different values are continuous; of text with more, the
    commonest are told apart and the rest is ``other``.
    """
    is_number = pd.api.types.is_numeric_dtype(values.dtype)
    is_truth = pd.api.types.is_bool_dtype(values.dtype)
    if is_number and not is_truth:
        floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
        is_whole = not pd.api.types.is_float_dtype(values.dtype)
        if not is_whole or len(pd.unique(values.dropna())) > _MOST_CATEGORIES:
            known = np.where(np.isfinite(floats), floats, np.nan)
            return Colours(known, np.empty(0, np.int16))
    return _categories(values)


def _categories(values: pd.Series) -> Colours:
    """Return the categories of values, those of text without the space around it."""
    codes, found = pd.factorize(values)
    texts = [str(one).strip() for one in found]
    names = list(dict.fromkeys(text for text in texts if text))
    place = {name: number for number, name in enumerate(names)}
    merged = np.array([*(place.get(text, -1) for text in texts), -1])[codes]
    if len(names) > _MOST_CATEGORIES:
        counts = np.bincount(merged[merged >= 0], minlength=len(names))
        common = np.argsort(-counts, kind="stable")[: _MOST_CATEGORIES - 1]
        kept = np.full(len(names) + 1, len(common))
        kept[common], kept[-1] = np.arange(len(common)), -1
        merged, names = kept[merged], [*(names[n] for n in common), OTHER]
    return Colours(None, merged.astype(np.int16), tuple(names))


def coded(
    colours: Colours, missing: str = NO_VALUE, scale: str = SCALES[0],
    clip: str = CLIPS[0],
) -> Coded:  # fmt: skip
    """Return rows as the codes of their colours.

    Parameters
    ----------
    colours : Colours
    missing : str
        What the legend calls rows without a value.
    scale, clip : str
        Of numbers: one of ``SCALES``; where it ends, one of ``CLIPS``: at percentiles 1
        and 99, at the extremes, or at those of the positive, in equal factors.
    """
    if colours.numbers is None:
        return _coded_names(colours, missing)
    return _coded_numbers(colours.numbers, scale, clip)


def _coded_names(colours: Colours, missing: str) -> Coded:
    known = colours.codes >= 0
    codes = np.where(known, colours.codes, MISSING).astype(np.uint8)
    counts = np.bincount(codes, minlength=MISSING + 1)
    styles = class_styles(colours.names)
    legend = [
        Category(name, code, styles[name].colour, styles[name].symbol, int(n))
        for code, (name, n) in enumerate(zip(colours.names, counts, strict=False))
    ]
    legend.sort(key=lambda one: -one.n_rows)
    if counts[MISSING]:
        unknown = Category(
            missing, MISSING, UNLABELLED_COLOUR, "circle", int(counts[MISSING])
        )
        legend.insert(0, unknown)
    lookup = [[0, 0, 0] for _ in range(MISSING + 1)]
    for one in legend:
        lookup[one.code] = rgb(one.colour)
    return Coded(codes, lookup, tuple(legend), None, int(counts[MISSING]))


def _coded_numbers(numbers: NDArray[np.float64], scale: str, clip: str) -> Coded:
    known = np.isfinite(numbers)
    is_log = clip == "log" and bool((numbers[known] > 0).any())
    if is_log:
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers = np.log(numbers)
        known = np.isfinite(numbers)
    ends = (0.0, 100.0) if clip == "whole" else _CLIPPED
    # A part of the largest numbers there are: these have no differences.
    part = 0.25 if np.abs(numbers[known]).max(initial=0.0) > _LARGE else 1.0
    numbers = numbers * part
    low, high = np.percentile(numbers[known], ends) if known.any() else (0.0, 1.0)
    # All of one value: its scale ends where it begins.
    width = high - low if high > low else 1.0
    share = np.clip((numbers - low) / width, 0.0, 1.0)
    steps = np.rint(np.where(known, share, 0.0) * (MOST_CODES - 1))
    codes = np.where(known, steps, MISSING).astype(np.uint8)
    of = mpl.colormaps[scale](np.linspace(0.0, 1.0, MOST_CODES))[:, :3]
    lookup = np.rint(255 * of).astype(int).tolist()
    lookup += [rgb(UNLABELLED_COLOUR)] * (MISSING + 1 - MOST_CODES)
    told = [float(np.exp(end) if is_log else end) for end in (low / part, high / part)]
    n_known = int(known.sum())
    said = {"low": told[0], "high": told[1], "isLog": is_log, "known": n_known}
    return Coded(codes, lookup, (), said, len(codes) - n_known)


def rgb(colour: str) -> list[int]:
    """Return red, green and blue of a colour written as #RRGGBB."""
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def missing_name(key: str) -> str:
    """Return what rows without a value are called, by what colours them."""
    return UNLABELLED if key == "class_label" else NO_VALUE
