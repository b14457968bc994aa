"""Blocks as Markdown that shows text as it is.

Within pages: above blocks.
"""

import re
from collections.abc import Iterable

from qsovae.pages.blocks import (
    MISSING,
    Block,
    Cell,
    Code,
    Figures,
    Heading,
    Paragraph,
    Section,
    Table,
    number_text,
)

# What CommonMark, its tables and mathematics in it take for more than itself.
_SIGNS = re.compile(r"([\\`*_\[\]#|~$])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def markdown_text(title: str, sections: Iterable[Section]) -> str:
    """Return sections under a title; figures are left out."""
    parts = [f"# {escaped(title)}"]
    for section in sections:
        parts.append(f"## {escaped(section.title)}")
        parts += [text for block in section.blocks if (text := _block(block))]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """Return text on one line, no sign of which is taken for markup."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split())).translate(_ENTITIES)


def _block(block: Block) -> str:
    """Return a block as Markdown."""
    match block:
        case Heading(text):
            return f"### {escaped(text)}"
        case Paragraph(text):
            return escaped(text)
        case Code(text):
            # No fence that stands in the text ends it: it is indented instead.
            return "\n".join(f"    {line}" for line in text.splitlines())
        case Table():
            return _table(block)
        case Figures():
            return ""


def _table(table: Table) -> str:
    """Return a table as GitHub's Markdown has them."""
    lines = [
        [escaped(h) for h in table.header],
        ["---"] * len(table.header),
        *([_cell(cell) for cell in line] for line in table.lines),
    ]
    shown = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{escaped(table.title)}\n\n{shown}" if table.title else shown


def _cell(cell: Cell) -> str:
    if isinstance(cell, tuple):
        return " to ".join(map(number_text, cell))
    if cell is None:
        return MISSING
    return escaped(cell) if isinstance(cell, str) else number_text(cell)
