"""Figures of an evaluation, for light and dark pages.

Within publishing: lowest; asked for by name, since matplotlib takes long to load.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from qsovae.pages import Picture
from qsovae.pages.drawing import BLUE, INK, ORANGE, panel, plain

# Beyond so many classes cells have no per cent, and then no counts: a table has them.
_MOST_SHARES = 8
_MOST_COUNTS = 20
Floats = NDArray[np.float64]
Models = Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]]
_STAGES = {"before": ("as given", BLUE, "o"), "after": ("mended", ORANGE, "D")}


def confusion_picture(
    model: str, scores: Mapping[str, Any], *, is_simulated: bool
) -> Picture:
    """Return a confusion matrix: counts, on shares of each true class."""
    return panel(
        f"Confusion matrix, {model}",
        "Rows of each true class by predicted class; colour: the share of the true "
        "class, which on the diagonal is completeness.",
        partial(_draw_confusion, scores=scores), is_simulated=is_simulated,
        size=_confusion_size(len(scores["classes"])),
    )  # fmt: skip


def _confusion_size(n_classes: int) -> tuple[float, float]:
    side = max(3.2, 0.62 * n_classes)
    return side + 1.2, side + 0.3


def _draw_confusion(axes: Axes, scores: Mapping[str, Any]) -> None:
    counts = np.array(scores["confusion_matrix"], dtype=np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    names = [plain(name) for name in scores["classes"]]
    # Paler, not whiter, where there are few: so it suits a dark page, too.
    colours = np.zeros((*shares.shape, 4))
    colours[..., :3] = np.array([0, 114, 178]) / 255.0
    colours[..., 3] = 0.08 + 0.92 * shares
    axes.imshow(colours)
    if len(names) <= _MOST_COUNTS:
        _write_counts(axes, counts, shares)
    turned = 90 if max(map(len, names)) > 8 or len(names) > 5 else 0
    axes.set_xticks(range(len(names)), names, rotation=turned)
    axes.set_yticks(range(len(names)), names)
    axes.grid(visible=False)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")


def _write_counts(axes: Axes, counts: Floats, shares: Floats) -> None:
    """Write the rows of each cell, of few classes the share, too."""
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        words = f"{count:,.0f}"
        if len(counts) <= _MOST_SHARES:
            words += f"\n{share:.1%}"
        colour = "white" if share > 0.5 else INK
        axes.text(column, row, words, ha="center", va="center", color=colour, size=8)


def class_pictures(models: Models, *, is_simulated: bool) -> tuple[Picture, ...]:
    """Return completeness and purity of each class, with their intervals."""
    n_classes = len(next(iter(models.values()))[0]["classes"])
    return tuple(
        panel(
            measure.capitalize(), "By class, with 95 % intervals (Wilson).",
            partial(_draw_measure, models=models, measure=measure),
            is_simulated=is_simulated, size=(4.4, max(2.4, 0.5 * n_classes + 1.1)),
        )
        for measure in ("completeness", "purity")
    )  # fmt: skip


def _draw_measure(axes: Axes, models: Models, measure: str) -> None:
    classes = next(iter(models.values()))[0]["classes"]
    for number, (model, (scores, details)) in enumerate(models.items()):
        for place, name in enumerate(classes):
            value = scores["per_class"][name][measure]
            ends = details["per_class"][name]["intervals"].get(measure)
            if value is None or ends is None:
                continue
            axes.errorbar(
                value, place + 0.24 * number,
                xerr=[[max(value - ends[0], 0.0)], [max(ends[1] - value, 0.0)]],
                fmt="os"[number], ms=5, lw=1.4, color=(BLUE, ORANGE)[number],
                mfc="none" if number else None,
            )  # fmt: skip
        axes.errorbar(
            [], [], [], fmt="os"[number], ms=5, color=(BLUE, ORANGE)[number],
            mfc="none" if number else None, label=model,
        )  # fmt: skip
    axes.set_yticks(range(len(classes)), [plain(name) for name in classes])
    axes.set_ylim(len(classes) - 0.4, -0.6)
    axes.set_xlabel(measure)
    axes.legend(loc="best", fontsize=8)


def reliability_picture(
    name: str, stages: Mapping[str, Any], *, is_simulated: bool
) -> Picture:
    """Return how often a class is true by its probability, beside the diagonal."""
    return panel(
        f"Reliability of {name}",
        "Share of rows that are of the class, by mean probability, with 95 % "
        "intervals; dots: as it should be.",
        partial(_draw_reliability, name=name, stages=stages), is_simulated=is_simulated,
    )  # fmt: skip


def _draw_reliability(axes: Axes, name: str, stages: Mapping[str, Any]) -> None:
    axes.plot([0, 1], [0, 1], ls=":", color=INK, lw=1.0)
    for stage, entry in stages.items():
        words, colour, marker = _STAGES[stage]
        table = {key: np.array(v) for key, v in entry["reliability"].items()}
        share = table["share"]
        ends = np.stack([share - table["share_low"], table["share_high"] - share])
        axes.errorbar(
            table["probability"], share, yerr=np.maximum(ends, 0.0), fmt=f"{marker}-",
            color=colour, ms=4, lw=1.0, label=words,
            mfc="none" if stage == "after" else None,
        )  # fmt: skip
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.set_xlabel(f"probability of {plain(name)}")
    axes.set_ylabel(f"share that is {plain(name)}")
    axes.legend(loc="upper left", fontsize=8)
