"""What a referee asks beside the scores: intervals, calibration, thresholds.

Within workflow: lowest.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.errors import ConfigError
from qsovae.evaluation import (
    Predictions,
    Temperature,
    calibration_error,
    exact_areas,
    is_quasar,
    matthews,
    reliability_table,
    resampled_intervals,
    share_interval,
    sky_mix,
    threshold_table,
)
from qsovae.inference import latent_names, probability_matrix

_ACTIVE_VARIANCE = 0.01

SKY = "sky"
TEST = "test"


class Mix(NamedTuple):
    """A class mix to judge a sample at: what it is called, shares, sources per deg2.

    Without shares it is that of the rows.
    """

    kind: str
    shares: Mapping[str, float] | None
    per_deg2: float | None


def mix_of(prior: Mapping[str, float] | str | None, classes: tuple[str, ...]) -> Mix:
    """Return the mix that a prior means: shares, "sky", or None for the test rows' own.

    Raises
    ------
    ConfigError
        If the sky's counts do not know the classes, or the prior is another word.
    """
    if prior is None:
        return Mix(TEST, None, None)
    if isinstance(prior, Mapping):
        return Mix("stated", prior, None)
    if prior != SKY:
        raise ConfigError(
            f"the prior is {prior!r}", "prior", 'State the shares, or use "sky".'
        )
    found = sky_mix(classes)
    return Mix(SKY, found.shares, found.per_deg2)


def sought_class(classes: tuple[str, ...], asked: str | None = None) -> str:
    """Return the class that a sample is sought of: the quasars, else the first.

    Raises
    ------
    ConfigError
        If a class was asked for that is none of these.
    """
    if asked is not None and asked not in classes:
        raise ConfigError(
            f"there is no class {asked}", "class", f"Use one of {', '.join(classes)}."
        )
    quasars = [name for name in classes if is_quasar(name)]
    return asked or (quasars or list(classes))[0]


def predictions_of(rows: pd.DataFrame, classes: tuple[str, ...]) -> Predictions:
    """Return the labelled ones of rows with class_label and ``p_CLASS``."""
    labels = rows["class_label"].to_numpy(dtype=object)
    return Predictions.checked(labels, probability_matrix(rows, classes), classes)


def score_details(predictions: Predictions) -> dict[str, Any]:
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
        "mcc": _number(matthews(confusion)),
        "brier": _number(brier.mean() if brier.size else np.nan),
        "intervals": {n: v for n, v in intervals.items() if " " not in n},
        "per_class": {
            name: {
                **{n: _number(v) for n, v in exact_areas(predictions, k).items()},
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


def calibration_details(
    predictions: Predictions, validation: Predictions | None
) -> dict[str, Any]:
    """Return calibration of each class, ready for JSON; mended by validation rows.

    Keys: ``temperature`` (None without validation rows) and by class ``before`` and,
    with a temperature, ``after``: ``ece`` and ``reliability``, a list of columns.
    """
    stages = {"before": predictions}
    temperature = None
    if validation is not None and validation.true.size and predictions.true.size:
        mended = Temperature.fit(validation)
        temperature, stages["after"] = mended.value, mended.apply(predictions)
    return {
        "temperature": temperature,
        "per_class": {
            name: {
                stage: {
                    "ece": _number(calibration_error(rows, name)),
                    "reliability": reliability_table(rows, name).to_dict("list"),
                }
                for stage, rows in stages.items()
            }
            for name in predictions.classes
        },
    }


def latent_details(rows: pd.DataFrame) -> dict[str, Any]:
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


def threshold_details(
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
        "prior": {
            "kind": mix.kind,
            "shares": None if mix.shares is None else dict(mix.shares),
            "per_deg2": mix.per_deg2,
        },
        "table": {
            name: [_number(value) for value in column]
            for name, column in table.to_dict("list").items()
        },
    }


def _number(value: Any) -> float | None:
    """Return a number for JSON, which knows no NaN."""
    return float(value) if np.isfinite(value) else None
