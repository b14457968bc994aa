"""Figures of an evaluation: the confusion matrix, and the classes' scores."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.figures.layout import arranged, plain, plain_all
from dashboard.theme import (
    BASELINE_COLOUR,
    OUTLINE_COLOUR,
    SHARE_SCALE,
    class_styles,
)

_MEASURES = ("completeness", "purity", "f1")


def confusion_figure(
    table: pd.DataFrame, cell: tuple[str, ...] = (), *, is_simulated: bool
) -> go.Figure:
    """Return a heat map of a confusion matrix, each cell with its number.

    Each cell bears an unseen mark with its true and predicted class as data: Plotly
    tells which marks are clicked, of a heat map it does not.

    Parameters
    ----------
    table : DataFrame
        Of counts (integers) or shares (floats, NaN where of no rows); true classes
        down, predicted classes across.
    cell : (str, str), optional
        True and predicted class of the cell to outline.
    """
    is_share = not all(pd.api.types.is_integer_dtype(t) for t in table.dtypes)
    values = table.to_numpy(dtype=float)
    written = np.where(
        np.isnan(values),
        "-",
        [[f"{v:.1%}" if is_share else f"{v:,.0f}" for v in row] for row in values],
    )
    figure = go.Figure(
        go.Heatmap(
            z=values, x=plain_all(table.columns), y=plain_all(table.index),
            text=written, texttemplate="%{text}" if len(table) <= 15 else "",
            textfont_size=14 if len(table) <= 6 else 11,
            colorscale=SHARE_SCALE, zmin=0, zmax=1 if is_share else None,
            colorbar={"tickformat": ".0%" if is_share else ",d", "thickness": 14},
            xgap=2, ygap=2, hoverinfo="skip",
        )
    )  # fmt: skip
    _add_marks(figure, table, written)
    _outline(figure, table, cell)
    figure.update_xaxes(title="predicted class", type="category", fixedrange=True)
    figure.update_yaxes(
        title="true class", type="category", autorange="reversed", fixedrange=True
    )
    height = 130 + max(220, min(34 * len(table), 640))
    return arranged(figure, is_simulated=is_simulated, height=height)


def _add_marks(
    figure: go.Figure, table: pd.DataFrame, written: NDArray[np.str_]
) -> None:
    """Add what is clicked: a mark on each cell, wherever in it the pointer is."""
    cells = [(true, put) for true in table.index for put in table.columns]
    unseen = {"marker": {"opacity": 0}}
    figure.add_scatter(
        x=[plain(put) for _, put in cells], y=[plain(true) for true, _ in cells],
        mode="markers", showlegend=False, marker={"opacity": 0, "size": 24},
        selected=unseen, unselected=unseen, text=written.ravel(), customdata=cells,
        hovertemplate="true %{y}<br>predicted %{x}<br>%{text}<extra></extra>",
    )  # fmt: skip
    # Whatever is nearest counts, however far: that is the cell under the pointer.
    figure.update_layout(hoverdistance=-1, hovermode="closest", dragmode=False)


def _outline(figure: go.Figure, table: pd.DataFrame, cell: tuple[str, ...]) -> None:
    """Draw a frame around a cell."""
    if len(cell) != 2 or cell[0] not in table.index or cell[1] not in table.columns:
        return
    down, across = table.index.get_loc(cell[0]), table.columns.get_loc(cell[1])
    figure.add_shape(
        type="rect", x0=across - 0.49, x1=across + 0.49, y0=down - 0.49, y1=down + 0.49,
        line={"color": OUTLINE_COLOUR, "width": 3},
    )  # fmt: skip


def class_figure(
    scores: pd.DataFrame, rival: pd.DataFrame | None, *, is_simulated: bool
) -> go.Figure:
    """Return completeness, purity and F1 of each class, the rival's as open marks.

    Parameters
    ----------
    scores, rival : DataFrame
        ``class_label``, ``completeness``, ``purity``, ``f1``; NaN where undefined.
    """
    figure = go.Figure()
    names = scores["class_label"].tolist()
    styles = class_styles(names)
    for line in scores.to_dict("records"):
        style = styles[line["class_label"]]
        figure.add_scatter(
            x=[line[m] for m in _MEASURES], y=list(_MEASURES), mode="markers",
            name=plain(line["class_label"]),
            marker={"color": style.colour, "symbol": style.symbol, "size": 13},
            hovertemplate="VAE, %{y}: %{x:.3f}",
        )  # fmt: skip
    for line in [] if rival is None else rival.to_dict("records"):
        style = styles[line["class_label"]]
        figure.add_scatter(
            x=[line[m] for m in _MEASURES], y=list(_MEASURES), mode="markers",
            name=plain(line["class_label"]), showlegend=False,
            marker={"color": style.colour, "symbol": f"{style.symbol}-open",
                    "size": 13, "line_width": 2},
            hovertemplate="baseline, %{y}: %{x:.3f}",
        )  # fmt: skip
    if rival is not None:
        figure.add_scatter(
            x=[None], y=["f1"], mode="markers", name="open: baseline",
            marker={"color": BASELINE_COLOUR, "symbol": "circle-open", "size": 10},
        )  # fmt: skip
    shown = _share_range(scores, rival)
    figure.update_xaxes(title="share", range=shown, fixedrange=True)
    figure.update_yaxes(
        autorange="reversed", type="category", fixedrange=True,
        ticktext=["completeness", "purity", "F1"], tickvals=list(_MEASURES),
    )  # fmt: skip
    return arranged(figure, is_simulated=is_simulated, height=300)


def _share_range(*tables: pd.DataFrame | None) -> tuple[float, float]:
    """Return the axis that shows every share, from the tenth below the lowest."""
    shares = pd.concat([t[list(_MEASURES)] for t in tables if t is not None])
    lowest = np.nanmin(shares.to_numpy(dtype=float), initial=1.0)
    start = max(0.0, (np.floor(lowest * 10) - 1) / 10)
    margin = 0.02 * (1.0 - start)
    return start - margin, 1.0 + margin
