"""Figures: from a table to a Plotly figure, pure functions."""

from dashboard.figures.catalog import magnitude_figure, observed_figure
from dashboard.figures.cells import places_figure, sed_figure
from dashboard.figures.combine import separation_figure
from dashboard.figures.curves import (
    LEAST_RATE,
    precision_recall_figure,
    roc_figure,
)
from dashboard.figures.drivers import (
    class_sed_figure,
    loss_of_inputs_figure,
    traversal_figure,
)
from dashboard.figures.evaluation import class_figure, confusion_figure
from dashboard.figures.evaluation_details import (
    reliability_figure,
    threshold_figure,
    top_figure,
)
from dashboard.figures.explanation import (
    CHOSEN,
    DECODED,
    OTHERS,
    effect_figure,
    sides_histogram_figure,
    sides_sed_figure,
)
from dashboard.figures.one_object import FLUXES, MAGNITUDES, object_figure
from dashboard.figures.rivals import rival_figure
from dashboard.figures.slices import slices_figure
from dashboard.figures.splits import splits_figure
from dashboard.figures.training import loss_figure
from dashboard.figures.walk import line_classes_figure, line_seds_figure, place_figure

__all__ = [
    "CHOSEN",
    "DECODED",
    "FLUXES",
    "LEAST_RATE",
    "MAGNITUDES",
    "OTHERS",
    "class_figure",
    "class_sed_figure",
    "confusion_figure",
    "effect_figure",
    "line_classes_figure",
    "line_seds_figure",
    "loss_figure",
    "loss_of_inputs_figure",
    "magnitude_figure",
    "object_figure",
    "observed_figure",
    "place_figure",
    "places_figure",
    "precision_recall_figure",
    "reliability_figure",
    "rival_figure",
    "roc_figure",
    "sed_figure",
    "separation_figure",
    "sides_histogram_figure",
    "sides_sed_figure",
    "slices_figure",
    "splits_figure",
    "threshold_figure",
    "top_figure",
    "traversal_figure",
]
