"""Figures of what tells a selection from other rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.cells import add_sed
from dashboard.figures.layout import arranged, by_wavelength, plain, plain_all
from dashboard.theme import (
    BASELINE_COLOUR,
    GREYED_COLOUR,
    OUTLINE_COLOUR,
    ClassStyle,
)

_ROW_PX = 26
_HEIGHT = 360
CHOSEN, OTHERS, DECODED = "selected", "others", "selected, decoded"
_COLOURS = {CHOSEN: OUTLINE_COLOUR, OTHERS: BASELINE_COLOUR, DECODED: OUTLINE_COLOUR}


def effect_figure(table: pd.DataFrame, *, is_simulated: bool) -> go.Figure:
    """Return how much columns differ, the first above.

    Parameters
    ----------
    table : DataFrame
        ``name``, ``value``, ``low``, ``high``, ``chosen``, ``others``.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=table["value"], y=plain_all(table["name"]), mode="markers",
        marker={"color": OUTLINE_COLOUR, "size": 9},
        error_x={"type": "data", "symmetric": False, "width": 3, "thickness": 1.5,
                 "color": OUTLINE_COLOUR, "array": table["high"] - table["value"],
                 "arrayminus": table["value"] - table["low"]},
        customdata=table[["low", "high", "chosen", "others"]],
        hovertemplate="%{y}: %{x:+.3f} (%{customdata[0]:+.3f} to %{customdata[1]:+.3f})"
        "<br>selected %{customdata[2]:.4g}, others %{customdata[3]:.4g}<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=0.0, line={"color": GREYED_COLOUR, "width": 1})
    figure.update_xaxes(title="lower ← difference → higher", range=[-1.05, 1.05])
    figure.update_yaxes(autorange="reversed", type="category")
    height = 130 + _ROW_PX * len(table)
    figure.update_layout(showlegend=False)
    return arranged(figure, is_simulated=is_simulated, height=height)


def sides_sed_figure(
    seds: Mapping[str, pd.DataFrame], *, is_simulated: bool
) -> go.Figure:
    """Return the mean magnitudes of both sides, and the decoder's; bars: 68 % of rows.

    Open marks are of bands that few rows were seen in, as in ``sed_figure``.

    Parameters
    ----------
    seds : mapping of DataFrame
        By ``CHOSEN``, ``OTHERS`` and ``DECODED``, as of ``qsovae.mean_sed``.
    """
    figure = go.Figure()
    for name, sed in seds.items():
        if name == DECODED:
            figure.add_scatter(
                x=sed["wavelength_um"], y=sed["mag_ab"], name=name, mode="lines",
                line={"color": _COLOURS[name], "width": 1.5, "dash": "dot"},
                customdata=sed[["band"]], hovertemplate="%{customdata[0]}: %{y:.2f}",
            )  # fmt: skip
        else:
            style = ClassStyle(_COLOURS[name], "circle")
            add_sed(figure, sed, style, name, is_first=name == CHOSEN)
    by_wavelength(figure)
    figure.update_yaxes(title="AB mag", autorange="reversed", fixedrange=True)
    return arranged(figure, is_simulated=is_simulated, height=_HEIGHT)


def sides_histogram_figure(
    name: str, edges: Sequence[float], shares: Mapping[str, Sequence[float]], *,
    is_simulated: bool,
) -> go.Figure:  # fmt: skip
    """Return how a column is distributed on both sides, each summing to one.

    Parameters
    ----------
    name : str
        Of the column, for the axis.
    edges : sequence of float, (n_bins + 1,)
    shares : mapping
        By ``CHOSEN`` and ``OTHERS``, (n_bins,) each.
    """
    figure = go.Figure()
    for side, values in shares.items():
        figure.add_scatter(
            x=list(edges), y=[*values, 0.0], name=side, mode="lines",
            line={"color": _COLOURS[side], "width": 2, "shape": "hv"},
            fill="tozeroy" if side == CHOSEN else None, hovertemplate="%{y:.1%}",
        )  # fmt: skip
    figure.update_xaxes(title=plain(name))
    figure.update_yaxes(title="share of rows", tickformat=".0%", rangemode="tozero")
    return arranged(figure, is_simulated=is_simulated, height=_HEIGHT)
