"""Figure of one object: what was measured over what the decoder and its like have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import arranged, by_wavelength
from dashboard.theme import GREYED_COLOUR, OUTLINE_COLOUR, TRAINING_COLOUR

MAGNITUDES, FLUXES = "AB mag", "µJy"
_HEIGHT = 400
# The AB magnitude of one µJy: Oke & Gunn 1983.
_ZERO_UJY = 23.9


def object_figure(bands: pd.DataFrame, unit: str, *, is_simulated: bool) -> go.Figure:
    """Return the measured SED of an object over the decoder's and its neighbours'.

    Parameters
    ----------
    bands : DataFrame
        As ``bands`` of ``qsovae.describe_object``.
    unit : str
        ``MAGNITUDES`` or ``FLUXES``.
    """
    figure = go.Figure()
    for name, words, colour in (
        ("near_mag_ab", "neighbours, 68 %", GREYED_COLOUR),
        ("decoded_mag_ab", "decoded, 68 %", TRAINING_COLOUR),
    ):
        add_range(figure, _in_unit(bands, name, unit), name, words, colour)
    add_measured(figure, bands, unit, "measured")
    return on_axes(figure, unit, is_simulated=is_simulated)


def add_measured(figure: go.Figure, bands: pd.DataFrame, unit: str, words: str) -> None:
    """Add what was measured of an object, with its errors."""
    value, error = (
        ("mag_ab", "mag_ab_err") if unit == MAGNITUDES else ("flux_ujy", "flux_ujy_err")
    )
    seen = bands.dropna(subset=[value])
    figure.add_scatter(
        x=seen["wavelength_um"], y=seen[value], mode="markers", name=words,
        marker={"color": OUTLINE_COLOUR, "size": 9},
        error_y={"type": "data", "array": seen[error].astype(float), "thickness": 1.5,
                 "width": 4},
        customdata=seen[["label", "status"]],
        hovertemplate="%{customdata[0]}: %{y:.3f}, %{customdata[1]}",
    )  # fmt: skip


def on_axes(figure: go.Figure, unit: str, *, is_simulated: bool) -> go.Figure:
    """Return the figure with magnitudes or fluxes against wavelength."""
    by_wavelength(figure)
    if unit == MAGNITUDES:
        figure.update_yaxes(title=MAGNITUDES, autorange="reversed", fixedrange=True)
    else:
        figure.update_yaxes(title=FLUXES, type="log", fixedrange=True)
    return arranged(figure, is_simulated=is_simulated, height=_HEIGHT)


def _in_unit(bands: pd.DataFrame, name: str, unit: str) -> pd.DataFrame:
    """Return bands whose range of magnitudes is told in a unit, under the same name."""
    if unit == MAGNITUDES:
        return bands
    ends = [f"{name}{end}" for end in ("_low", "", "_high")]
    magnitudes = bands[ends].astype(float)
    return bands.assign(**np.power(10.0, (_ZERO_UJY - magnitudes) / 2.5))


def add_range(
    figure: go.Figure, bands: pd.DataFrame, name: str, words: str, colour: str
) -> None:
    """Add a line through a column, and the range about it where both ends are known."""
    line = bands.dropna(subset=[name])
    if line.empty:
        return
    known = line.dropna(subset=[f"{name}_low", f"{name}_high"])
    x = known["wavelength_um"]
    figure.add_scatter(
        x=[*x, *x[::-1]], y=[*known[f"{name}_low"], *known[f"{name}_high"][::-1]],
        fill="toself", mode="none", fillcolor=colour, opacity=0.2, hoverinfo="skip",
        legendgroup=name, showlegend=False,
    )  # fmt: skip
    figure.add_scatter(
        x=line["wavelength_um"], y=line[name].astype(float), mode="lines", name=words,
        legendgroup=name, line={"color": colour, "width": 1.5},
        customdata=line[["label"]], hovertemplate="%{customdata[0]}: %{y:.3f}",
    )  # fmt: skip
