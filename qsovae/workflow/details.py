"""What a referee asks beside the scores: intervals, calibration, thresholds.

Within workflow: above curves and mixes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.errors import ConfigError
from qsovae.evaluation import (
    Predictions,
    Temperature,
    calibration_error,
    defined,
    differences,
    exact_areas,
    matthews,
    mcnemar,
    reliability_table,
    resampled_intervals,
    share_interval,
    threshold_table,
    top_table,
)
from qsovae.inference import latent_names, probability_matrix
from qsovae.runs import Run
from qsovae.workflow.curves import curves_of, json_columns
from qsovae.workflow.mixes import Mix, mix_of, sought_class

_ACTIVE_VARIANCE = 0.01
DETAILS = ("scores", "curves", "calibration", "samples", "latent", "rival")


def predictions_of(rows: pd.DataFrame, classes: tuple[str, ...]) -> Predictions:
    """Return the labelled ones of rows with class_label and ``p_CLASS``."""
    labels = rows["class_label"].to_numpy(dtype=object)
    return Predictions.checked(labels, probability_matrix(rows, classes), classes)


def evaluation_details(
    run: Run,
    rows: pd.DataFrame,
    prior: Mapping[str, float] | str | None = None,
    sought: str | None = None,
    parts: Sequence[str] = DETAILS,
) -> dict[str, Any]:
    """Return what a referee asks beside the scores of some rows.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        Rows that did not train it, as of ``evaluate_rows``, or some of them.
    prior, sought
        As of ``evaluate_run``; they bear on the samples alone.
    parts : sequence of str
        Which of ``DETAILS`` are wanted: of many rows some take seconds.

    Returns
    -------
    dict
        Of ``scores``: ``mcc``, ``brier``, ``intervals`` and ``per_class`` (95 %, see
        ``resampled_intervals`` and ``share_interval``); of ``curves``: ``curves`` (by
        class, see ``curve_table``); of ``calibration``: ``calibration`` (before, and
        after mending by a temperature of the run's validation rows); of ``samples``:
        ``thresholds`` (see ``threshold_table``) and ``top`` (see ``top_table``); of
        ``latent``: ``latent`` (the active dimensions of the run); of ``rival``:
        ``against_baseline`` (paired differences and McNemar's test, on the run's own
        test rows). Ready for JSON, what is undefined is None.

    Raises
    ------
    ConfigError
        If there is no such class or part, or the prior does not suit.
    """
    mix, name = mix_of(prior, run.classes), sought_class(run.classes, sought)
    unknown = [part for part in parts if part not in DETAILS]
    if unknown:
        raise ConfigError(
            f"details have no part {', '.join(unknown)}",
            "parts",
            f"Name some of {', '.join(DETAILS)}.",
        )
    return details_of(run, rows, mix, name, parts)


def details_of(
    run: Run, rows: pd.DataFrame, mix: Mix, sought: str, parts: Sequence[str] = DETAILS
) -> dict[str, Any]:
    """Return what ``evaluation_details`` says."""
    scored = predictions_of(rows, run.classes)
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "scores": lambda: _further_scores(scored),
        "curves": lambda: {"curves": curves_of(scored)},
        "calibration": lambda: {"calibration": _calibration(scored, _validated(run))},
        "samples": lambda: {
            "thresholds": _threshold(scored, sought, mix, run.class_prior),
            "top": json_columns(top_table(scored, sought)),
        },
        "latent": lambda: {"latent": latent_use(run.rows())},
        "rival": lambda: {"against_baseline": _against(scored, baseline_of(run, rows))},
    }
    return {name: made for part in parts for name, made in makers[part]().items()}


def baseline_details(run: Run, rows: pd.DataFrame) -> dict[str, Any] | None:
    """Return further scores and curves of the baseline, None where it knows no row."""
    rival = baseline_of(run, rows)
    if rival is None:
        return None
    return _further_scores(rival) | {"curves": curves_of(rival)}


def baseline_of(run: Run, rows: pd.DataFrame) -> Predictions | None:
    """Return what the baseline says of the run's own test rows; None of others."""
    if "split" not in rows:
        return None
    beside = rows[["row", "class_label"]].merge(run.baseline(), on="row", how="left")
    return predictions_of(beside, run.classes)


def _further_scores(predictions: Predictions) -> dict[str, Any]:
    """Return further scores, and 95 % intervals of all, ready for JSON.

    Keys: ``mcc``, ``brier``; ``intervals``, by score; and by class ``per_class`` with
    ``roc_area``, ``average_precision`` and ``intervals``. What is undefined is None.
    """
    confusion = predictions.confusion()
    intervals = {
        name: list(bounds) for name, bounds in resampled_intervals(predictions).items()
    }
    brier = predictions.brier_losses()
    return {
        "mcc": defined(matthews(confusion)),
        "brier": defined(brier.mean() if brier.size else np.nan),
        "intervals": {n: v for n, v in intervals.items() if " " not in n},
        "per_class": {
            name: {
                **{n: defined(v) for n, v in exact_areas(predictions, k).items()},
                "intervals": {
                    **_share_intervals(confusion, k),
                    **{n.split(" ", 1)[0]: v for n, v in intervals.items()
                       if n.endswith(f" {name}")},
                },
            }
            for k, name in enumerate(predictions.classes)
        },
    }  # fmt: skip


def _share_intervals(confusion: NDArray[np.int64], k: int) -> dict[str, list[float]]:
    """Return the intervals of completeness and purity of a class that has rows."""
    hits, rows, put = confusion[k, k], confusion[k].sum(), confusion[:, k].sum()
    found = {"completeness": rows, "purity": put if rows else 0}
    return {
        name: [float(bound) for bound in share_interval(hits, whole)]
        for name, whole in found.items()
        if whole
    }


def _validated(run: Run) -> Predictions:
    """Return what a run says of the rows that decided when to stop."""
    saved = run.rows(("split", "class_label", *(f"p_{name}" for name in run.classes)))
    return predictions_of(saved[saved["split"] == "validation"], run.classes)


def _calibration(predictions: Predictions, validation: Predictions) -> dict[str, Any]:
    """Return calibration of each class, ready for JSON; mended by validation rows.

    Keys: ``temperature`` (None without validation rows) and by class ``before`` and,
    with a temperature, ``after``: ``ece`` and ``reliability``, a list of columns.
    """
    stages = {"before": predictions}
    temperature = None
    if validation.true.size and predictions.true.size:
        mended = Temperature.fit(validation)
        temperature, stages["after"] = mended.value, mended.apply(predictions)
    return {
        "temperature": temperature,
        "per_class": {
            name: {
                stage: {
                    "ece": defined(calibration_error(rows, name)),
                    "reliability": reliability_table(rows, name).to_dict("list"),
                }
                for stage, rows in stages.items()
            }
            for name in predictions.classes
        },
    }


def _against(ours: Predictions, rival: Predictions | None) -> dict[str, Any] | None:
    """Return how the model stands beside its baseline on the same rows, for JSON.

    Keys: ``differences``, by score: value, low and high of the model's minus the
    baseline's; and ``mcnemar``. None without a baseline or a row.
    """
    if rival is None or not ours.true.size:
        return None
    return {
        "differences": {
            name: [found.value, *found.interval]
            for name, found in differences(ours, rival).items()
        },
        "mcnemar": mcnemar(ours, rival)._asdict(),
    }


def latent_use(rows: pd.DataFrame) -> dict[str, Any]:
    """Return which latent dimensions say anything, ready for JSON.

    Keys: ``variance`` of the posterior means over the rows, by column, and ``active``,
    the columns where it is above 0.01 (Burda, Grosse & Salakhutdinov 2016): the prior
    has 1, and a dimension that says nothing has 0.
    """
    names = latent_names(rows)
    variance = {n: float(np.var(rows[n].to_numpy(dtype=np.float64))) for n in names}
    return {
        "active": [n for n, value in variance.items() if value > _ACTIVE_VARIANCE],
        "variance": variance,
    }


def _threshold(
    predictions: Predictions, sought: str, mix: Mix, trained_prior: NDArray[np.float64]
) -> dict[str, Any]:
    """Return the sample above each threshold, ready for JSON.

    Keys: ``class``, ``prior`` (kind, shares, per_deg2) and ``table``, a list of columns
    as of `qsovae.threshold_table`, NaN as None.
    """
    table = threshold_table(
        predictions, sought, mix.shares, trained_prior=trained_prior,
        density=mix.per_deg2,
    )  # fmt: skip
    return {
        "class": sought,
        "prior": mix.to_json(),
        "table": json_columns(table),
    }
