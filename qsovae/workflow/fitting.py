"""From a gathered catalog to a model and a baseline that saw the same rows.

Within workflow: above gathering, request and progress.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.baseline import fit_baseline
from qsovae.batch import row_portions
from qsovae.estimator import VAEClassifier
from qsovae.inference import infer_table, probability_columns
from qsovae.scratch import room_for
from qsovae.splits import (
    NO_FINGERPRINT,
    Split,
    row_fingerprints,
    stratified_split,
    with_validation,
)
from qsovae.training import EpochReport
from qsovae.workflow.gathering import Gathered, gather
from qsovae.workflow.progress import Steps, epoch_entry
from qsovae.workflow.request import TrainRequest


@dataclass(frozen=True)
class Prepared:
    """A catalog made ready to train on; what is by row is in its order.

    ``scratch`` is the folder for what does not fit into memory.
    """

    catalog: Gathered
    fingerprints: NDArray[np.uint64]
    split: Split
    scratch: Path


def prepare(request: TrainRequest, scratch: Path, steps: Steps) -> Prepared:
    """Return the catalog with its classes, features and split.

    Raises
    ------
    CatalogError
        If the catalog, the label column or a feature cannot be used.
    ConfigError
        If it was stopped.
    """
    catalog = gather(request, scratch, steps.tell, steps.stop_asked)
    values = catalog.table.values
    fingerprints = np.concatenate(
        [row_fingerprints(values[rows]) for rows in row_portions(len(values))]
    )
    split = stratified_split(
        catalog.labels.class_label, request.test_fraction, request.seed, fingerprints,
        f"{catalog.name}, column {request.label}",
    )  # fmt: skip
    return Prepared(catalog, fingerprints, split, scratch)


def _taken(
    values: NDArray[np.floating], rows: NDArray[np.int64], scratch: Path
) -> NDArray[np.float32]:
    """Return some rows of an array, in room of their own."""
    taken = room_for((len(rows), values.shape[1]), scratch)
    for part in row_portions(len(rows)):
        taken[part] = values[rows[part]]
    return taken


def fit_model(
    request: TrainRequest, prepared: Prepared, steps: Steps
) -> tuple[VAEClassifier, Prepared]:
    """Train on labelled training rows and unlabelled ones.

    Returns
    -------
    VAEClassifier
    Prepared
        With the rows that chose the best epoch marked in the split.
    """
    table, labels = prepared.catalog.table, prepared.catalog.labels
    fitted = _fitted_rows(prepared, steps)
    numbers = {name: k for k, name in enumerate(labels.classes)}
    y = np.array([numbers.get(c, -1) for c in labels.class_label[fitted]])
    model = VAEClassifier(
        n_latent=request.n_latent, epochs=request.epochs, random_state=request.seed
    )

    def on_epoch(report: EpochReport) -> bool:
        steps.tell(epoch_entry(report))
        if not steps.stop_asked():
            return False
        steps.stopped(f"training was stopped after epoch {report.epoch}")
        return True

    values, sigma = _taken(table.values, fitted, prepared.scratch), None
    if table.sigma is not None:
        sigma = _taken(table.sigma, fitted, prepared.scratch)
    model.fit(values, y, sigma=sigma, on_epoch=on_epoch)
    split = with_validation(prepared.split, fitted[model.validation_rows_])
    return model, replace(prepared, split=split)


def _fitted_rows(prepared: Prepared, steps: Steps) -> NDArray[np.int64]:
    """Return training and unlabelled rows, less those that repeat a test row.

    Without its label a repeated row would still teach the scaler and the network what
    the test row looks like.
    """
    split, prints = prepared.split, prepared.fingerprints
    tested = prints[split.rows("test")]
    repeats = (split.part == "unlabelled") & np.isin(
        prints, tested[tested != NO_FINGERPRINT]
    )
    if repeats.any():
        steps.notes.append(
            f"{int(repeats.sum())} unlabelled rows repeat test rows: "
            "kept out of training"
        )
    fitted = ~repeats & np.isin(split.part, ("train", "unlabelled"))
    return np.flatnonzero(fitted)


def rows_table(model: VAEClassifier, prepared: Prepared) -> pd.DataFrame:
    """Return one line a row: its part in the split, class, and what the model says."""
    catalog, labels = prepared.catalog, prepared.catalog.labels
    inferred = infer_table(model, labels.classes, catalog.table, catalog.facts)
    known = pd.DataFrame(
        {
            "row": np.arange(catalog.n_rows),
            "split": prepared.split.part.astype(object),
            "class_label": pd.array(labels.class_label, dtype="string"),
        }
    )
    rows = pd.concat([known, inferred], axis=1)
    rows["fingerprint"] = prepared.fingerprints
    return rows


def baseline_table(prepared: Prepared, seed: int) -> pd.DataFrame:
    """Return the baseline's probabilities for the test rows."""
    labels, values = prepared.catalog.labels, prepared.catalog.table.values
    trained = prepared.split.rows("train", "validation")
    tested = prepared.split.rows("test")
    probabilities = fit_baseline(
        values[trained], labels.class_label[trained], values[tested], labels.classes,
        seed,
    )  # fmt: skip
    return pd.DataFrame(
        {"row": tested, **probability_columns(probabilities, labels.classes)}
    )
