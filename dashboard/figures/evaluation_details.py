"""Figures of what a referee asks: calibration, and samples above a threshold."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import arranged, plain
from dashboard.theme import BASELINE_COLOUR, TRAINING_COLOUR, VALIDATION_COLOUR

_SHADE = 0.2


def reliability_figure(
    stages: dict[str, pd.DataFrame], name: str, *, is_simulated: bool
) -> go.Figure:
    """Return how often a class is true by its probability, beside the diagonal.

    Parameters
    ----------
    stages : dict of DataFrame
        By what they are called: ``probability``, ``share``, ``share_low``,
        ``share_high``, ``rows``.
    name : str
        The class.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", name="as it should be", hoverinfo="skip",
        line={"color": BASELINE_COLOUR, "dash": "dot", "width": 1},
    )  # fmt: skip
    colours = (TRAINING_COLOUR, VALIDATION_COLOUR)
    symbols = ("circle", "diamond-open")
    for (stage, table), colour, symbol in zip(
        stages.items(), colours, symbols, strict=False
    ):
        share = table["share"]
        figure.add_scatter(
            x=table["probability"], y=share, mode="lines+markers", name=plain(stage),
            line={"color": colour, "width": 1}, marker={"symbol": symbol, "size": 8},
            error_y={"type": "data", "symmetric": False, "width": 3, "thickness": 1,
                     "array": table["share_high"] - share,
                     "arrayminus": share - table["share_low"]},
            customdata=table[["rows"]],
            hovertemplate="probability %{x:.3f}: %{y:.3f} are<br>"
            "%{customdata[0]:,} rows",
        )  # fmt: skip
    label = plain(name)
    figure.update_xaxes(title=f"probability of {label}", range=[-0.02, 1.02])
    figure.update_yaxes(title=f"share that is {label}", range=[-0.02, 1.02])
    return arranged(figure, is_simulated=is_simulated, height=380)


def threshold_figure(
    table: pd.DataFrame, threshold: float, *, is_simulated: bool
) -> go.Figure:
    """Return completeness and purity against the threshold, with 95 % bands.

    Parameters
    ----------
    table : DataFrame
        ``threshold``, ``completeness``, ``purity`` and each with ``_low``, ``_high``.
    threshold : float
        Where a line stands.
    """
    figure = go.Figure()
    for measure, colour, dash in (
        ("completeness", TRAINING_COLOUR, "solid"),
        ("purity", VALIDATION_COLOUR, "dash"),
    ):
        figure.add_scatter(
            x=table["threshold"], y=table[f"{measure}_high"], mode="lines",
            line_width=0, showlegend=False, hoverinfo="skip", legendgroup=measure,
        )  # fmt: skip
        figure.add_scatter(
            x=table["threshold"], y=table[f"{measure}_low"], mode="lines",
            line_width=0, showlegend=False, hoverinfo="skip", legendgroup=measure,
            fill="tonexty", fillcolor=_shaded(colour),
        )  # fmt: skip
        figure.add_scatter(
            x=table["threshold"], y=table[measure], mode="lines", name=measure,
            legendgroup=measure, line={"color": colour, "dash": dash},
            hovertemplate=f"above %{{x:.3f}}: {measure} %{{y:.3f}}",
        )  # fmt: skip
    figure.add_vline(x=threshold, line={"color": BASELINE_COLOUR, "width": 1})
    figure.update_xaxes(title="probability above which rows are taken", range=[0, 1])
    figure.update_yaxes(title="share", range=[-0.02, 1.02])
    return arranged(figure, is_simulated=is_simulated, height=380)


def top_figure(table: pd.DataFrame, *, is_simulated: bool) -> go.Figure:
    """Return purity and completeness of the most probable rows, by their number.

    Parameters
    ----------
    table : DataFrame
        As of `qsovae.top_table`.
    """
    figure = go.Figure()
    band = {"mode": "lines", "line_width": 0, "showlegend": False, "hoverinfo": "skip",
            "legendgroup": "purity"}  # fmt: skip
    figure.add_scatter(x=table["rows"], y=table["purity_high"], **band)
    figure.add_scatter(
        x=table["rows"], y=table["purity_low"], fill="tonexty",
        fillcolor=_shaded(VALIDATION_COLOUR), **band,
    )  # fmt: skip
    for measure, colour, dash in (
        ("purity", VALIDATION_COLOUR, "dash"),
        ("completeness", TRAINING_COLOUR, "solid"),
    ):
        figure.add_scatter(
            x=table["rows"], y=table[measure], mode="lines+markers", name=measure,
            legendgroup=measure, line={"color": colour, "dash": dash},
            hovertemplate=f"first %{{x:,}} rows: {measure} %{{y:.3f}}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title="rows, the most probable first", type="log")
    figure.update_yaxes(title="share", range=[-0.02, 1.02])
    return arranged(figure, is_simulated=is_simulated, height=340)


def _shaded(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_SHADE})"
