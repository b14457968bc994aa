"""Scores by slices, and the worst of them, in words.

Within cli: above text.
"""

from typing import Any

from qsovae.cli.text import table_text

_WORST_SHOWN = 5


def slices_block(slices: dict[str, Any]) -> str:
    """Return the worst slices, and the sought class by magnitude or morphology."""
    columns = slices["columns"]
    # A catalog may have no band.
    first = next((name for name in ("magnitude", "morphology") if name in columns), "")
    parts = [_worst_block(slices)]
    if first:
        parts.append(_column_block(slices, first))
    others = ", ".join(name for name in columns if name != first) or "none"
    parts.append(f"also sliced, see --json: {others}")
    return "\n\n".join(parts)


def _worst_block(slices: dict[str, Any]) -> str:
    """Return the worst slices of each measure."""
    worst = slices["worst"]
    if not worst["named"]:
        return (
            f"no slice is worse than the rest by more than chance: {worst['tested']:,} "
            f"slices and pairs of {slices['fewest_named']} rows and more were tested"
        )
    shown: dict[str, int] = {}
    lines = []
    for at in _records(worst["table"]):
        shown[at["measure"]] = shown.get(at["measure"], 0) + 1
        if shown[at["measure"]] <= _WORST_SHOWN:
            lines.append([
                at["measure"], _slice_words(at), at["rows"], _share(at["share"]),
                f"{at['low']:.4f} to {at['high']:.4f}", _share(at["share_elsewhere"]),
            ])  # fmt: skip
    header = ["measure", "slice", "rows", "share", "95 %", "elsewhere"]
    return (
        f"worst slices, {slices['class']}: {worst['named']:,} of {worst['tested']:,} "
        "are worse than the rest (false discovery rate 5 %, intervals widened for the "
        "choice)\n" + table_text(header, lines)
    )


def _slice_words(at: dict[str, Any]) -> str:
    """Return a slice, or a pair of them, in words."""
    pairs = ((at["column"], at["slice"]), (at["column_2"], at["slice_2"]))
    return ", ".join(f"{name}: {label}" for name, label in pairs if name)


def _column_block(slices: dict[str, Any], name: str) -> str:
    """Return the scores of the sought class in the slices of a column."""
    column = slices["columns"][name]
    lines = [
        [
            at["slice"], at["rows"], _share(at["accuracy"]), at["class_rows"],
            _share(at["completeness"]), _bounds(at, "completeness"),
            _share(at["purity"]), _bounds(at, "purity"),
        ]
        for at in _records(column["table"])
        if at["class_label"] == slices["class"]
    ]  # fmt: skip
    header = ["slice", "rows", "accuracy", slices["class"], "completeness", "95 %",
              "purity", "95 %"]  # fmt: skip
    few = column["few"]
    return (
        f"by {column['title']}; no share of fewer than {slices['fewest_rows']} rows is "
        f"told: slices with so few {few['slices']}, rows in them {few['rows']}\n"
        + table_text(header, lines)
    )


def _records(table: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Return a table of lists by line."""
    return [
        dict(zip(table, values, strict=True))
        for values in zip(*table.values(), strict=True)
    ]


def _bounds(at: dict[str, Any], score: str) -> str:
    low, high = at[f"{score}_low"], at[f"{score}_high"]
    return "-" if low is None else f"{low:.4f} to {high:.4f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
