"""A run's settings refitted under other splits: what the scores become.

Within workflow: above catalogs, fitting, report and saved.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from qsovae.errors import ConfigError
from qsovae.evaluation import Predictions, differences, resampled_intervals
from qsovae.inference import probability_matrix
from qsovae.runs import Run
from qsovae.splits import SplitPlan, parse_split
from qsovae.workflow.catalogs import own_catalog
from qsovae.workflow.fitting import (
    Prepared,
    baseline_table,
    fit_model,
    prepare,
    prepare_folds,
    rows_table,
)
from qsovae.workflow.progress import Progress, Steps
from qsovae.workflow.report import scores_report
from qsovae.workflow.request import TrainRequest
from qsovae.workflow.saved import keep_split


def evaluate_splits(
    run: Run,
    splits: Sequence[SplitPlan | str],
    catalog: Path | str | None = None,
    n_folds: int | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[dict[str, Any]]:
    """Refit a run's settings under other splits and keep the scores with the run.

    The run itself stays as it is. Each split trains anew: as long as the run took, and
    so often as there are folds.

    Parameters
    ----------
    run : Run
    splits : sequence of SplitPlan or str
        As of ``parse_split``.
    catalog : Path or str, optional
        Where the run's own catalog lies; where it lay at training by default.
    n_folds : int, optional
        Test one part after the other, and pool what was predicted out of the fold.
    on_progress : callable, optional
        Called with entries as of ``train_run``, with ``split`` and ``fraction``.
    should_stop : callable, optional
        Asked after each epoch; True ends it all, splits before it are kept.

    Returns
    -------
    list of dict
        As of ``split_results``, of these splits only.

    Raises
    ------
    CatalogError
        If the catalog is gone or is not the run's own.
    InputError
        If it lacks what a split goes by.
    ConfigError
        If a split or the number of folds is none, or it was stopped.
    """
    plans = [parse_split(s) if isinstance(s, str) else s for s in splits]
    path = own_catalog(run, catalog)
    results = []
    for number, plan in enumerate(plans):
        teller = _told(on_progress, str(plan), number, len(plans))
        steps = Steps(None, teller, should_stop)
        with tempfile.TemporaryDirectory(prefix="qsovae-") as folder:
            request = _request(run, path, plan)
            result = _refitted(run, request, n_folds, Path(folder), steps)
        keep_split(run, result)
        results.append(result)
    return results


def _request(run: Run, catalog: Path, plan: SplitPlan) -> TrainRequest:
    """Return what trained a run, with another split."""
    manifest = run.manifest
    settings, share = manifest["estimator"], manifest["split"].get("test_fraction", 0.3)
    return TrainRequest(
        catalog, manifest["label"], run.name, run.mapping,
        tuple(f.name for f in run.features), settings["epochs"], settings["n_latent"],
        share, manifest["seed"], split=plan,
    )  # fmt: skip


def _refitted(
    run: Run, request: TrainRequest, n_folds: int | None, scratch: Path, steps: Steps
) -> dict[str, Any]:
    """Return the scores under one split, pooled over its folds."""
    if n_folds is None:
        parts = [prepare(request, scratch, steps)]
    else:
        parts = prepare_folds(request, n_folds, scratch, steps)
    fitted = list(_fitted(request, parts, steps))
    tested = pd.concat([rows for _, rows, _ in fitted], ignore_index=True)
    baseline = pd.concat([rival for _, _, rival in fitted], ignore_index=True)
    scores = scores_report(tested, baseline, run.classes)
    rival = scores.pop("baseline")
    rule = fitted[0][0]
    ours, theirs = (
        Predictions.checked(
            tested["class_label"].to_numpy(dtype=object),
            probability_matrix(table, run.classes), run.classes,
        )
        for table in (tested, baseline)
    )  # fmt: skip
    return {
        "spec": str(request.split),
        "folds": n_folds,
        "split": {k: v for k, v in rule.items() if k not in ("counts", "notes", "fold")}
        | rule["counts"] | {"test": len(tested)},
        "notes": list(dict.fromkeys(n for p in parts for n in p.split.rule["notes"])),
        "scores": scores,
        "baseline": rival,
        "intervals": {n: list(v) for n, v in resampled_intervals(ours).items()},
        "differences": {
            name: [found.value, *found.interval]
            for name, found in differences(ours, theirs).items()
        },
    }  # fmt: skip


def _fitted(
    request: TrainRequest, parts: list[Prepared], steps: Steps
) -> Iterator[tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]]:
    """Yield the rule of each fold, and what model and baseline say of its test rows."""
    for number, part in enumerate(parts):
        message = f"split {request.split}: training"
        if len(parts) > 1:
            message += f" without part {number + 1} of {len(parts)}"
        steps.tell(
            {"phase": "fold", "message": message, "fold": number, "folds": len(parts)}
        )
        model, prepared = fit_model(request, part, steps)
        if steps.stop_asked():
            raise ConfigError(
                "stopped", "evaluate", "What was scored before is kept with the run."
            )
        rows = rows_table(model, prepared)
        tested = rows[rows["split"] == "test"]
        yield prepared.split.rule, tested, baseline_table(prepared, request.seed)


def _told(
    on_progress: Progress | None, spec: str, number: int, n_splits: int
) -> Progress:
    """Return a callable that tells of a split and of the share of all that is done."""
    fold, folds = 0, 1

    def tell(entry: dict[str, Any]) -> None:
        nonlocal fold, folds
        fold, folds = entry.get("fold", fold), entry.get("folds", folds)
        of_fold = entry["epoch"] / entry["n_epochs"] if "epoch" in entry else 0.0
        fraction = (number + (fold + of_fold) / folds) / n_splits
        if on_progress is not None:
            on_progress(entry | {"split": spec, "fraction": fraction})

    return tell
