"""What one panel of a figure shows.

Within checks: above systems.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from qsovae.bands import BANDS
from qsovae.checks.stars import Floats
from qsovae.checks.systems import stellar_locus
from qsovae.pages.drawing import AXIS, VERMILLION
from qsovae.reference import BAND_COLUMNS

_CELLS = 60
_BIN_MAG = 0.25
_FIVE_SIGMA = 0.217  # mag
_FEWEST_FOR_A_MEDIAN = 10


def draw_sky(figure: Figure, ra_deg: Floats, dec_deg: Floats, scale: float) -> None:
    """Draw rows per square degree on the whole sky, in cells of equal area."""
    axes = figure.add_subplot(projection="mollweide")
    known = np.isfinite(ra_deg)
    longitude = -((ra_deg[known] + 180.0) % 360.0 - 180.0)  # east is to the left
    x = np.linspace(-180.0, 180.0, 73)
    y = np.degrees(np.arcsin(np.linspace(-1.0, 1.0, 24)))
    counts = np.histogram2d(longitude, dec_deg[known], bins=(x, y))[0] * scale
    area = 5.0 * np.degrees(2.0 / 23.0)  # deg2 of a cell
    density = np.where(counts > 0, counts / area, np.nan)
    shown = axes.pcolormesh(
        np.radians(x), np.radians(y), density.T, norm=_scale(density), rasterized=True
    )
    axes.grid(visible=True, linewidth=0.4, color="#BBBBBB")
    marks = np.arange(-150, 151, 30)
    axes.set_xticks(np.radians(marks), [f"{-m % 360}°" for m in marks], size=7)
    axes.tick_params(axis="y", labelsize=7)
    figure.colorbar(shown, ax=axes, shrink=0.7, label="rows per square degree")


def _scale(density: Floats) -> LogNorm:
    """Return a logarithmic scale that spans what is there."""
    low, high = float(np.nanmin(density)), float(np.nanmax(density))
    return LogNorm(0.6 * low, max(high, 1.2 * low))  # the faintest is seen on white


def draw_magnitude_panel(
    axes: Axes, band: str, magnitude: Floats, scale: float
) -> None:
    """Draw number counts of one band."""
    low, high = np.floor(magnitude.min()), np.ceil(magnitude.max())
    edges = np.arange(low, max(high, low + 1.0) + _BIN_MAG, _BIN_MAG)
    counts = np.histogram(magnitude, bins=edges)[0] * scale
    axes.stairs(counts, edges, baseline=0.5, fill=True, color="#56B4E9")
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.5)
    axes.minorticks_off()
    axes.axvline(float(np.median(magnitude)), color=VERMILLION, ls="--", lw=1.2)
    axes.set_xlabel(f"{BANDS[band].label} (AB)")
    axes.set_ylabel("rows")


def draw_error_panel(axes: Axes, band: str, magnitude: Floats, error: Floats) -> None:
    """Draw errors of one band against its magnitudes, with the running median."""
    log_error = np.log10(error)
    edges = _edges(magnitude), _edges(log_error)
    _density(axes, magnitude, log_error, edges)
    steps = np.linspace(edges[0][0], edges[0][-1], 25)
    which = np.digitize(magnitude, steps)
    points = [
        (0.5 * (steps[k - 1] + steps[k]), np.median(log_error[which == k]))
        for k in range(1, len(steps))
        if np.count_nonzero(which == k) >= _FEWEST_FOR_A_MEDIAN
    ]
    if points:
        axes.plot(*np.array(points).T, color=VERMILLION, lw=1.6)
    axes.axhline(np.log10(_FIVE_SIGMA), color=AXIS, ls=":", lw=1.0)
    axes.set_xlabel(f"{BANDS[band].label} (AB)")
    axes.set_ylabel("log error (mag)")


def draw_plane(
    axes: Axes, bands: tuple[str, str, str, str], x: Floats, y: Floats
) -> None:
    """Draw a colour-colour plane with the stellar locus, all of it."""
    edges = _edges(x), _edges(y)
    _density(axes, x, y, edges)
    limits = [(e[0], e[-1]) for e in edges]
    if set(bands) <= set(BAND_COLUMNS):
        a, b, c, d = (stellar_locus()[band] for band in bands)
        axes.plot(a - b, c - d, color="white", lw=3.0)
        axes.plot(a - b, c - d, color=VERMILLION, lw=1.6)
        limits = [
            (min(low, colour.min() - 0.1), max(high, colour.max() + 0.1))
            for (low, high), colour in zip(limits, (a - b, c - d), strict=True)
        ]
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])
    blue_x, red_x, blue_y, red_y = (BANDS[band].label for band in bands)
    axes.set_xlabel(f"{blue_x} - {red_x} (AB)")
    axes.set_ylabel(f"{blue_y} - {red_y} (AB)")


def _edges(values: Floats) -> Floats:
    """Return cells over all but the most extreme values."""
    low, high = np.percentile(values, [0.2, 99.8])
    margin = max(0.05 * (high - low), 0.05)
    edges: Floats = np.linspace(low - margin, high + margin, _CELLS + 1)
    return edges


def _density(axes: Axes, x: Floats, y: Floats, edges: tuple[Floats, Floats]) -> None:
    """Draw how many rows lie in each cell, logarithmically."""
    counts = np.histogram2d(x, y, bins=edges)[0]
    shown = np.where(counts > 0, counts, np.nan)
    axes.pcolormesh(*edges, shown.T, norm=_scale(shown), rasterized=True)
