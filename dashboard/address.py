"""What the address bar says, read: one function a choice, which trusts nothing.

Within the dashboard: below state. A reader returns None for what it does not know.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import qsovae
from dashboard.outlines import outlines_from_text
from dashboard.theme import CLIPS, SCALES

SECTIONS = (
    "matrix", "samples", "slices", "rivals", "drivers", "splits", "report",
)  # fmt: skip
NORMALISATIONS = ("counts", "row", "column")
MODELS = ("vae", "baseline")
MIXES = ("test", "sky")
# Between these the sky's counts are known; the limit where nobody states one.
R_LIMITS = (20.0, 23.0)
R_LIMIT = 22.0
SKY_DEG2 = 41252.0
OBJECTS = ("cell", "suspects")
TOLD = ("rivals", "drivers")
DENSITIES = ("log", "linear", "equalised")
MARKS_PX = (1.0, 16.0)
CLASS_KINDS = ("class_predicted", "class_label")
MOST_FACETS = 12
_LONGEST_TEXT = 200
_LONGEST_QUERY = 2000
_MOST_CLASSES = 60
_MOST_SLICES = 2
_MOST_RIVALS = 5
_MOST_BESIDE = 4
_MOST_BRUSHES = MOST_FACETS * 24
_END = r"[-+.e\d]{0,40}"
_BRUSH = re.compile(
    rf"(?s:.{{1,200}})=(\d{{1,3}}:\d{{1,3}}|{_END}\.\.{_END}|is [^=]{{1,4500}}"
    "|other|missing)",
    re.ASCII,
)
_MOST_LATENT = 64
_LARGEST_LATENT = 1e4


def _text(texts: list[str]) -> str | None:
    return texts[0] if 0 < len(texts[0]) <= _LONGEST_TEXT else None


def _long_text(texts: list[str]) -> str | None:
    return texts[0][: _MOST_CLASSES * _LONGEST_TEXT] or None


def _runs(texts: list[str]) -> tuple[str, ...]:
    return tuple(t for t in texts[:_MOST_RIVALS] if 0 < len(t) <= _LONGEST_TEXT)


def _one_of(choices: tuple[str, ...]) -> Any:
    return lambda texts: texts[0] if texts[0] in choices else None


def _classes(texts: list[str]) -> tuple[str, ...] | None:
    return tuple(t for t in texts[:_MOST_CLASSES] if 0 < len(t) <= _LONGEST_TEXT)


def _slices(texts: list[str]) -> tuple[str, ...] | None:
    return tuple(t for t in texts[:_MOST_SLICES] if "=" in t[:_LONGEST_TEXT])


def _plane(texts: list[str]) -> tuple[str, ...] | None:
    few = tuple(t for t in texts[:2] if 0 < len(t) <= _LONGEST_TEXT)
    return few or None


def _pair(texts: list[str]) -> tuple[str, ...] | None:
    return _classes(texts) if len(texts) == 2 else None


def _window(texts: list[str]) -> tuple[float, ...] | None:
    try:
        ends = tuple(float(t) for t in texts)
    except ValueError:
        return None
    isfinite = all(math.isfinite(end) for end in ends)
    return ends if isfinite and len(ends) == 4 and is_window(ends) else None


def is_window(ends: tuple[float, ...]) -> bool:
    """Return whether four ends enclose something."""
    return ends[0] != ends[1] and ends[2] != ends[3]


def _row(texts: list[str]) -> int | None:
    return int(texts[0]) if texts[0].isdecimal() and len(texts[0]) < 12 else None


def _facets(texts: list[str]) -> tuple[str, ...]:
    known = dict.fromkeys(t for t in texts if 0 < len(t) <= _LONGEST_TEXT)
    return tuple(known)[:MOST_FACETS]


def _brushes(texts: list[str]) -> tuple[str, ...]:
    return tuple(t for t in texts[:_MOST_BRUSHES] if _BRUSH.fullmatch(t))


def _place(texts: list[str]) -> tuple[float, ...] | None:
    read = _between(-_LARGEST_LATENT, _LARGEST_LATENT)
    numbers = [read([text]) for text in texts[:_MOST_LATENT]]
    known = tuple(number for number in numbers if number is not None)
    return known if len(known) == len(texts) else None


def _query(texts: list[str]) -> str | None:
    return texts[0].strip()[:_LONGEST_QUERY] or None


def _told(texts: list[str]) -> tuple[str, ...]:
    return tuple(name for name in TOLD if name in texts)


def _bits(texts: list[str]) -> tuple[str, ...]:
    known = qsovae.Quality.__members__
    return tuple(name for name in known if name in texts)


def _magnitudes(texts: list[str]) -> tuple[float, float] | None:
    try:
        low, high = (float(t) for t in texts)
    except ValueError:
        return None
    return (low, high) if math.isfinite(low) and low <= high < math.inf else None


def _prior(texts: list[str]) -> str | None:
    text = texts[0][: _MOST_CLASSES * _LONGEST_TEXT]
    try:
        qsovae.parse_prior(text)
    except qsovae.ConfigError:
        return None
    return text


def _probability(texts: list[str]) -> float | None:
    number = _between(0.0, 1.0)(texts)
    return number if number else None


def _between(low: float, high: float) -> Callable[[list[str]], float | None]:
    def read(texts: list[str]) -> float | None:
        try:
            number = float(texts[0])
        except ValueError:
            return None
        return number if low <= number <= high else None

    return read


READERS: dict[str, Any] = {
    "catalog": _text,
    "run": _text,
    "combined": _text,
    "section": _one_of(SECTIONS),
    "normalise": _one_of(NORMALISATIONS),
    "model": _one_of(MODELS),
    "morphology": _one_of(qsovae.MORPHOLOGIES),
    "quality_choice": _one_of(qsovae.QUALITY_CHOICES),
    "quality": _bits,
    "colour": _text,
    "class_kind": _one_of(CLASS_KINDS),
    "classes": _classes,
    "band": _text,
    "magnitudes": _magnitudes,
    "sought": _text,
    "mix": _one_of(MIXES),
    "threshold": _probability,
    "r_limit": _between(*R_LIMITS),
    "area": _between(0.01, SKY_DEG2),
    "sliced_by": _text,
    "slices": _slices,
    "rivals": _runs,
    "rival_columns": _long_text,
    "prior": _prior,
    "abstain": _probability,
    "objects": _one_of(OBJECTS),
    "cell": _pair,
    "rule": _text,
    "told": _told,
    "query": _query,
    "joined": _pair,
    "plane": _plane,
    "beside": lambda texts: _classes(texts[:_MOST_BESIDE]),
    "turned": _between(-180.0, 180.0),
    "window": _window,
    "outlined_on": _pair,
    "hidden": _classes,
    "scale": _one_of(SCALES),
    "clip": _one_of(CLIPS),
    "density": _one_of(DENSITIES),
    "marks": _between(*MARKS_PX),
    "opacity": _between(0.05, 1.0),
    "opened": _row,
    "facets": _facets,
    "brushes": _brushes,
    "walk": _place,
    "walk_between": _pair,
    "outlines": lambda texts: outlines_from_text(texts[0]),
}
