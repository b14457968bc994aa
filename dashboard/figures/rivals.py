"""Figures of a run beside its rivals."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.layout import arranged, plain_all
from dashboard.theme import (
    BASELINE_COLOUR,
    OUTLINE_COLOUR,
    TRAINING_COLOUR,
    VALIDATION_COLOUR,
)

_ROW_PX = 52
# Of each score, as elsewhere on the page where it is drawn there.
_STYLES = {
    "completeness": (TRAINING_COLOUR, "circle"),
    "purity": (VALIDATION_COLOUR, "diamond"),
    "F1": (OUTLINE_COLOUR, "square"),
    "accuracy": (BASELINE_COLOUR, "x"),
}


def rival_figure(table: pd.DataFrame, *, is_simulated: bool) -> go.Figure:
    """Return by how much a run is better than each rival, with 95 % intervals.

    Parameters
    ----------
    table : DataFrame
        ``rival``, ``score`` (completeness, purity, F1 or accuracy), and its difference
        as ``value``, ``low``, ``high``.
    """
    figure = go.Figure()
    rivals = list(dict.fromkeys(table["rival"]))
    for number, (score, (colour, symbol)) in enumerate(_STYLES.items()):
        lines = table[table["score"] == score]
        # Side by side within the rival's own line, the first on top.
        offset = 0.18 * (number - 1.5)
        places = [rivals.index(rival) + offset for rival in lines["rival"]]
        figure.add_scatter(
            x=lines["value"], y=places, mode="markers", name=score,
            marker={"color": colour, "symbol": symbol, "size": 8},
            error_x={"type": "data", "symmetric": False, "width": 3, "thickness": 1,
                     "array": lines["high"] - lines["value"],
                     "arrayminus": lines["value"] - lines["low"]},
            customdata=lines[["low", "high"]],
            hovertemplate=f"{score}: %{{x:+.3f}}<br>%{{customdata[0]:+.3f}} to "
            "%{customdata[1]:+.3f}, 95 %",
        )  # fmt: skip
    figure.add_vline(x=0, line={"color": BASELINE_COLOUR, "width": 1})
    figure.update_xaxes(title="VAE minus rival: better to the right of zero")
    figure.update_yaxes(
        tickvals=list(range(len(rivals))), ticktext=plain_all(rivals),
        range=[len(rivals) - 0.5, -0.5], zeroline=False,
    )  # fmt: skip
    height = 150 + _ROW_PX * len(rivals)
    return arranged(figure, is_simulated=is_simulated, height=height)
