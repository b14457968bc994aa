"""Figures of what thresholds find: ROC and purity curves, and samples.

Within publishing: above subject, beside figures.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from qsovae.pages import Picture
from qsovae.pages.drawing import BLUE, GREEN, ORANGE, VERMILLION, panel, plain
from qsovae.publishing.subject import BASELINE, MODEL

# In the order of the alphabet, as classes come: galaxies, quasars, stars first. Beyond
# six classes, lines differ, too.
_COLOURS = (BLUE, VERMILLION, GREEN, "#CC79A7", ORANGE, "#56B4E9")
_LINES = ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))
_LEAST_RATE = 1e-4

Curves = Mapping[str, Mapping[str, Mapping[str, list[Any]]]]


def roc_picture(models: Curves, *, is_simulated: bool) -> Picture:
    """Return the ROC curves of all classes."""
    words = (
        "Completeness against the share of all other rows that are taken for the "
        f"class, on a logarithmic axis from {_LEAST_RATE:g}."
    )
    axes = ("false_positive_rate", "completeness")
    return _curves_picture("ROC curves", words, models, axes, is_simulated=is_simulated)


def purity_picture(models: Curves, *, is_simulated: bool) -> Picture:
    """Return purity against completeness of all classes."""
    words = "As thresholds fall, samples become more complete and less pure."
    return _curves_picture(
        "Purity against completeness", words, models, ("completeness", "purity"),
        is_simulated=is_simulated,
    )  # fmt: skip


def _curves_picture(
    title: str,
    about: str,
    models: Curves,
    axes: tuple[str, str],
    *,
    is_simulated: bool,
) -> Picture:
    """Return curves of all classes; the baseline's, too, where they stay apart."""
    if len(models[MODEL]) > len(_COLOURS):
        models = {MODEL: models[MODEL]}
    if BASELINE in models:
        about += " Dotted: the baseline."
    beside = legend_columns(len(models[MODEL]))
    size = (4.4 + 1.5 * beside, 4.0 if beside else 3.5)
    return panel(
        title, about, partial(_draw_curves, models=models, x=axes[0], y=axes[1]),
        is_simulated=is_simulated, size=size,
    )  # fmt: skip


def _draw_curves(axes: Axes, models: Curves, x: str, y: str) -> None:
    is_rate = x == "false_positive_rate"
    for model, by_class in models.items():
        looks = class_looks(list(by_class))
        for name, columns in by_class.items():
            across, up = (np.array(columns[k], dtype=np.float64) for k in (x, y))
            colour, line = looks[name]
            axes.plot(
                np.maximum(across, _LEAST_RATE) if is_rate else across, up,
                ls=line if model == MODEL else ":", lw=1.3, color=colour,
                label=plain(name) if model == MODEL else "",
            )  # fmt: skip
    axes.set_xlim((_LEAST_RATE, 1.0) if is_rate else (-0.02, 1.02))
    axes.set_ylim(-0.02, 1.02)
    if is_rate:
        axes.set_xscale("log")
        axes.minorticks_off()
    axes.set_xlabel(x.replace("_", " "))
    axes.set_ylabel(y)
    add_legend(axes, len(models[MODEL]))


def class_looks(classes: Sequence[str]) -> dict[str, tuple[str, Any]]:
    """Return the colour and the line of each class, in whichever figure."""
    looks = {}
    for number, name in enumerate(classes):
        cycle, colour = divmod(number, len(_COLOURS))
        looks[name] = _COLOURS[colour], _LINES[cycle % len(_LINES)]
    return looks


def add_legend(axes: Axes, n_classes: int) -> None:
    """Name the classes: among what is drawn or, if they are many, beside it."""
    if beside := legend_columns(n_classes):
        axes.legend(
            loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=6, ncols=beside
        )
    else:
        axes.legend(loc="best", fontsize=8)


def legend_columns(n_classes: int) -> int:
    """Return how many columns of names stand beside the curves; 0 if among them."""
    return -(-n_classes // 24) if n_classes > len(_COLOURS) else 0


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
