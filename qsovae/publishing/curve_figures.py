"""Figures of what thresholds find: ROC and purity curves, and samples.

Within publishing: lowest, beside figures.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from qsovae.pages import Picture
from qsovae.pages.drawing import BLUE, GREEN, ORANGE, VERMILLION, panel, plain

# In the order of the alphabet, as classes come: galaxies, quasars, stars first.
_COLOURS = (BLUE, VERMILLION, GREEN, "#CC79A7", ORANGE, "#56B4E9")
_LEAST_RATE = 1e-4
_LINES = {"VAE": "-", "baseline": ":"}

Curves = Mapping[str, Mapping[str, Mapping[str, list[Any]]]]


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def roc_picture(models: Curves, *, is_simulated: bool) -> Picture:
    """Return the ROC curves of all classes."""
    return panel(
        "ROC curves",
        "Completeness against the share of all other rows that are taken for the "
        f"class, on a logarithmic axis from {_LEAST_RATE:g}. Dotted: the baseline.",
        partial(_draw_curves, models=models, x="false_positive_rate", y="completeness"),
        is_simulated=is_simulated,
    )  # fmt: skip


def purity_picture(models: Curves, *, is_simulated: bool) -> Picture:
    """Return purity against completeness of all classes."""
    return panel(
        "Purity against completeness",
        "As thresholds fall, samples become more complete and less pure. Dotted: the "
        "baseline.",
        partial(_draw_curves, models=models, x="completeness", y="purity"),
        is_simulated=is_simulated,
    )  # fmt: skip


def _draw_curves(axes: Axes, models: Curves, x: str, y: str) -> None:
    for model, by_class in models.items():
        for number, (name, columns) in enumerate(by_class.items()):
            across, up = (np.array(columns[k], dtype=np.float64) for k in (x, y))
            if x == "false_positive_rate":
                across = np.maximum(across, _LEAST_RATE)
            axes.plot(
                across, up, ls=_LINES[model], color=_colour(number), lw=1.3,
                label=plain(name) if model == "VAE" else "",
            )  # fmt: skip
    if x == "false_positive_rate":
        axes.set_xscale("log")
        axes.set_xlim(_LEAST_RATE, 1.0)
        axes.minorticks_off()
    else:
        axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(x.replace("_", " "))
    axes.set_ylabel(y)
    axes.legend(loc="best", fontsize=8)


def sample_pictures(
    thresholds: Mapping[str, Any], *, is_simulated: bool
) -> tuple[Picture, ...]:
    """Return what samples above thresholds are: how complete and pure, how large."""
    table = {
        key: np.array(column, dtype=np.float64)
        for key, column in thresholds["table"].items()
    }
    name = thresholds["class"]
    pictures = [
        panel(
            "Completeness and purity by threshold",
            f"Of samples of {name}, at the class mix stated above; bands are 95 %.",
            partial(_draw_thresholds, table=table), is_simulated=is_simulated,
        )
    ]  # fmt: skip
    if "per_deg2" in table:
        pictures.append(panel(
            "Expected size of the sample",
            f"Sources per square degree above the threshold, and those that are not "
            f"{name}.",
            partial(_draw_density, table=table), is_simulated=is_simulated,
        ))  # fmt: skip
    return tuple(pictures)


def _draw_thresholds(axes: Axes, table: Mapping[str, Any]) -> None:
    for measure, colour, line in (
        ("completeness", BLUE, "-"),
        ("purity", ORANGE, "--"),
    ):
        axes.fill_between(
            table["threshold"], table[f"{measure}_low"], table[f"{measure}_high"],
            color=colour, alpha=0.2, lw=0,
        )  # fmt: skip
        axes.plot(table["threshold"], table[measure], line, color=colour, label=measure)
    axes.set(xlim=(0, 1), ylim=(-0.02, 1.02), ylabel="share")
    axes.set_xlabel("threshold on the probability")
    axes.legend(loc="best", fontsize=8)


def _draw_density(axes: Axes, table: Mapping[str, Any]) -> None:
    for key, words, colour, line in (
        ("per_deg2", "all", BLUE, "-"),
        ("contaminants_per_deg2", "contaminants", VERMILLION, "--"),
    ):
        column = np.where(table[key] > 0, table[key], np.nan)
        axes.plot(table["threshold"], column, line, color=colour, label=words)
    axes.set_yscale("log")
    axes.minorticks_off()
    axes.set(xlim=(0, 1), ylabel="sources per deg²")
    axes.set_xlabel("threshold on the probability")
    axes.legend(loc="best", fontsize=8)
