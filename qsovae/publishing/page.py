"""The report of a run as one HTML file, and its model card.

Within publishing: above card, drivers, latex, rivals, samples, scores and slices.
"""

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from qsovae.pages import (
    Block,
    Heading,
    Section,
    markdown_text,
    page_html,
    sections_html,
)
from qsovae.publishing.card import again, card_sections
from qsovae.publishing.drivers import drivers
from qsovae.publishing.latex import scores_latex
from qsovae.publishing.rivals import rivals
from qsovae.publishing.samples import calibration, curves, sample
from qsovae.publishing.scores import (
    classes,
    confusion,
    headline,
    morphologies,
    scored_rows,
)
from qsovae.publishing.slices import slices, splits
from qsovae.publishing.subject import SIMULATED, Subject
from qsovae.runs import Run
from qsovae.tables import write_file


def _card(subject: Subject) -> list[Block]:
    """Return the model card, but for what has sections of its own."""
    apart = ("Evaluation data", "Quantitative analyses", "How to make it again")
    return [
        block
        for section in card_sections(subject)
        if section.title not in apart
        for block in (Heading(section.title), *section.blocks)
    ]


# What the page tells, in the order in which it is read. A section without blocks is
# left out.
_SECTIONS: tuple[tuple[str, Callable[[Subject], list[Block]]], ...] = (
    ("What was scored", scored_rows),
    ("Scores", headline),
    ("Confusion matrix", confusion),
    ("Classes", classes),
    ("By morphology", morphologies),
    ("Slices", slices),
    ("Other splits", splits),
    ("Rivals on the same rows", rivals),
    ("What drives it", drivers),
    ("Calibration", calibration),
    ("Curves", curves),
    ("Samples above a threshold", sample),
    ("Model card", _card),
    ("How to make it again", again),
)


def evaluation_page(run: Run, report: Mapping[str, Any]) -> str:
    """Return a run's evaluation as one HTML file that needs nothing else.

    Figures zoom and tables copy, by one inline script; nothing is loaded. The same run
    and report give the same bytes.

    Parameters
    ----------
    run : Run
    report : mapping
        What ``evaluate_run`` returned of it.

    Raises
    ------
    InputError
        If the report is of another run, or has no details.
    """
    subject = Subject.checked(run, report)
    sections = [
        Section(title, tuple(blocks))
        for title, build in _SECTIONS
        if (blocks := build(subject))
    ]
    title = f"Evaluation of {subject.name}"
    head = f"<h1>{escape(title)}</h1>"
    if subject.is_simulated:
        head = f'<p class="simulated">{escape(SIMULATED)}</p>\n{head}'
    body = f"{head}\n{sections_html(sections)}"
    return page_html(title, body, is_interactive=True)


def model_card(run: Run, report: Mapping[str, Any]) -> str:
    """Return a run's model card as Markdown.

    Its sections are those of Mitchell et al. 2019 (arXiv:1810.03993).

    Parameters
    ----------
    run : Run
    report : mapping
        What ``evaluate_run`` returned of it.

    Raises
    ------
    InputError
        If the report is of another run, or has no details.
    """
    subject = Subject.checked(run, report)
    return markdown_text(f"Model card of {subject.name}", card_sections(subject))


def write_evaluation(
    run: Run,
    report: Mapping[str, Any],
    *,
    html: Path | str | None = None,
    latex: Path | str | None = None,
    card: Path | str | None = None,
) -> None:
    """Write a run's evaluation as a page, a LaTeX table, a model card, or all of them.

    Each file appears whole or not at all.

    Parameters
    ----------
    run : Run
    report : mapping
        What ``evaluate_run`` returned of it.
    html, latex, card : Path or str, optional
        As of ``evaluation_page``, ``scores_latex`` and ``model_card``.

    Raises
    ------
    InputError
        If the report is of another run, or has no details.
    CatalogError
        If a file cannot be written.
    """
    if html is not None:
        write_file(Path(html), evaluation_page(run, report).encode("utf-8"))
    if latex is not None:
        write_file(Path(latex), scores_latex(report).encode("utf-8"))
    if card is not None:
        write_file(Path(card), model_card(run, report).encode("utf-8"))
