"""Blocks as one HTML file that loads nothing, and shows text as it is.

Within pages: above blocks.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files

from qsovae.pages.blocks import (
    MISSING,
    Block,
    Cell,
    Code,
    Figures,
    Heading,
    Number,
    Paragraph,
    Picture,
    Section,
    Table,
    number_text,
)

_PAGE = """<!DOCTYPE html>
<html lang="en"{kind}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="{policy}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{body}
{script}</body>
</html>
"""
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@cache
def _resource(name: str) -> str:
    """Return a file that lies beside this module."""
    return files("qsovae.pages").joinpath(name).read_text("utf-8")


def page_html(title: str, body: str, *, is_interactive: bool = False) -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
    body : str
        HTML.
    is_interactive : bool
        Whether figures zoom, tables copy, and the page follows a dark theme. The one
        script that does so is allowed by its hash; otherwise no script is.
    """
    script, policy = "", _POLICY
    if is_interactive:
        content = _resource("page.js")
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        script = f"<script>{content}</script>\n"
        policy += f"; script-src 'sha256-{digest}'"
    return _PAGE.format(
        kind=' class="themed"' if is_interactive else "", policy=policy,
        title=escape(title), style=_resource("page.css"), body=body, script=script,
    )  # fmt: skip


def sections_html(sections: Iterable[Section]) -> str:
    """Return sections, with links to them before the first."""
    parts = [(f"section-{n}", section) for n, section in enumerate(sections, start=1)]
    links = [f'<a href="#{name}">{escape(s.title)}</a>' for name, s in parts]
    return "\n".join(
        [
            f"<nav>{' '.join(links)}</nav>",
            *(
                f'<h2 id="{name}">{escape(s.title)}</h2>\n'
                + "\n".join(map(_block, s.blocks))
                for name, s in parts
            ),
        ]
    )


def _block(block: Block) -> str:
    """Return a block as HTML."""
    match block:
        case Heading(text):
            return f"<h3>{escape(text)}</h3>"
        case Paragraph(text):
            return f"<p>{escape(text)}</p>"
        case Code(text):
            return f"<pre><code>{escape(text)}</code></pre>"
        case Figures(pictures):
            inner = "\n".join(figure_html(p, is_named=True) for p in pictures)
            return f'<div class="figures">\n{inner}\n</div>'
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    """Return a table; columns without words stand to the right."""
    numbers = {
        i
        for i in range(len(table.header))
        if not any(isinstance(line[i], str) for line in table.lines)
    }
    lines = [[_cell(cell) for cell in line] for line in table.lines]
    shown = table_html(table.header, lines, numbers)
    if not table.title:
        return shown
    title = escape(table.title)
    return f"<details><summary>{title}</summary>\n{shown}\n</details>"


def _cell(cell: Cell) -> str:
    """Return a cell; a number keeps all its digits for whoever copies it."""
    if isinstance(cell, tuple):
        return " to ".join(map(_number, cell))
    if cell is None:
        return MISSING
    return escape(cell) if isinstance(cell, str) else _number(cell)


def _number(value: Number) -> str:
    return f'<data value="{value!r}">{number_text(value)}</data>'


def figure_html(picture: Picture, *, is_named: bool = False) -> str:
    """Return a figure, its SVG within the page; with its title if it has no heading."""
    content = base64.b64encode(picture.svg).decode("ascii")
    name = f"<strong>{escape(picture.title)}.</strong> " if is_named else ""
    width = f' style="flex-basis: {_width_pt(picture.svg)}pt"' if is_named else ""
    return (
        f'<figure{width}><img alt="{escape(picture.title)}" '
        f'src="data:image/svg+xml;base64,{content}">'
        f"<figcaption>{name}{escape(picture.about)}</figcaption></figure>"
    )


def _width_pt(svg: bytes) -> str:
    """Return how wide a figure is, in points; captions are to be no wider."""
    found = re.search(rb'<svg [^>]*\bwidth="([\d.]+)pt"', svg)
    return found[1].decode() if found else "330"


def table_html(
    header: Iterable[str],
    lines: Iterable[list[str]],
    numbers: set[int],
    kind: str = "plain",
) -> str:
    """Return a table of cells that are HTML already.

    Parameters
    ----------
    header : iterable of str
        Left out where all of it is empty.
    lines : iterable of list of str
    numbers : set of int
        Columns that stand to the right.
    kind : {"plain", "wide"}
        Cells of wide tables are not broken into lines.
    """
    titles = list(header)
    head = "".join(
        f'<th class="n">{escape(h)}</th>' if i in numbers else f"<th>{escape(h)}</th>"
        for i, h in enumerate(titles)
    )
    rows = [
        "<tr>"
        + "".join(
            f'<td class="n">{c}</td>' if i in numbers else f"<td>{c}</td>"
            for i, c in enumerate(line)
        )
        + "</tr>"
        for line in lines
    ]
    return (
        f'<div class="scroll"><table class="{kind}">'
        + (f"<thead><tr>{head}</tr></thead>" if any(titles) else "")
        + "<tbody>\n"
        + "\n".join(rows)
        + "\n</tbody></table></div>"
    )
