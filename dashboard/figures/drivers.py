"""Figures of what drives a run: losses without its inputs, and decoded classes."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

import qsovae
from dashboard.figures.layout import arranged, plain, plain_all
from dashboard.theme import (
    BASELINE_COLOUR,
    TRAINING_COLOUR,
    VALIDATION_COLOUR,
    class_styles,
)

_ROW_PX = 24
_STEP_SCALE = "RdBu_r"


def loss_of_inputs_figure(
    table: pd.DataFrame, measure: str, *, is_simulated: bool
) -> go.Figure:
    """Return what is lost without each group of inputs, with 95 % intervals.

    Parameters
    ----------
    table : DataFrame
        ``how`` (as it is called), ``name`` of the group, ``value``, ``low``, ``high``.
    measure : str
        What is lost, for the axis.
    """
    figure = go.Figure()
    kinds = list(dict.fromkeys(table["how"]))
    for how, colour in zip(kinds, (TRAINING_COLOUR, VALIDATION_COLOUR), strict=False):
        lines = table[table["how"] == how]
        figure.add_bar(
            x=lines["value"], y=plain_all(lines["name"]), orientation="h",
            name=plain(how), marker_color=colour,
            error_x={"type": "data", "symmetric": False, "width": 3, "thickness": 1,
                     "color": BASELINE_COLOUR,
                     "array": lines["high"] - lines["value"],
                     "arrayminus": lines["value"] - lines["low"]},
            customdata=lines[["low", "high"]],
            hovertemplate=f"%{{y}}, {plain(how)}: %{{x:+.4f}}<br>"
            "%{customdata[0]:+.4f} to %{customdata[1]:+.4f}, 95 %<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title=plain(measure))
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_layout(showlegend=len(kinds) > 1, bargap=0.3)
    rows = table["name"].nunique() * len(kinds)
    return arranged(figure, is_simulated=is_simulated, height=150 + _ROW_PX * rows)


def class_sed_figure(table: pd.DataFrame, *, is_simulated: bool) -> go.Figure:
    """Return the decoded mean of each class.

    Parameters
    ----------
    table : DataFrame
        ``class``, ``input`` (a band or feature), ``value`` and, of bands,
        ``wavelength_um`` and ``detected`` (see `qsovae.LEAST_DETECTED`); values are
        magnitudes then.
    """
    figure = go.Figure()
    styles = class_styles(list(dict.fromkeys(table["class"])))
    for name, lines in table.groupby("class", sort=False):
        style = styles[name]
        _add_line(figure, lines, plain(name), style.colour, style.symbol)
    return _on_axes(figure, table, is_simulated=is_simulated)


def traversal_figure(table: pd.DataFrame, *, is_simulated: bool) -> go.Figure:
    """Return what steps along a latent dimension make of a class's mean.

    Parameters
    ----------
    table : DataFrame
        As of ``class_sed_figure``, and ``step_sd``, ``probability``; of one class.
    """
    figure = go.Figure()
    for step, lines in table.groupby("step_sd"):
        (colour,) = sample_colorscale(_STEP_SCALE, [0.5 + step / 5.0])
        probability = lines["probability"].iloc[0]
        name = f"{step:+.0f} s.d., p = {probability:.2f}" if step else (
            f"mean, p = {probability:.2f}"
        )  # fmt: skip
        colour = colour if step else BASELINE_COLOUR
        _add_line(figure, lines, name, colour, "circle")
    return _on_axes(figure, table, is_simulated=is_simulated)


def _add_line(
    figure: go.Figure, lines: pd.DataFrame, name: str, colour: str, symbol: str
) -> None:
    """Add a line through what was mostly seen; limits stand apart as open marks."""
    lines = lines[lines["value"].notna()]
    is_sed = "wavelength_um" in lines
    is_seen = (
        lines["detected"] >= qsovae.LEAST_DETECTED if is_sed else lines["value"].notna()
    )
    for part, mode, shape in (
        (lines[is_seen], "lines+markers", symbol),
        (lines[~is_seen], "markers", f"{symbol}-open"),
    ):
        figure.add_scatter(
            x=part["wavelength_um"] if is_sed else plain_all(part["input"]),
            y=part["value"], mode=mode, name=name, legendgroup=name,
            showlegend=mode != "markers", line={"color": colour, "width": 1.5},
            marker={"symbol": shape, "size": 8, "color": colour},
            customdata=[[label] for label in plain_all(part["input"])],
            hovertemplate="%{customdata[0]}: %{y:.2f}",
        )  # fmt: skip


def _on_axes(
    figure: go.Figure, table: pd.DataFrame, *, is_simulated: bool
) -> go.Figure:
    """Return the figure with magnitudes against wavelength, else values of features."""
    if "wavelength_um" in table:
        bands = table.drop_duplicates("input")
        figure.update_xaxes(
            title="wavelength, µm", type="log", tickvals=[0.3, 0.5, 1, 2, 3, 5, 10, 20]
        )
        # Bright on top; room below for the bands' names.
        bright, faint = table["value"].min(), table["value"].max()
        room = 0.1 * max(faint - bright, 1.0)
        figure.update_yaxes(
            title="AB magnitude", range=[faint + 2.0 * room, bright - room]
        )
        for number, line in enumerate(bands.itertuples()):
            figure.add_annotation(
                # On a logarithmic axis annotations stand at the exponent.
                x=math.log10(line.wavelength_um), y=0.0, yref="paper", showarrow=False,
                # Every other higher: bands of several surveys lie close together.
                yanchor="bottom", yshift=11 * (number % 2), text=plain(line.input),
                font={"size": 10},
            )  # fmt: skip
    else:
        figure.update_yaxes(title="deviation from the training median, s.d.")
    return arranged(figure, is_simulated=is_simulated, height=400)
