"""Figure of the scores that a run's settings reach under several splits."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import arranged, plain, plain_all
from dashboard.theme import BASELINE_COLOUR, TRAINING_COLOUR

_LINE_HEIGHT = 44


def splits_figure(table: pd.DataFrame, score: str, *, is_simulated: bool) -> go.Figure:
    """Return a score of the VAE and of the baseline, a line for each split.

    Parameters
    ----------
    table : DataFrame
        ``split``, ``value``, ``low``, ``high`` (the VAE's, 95 %) and ``baseline``.
    score : str
        What it is called.
    """
    lines = plain_all(list(table["split"]))
    figure = go.Figure()
    figure.add_scatter(
        x=table["baseline"], y=lines, mode="markers", name="Baseline",
        marker={"color": BASELINE_COLOUR, "symbol": "diamond-open", "size": 10},
        hovertemplate="baseline, %{y}: %{x:.3f}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=table["value"], y=lines, mode="markers", name="VAE, 95 %",
        marker={"color": TRAINING_COLOUR, "size": 10},
        error_x={"type": "data", "symmetric": False, "thickness": 1.5, "width": 5,
                 "array": table["high"] - table["value"],
                 "arrayminus": table["value"] - table["low"]},
        hovertemplate="VAE, %{y}: %{x:.3f}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title=plain(score))
    figure.update_yaxes(autorange="reversed", type="category")
    height = 150 + _LINE_HEIGHT * len(table)
    return arranged(figure, is_simulated=is_simulated, height=height)
