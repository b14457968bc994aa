"""What select tells, in words.

Within cli: above text.
"""

from typing import TYPE_CHECKING, Any

from qsovae.cli import text

if TYPE_CHECKING:
    import pandas as pd

_MOST_LINES = 12


def class_counts(rows: "pd.DataFrame", chosen: Any) -> dict[str, Any]:
    """Return how many of the rows are of each class, true and predicted."""
    labels = {
        kind: rows.loc[chosen, kind].astype("string").fillna("unlabelled")
        for kind in ("class_label", "class_predicted")
        if kind in rows
    }
    return {
        "classes": {
            kind: {str(name): int(n) for name, n in part.value_counts().items()}
            for kind, part in labels.items()
        }
    }


def selection_text(said: dict[str, Any]) -> str:
    """Return how many rows are selected, and the query in other languages."""
    classes = said["classes"]
    lines = [[name, n] for name, n in classes["class_predicted"].items()]
    parts = [f"{said['selected']:,} of {said['rows']:,} rows: {said['query']}"]
    if lines:
        parts.append(text.table_text(["predicted class", "rows"], lines))
    parts += [
        f"{language.upper()}: {said[language] or said[f'no_{language}']}"
        for language in ("adql", "stil")
    ]
    changed = said.get("since_saved")
    if changed is not None and any(changed.values()):
        parts.append(
            f"Since it was saved {changed['gone']:,} rows have left it, and "
            f"{changed['new']:,} have come."
        )
    if "why" in said:
        parts.append(_why_words(said["why"]))
    return "\n\n".join(parts)


def _why_words(why: dict[str, Any]) -> str:
    """Return the columns that differ most, and the simplest cut."""
    lines = []
    for line in why["columns"][:_MOST_LINES]:
        category = line["category"]
        value, low, high = line["difference"]
        lines.append([
            line["name"] if category is None else f"{line['name']} = {category}",
            f"{value:+.3f} ({low:+.3f} to {high:+.3f})",
            f"{line['chosen']:.4g}", f"{line['others']:.4g}",
        ])  # fmt: skip
    n = why["rows"]
    head = (
        f"What tells {n['chosen']:,} rows from {n['others']:,} others: Cliff's delta, "
        "of text the difference of shares; 95 %"
    )
    header = ["", "difference", "median or share", "of the others"]
    parts = [head, text.table_text(header, lines)]
    if why["cut"] is not None:
        cut = why["cut"]
        shares = ", ".join(
            f"{name} {cut[name][0]:.3f} ({cut[name][1]:.3f} to {cut[name][2]:.3f})"
            for name in ("completeness", "purity") if name in cut
        )  # fmt: skip
        parts.append(f"simplest cut: {cut['query']}\n{shares}, on rows kept apart")
    return "\n".join(parts)
