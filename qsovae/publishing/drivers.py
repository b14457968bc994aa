"""The part of a report that tells what the scores rest on.

Within publishing: above subject and driver_figures.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from qsovae.pages import Block, Cell, Figures, Heading, Paragraph, Table
from qsovae.publishing.subject import Subject, bounds

_HOW = {"permuted": "permuted", "removed": "missing"}


def drivers(subject: Subject) -> list[Block]:
    """Return what each measurement and survey is worth; nothing if nobody asked."""
    from qsovae.publishing.driver_figures import loss_picture, means_picture

    found = subject.details.get("drivers")
    if not found:
        return []
    measures = {
        "log_loss": "rise of the log loss (nats)",
        "f1": f"fall of F1 of {found['class']}",
    }
    losses = tuple(
        loss_picture(found, key, words, is_simulated=subject.is_simulated)
        for key, words in measures.items()
        if any(group[key] and group[key][0] is not None for group in found["permuted"])
    )
    means = means_picture(
        found["latent"], subject.report["classes"], is_simulated=subject.is_simulated
    )
    return [
        Paragraph(_words(found)),
        Table(
            ("as they are", "value"),
            (("log loss (nats)", found["log_loss"]),
             (f"F1 of {found['class']}", found["f1"])),
        ),
        Figures(losses),
        _loss_table(found, measures),
        Heading("The classes, decoded"),
        Figures((means,)),
        _means_table(found),
    ]  # fmt: skip


def _words(found: Mapping[str, Any]) -> str:
    """Return what was done to which rows."""
    drawn = f"{found['rows']:,} rows held out"
    if found["rows"] < found["rows_held_out"]:
        drawn += f", drawn of {found['rows_held_out']:,} with seed {found['seed']}"
    return (
        f"What is lost of the scores of {drawn}, when the features that a measurement "
        f"enters are permuted together among the rows, {found['n_repeats']} times, and "
        "when a survey is missing. Intervals are 95 %; above zero, the scores are "
        "better with it."
    )


def _loss_table(found: Mapping[str, Any], measures: Mapping[str, str]) -> Table:
    """Return what is lost without each group of features."""
    lines: list[tuple[Cell, ...]] = []
    for how, words in _HOW.items():
        for group in found[how]:
            cells: list[Cell] = [group["name"], group["kind"], words]
            for measure in measures:
                loss = group[measure] or (None, None, None)
                ends = None if None in loss[1:] else bounds(loss[1:])
                cells += [loss[0], ends]
            lines.append((*cells, ", ".join(group["features"])))
    columns = (words for measure in measures.values() for words in (measure, "95 %"))
    return Table(("input", "kind", "how", *columns, "features"), tuple(lines))


def _means_table(found: Mapping[str, Any]) -> Table:
    """Return the numbers of the decoded means, folded."""
    latent = found["latent"]
    unit = "AB magnitude" if latent["bands"] else "deviation (s.d.)"
    header = ("class", f"probability of {found['class']}", "input", unit,
              "share seen of those looked at")  # fmt: skip
    return Table(header, tuple(_means(latent)), "Numbers: decoded means of the classes")


def _means(latent: Mapping[str, Any]) -> Iterator[tuple[Cell, ...]]:
    """Yield each band or, without bands, feature of each class's mean."""
    bands = latent["bands"]
    for line in latent["lines"]:
        if line["dimension"] is not None:
            continue
        name, probability = line["class"], line["probability"]
        if bands:
            for band, value in zip(bands, line["magnitudes"], strict=True):
                yield name, probability, band["label"], value, band["detected"][name]
        else:
            pairs = zip(latent["features"], line["deviations"], strict=True)
            for feature, value in pairs:
                yield name, probability, feature, value, None
