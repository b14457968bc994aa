"""One look: a class has one colour and one marker wherever it is drawn.

Colours are Okabe and Ito's, told apart by colour-blind people; markers differ, too,
for where colour is not enough. All read on light and on dark ground.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

UNLABELLED = "unlabelled"
UNLABELLED_COLOUR = "#8A929C"
GREYED_COLOUR = "#8A929C"
OUTLINE_COLOUR = "#EE3377"
TRAINING_COLOUR = "#0072B2"
VALIDATION_COLOUR = "#E69F00"
BASELINE_COLOUR = "#8A929C"
CONTINUOUS_SCALE = "Viridis"
# Of what people choose from: read by colour-blind people, and in grey, for equal steps
# look equal (matplotlib).
SCALES = ("viridis", "cividis", "magma")
# Where such a scale ends: at percentiles, at the extremes, or in equal factors.
CLIPS = ("clipped", "whole", "log")
SHARE_SCALE = "Blues"


class ClassStyle(NamedTuple):
    """How a class is drawn: a colour and a Plotly marker symbol."""

    colour: str
    symbol: str


_QUASAR = ClassStyle("#D55E00", "diamond")
_KNOWN = {
    "qso": _QUASAR,
    "quasar": _QUASAR,
    "galaxy": ClassStyle("#0072B2", "circle"),
    "star": ClassStyle("#009E73", "triangle-up"),
    "white dwarf": ClassStyle("#CC79A7", "square"),
    "white_dwarf": ClassStyle("#CC79A7", "square"),
    "wd": ClassStyle("#CC79A7", "square"),
    UNLABELLED: ClassStyle(UNLABELLED_COLOUR, "circle"),
}
_OTHERS = tuple(
    ClassStyle(colour, symbol)
    for symbol in ("cross", "x", "pentagon", "hexagon", "star", "triangle-down")
    for colour in ("#E69F00", "#56B4E9", "#882255", "#44AA99", "#DDCC77", "#AA4499")
)


def class_styles(classes: Sequence[str]) -> dict[str, ClassStyle]:
    """Return the style of each class, the same for a name on every page and visit.

    A name that is not known takes the place that its own letters give it; where two
    names of one set fall on the same place, the later in the alphabet moves on.
    """
    styles: dict[str, ClassStyle] = {}
    taken: set[int] = set()
    for name in sorted(classes):
        known = _KNOWN.get(name.strip().casefold())
        if known is not None:
            styles[name] = known
            continue
        digest = hashlib.sha256(name.casefold().encode()).digest()
        place = int.from_bytes(digest[:4], "big") % len(_OTHERS)
        while place in taken and len(taken) < len(_OTHERS):
            place = (place + 1) % len(_OTHERS)
        taken.add(place)
        styles[name] = _OTHERS[place]
    return styles
