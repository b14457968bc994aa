"""Figures of scores by slice.

Within publishing: lowest, beside figures.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from qsovae.pages import Picture
from qsovae.pages.drawing import BLUE, ORANGE, panel, plain


def slice_picture(
    column: Mapping[str, Any], name: str, *, is_simulated: bool
) -> Picture:
    """Return completeness and purity of a class in each slice of a column."""
    return panel(
        f"{name} by {column['title']}",
        "Completeness and purity of the class in each slice, with 95 % intervals "
        "(Wilson); slices with too few rows are left out.",
        partial(_draw_slices, column=column, name=name),
        is_simulated=is_simulated, size=(6.4, 3.6),
    )  # fmt: skip


def _draw_slices(axes: Axes, column: Mapping[str, Any], name: str) -> None:
    table = column["table"]
    lines = [i for i, label in enumerate(table["class_label"]) if label == name]
    names = [plain(table["slice"][i]) for i in lines]
    for number, (measure, colour) in enumerate(
        (("completeness", BLUE), ("purity", ORANGE))
    ):
        value, low, high = (
            np.array([table[f"{measure}{end}"][i] for i in lines], dtype=np.float64)
            for end in ("", "_low", "_high")
        )
        ends = np.stack([value - low, high - value])
        axes.errorbar(
            np.arange(len(lines)) + 0.16 * number, value,
            yerr=np.maximum(ends, 0.0), fmt="os"[number], ms=4, lw=1.3, color=colour,
            label=measure, mfc="none" if number else None,
        )  # fmt: skip
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(plain(column["title"]))
    axes.set_ylabel("share")
    axes.legend(loc="best", fontsize=8)
