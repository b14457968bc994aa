"""Scores as tables that pages and reports show.

Within evaluation: above scores.
"""

from typing import Literal

import numpy as np
import pandas as pd

from qsovae.errors import ConfigError
from qsovae.evaluation.scores import Scores

Normalisation = Literal["counts", "row", "column"]


def confusion_table(
    scores: Scores, normalise: Normalisation = "counts"
) -> pd.DataFrame:
    """Return the confusion matrix with its names; true classes down, predicted across.

    Parameters
    ----------
    scores : Scores
        Of any set of rows.
    normalise : {"counts", "row", "column"}
        Counts; or shares of each true class (the diagonal is completeness); or of
        each predicted class (the diagonal is purity). A share of no rows is NaN.

    Raises
    ------
    ConfigError
        If ``normalise`` is something else.
    """
    names = list(scores.classes)
    table = pd.DataFrame(
        scores.confusion_matrix,
        index=pd.Index(names, name="class_label"),
        columns=pd.Index(names, name="class_predicted"),
    )
    if normalise == "counts":
        return table
    if normalise == "row":
        return table.div(table.sum(axis="columns").replace(0, np.nan), axis="index")
    if normalise == "column":
        return table.div(table.sum(axis="index").replace(0, np.nan), axis="columns")
    raise ConfigError(
        f"no such normalisation: {normalise}",
        "qsovae.confusion_table",
        "Choose counts, row or column.",
    )


def scores_table(scores: Scores) -> pd.DataFrame:
    """Return completeness, purity, F1 and rows of each class; NaN where undefined."""
    table = pd.DataFrame(
        [
            {"class_label": name, **entry.to_json()}
            for name, entry in scores.per_class.items()
        ],
        columns=["class_label", "completeness", "purity", "f1", "rows"],
    )
    shares = dict.fromkeys(("completeness", "purity", "f1"), "float64")
    return table.astype({**shares, "rows": "int64"})
