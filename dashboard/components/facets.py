"""The facet panel in the browser: bars that are counts, and that choose rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

import qsovae
from dashboard.theme import OUTLINE_COLOUR

_HERE = Path(__file__).parent
_CHOSEN = "chosen"
_mount = st.components.v2.component(
    "qsovae_facets",
    css=(_HERE / "facets.css").read_text("utf-8"),
    js=(_HERE / "facets.js").read_text("utf-8"),
)


class Facet(NamedTuple):
    """A column as the panel draws it.

    Attributes
    ----------
    bins, counts
        As of `qsovae.facet_bins` and `qsovae.facet_counts`.
    chosen : sequence of int
        Places of the bins that filter.
    colours : sequence of str or None
        Of each bin; None where it has none of its own.
    """

    bins: qsovae.FacetBins
    counts: qsovae.FacetCounts
    chosen: Sequence[int]
    colours: Sequence[str | None]

    def to_json(self) -> dict[str, Any]:
        """Return what the browser is told."""
        bins = self.bins.bins
        ends = [one.ends for one in bins if all(one.ends)]
        # What lies below the ranges has a bin before them.
        n_below = sum(one.kind == "range" and not one.ends[0] for one in bins)
        counts = {name: n.tolist() for name, n in self.counts._asdict().items()}
        return counts | {
            "column": self.bins.name,
            "isHistogram": self.bins.is_histogram,
            "bins": [
                {"kind": one.kind, "label": one.label, "colour": colour}
                for one, colour in zip(bins, self.colours, strict=True)
            ],
            "edges": [*(low for low, _ in ends), *(high for _, high in ends[-1:])],
            "nBelow": n_below,
            "chosen": list(self.chosen),
            "chip": self.bins.label(self.chosen),
        }


def facet_panel(
    facets: Sequence[Facet], key: str, on_choice: Callable[[Any], None]
) -> None:
    """Show the facets; ``on_choice`` is told what a person chooses among the bars.

    That is whatever the browser sends, of which nothing may be believed: as a rule a
    mapping of ``column``, ``first_bin`` and ``last_bin``, both -1 to choose no bin.
    """

    def tell() -> None:
        on_choice(st.session_state[key].get(_CHOSEN))

    _mount(
        key=key,
        data={
            "facets": [facet.to_json() for facet in facets],
            "outlineColour": OUTLINE_COLOUR,
        },
        on_chosen_change=tell,
    )
