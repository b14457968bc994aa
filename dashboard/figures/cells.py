"""Figures of the objects behind a cell: mean SEDs, and places on the map."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures.layout import arranged, by_wavelength, plain
from dashboard.theme import (
    BASELINE_COLOUR,
    GREYED_COLOUR,
    OUTLINE_COLOUR,
    ClassStyle,
    class_styles,
)

_CHOSEN = "the object chosen"
_HEIGHT = 400


def sed_figure(
    seds: pd.DataFrame, chosen: pd.DataFrame | None, *, is_simulated: bool
) -> go.Figure:
    """Return mean magnitudes by wavelength, bright above; bars are the scatter.

    Lines join the bands that at least half as many rows were seen in as in the best
    one; the marks of others are open, for theirs is the mean of the brighter rows.

    Parameters
    ----------
    seds : DataFrame
        As of ``qsovae.cell_seds``: the first cell stands out from the others, which
        are right rows in the colours of their classes.
    chosen : DataFrame, optional
        ``band``, ``wavelength_um`` and ``mag_ab`` of one object.
    """
    figure = go.Figure()
    styles = class_styles(sorted({*seds["class_label"], *seds["class_predicted"]}))
    cells = seds.groupby(["class_label", "class_predicted"], sort=False)
    for number, ((label, put), sed) in enumerate(cells):
        style = styles[label]
        if label != put:
            style = ClassStyle(OUTLINE_COLOUR, style.symbol)
        named = f"{label}, rightly" if label == put else f"{label} classed as {put}"
        add_sed(figure, sed, style, named, is_first=number == 0)
    if chosen is not None:
        seen = chosen.dropna(subset=["mag_ab"])
        figure.add_scatter(
            x=seen["wavelength_um"], y=seen["mag_ab"], mode="markers", name=_CHOSEN,
            customdata=seen[["band"]], hovertemplate="%{customdata[0]}: %{y:.2f}",
            marker={"symbol": "star", "size": 12, "color": BASELINE_COLOUR,
                    "line": {"color": OUTLINE_COLOUR, "width": 1}},
        )  # fmt: skip
    by_wavelength(figure)
    figure.update_yaxes(title="AB mag", autorange="reversed", fixedrange=True)
    return arranged(figure, is_simulated=is_simulated, height=_HEIGHT)


def add_sed(
    figure: go.Figure, sed: pd.DataFrame, style: ClassStyle, named: str, *,
    is_first: bool,
) -> None:  # fmt: skip
    """Add the marks of one mean SED, and the line through the bands seen often."""
    seen = sed[sed["rows"] > 0]
    often = seen["rows"] >= seen["rows"].max() / 2
    line = seen[often]
    figure.add_scatter(
        x=line["wavelength_um"], y=line["mag_ab"], mode="lines", hoverinfo="skip",
        showlegend=False, legendgroup=named,
        line={"color": style.colour, "width": 2.5 if is_first else 1.2,
              "dash": "solid" if is_first else "dot"},
    )  # fmt: skip
    figure.add_scatter(
        x=seen["wavelength_um"], y=seen["mag_ab"], mode="markers", name=plain(named),
        legendgroup=named, customdata=seen[["band", "rows"]],
        hovertemplate="%{customdata[0]}: %{y:.2f}, %{customdata[1]:,} rows",
        marker={"color": style.colour, "size": 9 if is_first else 6,
                "symbol": [style.symbol if o else f"{style.symbol}-open"
                           for o in often]},
        error_y={"type": "data", "symmetric": False, "thickness": 1, "width": 3,
                 "array": seen["mag_ab_high"] - seen["mag_ab"],
                 "arrayminus": seen["mag_ab"] - seen["mag_ab_low"]},
    )  # fmt: skip


def places_figure(
    places: NDArray[np.float64], found: pd.DataFrame, chosen: int | None, *,
    is_simulated: bool,
) -> go.Figure:  # fmt: skip
    """Return where objects lie on the map, over grey marks of other rows.

    Parameters
    ----------
    places : ndarray, (n_drawn, 2)
        Map coordinates of the rows beneath.
    found : DataFrame
        ``map_1``, ``map_2``, ``object_id``, ``class_label``, ``class_predicted``.
    chosen : int, optional
        Number of the line in ``found`` that stands out.
    """
    figure = go.Figure()
    figure.add_scattergl(
        x=places[:, 0], y=places[:, 1], mode="markers", name="all rows",
        hoverinfo="skip", marker={"color": GREYED_COLOUR, "size": 2, "opacity": 0.35},
    )  # fmt: skip
    styles = class_styles(sorted(set(found["class_label"])))
    for name, part in found.groupby("class_label"):
        _add_places(figure, part, plain(name), size=7, style=styles[str(name)])
    if chosen is not None:
        ring = ClassStyle(OUTLINE_COLOUR, "circle-open")
        _add_places(figure, found.iloc[[chosen]], _CHOSEN, size=18, style=ring)
        figure.data[-1].marker.line.width = 3
    figure.update_layout(dragmode="pan", legend_itemsizing="constant")
    figure.update_xaxes(title="map_1", zeroline=False, showgrid=False)
    figure.update_yaxes(
        title="map_2", zeroline=False, showgrid=False, scaleanchor="x", scaleratio=1
    )
    return arranged(figure, is_simulated=is_simulated, height=_HEIGHT)


def _add_places(
    figure: go.Figure, part: pd.DataFrame, name: str, *, size: float, style: ClassStyle
) -> None:
    """Add marks at the places of some objects."""
    figure.add_scatter(
        x=part["map_1"], y=part["map_2"], mode="markers", name=name,
        marker={"color": style.colour, "symbol": style.symbol, "size": size,
                "opacity": 0.9},
        text=part["object_id"].astype("string").map(plain)
        + "<br>predicted: " + part["class_predicted"].map(plain),
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip
