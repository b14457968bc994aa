"""What every figure shares: margins, fonts, the mark of simulated rows.

Within figures: below the others.
"""

import html
import re
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

SIMULATED = "Simulated data"


def plain(text: object) -> str:
    """Return a catalog's text so that Plotly shows it as it is, not as markup."""
    # Plotly takes <b> for bold and an ampersand for an entity, wherever text goes.
    return html.escape(str(text), quote=False)


def plain_all(texts: Sequence[object]) -> list[str]:
    """Return each text as ``plain`` does."""
    return [plain(text) for text in texts]


def arranged(figure: go.Figure, *, is_simulated: bool, height: int) -> go.Figure:
    """Return the figure with the common margins, marked if its rows are simulated."""
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 10, "t": 30, "b": 72},
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0.0},
        hoverlabel={"align": "left"},
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    if is_simulated:
        figure.add_annotation(
            text=SIMULATED, xref="paper", yref="paper", x=1.0, y=0.0, xanchor="right",
            yanchor="top", yshift=-50, showarrow=False,
            font={"size": 11, "color": "#B06A00"},
        )  # fmt: skip
    return figure


def picture_settings(name: str, *, scroll_zoom: bool = False) -> dict[str, Any]:
    """Return Plotly's settings for a figure that downloads as ``name``.png."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", name)
    return {
        "displaylogo": False,
        "scrollZoom": scroll_zoom,
        "toImageButtonOptions": {"format": "png", "filename": safe, "scale": 2},
    }


def by_wavelength(figure: go.Figure) -> None:
    """Make the axis across that of wavelengths, from the optical to WISE."""
    figure.update_xaxes(
        title="wavelength, µm", type="log", tickvals=[0.4, 0.6, 1.0, 2.0, 4.0],
        fixedrange=True,
    )  # fmt: skip
