"""Figures of a catalog as SVG, each the same bytes for the same catalog.

Within checks: above panels.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qsovae.bands import BANDS
from qsovae.catalog import Catalog
from qsovae.checks.panels import (
    draw_error_panel,
    draw_magnitude_panel,
    draw_plane,
    draw_sky,
)
from qsovae.pages import Picture
from qsovae.pages.drawing import drawn

# Colour-colour planes, each as blue and red band of x, then of y.
_PLANES = (
    ("g", "r", "r", "i"), ("r", "i", "i", "z"), ("g", "i", "j", "ks"),
    ("g", "z", "z", "w1"), ("j", "ks", "w1", "w2"), ("j", "w1", "w1", "w2"),
    ("gaia_bp", "gaia_rp", "gaia_g", "w1"),
)  # fmt: skip
_FEWEST_IN_A_PLANE = 50
_FEWEST_IN_A_PANEL = 20
_MOST_PATTERNS = 12
_COLUMNS = 4


def catalog_pictures(catalog: Catalog, n_rows: int) -> list[Picture]:
    """Return every figure for which the catalog has the columns.

    Parameters
    ----------
    catalog : Catalog
        All rows, or a uniform sample of them.
    n_rows : int
        How many there are altogether: what is counted on the sky and by magnitude is
        scaled to them.
    """
    scale = n_rows / max(catalog.n_rows, 1)
    pictures = [
        _sky(catalog, scale),
        _magnitudes(catalog, scale),
        _errors(catalog),
        _missing(catalog),
        _planes(catalog),
    ]
    drawn = [picture for picture in pictures if picture is not None]
    if scale == 1:
        return drawn
    words = f" Drawn from a uniform sample of {catalog.n_rows:,} of {n_rows:,} rows."
    return [picture._replace(about=picture.about + words) for picture in drawn]


def _picture(
    catalog: Catalog,
    title: str,
    about: str,
    size: tuple[float, float],
    draw: Callable[[Figure], None],
) -> Picture:
    """Return a figure of a catalog, marked if its rows are simulated."""
    return drawn(title, about, size, draw, is_simulated=catalog.is_simulated)


def _sky(catalog: Catalog, scale: float) -> Picture | None:
    """Return where on the sky the rows are."""
    if catalog.position is None or not np.isfinite(catalog.position[0]).any():
        return None
    ra, dec = catalog.position
    n_known = int(np.isfinite(ra).sum())
    return _picture(
        catalog, "Coverage on the sky",
        f"{n_known:,} of {catalog.n_rows:,} rows have a position. Mollweide "
        "projection, right ascension to the left; rows per square degree, mean of "
        "cells of 25 square degrees.",
        (8.0, 4.4), lambda figure: draw_sky(figure, ra, dec, scale),
    )  # fmt: skip


def _grid(n_panels: int) -> tuple[int, int, tuple[float, float]]:
    """Return rows, columns and size in inches of a grid of panels."""
    columns = min(n_panels, _COLUMNS)
    rows = -(-n_panels // columns)
    return rows, columns, (2.6 * columns + 0.6, 2.1 * rows + 0.5)


def _panels(
    figure: Figure, drawers: list[Callable[[Axes], None]], rows: int, columns: int
) -> None:
    for number, draw in enumerate(drawers, start=1):
        draw(figure.add_subplot(rows, columns, number))


def _magnitudes(catalog: Catalog, scale: float) -> Picture | None:
    """Return number counts in each band."""
    drawers: list[Callable[[Axes], None]] = []
    for band in catalog.bands:
        magnitude = catalog.magnitude(band)[0]
        seen = magnitude[np.isfinite(magnitude)]
        if len(seen) >= _FEWEST_IN_A_PANEL:
            drawers.append(
                partial(draw_magnitude_panel, band=band, magnitude=seen, scale=scale)
            )
    if not drawers:
        return None
    rows, columns, size = _grid(len(drawers))
    return _picture(
        catalog, "Number counts",
        "Rows by magnitude in AB, in bins of a quarter magnitude. Counts that turn "
        "over mark the depth; the dashed line is the median.",
        size, lambda figure: _panels(figure, drawers, rows, columns),
    )  # fmt: skip


def _errors(catalog: Catalog) -> Picture | None:
    """Return error against magnitude in each band that has errors."""
    drawers: list[Callable[[Axes], None]] = []
    for band in catalog.bands:
        magnitude, error = catalog.magnitude(band)
        known = np.isfinite(magnitude) & np.isfinite(error)
        if np.count_nonzero(known) >= _FEWEST_IN_A_PANEL:
            drawers.append(
                partial(
                    draw_error_panel, band=band, magnitude=magnitude[known],
                    error=error[known],
                )
            )  # fmt: skip
    if not drawers:
        return None
    rows, columns, size = _grid(len(drawers))
    return _picture(
        catalog, "Errors against magnitudes",
        "Density of rows, and the running median as a line; dots at 0.217 mag, which "
        "is 5 sigma. Errors of one survey rise smoothly towards faint magnitudes.",
        size, lambda figure: _panels(figure, drawers, rows, columns),
    )  # fmt: skip


def _missing(catalog: Catalog) -> Picture | None:
    """Return which bands are observed together."""
    bands = catalog.bands
    if len(bands) < 2 or not catalog.n_rows:
        return None
    observed = np.column_stack([np.isfinite(catalog.magnitude(b)[0]) for b in bands])
    patterns, counts = np.unique(observed, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_MOST_PATTERNS]
    shown = int(counts[order].sum())
    title = "Bands observed together"
    about = (
        f"The commonest patterns, {len(order)} of {len(patterns):,}: {shown:,} of "
        f"{catalog.n_rows:,} rows. A filled dot is a band observed in all rows of the "
        "pattern."
    )
    size = (0.34 * len(bands) + 5.2, 0.3 * len(order) + 1.3)

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(
            1, 2, sharey=True, width_ratios=[0.34 * len(bands) + 0.6, 4.0]
        )
        places = np.arange(len(order))
        for has, colour, size in ((False, "#DDDDDD", 18), (True, "#0072B2", 34)):
            row, column = np.nonzero(patterns[order] == has)
            left.scatter(column, row, s=size, c=colour, linewidths=0)
        left.set_xticks(range(len(bands)), [BANDS[b].label for b in bands], rotation=90)
        left.set_yticks([])
        left.spines[["left", "bottom"]].set_visible(False)
        left.invert_yaxis()
        right.barh(places, counts[order], color="#56B4E9")
        for place, count in zip(places, counts[order], strict=True):
            words = f" {count:,} ({count / catalog.n_rows:.1%})"
            right.text(count, place, words, va="center", size=8)
        right.set_xlabel("rows")
        right.margins(x=0.3)

    return _picture(catalog, title, about, size, draw)


def _planes(catalog: Catalog) -> Picture | None:
    """Return colour-colour planes with the stellar locus in them."""
    drawers: list[Callable[[Axes], None]] = []
    for plane in _PLANES:
        if not set(plane) <= set(catalog.bands):
            continue
        a, b, c, d = (catalog.magnitude(band)[0] for band in plane)
        x, y = a - b, c - d
        both = np.isfinite(x) & np.isfinite(y)
        if np.count_nonzero(both) >= _FEWEST_IN_A_PLANE:
            drawers.append(partial(draw_plane, bands=plane, x=x[both], y=y[both]))
    if not drawers:
        return None
    columns = min(len(drawers), 3)
    rows = -(-len(drawers) // columns)
    return _picture(
        catalog, "Colours and the stellar locus",
        "Density of rows in AB colours; the line is the locus of F to M6 dwarfs, not "
        "reddened. Stars beside the line by 0.4 mag or more in one band: AB and Vega "
        "may be mixed up.",
        (3.3 * columns + 0.4, 3.0 * rows + 0.4),
        lambda figure: _panels(figure, drawers, rows, columns),
    )  # fmt: skip
