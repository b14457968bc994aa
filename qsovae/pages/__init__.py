"""Reports as blocks of words, tables and figures, and as HTML or Markdown.

Layer: lowest; knows nothing of catalogs and runs. Whatever text is handed in is shown
as it is, never taken for markup. The same blocks give the same bytes.
"""

from qsovae.pages.blocks import (
    Block,
    Cell,
    Code,
    Figures,
    Heading,
    Paragraph,
    Picture,
    Section,
    Table,
    number_text,
)
from qsovae.pages.html import figure_html, page_html, sections_html, table_html
from qsovae.pages.markdown import markdown_text

__all__ = [
    "Block",
    "Cell",
    "Code",
    "Figures",
    "Heading",
    "Paragraph",
    "Picture",
    "Section",
    "Table",
    "figure_html",
    "markdown_text",
    "number_text",
    "page_html",
    "sections_html",
    "table_html",
]
