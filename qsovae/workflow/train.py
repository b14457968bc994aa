"""From a catalog to a finished run: split, train, compare, score, map, write.

Within workflow: above report and project.
"""

import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.baseline import fit_baseline
from qsovae.catalog import Catalog, Labels, open_catalog
from qsovae.columns import Mapping
from qsovae.errors import CatalogError
from qsovae.estimator import VAEClassifier
from qsovae.features import (
    FeatureTable,
    build_features,
    default_features,
    features_to_json,
    parse_features,
)
from qsovae.inference import infer_table, latent_matrix, probability_columns
from qsovae.runs import RunWriter, runs_folder
from qsovae.runs.layout import BASELINE, MAP, ROWS
from qsovae.splits import Split, row_fingerprints, stratified_split, with_validation
from qsovae.training import EpochReport
from qsovae.workflow.project import map_table
from qsovae.workflow.report import scores_report

Progress = Callable[[dict[str, Any]], None]

_PACKAGES = (
    "qsovae",
    "torch",
    "numpy",
    "pandas",
    "scikit-learn",
    "astropy",
    "umap-learn",
)


@dataclass(frozen=True)
class TrainRequest:
    """What to train.

    Attributes
    ----------
    catalog : Path
    label : str
        Column with the classes.
    run : str
        Name of the run.
    mapping : Mapping, optional
        What the columns are; recognised by default.
    features : tuple of str, optional
        ``g-r``, ``i`` or column names; ``default_features`` by default.
    epochs, n_latent : int
        As of ``VAEClassifier``.
    test_fraction : float
        Share of each class held out for the scores.
    seed : int
        Of the split, the network, the baseline and the map.
    overwrite : bool
        Whether a finished run of that name may be replaced.
    with_map : bool
        Whether to make the latent map as well.
    """

    catalog: Path
    label: str
    run: str
    mapping: Mapping | None = None
    features: tuple[str, ...] | None = None
    epochs: int | None = None
    n_latent: int = 8
    test_fraction: float = 0.3
    seed: int = 0
    overwrite: bool = False
    with_map: bool = True


class _Steps:
    """Tells of each step and keeps its seconds."""

    def __init__(self, writer: RunWriter, on_progress: Progress | None) -> None:
        self.writer, self.on_progress = writer, on_progress
        self.seconds: dict[str, float] = {}

    def tell(self, entry: dict[str, Any]) -> None:
        self.writer.report(entry)
        if self.on_progress is not None:
            self.on_progress(entry)

    @contextmanager
    def step(self, phase: str, message: str) -> Any:
        started = time.perf_counter()
        self.tell({"phase": phase, "message": message})
        yield
        self.seconds[phase] = round(time.perf_counter() - started, 3)


def train_run(
    request: TrainRequest,
    folder: Path | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Train, score on rows held out, and write the run.

    Parameters
    ----------
    request : TrainRequest
    folder : Path, optional
        Where runs are kept; ``runs_folder()`` by default.
    on_progress : callable, optional
        Called with an entry for each phase and epoch, as in ``progress.jsonl``.
    should_stop : callable, optional
        Asked after each epoch; True ends the training and keeps what was learnt, as a
        file ``STOP`` in the run's folder does.

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
        folder or runs_folder(), request.run, overwrite=request.overwrite
    ) as writer:
        steps = _Steps(writer, on_progress)
        with steps.step("read", f"reading {request.catalog.name}"):
            catalog = open_catalog(request.catalog, request.mapping)
            labels, table = _prepare(catalog, request)
            fingerprints = row_fingerprints(table.values)
            split = stratified_split(
                labels.class_label, request.test_fraction, request.seed, fingerprints
            )
        with steps.step("train", "training"):
            model, split, stopped = _fit(
                request, table, labels, split, steps, should_stop
            )
        with steps.step("score", "scoring all rows"):
            rows = _rows_table(model, labels, table, catalog, split, fingerprints)
        with steps.step("baseline", "training the gradient-boosting baseline"):
            baseline = _baseline(request, labels, table, split)
        if request.with_map:
            with steps.step("map", "laying out the latent map"):
                latent = latent_matrix(rows)
                writer.write_table(MAP, map_table(latent, request.seed, steps.tell))
        report = scores_report(rows, baseline, labels.classes)
        return _write(
            writer, request, catalog, labels, table, split, model, rows, baseline,
            report, steps, stopped,
        )  # fmt: skip


def _prepare(catalog: Catalog, request: TrainRequest) -> tuple[Labels, FeatureTable]:
    """Return the classes and the features of every row."""
    if not catalog.n_rows:
        raise CatalogError(
            "the catalog has no rows", catalog.name, "Give one with rows."
        )
    labels = catalog.labels(request.label)
    features = (
        default_features(_without(catalog, request.label))
        if request.features is None
        else parse_features(request.features, catalog)
    )
    if any(request.label in f.sources for f in features if f.kind == "column"):
        raise CatalogError(
            f"{request.label} is the label and a feature",
            catalog.name,
            "Leave it out of the features.",
        )
    return labels, build_features(catalog, features)


def _without(catalog: Catalog, label: str) -> Catalog:
    """Return the catalog with the label column as nothing but the label."""
    if catalog.mapping.column(label).role in ("label", "ignore"):
        return catalog
    mapping = catalog.mapping.with_column(label, role="ignore", band=None)
    return Catalog(catalog.raw, mapping)


def _fit(
    request: TrainRequest,
    table: FeatureTable,
    labels: Labels,
    split: Split,
    steps: _Steps,
    should_stop: Callable[[], bool] | None,
) -> tuple[VAEClassifier, Split, bool]:
    """Train on labelled training rows and unlabelled ones; whether it was stopped."""
    fitted = split.rows("train", "unlabelled")
    numbers = {name: k for k, name in enumerate(labels.classes)}
    y = np.array([numbers.get(c, -1) for c in labels.class_label[fitted]])
    y[split.part[fitted] == "unlabelled"] = -1
    model = VAEClassifier(
        n_latent=request.n_latent, epochs=request.epochs, random_state=request.seed
    )
    stopped = False

    def on_epoch(report: EpochReport) -> bool:
        nonlocal stopped
        steps.tell(_epoch_entry(report))
        stopped = steps.writer.stop_asked() or bool(should_stop and should_stop())
        if stopped:
            steps.tell(
                {"phase": "stopped", "message": "stopped; keeping what was learnt"}
            )
        return stopped

    sigma = None if table.sigma is None else table.sigma[fitted]
    model.fit(table.values[fitted], y, sigma=sigma, on_epoch=on_epoch)
    return model, with_validation(split, fitted[model.validation_rows_]), stopped


def _epoch_entry(report: EpochReport) -> dict[str, Any]:
    """Return an epoch's report as an entry of the progress log."""
    eta = report.seconds / report.epoch * (report.n_epochs - report.epoch)
    return {
        "phase": "train",
        "epoch": report.epoch,
        "n_epochs": report.n_epochs,
        "seconds": round(report.seconds, 3),
        "eta_seconds": round(eta, 1),
        "train": _plain(report.train._asdict()),
        "validation": _plain(report.validation._asdict()),
        "validation_accuracy": _plain({"": report.validation_accuracy})[""],
        "is_best": report.is_best,
    }


def _plain(terms: dict[str, float]) -> dict[str, float | None]:
    """Return terms for JSON, which knows no NaN."""
    return {k: round(v, 6) if np.isfinite(v) else None for k, v in terms.items()}


def _rows_table(
    model: VAEClassifier,
    labels: Labels,
    table: FeatureTable,
    catalog: Catalog,
    split: Split,
    fingerprints: NDArray[np.uint64],
) -> pd.DataFrame:
    """Return one line a row: its part in the split, class, and what the model says."""
    inferred = infer_table(model, labels.classes, table, catalog)
    known = pd.DataFrame(
        {
            "row": np.arange(catalog.n_rows),
            "split": split.part.astype(object),
            "class_label": pd.array(labels.class_label, dtype="string"),
        }
    )
    rows = pd.concat([known, inferred], axis=1)
    rows["fingerprint"] = fingerprints
    return rows


def _baseline(
    request: TrainRequest, labels: Labels, table: FeatureTable, split: Split
) -> pd.DataFrame:
    """Return the baseline's probabilities for the test rows."""
    trained, tested = split.rows("train", "validation"), split.rows("test")
    probabilities = fit_baseline(
        table.values[trained], labels.class_label[trained], table.values[tested],
        labels.classes, request.seed,
    )  # fmt: skip
    return pd.DataFrame(
        {"row": tested, **probability_columns(probabilities, labels.classes)}
    )


def _write(
    writer: RunWriter,
    request: TrainRequest,
    catalog: Catalog,
    labels: Labels,
    table: FeatureTable,
    split: Split,
    model: VAEClassifier,
    rows: pd.DataFrame,
    baseline: pd.DataFrame,
    report: dict[str, Any],
    steps: _Steps,
    stopped: bool,
) -> dict[str, Any]:
    """Write the run's files, the manifest last; return the report."""
    writer.write_model(model)
    writer.write_table(ROWS, rows)
    writer.write_table(BASELINE, baseline)
    counts = split.rule["counts"]
    notes = [*labels.notes, *split.rule["notes"], *catalog.raw.notes]
    if stopped:
        notes.append(f"training was stopped after epoch {model.n_iter_}")
    manifest = {
        "catalog": {
            "name": catalog.name,
            "path": _portable(request.catalog),
            "sha256": catalog.sha256,
            "rows": catalog.n_rows,
        },
        "is_simulated": catalog.is_simulated,
        "label": request.label,
        "features": features_to_json(table.features),
        "classes": list(labels.classes),
        "class_counts": {
            c: int(np.count_nonzero(labels.class_label == c)) for c in labels.classes
        },
        "split": {k: v for k, v in split.rule.items() if k not in ("counts", "notes")}
        | counts,
        "seed": request.seed,
        "estimator": {
            "n_latent": request.n_latent,
            "epochs": request.epochs,
            "epochs_done": model.n_iter_,
        },
        "mapping": catalog.mapping.to_toml(),
        "versions": {"python": sys.version.split()[0]}
        | {p: version(p) for p in _PACKAGES},
        "timings_seconds": steps.seconds,
        "scores": report,
        "notes": notes,
    }
    steps.tell({"phase": "done", "message": "done", "seconds": steps.seconds["train"]})
    writer.finish(manifest)
    return run_report(request.run, manifest)


def run_report(name: str, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a run's scores with what they rest on, as ``train --json`` prints them."""
    return {
        "run": name,
        "catalog": manifest["catalog"]["name"],
        "is_simulated": manifest["is_simulated"],
        "label": manifest["label"],
        "features": [f["name"] for f in manifest["features"]],
        "split": manifest["split"],
        **manifest["scores"],
        "seconds": manifest["timings_seconds"]["train"],
        "timings_seconds": manifest["timings_seconds"],
        "notes": manifest["notes"],
    }


def _portable(path: Path) -> str:
    """Return a path relative to the working folder where it lies inside it."""
    full = path.resolve()
    here = Path.cwd().resolve()
    return full.relative_to(here).as_posix() if full.is_relative_to(here) else str(full)
