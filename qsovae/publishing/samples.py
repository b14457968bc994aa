"""The parts of a report that tell of probabilities: calibration, curves, samples.

Within publishing: above subject, figures and curve_figures.
"""

from collections.abc import Mapping
from typing import Any

from qsovae.pages import Block, Cell, Figures, Paragraph, Table
from qsovae.publishing.subject import Subject

_STAGES = {"before": "as given", "after": "mended"}
# Of curves; with more of them the page would have several megabytes.
_MOST_TABLES = 24
_MOST_DRAWN = 12
_COMPLETENESSES = (0.5, 0.8, 0.9, 0.95, 0.99)
_MIXES = {
    "test": "that of the scored rows",
    "stated": "as stated",
    "sky": "that of the sky",
}


def calibration(subject: Subject) -> list[Block]:
    """Return how far the probabilities can be taken at their word."""
    from qsovae.publishing.figures import reliability_picture

    found = subject.details["calibration"]
    words = (
        "How often a class is true by its probability, in bins of equal numbers of "
        "rows, with 95 % intervals. ECE: expected calibration error, without what "
        "chance adds."
    )
    if found["temperature"] is not None:
        words += (
            f" Mended: at a temperature of {found['temperature']:.4g}, fitted to the "
            "validation rows."
        )
    drawn = sorted(found["per_class"], key=lambda name: -_ece(found, name))[
        :_MOST_DRAWN
    ]
    if len(drawn) < len(found["per_class"]):
        words += f" Drawn are the {_MOST_DRAWN} classes that are furthest off."
    pictures = tuple(
        reliability_picture(name, stages, is_simulated=subject.is_simulated)
        for name, stages in found["per_class"].items()
        if name in drawn
    )
    errors = tuple(
        (name, *(stages[s]["ece"] if s in stages else None for s in _STAGES))
        for name, stages in found["per_class"].items()
    )
    return [
        Paragraph(words),
        Table(("class", *(f"ECE, {stage}" for stage in _STAGES.values())), errors),
        Figures(pictures),
        *(_reliabilities(name, s) for name, s in found["per_class"].items()),
    ]


def _ece(found: Mapping[str, Any], name: str) -> float:
    """Return how far a class's probabilities are off, zero where nothing tells."""
    return found["per_class"][name]["before"]["ece"] or 0.0


def _reliabilities(name: str, stages: Mapping[str, Any]) -> Table:
    """Return the numbers of a class's reliability."""
    keys = ("probability", "share", "share_low", "share_high", "rows")
    lines: list[tuple[Cell, ...]] = []
    for stage, entry in stages.items():
        columns = (entry["reliability"][key] for key in keys)
        lines += [(_STAGES[stage], *line) for line in zip(*columns, strict=True)]
    header = ("probabilities", "mean probability", f"share that is {name}", "low",
              "high", "rows")  # fmt: skip
    return Table(header, tuple(lines), f"Numbers: reliability of {name}")


def curves(subject: Subject) -> list[Block]:
    """Return ROC and precision-recall curves of all classes."""
    from qsovae.publishing.curve_figures import purity_picture, roc_picture

    models = {name: d["curves"] for name, (_, d) in subject.models().items()}
    return [
        Paragraph(
            "Each class against all others, at the class mix of the scored rows, at "
            "200 thresholds or fewer; areas are those of all thresholds."
        ),
        Figures(
            tuple(
                picture(models, is_simulated=subject.is_simulated)
                for picture in (roc_picture, purity_picture)
            )
        ),
        *_curve_tables(models),
    ]


def _curve_tables(models: Mapping[str, Mapping[str, Any]]) -> list[Block]:
    """Return the numbers of the curves, as far as a page has room for them."""
    keys = ("threshold", "completeness", "false_positive_rate", "purity")
    if sum(map(len, models.values())) > _MOST_TABLES:
        return [
            Paragraph("The numbers of so many curves are in qsovae evaluate --json.")
        ]
    return [
        Table(
            tuple(key.replace("_", " ") for key in keys),
            tuple(zip(*(columns[key] for key in keys), strict=True)),
            f"Numbers: curves of {name}, {model}",
        )
        for model, by_class in models.items()
        for name, columns in by_class.items()
    ]


def sample(subject: Subject) -> list[Block]:
    """Return the sample that each threshold gives, at the class mix that was chosen."""
    from qsovae.publishing.curve_figures import sample_pictures

    found = subject.details["thresholds"]
    table, prior = found["table"], found["prior"]
    header, keys = _sample_columns(found)
    lines = list(zip(*(_whole(key, table[key]) for key in keys), strict=True))
    reached = [table["completeness"][i] or 0.0 for i in range(len(lines))]
    first = [next((i for i, c in enumerate(reached) if c >= wanted), None)
             for wanted in _COMPLETENESSES]  # fmt: skip
    blocks: list[Block] = [Paragraph(_mix_text(found))]
    if prior["shares"] is not None:
        shares = tuple(prior["shares"].items())
        blocks.append(Table(("class", "share of the sources"), shares))
    return [
        *blocks,
        Figures(sample_pictures(found, is_simulated=subject.is_simulated)),
        Paragraph("Thresholds that reach some completenesses:"),
        Table(header, tuple(lines[i] for i in dict.fromkeys(first) if i is not None)),
        Table(header, tuple(lines), "Numbers: every threshold"),
        *_top(subject),
    ]


def _top(subject: Subject) -> list[Block]:
    """Return how pure the most probable rows are."""
    top, name = subject.details["top"], subject.details["thresholds"]["class"]
    counts = (_whole("rows", top["rows"]), _whole("rows", top["hits"]))
    shares = (top["purity"], zip(top["purity_low"], top["purity_high"], strict=True))
    lines = tuple(zip(*counts, *shares, top["completeness"], strict=True))
    header = ("most probable rows", f"{name} among them", "purity", "95 %",
              "completeness")  # fmt: skip
    words = f"The rows that are most probably {name}, at the mix of the scored rows:"
    return [Paragraph(words), Table(header, lines)]


def _sample_columns(
    found: Mapping[str, Any],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the columns of a sample's table are called, and their keys."""
    words = {
        "threshold": "threshold", "completeness": "completeness",
        "completeness_low": "low", "completeness_high": "high", "purity": "purity",
        "purity_low": "low", "purity_high": "high", "rows": "scored rows above",
        "per_deg2": "sources per deg²", "contaminants_per_deg2": "of them others",
        "expected": "sources over the area",
        "expected_sought": f"of them {found['class']}",
        "expected_sought_low": "low", "expected_sought_high": "high",
    }  # fmt: skip
    keys = tuple(key for key in words if key in found["table"])
    return tuple(words[key] for key in keys), keys


def _whole(key: str, column: list[Any]) -> list[Any]:
    """Return a column, counts as whole numbers."""
    return [int(value) for value in column] if key == "rows" else column


def _mix_text(found: Mapping[str, Any]) -> str:
    """Return which sample is shown, at which class mix."""
    prior = found["prior"]
    mix = _MIXES.get(prior["kind"], prior["kind"])
    if prior["r_limit"] is not None:
        mix += f" down to r = {prior['r_limit']:g}"
    words = (
        f"Rows whose probability of {found['class']} is at or above a threshold. Class "
        f"mix: {mix}. Intervals are 95 %, drawn "
        "from Jeffreys' posteriors."
    )
    if prior["per_deg2"] is None:
        return words
    words += f" The sky has {prior['per_deg2']:,.0f} sources of all classes per deg²."
    if "area_deg2" not in found:
        return words
    return (
        f"{words} Over {found['area_deg2']:,.6g} deg² so many sources are expected "
        f"above each threshold, and of them as many {found['class']} as the purity "
        "says, with its interval: what the counts of the sky are off by is not in it."
    )
