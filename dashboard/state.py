"""One visitor's choices, and the address that brings them back.

The address bar is untrusted: whatever it says is checked against what there is, and a
choice that is unknown falls back to its default. Names of runs and catalogs are looked
up in listings by the pages, never joined to a path.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import streamlit as st

import qsovae
from dashboard.outlines import Outline, outlines_from_text, outlines_to_text
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
_MOST_BRUSHES = 60
_BRUSH = re.compile(r"(?s:.{1,200})=\d{1,3}:\d{1,3}", re.ASCII)
_MOST_LATENT = 64
_LARGEST_LATENT = 1e4


@dataclass
class View:
    """What a visitor has chosen; never tables or models.

    Attributes
    ----------
    catalog, run, combined : str or None
        Key of a listed catalog; name of a listed run, and of a combined catalog.
    section, normalise, model, morphology : str
        Of Evaluate: one of ``SECTIONS``, ``NORMALISATIONS``, ``MODELS``; of both
        pages: one of ``qsovae.MORPHOLOGIES``.
    colour : str
        What colours the map: a key of the page's list.
    quality_choice, quality : str, tuple of str
        Of both pages: rows are shown without, or with, any of these quality bits; all
        if empty.
    class_kind, classes : str, tuple of str
        Rows are shown whose true or predicted class is among these; all if empty.
    band, magnitudes : str or None, (float, float) or None
        Rows are shown whose AB magnitude in the band lies in the range.
    plane, beside : tuple of str
        Of Explore: key of a plane, or two formulas; keys of those shown beside it.
    window : (float, float, float, float) or ()
        What of the plane is in view: its ends across and upwards; all if empty.
    outlines, outlined_on : tuple of outlines, (str, str)
        Polygons, and the formulas of the plane that they were drawn on.
    hidden : tuple of str
        Categories of the colour that do not show.
    scale, clip, density, marks, opacity : str, str, str, float or None, float
        How numbers become colours, one of ``SCALES`` and of ``CLIPS``; how opaque
        pixels of many rows are, one of ``DENSITIES``; size of a mark in pixels, None
        for one that fits; and how opaque marks are.
    opened : int or None
        Place of the object that is looked at.
    sought, mix, threshold : str or None, str, float or None
        Of Evaluate: the class that a sample is of, the class mix it is judged at (one
        of ``MIXES``), and the probability above which rows are in it.
    r_limit, area : float or None
        Of the sky's mix: down to which magnitude in r; over how many square degrees.
    sliced_by : str or None
        Of Evaluate: the column by whose slices scores are shown.
    slices : tuple of str
        Of Explore: rows are shown that are in all of these slices, each written as
        column, an equals sign, and slice; all if empty.
    rivals, rival_columns : tuple of str, str or None
        Of Evaluate: other runs that the run is compared with, and columns with a
        rival's probabilities, as ``qsovae evaluate --against-columns`` takes them.
    prior, abstain : str or None, float or None
        Of Evaluate: the class mix of another catalog, as ``qsovae score`` takes it; the
        probability below which a row has no class.
    objects, cell : str, (str, str) or ()
        Of Evaluate: which objects are listed, one of ``OBJECTS``; true and predicted
        class of the cell.
    rule : str or None
        Of Evaluate: name of the listed rule that selects rows of another catalog.
    told : tuple of str
        Of Evaluate: what the report tells beside the scores, of ``TOLD``.
    query : str or None
        Of Explore: rows are shown that it is true of.
    joined : (str, str) or ()
        Of Explore: key of a file whose columns are joined, and its column of ids.
    facets, brushes : tuple of str
        Of Explore: columns that rows are counted by, the usual ones if empty; chosen
        bins, each text a column, an equals sign, first and last place.
    walk, walk_between : tuple of float, (str, str) or ()
        Of Explore: the place in the latent space that a walk has come to, and ids of
        the objects that a line is drawn between.
    """

    catalog: str | None = None
    run: str | None = None
    combined: str | None = None
    section: str = "matrix"
    normalise: str = "counts"
    model: str = "vae"
    morphology: str = "all"
    quality_choice: str = "without"
    quality: tuple[str, ...] = field(default=())
    colour: str = "class_label"
    class_kind: str = "class_predicted"
    classes: tuple[str, ...] = ()
    band: str | None = None
    magnitudes: tuple[float, float] | None = None
    plane: tuple[str, ...] = ("map",)
    beside: tuple[str, ...] = ()
    window: tuple[float, ...] = ()
    outlines: tuple[Outline, ...] = field(default=())
    outlined_on: tuple[str, str] = qsovae.ON_MAP
    hidden: tuple[str, ...] = ()
    scale: str = SCALES[0]
    clip: str = CLIPS[0]
    density: str = DENSITIES[0]
    marks: float | None = None
    opacity: float = 0.8
    opened: int | None = None
    sought: str | None = None
    mix: str = "test"
    threshold: float | None = None
    r_limit: float | None = None
    area: float | None = None
    sliced_by: str | None = None
    slices: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    rival_columns: str | None = None
    prior: str | None = None
    abstain: float | None = None
    objects: str = "cell"
    cell: tuple[str, ...] = ()
    rule: str | None = None
    told: tuple[str, ...] = ()
    query: str | None = None
    joined: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    brushes: tuple[str, ...] = ()
    walk: tuple[float, ...] = ()
    walk_between: tuple[str, ...] = ()

    def sample_prior(self) -> str | None:
        """Return the class mix of samples as `qsovae.evaluation_details` takes it."""
        if self.mix == "test":
            return None
        return self.mix if self.r_limit is None else f"{self.mix}:{self.r_limit:g}"

    def to_address(self) -> None:
        """Write the permalink: whatever differs from a fresh view."""
        wanted = self.to_parameters()
        # Writing what is already there would cost the browser a history entry.
        if {k: st.query_params.get_all(k) for k in st.query_params} != wanted:
            st.query_params.from_dict(wanted)

    def to_parameters(self) -> dict[str, list[str]]:
        """Return the choices as query parameters, without those at their default."""
        fresh = View()
        return {
            f.name: _to_texts(f.name, getattr(self, f.name))
            for f in fields(self)
            if getattr(self, f.name) != getattr(fresh, f.name)
        }

    @classmethod
    def from_parameters(cls, parameters: dict[str, list[str]]) -> View:
        """Return the view that query parameters describe; the unknown falls back."""
        view = cls()
        for name, read in _READERS.items():
            texts = parameters.get(name)
            value = read(texts) if texts else None
            if value is not None:
                setattr(view, name, value)
        return view


def current_view() -> View:
    """Return the visitor's view; from the address at the start of a session."""
    if "view" not in st.session_state:
        parameters = {k: st.query_params.get_all(k) for k in st.query_params}
        st.session_state["view"] = View.from_parameters(parameters)
    view: View = st.session_state["view"]
    return view


def seed(key: str, value: Any) -> None:
    """Give a widget its first value; Streamlit drops widget keys on a page change."""
    st.session_state.setdefault(key, value)


def _to_texts(name: str, value: Any) -> list[str]:
    """Return a choice as the texts of one query parameter."""
    if name == "outlines":
        return [outlines_to_text(value)]
    if isinstance(value, tuple):
        # Windows of a map that was zoomed a thousand times are told apart.
        return [v if isinstance(v, str) else f"{v:.7g}" for v in value]
    return [f"{value:.6g}" if isinstance(value, float) else str(value)]


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


_READERS: dict[str, Any] = {
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
