"""Scores of a run's test rows, beside the baseline's on the same rows.

Within workflow: lowest.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.evaluation import score_by_morphology, score_predictions
from qsovae.inference import probability_matrix

BASELINE_NAME = "gradient boosting (scikit-learn HistGradientBoostingClassifier)"


def scores_of(table: pd.DataFrame, classes: tuple[str, ...]) -> dict[str, Any]:
    """Return the scores of labelled rows, altogether and by morphology.

    Parameters
    ----------
    table : DataFrame
        Has class_label, morphology and ``p_CLASS``.
    """
    truth = table["class_label"].to_numpy(dtype=object)
    shares = probability_matrix(table, classes)
    morphology = table["morphology"].to_numpy(dtype=object)
    by_morphology = score_by_morphology(truth, shares, classes, morphology)
    return score_predictions(truth, shares, classes).to_json() | {
        "by_morphology": {
            name: None if scores is None else scores.to_json()
            for name, scores in by_morphology.items()
        }
    }


def scores_report(
    rows: pd.DataFrame, baseline: pd.DataFrame, classes: tuple[str, ...]
) -> dict[str, Any]:
    """Return the scores of model and baseline on the test rows of a run."""
    tested = rows[rows["split"] == "test"]
    rival = tested[["row", "class_label", "morphology"]].merge(
        baseline, on="row", how="left", validate="one_to_one"
    )
    return scores_of(tested, classes) | {
        "baseline": {"name": BASELINE_NAME, **scores_of(rival, classes)}
    }


def labelled(values: "pd.Series[Any]") -> NDArray[np.bool_]:
    """Return which rows carry a class."""
    carries: NDArray[np.bool_] = values.notna().to_numpy(dtype=bool)
    return carries
