"""Figure of the latent map: rows coloured, filtered-out rows grey beneath, outlines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures.layout import arranged, plain
from dashboard.outlines import Outline
from dashboard.theme import (
    CONTINUOUS_SCALE,
    GREYED_COLOUR,
    OUTLINE_COLOUR,
    UNLABELLED,
    class_styles,
)

_CLIPPED = (1.0, 99.0)  # percentiles between which a continuous scale runs
_HOVER = "%{text}<extra></extra>"


@dataclass(frozen=True)
class MapPoints:
    """The rows to draw.

    Attributes
    ----------
    map_1, map_2 : ndarray of float, (n_drawn,)
    is_shown : ndarray of bool, (n_drawn,)
        Rows that the filters let through; the others are grey.
    hover : Series of str, (n_drawn,)
        One text a row, its markup already made plain.
    colour_values : Series, (n_drawn,)
        Numbers for a continuous scale, else categories with None where unknown.
    colour_title : str
    """

    map_1: NDArray[np.float64]
    map_2: NDArray[np.float64]
    is_shown: NDArray[np.bool_]
    hover: pd.Series
    colour_values: pd.Series
    colour_title: str

    @property
    def is_continuous(self) -> bool:
        """Whether the colour is a number."""
        return bool(pd.api.types.is_float_dtype(self.colour_values.dtype))


def map_figure(
    points: MapPoints,
    outlines: Sequence[Outline],
    *,
    is_simulated: bool,
    revision: str,
    size: float = 4.0,
) -> go.Figure:
    """Return the map.

    Parameters
    ----------
    points : MapPoints
        The rows to draw.
    outlines : sequence of outlines
        Polygons in map coordinates, drawn as lines.
    is_simulated : bool
        Marks the figure.
    revision : str
        While it stays the same, zoom and pan survive a redraw.
    size : float
        Of a mark, in pixels.
    """
    figure = go.Figure()
    _add_greyed(figure, points, size)
    if points.is_continuous:
        _add_continuous(figure, points, size)
    else:
        _add_categories(figure, points, size)
    figure = arranged(figure, is_simulated=is_simulated, height=640)
    figure.update_layout(
        shapes=[_outline_shape(outline) for outline in outlines],
        dragmode="lasso", uirevision=revision, selectionrevision=revision,
        newselection_line={"color": OUTLINE_COLOUR, "width": 2, "dash": "solid"},
        activeselection={"fillcolor": OUTLINE_COLOUR, "opacity": 0.05},
        legend={"itemsizing": "constant", "title_text": plain(points.colour_title)},
    )  # fmt: skip
    # Map units mean nothing by themselves, but distances along both axes must agree.
    figure.update_xaxes(title="map_1", zeroline=False, showgrid=False)
    figure.update_yaxes(
        title="map_2", zeroline=False, showgrid=False, scaleanchor="x", scaleratio=1
    )
    return figure


def _add_marks(
    figure: go.Figure, points: MapPoints, rows: NDArray[np.bool_], **given: object
) -> None:
    """Add the marks of some rows."""
    marker = dict(given.pop("marker"))  # type: ignore[call-overload]
    figure.add_scattergl(
        x=points.map_1[rows], y=points.map_2[rows], mode="markers", marker=marker,
        text=points.hover[rows], hovertemplate=_HOVER,
        # What is inside an outline is shown by the outline; a dimmed rest would look
        # like rows that a filter hides.
        selected={"marker": {"opacity": marker["opacity"]}},
        unselected={"marker": {"opacity": marker["opacity"]}},
        **given,
    )  # fmt: skip


def _add_greyed(figure: go.Figure, points: MapPoints, size: float) -> None:
    """Add the rows that filters hide, beneath all others."""
    rows = ~points.is_shown
    if rows.any():
        marker = {"color": GREYED_COLOUR, "size": size - 1, "opacity": 0.18}
        _add_marks(figure, points, rows, marker=marker, name="filtered out")


def _add_continuous(figure: go.Figure, points: MapPoints, size: float) -> None:
    """Add marks coloured along a scale that runs between percentiles."""
    values = points.colour_values.to_numpy(dtype=float)
    known = np.isfinite(values)
    unknown = points.is_shown & ~known
    if unknown.any():
        marker = {"color": GREYED_COLOUR, "size": size, "opacity": 0.5, "symbol": "x"}
        _add_marks(figure, points, unknown, marker=marker, name="no value")
    rows = points.is_shown & known
    if not rows.any():
        return
    # The scale is that of all rows: a filter must not change what a colour means.
    low, high = np.percentile(values[known], _CLIPPED)
    marker = {
        "color": values[rows], "colorscale": CONTINUOUS_SCALE, "size": size,
        "opacity": 0.8, "cmin": low, "cmax": high if high > low else low + 1.0,
        "colorbar": {"title": {"text": plain(points.colour_title), "side": "right"},
                     "thickness": 14},
    }  # fmt: skip
    _add_marks(figure, points, rows, marker=marker, showlegend=False)


def _add_categories(figure: go.Figure, points: MapPoints, size: float) -> None:
    """Add one trace of marks a category, the commonest beneath."""
    names = points.colour_values.astype("string").fillna(UNLABELLED)
    counts = names.value_counts()
    styles = class_styles([str(name) for name in counts.index])
    order = sorted(counts.index, key=lambda n: (n != UNLABELLED, -int(counts[n]), n))
    for name in order:
        rows = points.is_shown & (names == name).to_numpy(dtype=bool)
        if not rows.any():
            continue
        style = styles[str(name)]
        marker = {
            "color": style.colour, "symbol": style.symbol,
            "size": size - (name == UNLABELLED),
            "opacity": 0.45 if name == UNLABELLED else 0.75,
        }  # fmt: skip
        _add_marks(figure, points, rows, marker=marker, name=plain(name))


def _outline_shape(outline: Outline) -> dict[str, object]:
    """Return an outline as a Plotly shape."""
    path = "M" + "L".join(f"{a:.4f},{b:.4f}" for a, b in outline) + "Z"
    return {
        "type": "path", "path": path, "layer": "above",
        "line": {"color": OUTLINE_COLOUR, "width": 2},
    }  # fmt: skip
