"""The tasks: what is asked of a method on one split of a set."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

import qsovae
from board.detectors import DETECTORS
from board.fainter import fainter
from board.latent import latent
from board.peers import METHODS, NETWORKS, fit, fit_few
from board.request import Request, few_labels, timed, timed_probabilities
from board.scores import log_loss, macro_f1, reliability, score
from board.sets import BoardSet, Floats, Sample

_CLASSIFIERS = tuple(method for method in METHODS if method not in DETECTORS)
_NOT_NETWORKS = tuple(method for method in _CLASSIFIERS if method not in NETWORKS)


@dataclass(frozen=True)
class Task:
    """What is asked, of which methods, on which sets."""

    measure: Callable[[Request], dict[str, Any]]
    methods: tuple[str, ...]
    applies: Callable[[BoardSet], bool] = lambda _: True


def full(request: Request) -> dict[str, Any]:
    """Return scores of the rows held out, after fitting to all training rows."""
    sample = request.sample
    fitted, seconds = request.plain
    probabilities, rate = timed_probabilities(fitted, sample.x_test)
    positive = sample.opened.classes.index(request.board.positive)
    return {
        "scores": score(sample.y_test, probabilities, positive),
        "reliability": reliability(sample.y_test, probabilities),
        "fit_seconds": seconds, "rows_per_second": rate, "settings": fitted.settings,
    }  # fmt: skip


def few(request: Request) -> dict[str, Any]:
    """Return scores of the rows held out, after fitting to few labels."""
    sample = request.sample
    targets = few_labels(sample.y_train, request.repeat)
    fitted, seconds = timed(
        lambda: fit_few(request.method, sample.x_train, targets, request.repeat)
    )
    probabilities, rate = timed_probabilities(fitted, sample.x_test)
    return {
        "scores": {
            "macro_f1": macro_f1(sample.y_test, probabilities),
            "log_loss": log_loss(sample.y_test, probabilities),
        },
        "labels": int((targets >= 0).sum()),
        "fit_seconds": seconds, "rows_per_second": rate,
    }  # fmt: skip


def missing(request: Request) -> dict[str, Any]:
    """Return what macro F1 loses when a survey is removed from the rows held out."""
    sample, (fitted, _) = request.sample, request.plain
    whole = macro_f1(sample.y_test, fitted.probabilities(sample.x_test))
    lost = {
        survey: whole
        - macro_f1(sample.y_test, fitted.probabilities(without_survey(sample, sources)))
        for survey, sources in request.board.surveys.items()
    }
    mean = float(np.mean(list(lost.values())))
    return {"scores": {"macro_f1_lost": mean}, "surveys": lost}


def without_survey(sample: Sample, sources: tuple[str, ...]) -> Floats:
    """Return the rows held out, NaN in features that any of the sources is part of."""
    removed = sample.x_test.copy()
    for i, feature in enumerate(sample.opened.table.features):
        if set(feature.sources) & set(sources):
            removed[:, i] = np.nan
    return removed


def faint(request: Request) -> dict[str, Any]:
    """Return what macro F1 loses to the noise of sources one magnitude fainter."""
    sample, fitted = request.sample, request.with_sigma
    noisy = fainter(sample.opened.catalog, np.random.default_rng(request.repeat))
    table = qsovae.build_features(noisy, sample.opened.table.features)
    dim = Sample(sample.opened._replace(table=table), sample.train, sample.test)
    before, after = (
        macro_f1(rows.y_test, fitted.probabilities(rows.x_test, rows.sigma_test))
        for rows in (sample, dim)
    )
    scores = {"macro_f1_lost": before - after, "macro_f1_after": after}
    return {"scores": scores}


def strangers(request: Request) -> dict[str, Any]:
    """Return the AUROC of a class that never trained, against rows of the others."""
    sample, held_out = request.sample, request.sample.opened.held_out
    values = sample.opened.table.values
    train = sample.train[~held_out[sample.train]]
    test = sample.test[~held_out[sample.test]]
    asked = np.concatenate([np.flatnonzero(held_out), test])
    if request.method == "VAE":
        targets = sample.opened.targets[train]
        model = fit("VAE", values[train], targets, request.repeat).model
        strangeness = model.outlier_score(values[asked])
    else:
        detector = DETECTORS[request.method]
        strangeness = detector.strangeness(values[train], values[asked], request.repeat)
    auroc = float(roc_auc_score(held_out[asked], strangeness))
    return {"scores": {"auroc": auroc}, "strangers": int(held_out.sum())}


TASKS: dict[str, Task] = {
    "full": Task(full, _CLASSIFIERS),
    "few": Task(few, _NOT_NETWORKS),
    "missing": Task(
        missing, ("VAE", "XGBoost", "LightGBM", "random forest"),
        lambda board: len(board.surveys) > 1,
    ),
    "faint": Task(faint, _NOT_NETWORKS, lambda board: board.has_errors),
    "strangers": Task(
        strangers, ("VAE", *DETECTORS), lambda board: board.stranger is not None
    ),
    "latent": Task(latent, ("VAE",)),
}  # fmt: skip
