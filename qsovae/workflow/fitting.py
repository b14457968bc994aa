"""From a gathered catalog to a model and a baseline that saw the same rows.

Within workflow: above gathering, request and progress.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import Quality
from qsovae.baseline import fit_baseline
from qsovae.batch import row_portions
from qsovae.estimator import VAEClassifier
from qsovae.inference import infer_table, probability_columns
from qsovae.scratch import room_for
from qsovae.splits import (
    RowPlaces,
    Split,
    repeat_groups,
    row_fingerprints,
    split_folds,
    split_rows,
    with_validation,
)
from qsovae.training import EpochReport
from qsovae.workflow.gathering import Gathered, gather
from qsovae.workflow.progress import Steps, epoch_entry
from qsovae.workflow.request import TrainRequest


@dataclass(frozen=True)
class Prepared:
    """A catalog made ready to train on; what is by row is in its order.

    ``groups`` are those of ``repeat_groups``, ``scratch`` is the folder for what does
    not fit into memory.
    """

    catalog: Gathered
    fingerprints: NDArray[np.uint64]
    groups: NDArray[np.int64]
    split: Split
    scratch: Path


def prepare(
    request: TrainRequest, scratch: Path, steps: Steps, slices: Path | None = None
) -> Prepared:
    """Return the catalog with its classes, features and split.

    The slices of its rows are written to a file, if one is given.

    Raises
    ------
    CatalogError
        If the catalog, the label column or a feature cannot be used.
    InputError
        If the catalog lacks what the split goes by.
    ConfigError
        If it was stopped.
    """
    catalog = gather(request, scratch, steps.tell, steps.stop_asked, slices)
    ready = _Ready.of(catalog, request, scratch)
    return ready.prepared(
        split_rows(
            catalog.plan, ready.places, request.test_fraction, request.seed, ready.where
        )
    )


def prepare_folds(
    request: TrainRequest, n_folds: int, scratch: Path, steps: Steps
) -> list[Prepared]:
    """Return the catalog with each of the splits that test one part after the other.

    Raises as ``prepare``.
    """
    catalog = gather(request, scratch, steps.tell, steps.stop_asked)
    ready = _Ready.of(catalog, request, scratch)
    splits = split_folds(catalog.plan, ready.places, n_folds, request.seed, ready.where)
    return [ready.prepared(split) for split in splits]


class _Ready(NamedTuple):
    """A catalog of which it is known which rows are one object."""

    catalog: Gathered
    fingerprints: NDArray[np.uint64]
    groups: NDArray[np.int64]
    scratch: Path
    where: str

    @classmethod
    def of(cls, catalog: Gathered, request: TrainRequest, scratch: Path) -> "_Ready":
        """Return a gathered catalog made ready."""
        values = catalog.table.values
        fingerprints = np.concatenate(
            [row_fingerprints(values[rows]) for rows in row_portions(len(values))]
        )
        return cls(
            catalog, fingerprints, _repeats(catalog, fingerprints), scratch,
            f"{catalog.name}, column {request.label}",
        )  # fmt: skip

    @property
    def places(self) -> RowPlaces:
        """What the rows are split by."""
        return self.catalog.places._replace(groups=self.groups)

    def prepared(self, split: Split) -> Prepared:
        """Return the catalog with a split."""
        return Prepared(
            self.catalog, self.fingerprints, self.groups, split, self.scratch
        )


def _repeats(catalog: Gathered, fingerprints: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the number of each object that several rows are of, (n_rows,), or -1."""
    quality, places = catalog.facts.quality, catalog.places
    # Only what a check found to be double is asked for again.
    has_id = (quality & Quality.DUPLICATE_ID) > 0
    is_near = (quality & Quality.DUPLICATE_POSITION) > 0
    ids = catalog.facts.object_id.where(has_id)
    if places.ra_deg is None or places.dec_deg is None:
        return repeat_groups(fingerprints, ids)
    ra, dec = (np.where(is_near, v, np.nan) for v in (places.ra_deg, places.dec_deg))
    return repeat_groups(fingerprints, ids, ra, dec)


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
    split, groups = prepared.split, prepared.groups
    tested = groups[split.rows("test")]
    repeats = (split.part == "unlabelled") & np.isin(groups, tested[tested >= 0])
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
