"""The part of a report that sets the run beside its rivals.

Within publishing: above subject and rival_figures.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qsovae.pages import Block, Cell, Figures, Paragraph, Table
from qsovae.publishing.subject import MODEL, Subject, bounds

_SHARES = {"completeness": "completeness", "purity": "purity", "f1": "F1"}


def rivals(subject: Subject) -> list[Block]:
    """Return how the run stands beside each rival; nothing if none was asked for."""
    from qsovae.publishing.rival_figures import rival_picture

    entries = subject.details.get("rivals")
    if not entries:
        return []
    name = entries[0]["class"]
    lines = _difference_lines(entries)
    picture = rival_picture(lines, name, is_simulated=subject.is_simulated)
    return [
        Paragraph(
            f"The run and each rival on the rows that both answer; samples are of "
            f"{name}. Intervals are 95 %: Wilson's of shares, the paired bootstrap's "
            "of differences. What only selects has no log loss, and its accuracy is "
            f"that of telling {name} from the rest."
        ),
        *_notes(entries),
        Figures((picture,)),
        _score_table(entries),
        _difference_table(lines),
        _mcnemar_table(entries),
    ]


def _notes(entries: Iterable[Mapping[str, Any]]) -> list[Block]:
    """Return what was left out of which comparison, and what a cut is."""
    return [
        Paragraph(f"{entry['name']}: {'. '.join(entry['notes'])}.")
        for entry in entries
        if entry["notes"]
    ]


def _difference_lines(
    entries: Sequence[Mapping[str, Any]],
) -> list[tuple[str, dict[str, list[float]]]]:
    """Return each rival, and the differences of shares from it, as far as defined."""
    found = []
    for entry in entries:
        keys = {f"{key} {entry['class']}": words for key, words in _SHARES.items()}
        keys["accuracy"] = "accuracy"
        differences = entry["differences"]
        shown = {w: differences[k] for k, w in keys.items() if k in differences}
        found.append((entry["name"], shown))
    return found


def _score_table(entries: Iterable[Mapping[str, Any]]) -> Table:
    """Return the scores of both sides of each comparison."""
    lines: list[tuple[Cell, ...]] = []
    for entry in entries:
        for side, key in (("rival", "scores"), (MODEL, "run_scores")):
            scores = entry[key]
            ends = scores["intervals"]
            lines.append((
                entry["name"], side, entry["rows"], scores["accuracy"],
                scores["log_loss"], scores["selected"], scores["completeness"],
                _ends(ends, "completeness"), scores["purity"], _ends(ends, "purity"),
                scores["f1"],
            ))  # fmt: skip
    header = ("rival", "scores of", "rows", "accuracy", "log loss (nats)", "selected",
              "completeness", "95 %", "purity", "95 %", "F1")  # fmt: skip
    return Table(header, tuple(lines))


def _ends(intervals: Mapping[str, Any], name: str) -> Cell:
    """Return an interval of a share, nothing where no row defines it."""
    found = intervals.get(name)
    return None if found is None or None in found else bounds(found)


def _difference_table(
    found: Sequence[tuple[str, Mapping[str, list[float]]]],
) -> Table:
    """Return the run's scores minus those of each rival."""
    scores = (*_SHARES.values(), "accuracy")
    lines: list[tuple[Cell, ...]] = []
    for name, differences in found:
        cells: list[Cell] = [name]
        for score in scores:
            cells += _with_ends(differences.get(score))
        lines.append(tuple(cells))
    columns = (words for score in scores for words in (score, "95 %"))
    return Table((f"{MODEL} minus rival", *columns), tuple(lines))


def _with_ends(value: Sequence[float] | None) -> list[Cell]:
    """Return a difference and its interval, nothing where it is undefined."""
    return [None, None] if value is None else [value[0], bounds(value[1:])]


def _mcnemar_table(entries: Iterable[Mapping[str, Any]]) -> Table:
    """Return the rows that one side alone got right, with a test, and of log loss."""
    keys = ("first_alone", "second_alone", "p_value")
    lines: list[tuple[Cell, ...]] = [
        (
            entry["name"],
            *(entry["mcnemar"][key] for key in keys),
            *_with_ends(entry["differences"].get("log_loss")),
        )
        for entry in entries
    ]
    header = ("rival", f"{MODEL} alone right", "rival alone right", "McNemar's p",
              f"log loss, {MODEL} minus rival", "95 %")  # fmt: skip
    return Table(header, tuple(lines))
