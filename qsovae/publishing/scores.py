"""The parts of a report that tell of scores: what was scored, how well, which classes.

Within publishing: above subject and figures.
"""

from typing import Any

from qsovae.pages import Block, Cell, Figures, Heading, Paragraph, Table
from qsovae.publishing.subject import SPLIT_WORDS, Subject, bounds

SCORES = {
    "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy",
    "mcc": "Matthews correlation", "log_loss": "log loss (nats)",
    "brier": "Brier score",
}  # fmt: skip
CLASS_SCORES = {
    "completeness": "completeness", "purity": "purity", "f1": "F1",
    "average_precision": "average precision", "roc_area": "ROC area",
}  # fmt: skip
_MORPHOLOGIES = {"point": "point-like", "extended": "extended", "unknown": "unknown"}
_INTERVALS = (
    "Intervals are 95 %: Wilson's of completeness and purity, of all else the middle "
    "of 1,000 resamples, stratified by true class."
)


def value_of(scores: Any, details: Any, name: str) -> Cell:
    """Return a score, wherever of the two it stands."""
    found: Cell = scores.get(name, details.get(name))
    return found


def scored_rows(subject: Subject) -> list[Block]:
    """Return what was scored, and how it was split from what trained."""
    report, asked = subject.report, subject.details["asked"]
    lines: list[tuple[Cell, ...]] = [
        ("run", subject.name),
        ("catalog", report["catalog"]),
        ("rows of the catalog", asked["catalog_rows"]),
        ("SHA-256 of the catalog", asked["catalog_sha256"]),
        ("column of the true classes", report["label"]),
        ("rows scored", report["rows"]),
    ]
    for key, value in report["split"].items():
        if value is not None:
            words = f"split: {SPLIT_WORDS.get(key, key.replace('_', ' '))}"
            lines.append((words, _plain(value)))
    # Words and numbers share the column, which is therefore one of words.
    return [
        Paragraph(subject.split_text()),
        Table(("", ""), tuple(lines)),
        *(Paragraph(f"Note: {note}.") for note in report["notes"]),
    ]


def _plain(value: Any) -> Cell:
    """Return an entry of a split as a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, (int, float)) else str(value)


def headline(subject: Subject) -> list[Block]:
    """Return the scores of all rows, of model and baseline, with intervals."""
    models, against = subject.models(), subject.details["against_baseline"]
    header = ["score", *(w for name in models for w in (name, "95 %"))]
    if against is not None:
        header += ["VAE minus baseline", "95 %"]
    lines = []
    for name, words in SCORES.items():
        line: list[Cell] = [words]
        for scores, details in models.values():
            interval = bounds(details["intervals"].get(name))
            line += [value_of(scores, details, name), interval]
        if against is not None:
            value, *interval_of = against["differences"].get(name, (None,))
            line += [value, bounds(interval_of or None)]
        lines.append(tuple(line))
    about = f"{subject.split_text()} {_INTERVALS}"
    blocks: list[Block] = [Paragraph(about), Table(tuple(header), tuple(lines))]
    if against is not None:
        test = against["mcnemar"]
        blocks.append(
            Paragraph(
                f"The VAE alone is right on {test['first_alone']:,} rows, the baseline "
                f"({subject.report['baseline']['name']}) alone on "
                f"{test['second_alone']:,}: p {_p_text(test['p_value'])} by McNemar's "
                "exact test. Differences are of the same rows, by the paired bootstrap."
            )
        )
    return blocks


def _p_text(p_value: float) -> str:
    """Return a p-value, only bounded where floats can no longer tell it from zero."""
    return f"= {p_value:.3g}" if p_value > 1e-300 else "< 1e-300"


def confusion(subject: Subject) -> list[Block]:
    """Return the confusion matrices."""
    from qsovae.publishing.figures import confusion_picture

    blocks: list[Block] = [
        Paragraph("Rows of each true class (down) by predicted class (across)."),
        Figures(
            tuple(
                confusion_picture(name, scores, is_simulated=subject.is_simulated)
                for name, (scores, _) in subject.models().items()
            )
        ),
    ]
    for name, (scores, _) in subject.models().items():
        header = (
            f"{name}: true class",
            *(f"as {c}" for c in scores["classes"]),
            "rows",
        )
        matrix = zip(scores["classes"], scores["confusion_matrix"], strict=True)
        lines = tuple((c, *counts, sum(counts)) for c, counts in matrix)
        blocks.append(Table(header, lines))
    return blocks


def classes(subject: Subject) -> list[Block]:
    """Return the scores of each class."""
    from qsovae.publishing.figures import class_pictures

    return [
        Figures(class_pictures(subject.models(), is_simulated=subject.is_simulated)),
        *class_tables(subject),
    ]


def class_tables(subject: Subject) -> list[Block]:
    """Return tables of the scores of each class, of model and baseline."""
    shares = ("completeness", "purity", "f1")
    rest = tuple(name for name in CLASS_SCORES if name not in shares)
    return [_class_table(subject, shares), _class_table(subject, rest)]


def _class_table(subject: Subject, chosen: tuple[str, ...]) -> Table:
    """Return some scores of each class."""
    header = ["class", "model", "rows"]
    header += [words for name in chosen for words in (CLASS_SCORES[name], "95 %")]
    lines = []
    for name in subject.report["classes"]:
        for model, (scores, details) in subject.models().items():
            of_class, beside = scores["per_class"][name], details["per_class"][name]
            line: list[Cell] = [name, model, of_class["rows"]]
            for score in chosen:
                interval = bounds(beside["intervals"].get(score))
                line += [value_of(of_class, beside, score), interval]
            lines.append(tuple(line))
    return Table(tuple(header), tuple(lines))


def morphologies(subject: Subject) -> list[Block]:
    """Return the scores of point-like, extended and unknown sources apart."""
    overall: list[tuple[Cell, ...]] = []
    by_class: list[tuple[Cell, ...]] = []
    for key, words in _MORPHOLOGIES.items():
        for model, (scores, _) in subject.models().items():
            part = scores["by_morphology"].get(key)
            if part is None:
                continue
            shown = ("rows", "accuracy", "balanced_accuracy", "log_loss")
            overall.append((words, model, *(part[name] for name in shown)))
            by_class += [
                (words, model, name, *(entry[s] for s in ("rows", "completeness",
                                                          "purity", "f1")))
                for name, entry in part["per_class"].items()
            ]  # fmt: skip
    return [
        Paragraph("Shares of few rows scatter: read them with the rows beside them."),
        Table(
            ("sources", "model", "rows", "accuracy", "balanced accuracy", "log loss"),
            tuple(overall),
        ),
        Heading("By morphology and class"),
        Table(
            ("sources", "model", "class", "rows", "completeness", "purity", "F1"),
            tuple(by_class),
        ),
    ]
