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
        _add_range(figure, bands, name, words, colour, unit)
    value, error = (
        ("mag_ab", "mag_ab_err") if unit == MAGNITUDES else ("flux_ujy", "flux_ujy_err")
    )
    seen = bands.dropna(subset=[value])
    figure.add_scatter(
        x=seen["wavelength_um"], y=seen[value], mode="markers", name="measured",
        marker={"color": OUTLINE_COLOUR, "size": 9},
        error_y={"type": "data", "array": seen[error].astype(float), "thickness": 1.5,
                 "width": 4},
        customdata=seen[["label", "status"]],
        hovertemplate="%{customdata[0]}: %{y:.3f}, %{customdata[1]}",
    )  # fmt: skip
    by_wavelength(figure)
    if unit == MAGNITUDES:
        figure.update_yaxes(title=MAGNITUDES, autorange="reversed", fixedrange=True)
    else:
        figure.update_yaxes(title=FLUXES, type="log", fixedrange=True)
    return arranged(figure, is_simulated=is_simulated, height=_HEIGHT)


def _add_range(
    figure: go.Figure, bands: pd.DataFrame, name: str, words: str, colour: str,
    unit: str,
) -> None:  # fmt: skip
    """Add a line and the range about it."""
    known = bands.dropna(subset=[name, f"{name}_low", f"{name}_high"])
    if known.empty:
        return
    low, middle, high = (
        known[f"{name}{end}"].astype(float) for end in ("_low", "", "_high")
    )
    if unit == FLUXES:
        low, middle, high = (
            np.power(10.0, (_ZERO_UJY - mags) / 2.5) for mags in (low, middle, high)
        )
    x = known["wavelength_um"]
    figure.add_scatter(
        x=[*x, *x[::-1]], y=[*low, *high[::-1]], fill="toself", mode="none",
        fillcolor=colour, opacity=0.2, hoverinfo="skip", legendgroup=name,
        showlegend=False,
    )  # fmt: skip
    figure.add_scatter(
        x=x, y=middle, mode="lines", name=words, legendgroup=name,
        line={"color": colour, "width": 1.5}, customdata=known[["label"]],
        hovertemplate="%{customdata[0]}: %{y:.3f}",
    )  # fmt: skip
