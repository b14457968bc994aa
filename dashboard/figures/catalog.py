"""Figures of a catalog: what was observed, and how bright it is."""

import numpy as np
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go

from dashboard.figures.layout import arranged, plain_all


def band_colours(n_bands: int) -> list[str]:
    """Return a colour for each band, bluest first, dark to bright."""
    places = np.linspace(0.05, 0.85, n_bands) if n_bands > 1 else np.array([0.4])
    colours: list[str] = px.colors.sample_colorscale("Plasma", places.tolist())
    return colours


def observed_figure(shares: pd.DataFrame, *, is_simulated: bool) -> go.Figure:
    """Return bars of the share of rows observed in each band.

    Parameters
    ----------
    shares : DataFrame
        ``band``, ``rows``, ``share``; one line a band, bluest first.
    """
    figure = go.Figure(
        go.Bar(
            x=shares["share"],
            y=plain_all(shares["band"].tolist()),
            orientation="h",
            marker_color=band_colours(len(shares)),
            customdata=shares[["rows"]],
            hovertemplate="%{y}: %{x:.1%}, %{customdata[0]:,} rows<extra></extra>",
        )
    )
    figure.update_xaxes(
        title="share of rows observed", range=[0, 1], tickformat=".0%", fixedrange=True
    )
    figure.update_yaxes(autorange="reversed", type="category", fixedrange=True)
    return arranged(figure, is_simulated=is_simulated, height=_height(len(shares)))


def magnitude_figure(counts: pd.DataFrame, *, is_simulated: bool) -> go.Figure:
    """Return one histogram above another, a band each, each to its own height.

    Parameters
    ----------
    counts : DataFrame
        ``band``, ``mag_ab`` (bin centre), ``rows``; bands bluest first.
    """
    figure = go.Figure()
    bands = list(dict.fromkeys(counts["band"]))
    colours = band_colours(len(bands))
    for i, band in enumerate(bands):
        part = counts[counts["band"] == band]
        ground = len(bands) - 1 - i
        height = 0.9 * part["rows"] / max(int(part["rows"].max()), 1)
        common = {"x": part["mag_ab"], "line_shape": "hvh", "showlegend": False}
        figure.add_scatter(
            y=np.full(len(part), ground), mode="lines", line_width=0.5,
            line_color=colours[i], hoverinfo="skip", **common,
        )  # fmt: skip
        figure.add_scatter(
            y=ground + height, mode="lines", fill="tonexty", line_width=1.5,
            line_color=colours[i], customdata=part[["rows"]], name=plain_all([band])[0],
            hovertemplate="%{x:.2f} mag: %{customdata[0]:,} rows", **common,
        )  # fmt: skip
    figure.update_xaxes(title="AB magnitude", zeroline=False)
    figure.update_yaxes(
        tickvals=list(range(len(bands))), ticktext=plain_all(bands[::-1]),
        showgrid=False, zeroline=False, fixedrange=True,
    )  # fmt: skip
    return arranged(figure, is_simulated=is_simulated, height=_height(len(bands)))


def _height(n_bands: int) -> int:
    return 110 + max(160, 24 * n_bands)
