"""What a report is made of, whichever way it is written.

Within pages: lowest.
"""

from dataclasses import dataclass
from typing import NamedTuple

Number = int | float
# Words, a number, the two ends of an interval, or nothing.
Cell = str | Number | tuple[float, float] | None
MISSING = "—"


class Picture(NamedTuple):
    """A figure as SVG, its title, and what it shows in words."""

    title: str
    about: str
    svg: bytes


@dataclass(frozen=True)
class Heading:
    """A title within a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Some sentences."""

    text: str


@dataclass(frozen=True)
class Code:
    """What is to be typed, word by word."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table; one with a title stays folded until it is asked for."""

    header: tuple[str, ...]
    lines: tuple[tuple[Cell, ...], ...]
    title: str = ""


@dataclass(frozen=True)
class Figures:
    """Figures that stand side by side where there is room."""

    pictures: tuple[Picture, ...]


Block = Heading | Paragraph | Code | Table | Figures


@dataclass(frozen=True)
class Section:
    """A part of a report, with a title of its own."""

    title: str
    blocks: tuple[Block, ...]


def number_text(value: Number) -> str:
    """Return a number as it is read: four digits of a share, all of a count."""
    size = abs(value)
    if isinstance(value, int) or size >= 1000:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2e}" if 0 < size < 0.001 else f"{value:.4f}"
