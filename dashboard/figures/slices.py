"""Figure of a class's scores by slices of a column, with the rows behind them."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.figures.layout import arranged, plain, plain_all
from dashboard.theme import BASELINE_COLOUR, TRAINING_COLOUR, VALIDATION_COLOUR

_DRAWN = (
    ("completeness", TRAINING_COLOUR, "circle", -1),
    ("purity", VALIDATION_COLOUR, "diamond-open", 1),
)
_BESIDE = 0.008  # half the way between two marks, as a share of the axis
_MOST_LEVEL = 4  # names of so many slices fit beside each other


def slices_figure(
    table: pd.DataFrame, name: str, title: str, *, is_simulated: bool
) -> go.Figure:
    """Return completeness and purity of a class by slice, over its numbers of rows.

    Parameters
    ----------
    table : DataFrame
        A line a slice, in order: ``slice``, ``rows``, ``class_rows``, ``completeness``
        and ``purity``, each with ``_low`` and ``_high``; NaN where undefined.
    name, title : str
        Of the class, and of the column.
    """
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.7, 0.3], vertical_spacing=0.04
    )
    # Numbers for the axis, so that two marks of a slice lie beside each other.
    places = list(range(len(table)))
    labels = plain_all(table["slice"])
    beside = _BESIDE * len(table)
    for measure, colour, symbol, aside in _DRAWN:
        share = table[measure]
        figure.add_scatter(
            x=[place + aside * beside for place in places], y=share, mode="markers",
            name=measure, marker={"color": colour, "symbol": symbol, "size": 9},
            error_y={"type": "data", "symmetric": False, "width": 3, "thickness": 1.5,
                     "array": table[f"{measure}_high"] - share,
                     "arrayminus": share - table[f"{measure}_low"]},
            customdata=[*zip(labels, table["class_rows"], strict=True)],
            hovertemplate="%{customdata[0]}: %{y:.3f}<br>%{customdata[1]:,} "
            f"{plain(name)}",
            row=1, col=1,
        )  # fmt: skip
    for shown, rows, colour in (
        (plain(name), table["class_rows"], TRAINING_COLOUR),
        ("others", table["rows"] - table["class_rows"], BASELINE_COLOUR),
    ):
        figure.add_bar(
            x=places, y=rows, name=f"rows: {shown}", marker_color=colour, opacity=0.6,
            customdata=labels, hovertemplate="%{customdata}: %{y:,} rows",
            row=2, col=1,
        )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.3)
    figure.update_xaxes(
        tickvals=places, ticktext=labels, range=[-0.6, len(places) - 0.4],
        tickangle=-45 if len(places) > _MOST_LEVEL else 0,
    )  # fmt: skip
    figure.update_xaxes(title=plain(title), row=2, col=1)
    figure.update_yaxes(title="share", range=_share_range(table), row=1, col=1)
    figure.update_yaxes(title="rows", row=2, col=1)
    figure = arranged(figure, is_simulated=is_simulated, height=540)
    # Names are long: the mark of simulated rows would stand on them.
    figure.update_annotations(yshift=-82)
    return figure.update_layout(margin_b=104)


def _share_range(table: pd.DataFrame) -> tuple[float, float]:
    """Return the axis that shows every interval, from the tenth below the lowest."""
    lows = table[[f"{measure}_low" for measure, *_ in _DRAWN]].to_numpy(dtype=float)
    start = np.floor(np.nanmin(lows, initial=1.0) * 10.0) / 10.0
    margin = 0.03 * (1.0 - start)
    return start - margin, 1.0 + margin
