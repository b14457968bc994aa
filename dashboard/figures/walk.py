"""Figures of a walk through the latent space: a place, and a line between objects."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

import qsovae
from dashboard.figures.layout import arranged, plain, plain_all
from dashboard.figures.one_object import (
    MAGNITUDES,
    add_measured,
    add_range,
    on_axes,
)
from dashboard.theme import (
    CONTINUOUS_SCALE,
    OUTLINE_COLOUR,
    TRAINING_COLOUR,
    class_styles,
)

_HEIGHT = 400


def place_figure(
    bands: pd.DataFrame, measured: pd.DataFrame | None, unit: str, *,
    is_simulated: bool,
) -> go.Figure:  # fmt: skip
    """Return the SED decoded at a place, and what was measured of the nearest row.

    Parameters
    ----------
    bands : DataFrame
        As ``bands`` of a place of ``qsovae.decode_latent``; where it is known with
        ``detected``, the share of the rows near that was seen (see
        ``qsovae.LEAST_DETECTED``): the others stand apart as open marks.
    measured : DataFrame, optional
        As of ``qsovae.measured_bands``.
    unit : str
        ``MAGNITUDES`` or ``FLUXES``.
    """
    figure = go.Figure()
    name = "decoded_mag_ab" if unit == MAGNITUDES else "decoded_flux_ujy"
    ends = [f"{name}{end}" for end in ("_low", "", "_high")]
    told = bands.astype(dict.fromkeys(ends, float))
    if unit != MAGNITUDES:
        # A logarithmic axis has no room for what may be nothing at all.
        told[ends] = told[ends].where(told[ends] > 0)
    if "detected" not in told:
        told["detected"] = 1.0
    is_seen = told["detected"] >= qsovae.LEAST_DETECTED
    add_range(figure, told[is_seen], name, "decoded here, 68 %", TRAINING_COLOUR)
    _add_guesses(figure, told[~is_seen], name)
    if measured is not None:
        add_measured(figure, measured, unit, "nearest row, measured")
    return on_axes(figure, unit, is_simulated=is_simulated)


def _add_guesses(figure: go.Figure, bands: pd.DataFrame, name: str) -> None:
    """Add bands in which few of the rows near were seen."""
    told = bands.dropna(subset=[name])
    if told.empty:
        return
    figure.add_scatter(
        x=told["wavelength_um"], y=told[name], mode="markers",
        name="decoded, neighbours not seen",
        marker={"symbol": "circle-open", "size": 9, "color": TRAINING_COLOUR},
        customdata=told[["label"]], hovertemplate="%{customdata[0]}: %{y:.3f}",
    )  # fmt: skip


def line_seds_figure(
    lines: pd.DataFrame, ends: tuple[str, str], *, is_simulated: bool
) -> go.Figure:
    """Return the SEDs decoded along a line, coloured from one end to the other.

    Parameters
    ----------
    lines : DataFrame
        ``along`` (0 to 1), ``label``, ``wavelength_um``, ``decoded_mag_ab``: a band of
        a place each; where it is known with ``detected``, as of ``place_figure``:
        bands that few of the rows near were seen in are left out.
    ends : tuple of str
        Names of the two objects.
    """
    figure = go.Figure()
    if "detected" in lines:
        lines = lines[lines["detected"] >= qsovae.LEAST_DETECTED]
    names = {0.0: plain(ends[0]), 1.0: plain(ends[1])}
    for along, bands in lines.groupby("along"):
        (colour,) = sample_colorscale(CONTINUOUS_SCALE, [along])
        seen = bands.dropna(subset=["decoded_mag_ab"])
        figure.add_scatter(
            x=seen["wavelength_um"], y=seen["decoded_mag_ab"].astype(float),
            mode="lines+markers", name=names.get(along, f"{along:.2f}"),
            showlegend=along in names, marker={"size": 5},
            line={"color": colour, "width": 3 if along in names else 1.2},
            customdata=[[label] for label in plain_all(seen["label"])],
            hovertemplate=f"%{{customdata[0]}}: %{{y:.2f}}, {along:.0%} of the way"
            "<extra></extra>",
        )  # fmt: skip
    return on_axes(figure, MAGNITUDES, is_simulated=is_simulated)


def line_classes_figure(
    table: pd.DataFrame, classes: Sequence[str], ends: tuple[str, str], *,
    is_simulated: bool,
) -> go.Figure:  # fmt: skip
    """Return the class probabilities along a line, one upon the other.

    Crosses stand where no row is near.

    Parameters
    ----------
    table : DataFrame
        As of ``qsovae.walk_table``, of a line.
    classes : sequence of str
    ends : tuple of str
        Names of the two objects.
    """
    figure = go.Figure()
    styles = class_styles(classes)
    for name in classes:
        figure.add_scatter(
            x=table["along"], y=table[f"p_{name}"], name=plain(name), mode="lines",
            stackgroup="classes", line={"width": 0.5, "color": styles[name].colour},
            hovertemplate="%{y:.3f}",
        )  # fmt: skip
    far = table[table["is_far"]]
    if len(far):
        figure.add_scatter(
            x=far["along"], y=[1.04] * len(far), mode="markers", hoverinfo="skip",
            name="no such objects known", marker={"symbol": "x", "size": 7,
            "color": OUTLINE_COLOUR},
        )  # fmt: skip
    figure.update_xaxes(
        title=f"from {plain(ends[0])} to {plain(ends[1])}", tickformat=".0%",
        range=[-0.02, 1.02], fixedrange=True,
    )  # fmt: skip
    figure.update_yaxes(title="class probability", range=[0.0, 1.08], fixedrange=True)
    figure.update_layout(hovermode="x unified")
    return arranged(figure, is_simulated=is_simulated, height=_HEIGHT)
