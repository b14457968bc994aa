"""Figures as SVG, each the same bytes for the same content.

Within pages: above blocks; asked for by name, since matplotlib takes long to load.
Figures are objects of matplotlib; pyplot, which keeps them for the whole process, is
never asked. Colours are Okabe and Ito's, told apart by colour-blind people.
"""

import io
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from qsovae.pages.blocks import Picture

AXIS = "#444444"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
ORANGE = "#E69F00"
# Stands for the colour of text, which a figure for both themes takes from the page's.
INK = "#1b2431"
_DARK_INK = "#e4e9ef"
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "qsovae", "svg.fonttype": "path", "font.size": 9.0,
    "font.family": "DejaVu Sans", "axes.edgecolor": AXIS, "axes.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False, "figure.facecolor": "white",
    "savefig.facecolor": "white", "image.cmap": "Blues",
}  # fmt: skip
_THEMED: dict[Any, Any] = _STYLE | {
    "axes.edgecolor": INK, "text.color": INK, "axes.labelcolor": INK,
    "xtick.color": INK, "ytick.color": INK, "figure.facecolor": "none",
    "axes.facecolor": "none", "savefig.facecolor": "none", "legend.frameon": False,
    "axes.grid": True, "grid.color": INK, "grid.alpha": 0.12, "grid.linewidth": 0.6,
}  # fmt: skip
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_INK_STYLE = (
    f"<style>svg {{ color: {INK}; }} @media (prefers-color-scheme: dark) "
    f"{{ svg {{ color: {_DARK_INK}; }} }}</style>"
)


def drawn(
    title: str,
    about: str,
    size: tuple[float, float],
    draw: Callable[[Figure], None],
    *,
    is_simulated: bool,
    is_themed: bool = False,
) -> Picture:
    """Return a figure drawn in the reports' style, marked if its data are simulated.

    Parameters
    ----------
    title, about : str
    size : tuple of float
        Width and height in inches.
    draw : callable
        Draws on an empty figure.
    is_simulated : bool
    is_themed : bool
        Whether it suits a dark page, too: without a ground, and ``INK`` becomes light.
    """
    with mpl.rc_context(_THEMED if is_themed else _STYLE), warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        if is_simulated:
            figure.suptitle(
                "simulated data", x=0.995, ha="right", color=VERMILLION, size=9,
                weight="bold",
            )  # fmt: skip
        stream = io.BytesIO()
        FigureCanvasSVG(figure)
        figure.savefig(stream, format="svg", metadata=_NO_METADATA)
    svg = stream.getvalue()
    return Picture(title, about, _inked(svg) if is_themed else svg)


def panel(
    title: str,
    about: str,
    draw: Callable[[Axes], None],
    *,
    is_simulated: bool,
    size: tuple[float, float] = (4.4, 3.5),
) -> Picture:
    """Return a figure of one panel, for light and dark pages."""
    return drawn(
        title, about, size, lambda figure: draw(figure.add_subplot()),
        is_simulated=is_simulated, is_themed=True,
    )  # fmt: skip


def _inked(svg: bytes) -> bytes:
    """Return a figure whose ink is dark on a light page, and light on a dark one."""
    text = svg.decode("utf-8").replace(INK, "currentColor")
    return text.replace("<defs>", f"{_INK_STYLE}<defs>", 1).encode("utf-8")


def plain(text: str, most: int = 24) -> str:
    """Return a name so that matplotlib shows it as it is, cut where it is very long."""
    line = " ".join(text.split())
    line = line if len(line) <= most else f"{line[: most - 1]}…"
    return line.replace("$", r"\$")  # two of them would enclose mathematics
