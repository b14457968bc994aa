"""The parts of a report that tell where scores differ: slices, and other splits.

Within publishing: above subject, scores and slice_figures.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from qsovae.pages import Block, Cell, Figures, Heading, Paragraph, Table
from qsovae.publishing.scores import CLASS_SCORES
from qsovae.publishing.subject import Subject, bounds

_SHARES = ("accuracy", "completeness", "purity", "f1")
# Drawn, if the rows have it: how deep the sample goes.
_DRAWN = "magnitude"
# Of more classes, slices are told of the class sought alone: they would be megabytes.
_MOST_CLASSES = 6


def slices(subject: Subject) -> list[Block]:
    """Return the worst slices, the scores by magnitude, and all slices in tables."""
    from qsovae.publishing.slice_figures import slice_picture

    found = subject.details["slices"]
    name, worst = found["class"], found["worst"]
    blocks: list[Block] = [
        Paragraph(
            f"Of {worst['tested']:,} slices and pairs of slices, {worst['named']:,} "
            f"are worse than all other rows, in accuracy or in completeness or purity "
            f"of {name} (false discovery rate 5 %; intervals are 95 %, widened for the "
            "choice). A score needs "
            f"{found['fewest_rows']} rows, a worst slice {found['fewest_named']}."
        ),
        Heading("The worst slices"),
        _worst_table(found),
    ]
    if _DRAWN in found["columns"]:
        column = found["columns"][_DRAWN]
        picture = slice_picture(column, name, is_simulated=subject.is_simulated)
        blocks.append(Figures((picture,)))
    classes = subject.report["classes"]
    told = classes if len(classes) <= _MOST_CLASSES else [name]
    return blocks + [_slice_table(c, told) for c in found["columns"].values()]


def _lines(columns: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    """Return the lines of a table that is given by columns."""
    names = list(columns)
    values = zip(*columns.values(), strict=True)
    return [dict(zip(names, line, strict=True)) for line in values]


def _worst_table(found: Mapping[str, Any]) -> Table:
    """Return the worst slices, one a line."""
    lines: list[tuple[Cell, ...]] = []
    for line in _lines(found["worst"]["table"]):
        place = f"{_title(found, line['column'])}: {line['slice']}"
        if line["column_2"] is not None:
            second = _title(found, line["column_2"])
            place += f"; {second}: {line['slice_2']}"
        lines.append((
            line["measure"], place, line["rows"], line["share"],
            (line["low"], line["high"]), line["share_elsewhere"], line["q_value"],
        ))  # fmt: skip
    header = ("measure", "slice", "rows", "share", "95 %", "elsewhere", "q-value")
    return Table(header, tuple(lines))


def _title(found: Mapping[str, Any], column: str) -> str:
    """Return what a column of slices is called."""
    title: str = found["columns"].get(column, {}).get("title", column)
    return title


def _slice_table(column: Mapping[str, Any], classes: Sequence[str]) -> Table:
    """Return the scores of some classes in each slice of a column, folded."""
    lines: list[tuple[Cell, ...]] = []
    for line in _lines(column["table"]):
        if line["class_label"] not in classes:
            continue
        cells: list[Cell] = [line["slice"], line["rows"], line["class_label"],
                             line["class_rows"]]  # fmt: skip
        for score in _SHARES:
            ends = line[f"{score}_low"], line[f"{score}_high"]
            cells += [line[score], bounds(None if None in ends else ends)]
        lines.append(tuple(cells))
    words = [CLASS_SCORES.get(score, score) for score in _SHARES]
    header = ["slice", "rows", "class", "rows of the class"]
    header += [word for score in words for word in (score, "95 %")]
    rows = column["few"]["rows"]
    few = f" ({rows:,} rows in slices too small to score)" if rows else ""
    return Table(tuple(header), tuple(lines), f"Numbers: {column['title']}{few}")


def splits(subject: Subject) -> list[Block]:
    """Return the scores of the run's settings refitted under other splits, if any."""
    report = subject.report
    if not report.get("splits"):
        return []
    sought = subject.details["thresholds"]["class"]
    own = {"spec": "this run's", "folds": None, "scores": report,
           "baseline": report["baseline"],
           "intervals": subject.details["intervals"]}  # fmt: skip
    lines: list[tuple[Cell, ...]] = []
    for entry in [own, *report["splits"]]:
        both = entry["scores"], entry["baseline"]
        lines.append((
            entry["spec"], entry["folds"], both[0]["rows"], both[0]["accuracy"],
            bounds(entry["intervals"].get("accuracy")),
            *(None if s is None else s["per_class"][sought]["f1"] for s in both),
            *(None if s is None else s["log_loss"] for s in both),
        ))  # fmt: skip
    header = ("split", "folds", "test rows", "accuracy", "95 %", f"F1 {sought}",
              "baseline's", "log loss", "baseline's")  # fmt: skip
    return [
        Paragraph(
            "The same settings, trained anew on what each split leaves to train: rows "
            "held out at random flatter where the sky to be classed is another, or "
            "fainter."
        ),
        Table(header, tuple(lines)),
    ]
