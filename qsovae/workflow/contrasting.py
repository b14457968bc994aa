"""Two sides of rows, and how much each class and column differs between them.

Within workflow: lowest.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qsovae.errors import InputError
from qsovae.evaluation import Effect, cliffs_delta, defined, share_difference

Rows = NDArray[np.int64]

_MOST_DRAWN = 50_000  # rows of either side
_MOST_CATEGORIES = 30
_DIGITS = 9  # beyond which shares differ by rounding


class Side:
    """Rows of one side: how many, and those drawn."""

    def __init__(self, mask: NDArray[np.bool_], rng: np.random.Generator) -> None:
        self.mask = mask
        rows = np.flatnonzero(mask)
        self.n_rows = len(rows)
        if len(rows) > _MOST_DRAWN:
            rows = np.sort(rng.choice(rows, _MOST_DRAWN, replace=False))
        self.rows: Rows = rows


Sides = Mapping[str, Side]


def two_sides(
    n_rows: int, chosen: ArrayLike, others: ArrayLike | None, seed: int
) -> dict[str, Side]:
    """Return the chosen rows and the others, as many as are looked at.

    Raises
    ------
    InputError
        If there is no row on a side.
    """
    inside = np.asarray(chosen, dtype=bool)
    outside = ~inside if others is None else np.asarray(others, dtype=bool) & ~inside
    if inside.shape != (n_rows,) or outside.shape != (n_rows,):
        raise InputError(
            f"the selection has shape {inside.shape}, for {n_rows} rows",
            "qsovae.explain_selection", "Pass a truth value for each row.",
        )  # fmt: skip
    rng = np.random.default_rng(seed)
    sides = {"chosen": Side(inside, rng), "others": Side(outside, rng)}
    for name, words in (("chosen", "selected"), ("others", "left to compare with")):
        if not sides[name].n_rows:
            raise InputError(
                f"no row is {words}", "selection", "Select some rows, but not all."
            )
    return sides


def class_lines(labels: "pd.Series[Any]", sides: Sides) -> list[dict[str, Any]]:
    """Return the share of each class on either side, the commonest first."""
    parts = _text_of(labels, sides)
    names = pd.concat(parts).value_counts().index
    return [{"class": str(name)} | _share_line(str(name), parts) for name in names]


def column_line(
    name: str, column: "pd.Series[Any]", sides: Sides
) -> Iterator[dict[str, Any]]:
    """Yield how much a column differs, once, or not at all where nobody can tell."""
    missing = {
        f"{side}_missing": float(_is_missing(column.iloc[part.rows]).mean())
        for side, part in sides.items()
    }
    is_truth = pd.api.types.is_bool_dtype(column.dtype)
    if pd.api.types.is_numeric_dtype(column.dtype) and not is_truth:
        found = _number_line(column, sides)
    else:
        found = _category_line(_text_of(column, sides))
    if found is not None:
        yield {"name": name} | found | missing


def by_size(line: Mapping[str, Any]) -> tuple[bool, float]:
    """Return whether a difference surely is one, and how large it is."""
    value, low, high = line["difference"]
    return low * high > 0.0, abs(value)


def _number_line(column: "pd.Series[Any]", sides: Sides) -> dict[str, Any] | None:
    """Return how much numbers differ; None where a side has none."""
    chosen, others = (
        column.iloc[side.rows].to_numpy(np.float64, na_value=np.nan)
        for side in sides.values()
    )
    effect = cliffs_delta(chosen, others)
    if not np.isfinite(effect.value):
        return None
    medians = [float(np.median(p[np.isfinite(p)])) for p in (chosen, others)]
    return {
        "kind": "number", "category": None, "difference": _listed(effect),
        "chosen": medians[0], "others": medians[1],
    }  # fmt: skip


def _category_line(parts: list["pd.Series[Any]"]) -> dict[str, Any] | None:
    """Return the category whose share differs most; None where all rows have one."""
    common = pd.concat(parts).value_counts().index[:_MOST_CATEGORIES]
    if len(common) < 2:
        return None
    lines = [
        {"kind": "share", "category": str(name)} | _share_line(str(name), parts)
        for name in common
    ]
    # Of two categories the shares differ alike: that is told of which there is more.
    differences = [line["difference"][0] for line in lines]
    sizes = np.round(np.abs(differences), _DIGITS)
    return lines[max(range(len(lines)), key=lambda k: (sizes[k], differences[k]))]


def _text_of(column: "pd.Series[Any]", sides: Sides) -> list["pd.Series[Any]"]:
    """Return the text of a column on either side."""
    return [column.iloc[side.rows].astype("string") for side in sides.values()]


def _share_line(name: str, parts: list["pd.Series[Any]"]) -> dict[str, Any]:
    """Return the share of the rows of either side that have a text."""
    counts = [(int((part == name).sum()), len(part)) for part in parts]
    (hits, rows), (other_hits, other_rows) = counts
    difference = share_difference(hits, rows, other_hits, other_rows)
    return {
        "chosen": hits / rows, "others": other_hits / other_rows,
        "difference": _listed(difference),
    }  # fmt: skip


def _listed(effect: Effect) -> list[float | None]:
    return [defined(value) for value in effect]


def _is_missing(part: "pd.Series[Any]") -> NDArray[np.bool_]:
    missing: NDArray[np.bool_] = np.asarray(part.isna(), dtype=bool)
    if pd.api.types.is_float_dtype(part.dtype):
        missing = ~np.isfinite(part.to_numpy(np.float64, na_value=np.nan))
    return missing
