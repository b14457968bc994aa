"""One visitor's choices, and the address that brings them back.

The address bar is untrusted: whatever it says is checked against what there is, and a
choice that is unknown falls back to its default. Names of runs and catalogs are looked
up in listings by the pages, never joined to a path.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlencode

import streamlit as st

import qsovae
from dashboard.address import DENSITIES, READERS
from dashboard.outlines import Outline, outlines_to_text
from dashboard.theme import CLIPS, SCALES

# Servers refuse a request whose first lines are longer than 64 kB: a page that is
# loaded again would not come.
LONGEST_ADDRESS = 48_000


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
    turned : float
        Of a plane of a projection in space, by how many degrees.
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
        bins, each text a column, an equals sign, and what they hold.
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
    turned: float = 0.0
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
        """Write the permalink: whatever differs from a fresh view, and has room."""
        wanted = self.to_parameters()
        for name in self.beyond_address():
            del wanted[name]
        # Writing what is already there would cost the browser a history entry.
        if {k: st.query_params.get_all(k) for k in st.query_params} != wanted:
            st.query_params.from_dict(wanted)

    def beyond_address(self) -> tuple[str, ...]:
        """Return names of choices that the address has no room for, longest first."""
        wanted, beyond = self.to_parameters(), []
        while len(urlencode(wanted, doseq=True)) > LONGEST_ADDRESS:
            beyond.append(max(wanted, key=lambda name: sum(map(len, wanted[name]))))
            del wanted[beyond[-1]]
        return tuple(beyond)

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
        for name, read in READERS.items():
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
