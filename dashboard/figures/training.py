"""Figure of a training: how the losses went."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.figures.layout import arranged
from dashboard.theme import TRAINING_COLOUR, VALIDATION_COLOUR

TERMS = {
    "total": "Total loss",
    "reconstruction": "Reconstruction",
    "kl": "KL divergence",
    "classification": "Classification",
}
_LINES = {
    "train": ("training", TRAINING_COLOUR, "solid"),
    "validation": ("validation", VALIDATION_COLOUR, "dash"),
}


def loss_figure(progress: pd.DataFrame, *, is_simulated: bool) -> go.Figure:
    """Return four panels of loss against epoch, training and validation.

    Parameters
    ----------
    progress : DataFrame
        ``epoch`` and, for each term of ``TERMS``, ``train_<term>`` and
        ``validation_<term>`` in nats a row; one line an epoch.
    """
    figure = make_subplots(
        rows=2, cols=2, subplot_titles=list(TERMS.values()), shared_xaxes=True,
        vertical_spacing=0.14, horizontal_spacing=0.09,
    )  # fmt: skip
    for i, term in enumerate(TERMS):
        for part, (name, colour, dash) in _LINES.items():
            figure.add_scatter(
                x=progress["epoch"], y=progress[f"{part}_{term}"], name=name,
                mode="lines" if len(progress) > 1 else "markers",
                line={"color": colour, "dash": dash, "width": 2}, legendgroup=part,
                showlegend=i == 0, row=i // 2 + 1, col=i % 2 + 1,
                hovertemplate="epoch %{x}: %{y:.4g}",
            )  # fmt: skip
    figure.update_xaxes(title="epoch", row=2)
    figure.update_annotations(font_size=13)
    figure = arranged(figure, is_simulated=is_simulated, height=460)
    figure.update_layout(
        margin_t=60,
        legend={"y": 1.08},
        uirevision="losses",
        hovermode="x unified",
    )
    return figure
