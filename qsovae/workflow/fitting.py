"""From a catalog to a model and a baseline that saw the same rows.

Within workflow: above request and progress.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.baseline import fit_baseline
from qsovae.catalog import Catalog, Labels, open_catalog
from qsovae.errors import CatalogError
from qsovae.estimator import VAEClassifier
from qsovae.features import (
    FeatureTable,
    build_features,
    default_features,
    parse_features,
)
from qsovae.inference import infer_table, probability_columns
from qsovae.splits import (
    NO_FINGERPRINT,
    Split,
    row_fingerprints,
    stratified_split,
    with_validation,
)
from qsovae.training import EpochReport
from qsovae.workflow.progress import Steps, epoch_entry
from qsovae.workflow.request import TrainRequest


@dataclass(frozen=True)
class Prepared:
    """A catalog made ready to train on, each field by row but ``catalog``."""

    catalog: Catalog
    labels: Labels
    table: FeatureTable
    fingerprints: NDArray[np.uint64]
    split: Split


def prepare(request: TrainRequest) -> Prepared:
    """Return the catalog with its classes, features and split.

    Raises
    ------
    CatalogError
        If the catalog, the label column or a feature cannot be used.
    """
    catalog = open_catalog(request.catalog, request.mapping)
    labels, table = _labels_and_features(catalog, request)
    fingerprints = row_fingerprints(table.values)
    split = stratified_split(
        labels.class_label, request.test_fraction, request.seed, fingerprints,
        f"{catalog.name}, column {request.label}",
    )  # fmt: skip
    return Prepared(catalog, labels, table, fingerprints, split)


def _labels_and_features(
    catalog: Catalog, request: TrainRequest
) -> tuple[Labels, FeatureTable]:
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
    table, labels, split = prepared.table, prepared.labels, prepared.split
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

    sigma = None if table.sigma is None else table.sigma[fitted]
    model.fit(table.values[fitted], y, sigma=sigma, on_epoch=on_epoch)
    split = with_validation(split, fitted[model.validation_rows_])
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
    labels = prepared.labels
    inferred = infer_table(model, labels.classes, prepared.table, prepared.catalog)
    known = pd.DataFrame(
        {
            "row": np.arange(prepared.catalog.n_rows),
            "split": prepared.split.part.astype(object),
            "class_label": pd.array(labels.class_label, dtype="string"),
        }
    )
    rows = pd.concat([known, inferred], axis=1)
    rows["fingerprint"] = prepared.fingerprints
    return rows


def baseline_table(prepared: Prepared, seed: int) -> pd.DataFrame:
    """Return the baseline's probabilities for the test rows."""
    labels, values = prepared.labels, prepared.table.values
    trained = prepared.split.rows("train", "validation")
    tested = prepared.split.rows("test")
    probabilities = fit_baseline(
        values[trained], labels.class_label[trained], values[tested], labels.classes,
        seed,
    )  # fmt: skip
    return pd.DataFrame(
        {"row": tested, **probability_columns(probabilities, labels.classes)}
    )
