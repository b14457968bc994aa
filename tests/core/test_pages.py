"""Blocks as HTML and Markdown: what is said is shown, and is never markup."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qsovae.pages import (
    Code,
    Figures,
    Heading,
    Paragraph,
    Picture,
    Section,
    Table,
    markdown_text,
    number_text,
    page_html,
    sections_html,
)
from qsovae.pages.drawing import panel, plain
from qsovae.pages.markdown import escaped

NASTY = '<script>alert("1")</script>&amp;\\_%$x$|[*](y)'


class Words(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, content):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, text):
        self.text += text


def section(text):
    blocks = (
        Heading(text), Paragraph(text), Code(text), Table((text,), ((text,),), text),
        Figures((Picture(text, text, b"<svg/>"),)),
    )  # fmt: skip
    return Section(text, blocks)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (16000, "16,000"), (0.96085409, "0.9609"), (0.0, "0.0000"), (1.0, "1.0000"),
        (3.2e-12, "3.20e-12"), (-0.0029, "-0.0029"), (64.32, "64.3"),
        (14227.99, "14,228"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_they_are_read(value, text):
    assert number_text(value) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1))
def test_whatever_text_there_is_stands_on_the_page_as_it_is(text):
    words = Words(sections_html([section(text)]))
    assert words.text.count(text) >= 6
    allowed = {"nav", "a", "h2", "h3", "p", "pre", "code", "details", "summary", "div",
               "table", "thead", "tbody", "tr", "th", "td", "figure", "img", "strong",
               "figcaption"}  # fmt: skip
    assert set(words.tags) <= allowed


def read(line):
    """Return the cells of a line of a Markdown table, signs unescaped."""
    return [unescaped(cell.strip()) for cell in split_cells(line)[1:-1]]


def split_cells(line):
    cells, cell, skip = [], "", False
    for sign in line:
        if sign == "|" and not skip:
            cells.append(cell)
            cell = ""
        else:
            cell += sign
        skip = sign == "\\" and not skip
    return [*cells, cell]


def unescaped(text):
    plain_text = re.sub(r"\\(.)", r"\1", text)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain_text = plain_text.replace(entity, sign)
    return plain_text


@given(st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1))
def test_a_cell_of_a_markdown_table_is_read_as_it_was_written(text):
    shown = markdown_text("title", [Section("s", (Table(("a", "b"), ((text, 1),)),))])
    line = shown.splitlines()[-1]
    assert read(line) == [" ".join(text.split()), "1"]
    assert "<" not in line


def test_markdown_has_every_block_but_the_figures():
    shown = markdown_text(NASTY, [section(NASTY)])
    assert shown.startswith(f"# {escaped(NASTY)}\n\n## {escaped(NASTY)}\n\n### ")
    outside_code = [x for x in shown.splitlines() if not x.startswith("    ")]
    assert "<script" not in "\n".join(outside_code)
    assert f"    {NASTY}" in shown.splitlines()
    assert "svg" not in shown


def test_the_one_script_is_the_one_that_is_allowed():
    plain_page, page = page_html("x", "y"), page_html("x", "y", is_interactive=True)
    assert "script" not in plain_page
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'"Content-Security-Policy"\s+content="(.*?)"', page)
    assert policy == (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )
    for word in ("url(", "@import", "http:", "https:", "fetch", "XMLHttpRequest"):
        assert word not in page


def test_a_figure_is_the_same_bytes_each_time_and_follows_the_theme():
    def draw(axes):
        axes.plot([0, 1], [0, 1], label=plain(NASTY))
        axes.set_title(plain("類星体 $"))  # a script that the font lacks
        axes.legend()

    first, again = (panel("t", "a", draw, is_simulated=True) for _ in range(2))
    assert first.svg == again.svg
    svg = first.svg.decode()
    ET.fromstring(svg)
    assert "<!-- simulated data -->" in svg
    assert "currentColor" in svg
    assert "prefers-color-scheme: dark" in svg
    assert "script>" not in re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    assert b"simulated" not in panel("t", "a", draw, is_simulated=False).svg
