"""From a catalog to a finished run: split, train, compare, score, map, write.

Within workflow: above fitting, laying_out, report and saved.
"""

import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qsovae.estimator import VAEClassifier
from qsovae.features import features_to_json
from qsovae.inference import latent_matrix
from qsovae.runs import RunWriter, runs_folder
from qsovae.runs.layout import BASELINE, MAP, MAP_RECORD, ROWS, SLICES
from qsovae.workflow.fitting import (
    Prepared,
    baseline_table,
    fit_model,
    prepare,
    rows_table,
)
from qsovae.workflow.gathering import Gathered
from qsovae.workflow.laying_out import MapSettings, lay_out, map_record, map_table
from qsovae.workflow.progress import Progress, Steps
from qsovae.workflow.report import scores_report
from qsovae.workflow.request import TrainRequest
from qsovae.workflow.saved import run_report

_PACKAGES = (
    "qsovae",
    "torch",
    "numpy",
    "pandas",
    "scikit-learn",
    "astropy",
    "umap-learn",
)


def train_run(
    request: TrainRequest,
    folder: Path | str | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Train, score on rows held out, and write the run.

    Parameters
    ----------
    request : TrainRequest
    folder : Path or str, optional
        Where runs are kept; ``runs_folder()`` by default.
    on_progress : callable, optional
        Called with an entry for each phase and epoch, as in ``progress.jsonl``.
    should_stop : callable, optional
        Asked after each epoch, of the training and of the map; True ends the training
        and keeps what was learnt, skips a map not begun and keeps one half laid out,
        as a file ``STOP`` in the run's folder does. The run's notes say so.

    Returns
    -------
    dict
        The scores on the test rows, as ``qsovae train --json`` prints them.

    Raises
    ------
    CatalogError
        If the catalog, the label column or a feature cannot be used.
    RunError
        If the run exists or is being trained; TrainingDivergedError if it diverges.
    ConfigError
        If a parameter lies outside what it may be.
    """
    with RunWriter(
        Path(folder or runs_folder()), request.run, overwrite=request.overwrite
    ) as writer:
        steps = Steps(writer, on_progress, should_stop)
        with steps.step("read", f"reading {request.catalog.name}"):
            prepared = prepare(request, writer.folder, steps, writer.path / SLICES)
        steps.tell(_read_entry(prepared.catalog))
        with steps.step("train", "training"):
            model, prepared = fit_model(request, prepared, steps)
            writer.write_model(model)
        with steps.step("score", "scoring all rows"):
            rows = rows_table(model, prepared)
            writer.write_table(ROWS, rows)
        with steps.step("baseline", "training the gradient-boosting baseline"):
            baseline = baseline_table(prepared, request.seed)
            writer.write_table(BASELINE, baseline)
        if request.with_map:
            _write_map(writer, rows, request.seed, steps)
        scores = scores_report(rows, baseline, prepared.catalog.labels.classes)
        manifest = _manifest(request, prepared, model, steps) | {"scores": scores}
        seconds = steps.seconds["train"]
        steps.tell({"phase": "done", "message": "done", "seconds": seconds})
        writer.finish(manifest)
        return run_report(request.run, manifest)


def _read_entry(catalog: Gathered) -> dict[str, Any]:
    """Return an entry of the progress log that says what was read."""
    return {
        "phase": "read", "message": f"{catalog.n_rows:,} rows",
        "is_simulated": catalog.is_simulated,
    }  # fmt: skip


def _write_map(writer: RunWriter, rows: pd.DataFrame, seed: int, steps: Steps) -> None:
    """Lay out the map and write it, unless somebody asked to stop before."""
    if steps.stop_asked():
        steps.stopped("the map was not made, for a stop was asked for")
        return
    with steps.step("map", "laying out the latent map"):
        settings = MapSettings(seed)
        result = lay_out(latent_matrix(rows), settings, steps.tell, steps.stop_asked)
        writer.write_table(MAP, map_table(result, settings))
        writer.write_json(MAP_RECORD, map_record(result, settings))
    if result.epochs < result.n_epochs:
        steps.stopped(
            f"the map was stopped after epoch {result.epochs} of {result.n_epochs}"
        )


def _manifest(
    request: TrainRequest, prepared: Prepared, model: VAEClassifier, steps: Steps
) -> dict[str, Any]:
    """Return what a run's manifest says beside the scores."""
    catalog, rule = prepared.catalog, prepared.split.rule
    labels = catalog.labels
    return {
        "catalog": {
            "name": catalog.name,
            "path": _portable(request.catalog),
            "sha256": catalog.sha256,
            "rows": catalog.n_rows,
        },
        "is_simulated": catalog.is_simulated,
        "label": request.label,
        "features": features_to_json(catalog.table.features),
        "classes": list(labels.classes),
        "class_counts": {
            c: int(np.count_nonzero(labels.class_label == c)) for c in labels.classes
        },
        "split": {k: v for k, v in rule.items() if k not in ("counts", "notes")}
        | rule["counts"],
        "seed": request.seed,
        "estimator": {
            "n_latent": request.n_latent,
            "epochs": request.epochs,
            "epochs_done": model.n_iter_,
            "device": model.network_.device.type,
        },
        "mapping": catalog.mapping.to_toml(),
        "versions": {"python": sys.version.split()[0]}
        | {p: version(p) for p in _PACKAGES},
        "timings_seconds": steps.seconds,
        "notes": [*labels.notes, *rule["notes"], *catalog.notes, *steps.notes],
    }


def _portable(path: Path) -> str:
    """Return a path relative to the working folder where it lies inside it."""
    full = path.resolve()
    here = Path.cwd().resolve()
    return full.relative_to(here).as_posix() if full.is_relative_to(here) else str(full)
