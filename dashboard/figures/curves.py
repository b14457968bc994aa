"""Figures of what all thresholds find: ROC, and purity against completeness."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import arranged, plain
from dashboard.theme import class_styles

# Where a logarithmic axis begins: lower rates, and none, stand at its edge.
LEAST_RATE = 1e-4
# With more classes their names stand beside the curves.
_MOST_ABOVE = 8


def roc_figure(
    table: pd.DataFrame, areas: Mapping[str, str], *, is_simulated: bool
) -> go.Figure:
    """Return the ROC curve of each class, the false-positive rate on a log axis.

    Parameters
    ----------
    table : DataFrame
        ``model`` (what is drawn dotted is not the first), ``class``, ``threshold``,
        ``completeness``, ``false_positive_rate`` and ``purity``; a line a point.
    areas : mapping
        By class, the area under the first model's curve, for the legend.
    """
    rates = table.assign(
        false_positive_rate=table["false_positive_rate"].clip(lower=LEAST_RATE)
    )
    figure = _curves(rates, "false_positive_rate", "completeness", areas)
    figure.update_xaxes(
        title="false-positive rate: share of all others taken", type="log",
        range=[-4, 0], dtick=1, tickformat=".4~g",
    )  # fmt: skip
    figure.update_yaxes(title="completeness", range=[-0.02, 1.02])
    return _finished(figure, len(areas), is_simulated=is_simulated)


def precision_recall_figure(
    table: pd.DataFrame, areas: Mapping[str, str], *, is_simulated: bool
) -> go.Figure:
    """Return purity (precision) against completeness (recall) of each class.

    Parameters
    ----------
    table, areas
        As of ``roc_figure``.
    """
    figure = _curves(table, "completeness", "purity", areas)
    figure.update_xaxes(title="completeness (recall)", range=[-0.02, 1.02])
    figure.update_yaxes(title="purity (precision)", range=[-0.02, 1.02])
    return _finished(figure, len(areas), is_simulated=is_simulated)


def _curves(table: pd.DataFrame, x: str, y: str, areas: Mapping[str, str]) -> go.Figure:
    """Return a curve of each class and model; a class is one entry of the legend."""
    figure = go.Figure()
    styles = class_styles(list(areas))
    for place, (model, lines) in enumerate(table.groupby("model", sort=False)):
        for name, points in lines.groupby("class", sort=False):
            style = styles[name]
            words = plain(name)
            beside = model if place else f"area {areas[name]}"
            figure.add_scatter(
                x=points[x], y=points[y], mode="lines+markers", legendgroup=words,
                name=f"{words}, {beside}",
                showlegend=place == 0,
                line={"color": style.colour, "width": 1.5,
                      "dash": "dot" if place else "solid"},
                marker={"symbol": style.symbol, "size": 6, "maxdisplayed": 8},
                customdata=points[["threshold"]],
                hovertemplate=f"{words}, {model}, above %{{customdata[0]:.3f}}:<br>"
                f"{x.replace('_', ' ')} %{{x:.3g}}, {y} %{{y:.3f}}<extra></extra>",
            )  # fmt: skip
    return figure


def _finished(figure: go.Figure, n_classes: int, *, is_simulated: bool) -> go.Figure:
    """Return the figure as others are; many names stand beside it and scroll there."""
    arranged(figure, is_simulated=is_simulated, height=420)
    if n_classes > _MOST_ABOVE:
        figure.update_layout(
            legend={"orientation": "v", "x": 1.02, "y": 1.0, "yanchor": "top"}
        )
    return figure
