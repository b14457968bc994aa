"""Figure of a run beside its rivals.

Within publishing: lowest, beside figures.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from matplotlib.axes import Axes

from qsovae.pages import Picture
from qsovae.pages.drawing import BLUE, GREEN, INK, ORANGE, VERMILLION, panel, plain
from qsovae.publishing.subject import MODEL

# Of shares, which go on one axis.
_STYLES = {
    "completeness": (BLUE, "o"),
    "purity": (ORANGE, "D"),
    "F1": (GREEN, "s"),
    "accuracy": (VERMILLION, "x"),
}
Differences = Sequence[tuple[str, Mapping[str, list[float]]]]


def rival_picture(found: Differences, name: str, *, is_simulated: bool) -> Picture:
    """Return by how much a run is better than each rival, by score.

    Parameters
    ----------
    found : sequence of tuple
        Each rival, and by score the difference, its low and its high end.
    name : str
        The class that samples are of.
    """
    return panel(
        f"{MODEL} minus rival",
        f"Differences of the scores of samples of {name}, and of accuracy, with 95 % "
        "intervals: to the right of zero the run is better.",
        partial(_draw, found=found), is_simulated=is_simulated,
        size=(6.4, 1.6 + 0.6 * len(found)),
    )  # fmt: skip


def _draw(axes: Axes, found: Differences) -> None:
    axes.axvline(0.0, color=INK, lw=0.8)
    for number, (score, (colour, marker)) in enumerate(_STYLES.items()):
        # Side by side within the rival's own line, the first on top.
        offset = 0.18 * (number - 1.5)
        for place, (_, differences) in enumerate(found):
            if score not in differences:
                continue
            value, low, high = differences[score]
            axes.errorbar(
                value, place + offset, fmt=marker, ms=4, lw=1.2, color=colour,
                xerr=[[max(value - low, 0.0)], [max(high - value, 0.0)]],
            )  # fmt: skip
        axes.errorbar([], [], [], fmt=marker, ms=4, color=colour, label=score)
    axes.set_yticks(range(len(found)), [plain(rival, most=32) for rival, _ in found])
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.set_xlabel("difference: better to the right of zero")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, fontsize=8)
