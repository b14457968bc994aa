"""A catalog's words are shown as they are, wherever a page puts them."""

import html

import pytest

from dashboard.figures.layout import plain
from dashboard.layout import escaped, span


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a_b*c*", r"a\_b\*c\*"), ("[x](http://e)", r"\[x\](http\://e)"),
        ("<script>", r"\<script\>"), (":red[x]", r"\:red\[x\]"), ("$x$", r"\$x\$"),
        ("# head", r"\# head"), ("1. item", r"1\. item"), ("- item", r"\- item"),
        ("two\nlines", "two lines"), ("no such run: 'x'", "no such run: 'x'"),
        ("3 of 4 - so", "3 of 4 - so"),
    ],
)  # fmt: skip
def test_signs_that_mean_something_to_markdown_are_escaped(text, shown):
    assert escaped(text) == shown


@pytest.mark.parametrize("text", ["<b>x</b>", "a & b", "&lt;", "x<br>y"])
def test_markup_in_a_figure_comes_out_as_it_went_in(text):
    assert "<" not in plain(text)
    assert html.unescape(plain(text)) == text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(4.4, "4 s"), (59.4, "59 s"), (61, "1 min 01 s"), (3725, "1 h 02 min")],
)
def test_a_time_is_said_as_people_say_it(seconds, said):
    assert span(seconds) == said
