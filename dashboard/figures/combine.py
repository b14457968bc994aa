"""Figure of a match: how far apart partners are, and how far by chance."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import arranged

_PAIRS_COLOUR = "#0072B2"
_PAIRS_GROUND = "rgba(0, 114, 178, 0.25)"
_CHANCE_COLOUR = "#E69F00"
_RADIUS_COLOUR = "#8A929C"
_SUGGESTED_COLOUR = "#009E73"
# The ground of the logarithmic axis: below one row in four matchings at shifted places.
_LOWEST = 0.2


def separation_figure(
    counts: pd.DataFrame,
    radius_arcsec: float,
    suggested_arcsec: float | None,
    *,
    is_simulated: bool,
) -> go.Figure:
    """Return nearest partners against separation, beside those found by chance.

    Parameters
    ----------
    counts : DataFrame
        ``from_arcsec``, ``to_arcsec``, ``pairs``, ``chance``; one line a bin, nearest
        first.
    radius_arcsec : float
        Within which partners were taken.
    suggested_arcsec : float or None
        The radius that the counts speak for; None draws no line.
    """
    figure = go.Figure()
    top = float(np.nanmax(counts[["pairs", "chance"]].to_numpy(), initial=1.0))
    common = {"x": _steps(counts, "from_arcsec", "to_arcsec"), "mode": "lines"}
    pairs, chance = (_steps(counts, part, part) for part in ("pairs", "chance"))
    figure.add_scatter(
        y=_drawn(pairs), customdata=pairs, name="nearest partners", fill="tozeroy",
        line={"color": _PAIRS_COLOUR, "width": 2}, fillcolor=_PAIRS_GROUND,
        hovertemplate="%{customdata:,.0f} rows in the bin", **common,
    )  # fmt: skip
    figure.add_scatter(
        y=_drawn(chance), customdata=chance, name="by chance",
        line={"color": _CHANCE_COLOUR, "width": 2, "dash": "dash"},
        hovertemplate="%{customdata:,.4g} rows in the bin", **common,
    )  # fmt: skip
    _add_line(figure, f"radius {radius_arcsec:.2f}″", radius_arcsec, top, "solid")
    if suggested_arcsec is not None:
        words = f"suggested {suggested_arcsec:.2f}″"
        _add_line(figure, words, suggested_arcsec, top, "dot")
    figure.update_xaxes(title="separation, arcsec", rangemode="tozero", zeroline=False)
    figure.update_yaxes(
        title="rows of the primary", type="log", dtick=1, zeroline=False,
        range=[np.log10(_LOWEST), np.log10(1.3 * top)],
    )  # fmt: skip
    figure = arranged(figure, is_simulated=is_simulated, height=340)
    figure.update_layout(margin_t=50, hovermode="closest")
    return figure


def _steps(counts: pd.DataFrame, left: str, right: str) -> list[float]:
    """Return both ends of each bin in turn: what draws a histogram as one line."""
    ends: list[float] = counts[[left, right]].to_numpy(dtype=float).ravel().tolist()
    return ends


def _drawn(rows: list[float]) -> list[float]:
    """Return numbers as the axis shows them: none lies on the ground."""
    return [max(value, _LOWEST) for value in rows]


def _add_line(figure: go.Figure, name: str, at: float, top: float, dash: str) -> None:
    """Draw a separation as a vertical line that the legend names."""
    colour = _RADIUS_COLOUR if dash == "solid" else _SUGGESTED_COLOUR
    figure.add_scatter(
        x=[at, at], y=[_LOWEST, top], name=name, mode="lines",
        line={"color": colour, "width": 2, "dash": dash},
        hovertemplate=f"{name}<extra></extra>",
    )  # fmt: skip
