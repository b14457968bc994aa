"""Figures of what drives a run: losses without its inputs, and decoded classes.

Within publishing: above curve_figures.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from qsovae.features import LEAST_DETECTED
from qsovae.pages import Picture
from qsovae.pages.drawing import BLUE, INK, ORANGE, panel, plain
from qsovae.publishing.curve_figures import add_legend, class_looks, legend_columns

# Of more inputs, those that matter most are drawn; a table has all.
_MOST_DRAWN = 40
# Value, low and high, by kind and name.
Losses = Mapping[tuple[str, str], Sequence[float]]
_TICKS_UM = (0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0)


def loss_picture(
    found: Mapping[str, Any], measure: str, words: str, *, is_simulated: bool
) -> Picture:
    """Return what is lost without each input, with 95 % intervals.

    Parameters
    ----------
    found : mapping
        As of ``run_drivers``.
    measure, words : str
        ``log_loss`` or ``f1``, and what it is called.
    """
    permuted, removed = (
        _losses(found[how], measure) for how in ("permuted", "removed")
    )
    inputs = list(permuted)
    about = "By measurement, then by survey, permuted (dots) and missing (squares)."
    if len(inputs) > _MOST_DRAWN:
        most = sorted(inputs, key=lambda key: -permuted[key][0])[:_MOST_DRAWN]
        inputs = [key for key in inputs if key in most]
        about += f" Drawn are the {_MOST_DRAWN} inputs that matter most."
    return panel(
        words[0].upper() + words[1:], about,
        partial(_draw_losses, inputs=inputs, permuted=permuted, removed=removed,
                words=words),
        is_simulated=is_simulated, size=(4.8, 1.2 + 0.24 * len(inputs)),
    )  # fmt: skip


def _losses(groups: Sequence[Mapping[str, Any]], measure: str) -> Losses:
    """Return the losses that are defined, by kind and name."""
    return {
        (group["kind"], group["name"]): group[measure]
        for group in groups
        if group[measure] is not None and group[measure][0] is not None
    }


def _draw_losses(
    axes: Axes,
    inputs: Sequence[tuple[str, str]],
    permuted: Losses,
    removed: Losses,
    words: str,
) -> None:
    axes.axvline(0.0, color=INK, lw=0.8)
    for losses, how, colour, marker, offset in (
        (permuted, "permuted", BLUE, "o", 0.0),
        (removed, "missing", ORANGE, "s", 0.3),
    ):
        drawn = [(place, losses[k]) for place, k in enumerate(inputs) if k in losses]
        if not drawn:
            continue
        places = np.array([place for place, _ in drawn]) + offset
        value, low, high = np.array([loss for _, loss in drawn], dtype=np.float64).T
        axes.errorbar(
            value, places, xerr=np.maximum([value - low, high - value], 0.0),
            fmt=marker, ms=4, lw=1.2, color=colour, label=how,
            mfc=colour if how == "permuted" else "none",
        )  # fmt: skip
    axes.set_yticks(range(len(inputs)), [plain(name) for _, name in inputs])
    axes.set_ylim(len(inputs) - 0.3, -0.7)
    axes.set_xlabel(plain(words, most=60))
    axes.legend(loc="best", fontsize=8)


def means_picture(
    latent: Mapping[str, Any], classes: Sequence[str], *, is_simulated: bool
) -> Picture:
    """Return the mean latent of each class, decoded.

    Parameters
    ----------
    latent : mapping
        As of ``run_drivers``.
    classes : sequence of str
        All of the run's, in the order of its other figures.
    """
    about = "The mean latent of each class, decoded"
    if latent["bands"]:
        about += (
            ". Open marks: of those looked at in the band, more than a third of the "
            "class were not seen, and the mean is rather of limits."
        )
    else:
        about += ": deviations from the training rows' medians."
    return panel(
        "Mean of each class", about,
        partial(_draw_means, latent=latent, looks=class_looks(classes)),
        is_simulated=is_simulated,
        size=(6.4 + 1.5 * legend_columns(len(classes)), 4.0),
    )  # fmt: skip


def _draw_means(
    axes: Axes, latent: Mapping[str, Any], looks: Mapping[str, tuple[str, Any]]
) -> None:
    bands = latent["bands"]
    for line in latent["lines"]:
        if line["dimension"] is not None:
            continue
        name = line["class"]
        across, up = _points(latent, line)
        is_seen = np.array(
            [(band["detected"][name] or 0.0) >= LEAST_DETECTED for band in bands]
            or [True] * len(up)
        )
        colour, style = looks[name]
        axes.plot(across[is_seen], up[is_seen], ls=style, marker="o", ms=4, lw=1.3,
                  color=colour, label=plain(name))  # fmt: skip
        axes.plot(across[~is_seen], up[~is_seen], ls="", marker="o", ms=4,
                  color=colour, mfc="none")  # fmt: skip
    if bands:
        _name_bands(axes, bands)
    else:
        names = [plain(name) for name in latent["features"]]
        axes.set_xticks(range(len(names)), names, rotation=90, size=7)
        axes.set_ylabel("deviation from the training median, s.d.")
    add_legend(axes, len(looks))


def _points(
    latent: Mapping[str, Any], line: Mapping[str, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return where a line is drawn; NaN where nobody looked, or nothing is decoded."""
    bands = latent["bands"]
    if not bands:
        return np.arange(len(latent["features"])), np.array(line["deviations"])
    magnitudes = np.array(line["magnitudes"], dtype=np.float64)
    looked = [band["detected"][line["class"]] is not None for band in bands]
    wavelengths = np.array([band["wavelength_um"] for band in bands])
    return wavelengths, np.where(looked, magnitudes, np.nan)


def _name_bands(axes: Axes, bands: Sequence[Mapping[str, Any]]) -> None:
    """Make the axes those of an energy distribution, and name the bands on top."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(_TICKS_UM))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.invert_yaxis()
    for number, band in enumerate(bands):
        # Every other higher: bands of several surveys lie close together.
        axes.text(
            band["wavelength_um"], 1.01 + 0.05 * (number % 2), plain(band["label"]),
            transform=axes.get_xaxis_transform(), ha="center", va="bottom", size=7,
        )  # fmt: skip
    axes.set_xlabel("wavelength, µm")
    axes.set_ylabel("AB magnitude")
