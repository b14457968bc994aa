"""A catalog gone through in portions: features, classes, what else is known of rows.

Within workflow: beside progress, above request and slice_file.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.catalog import Catalog, CatalogPortions, Labels, read_labels
from qsovae.checks import RowChecks
from qsovae.columns import Mapping
from qsovae.errors import CatalogError
from qsovae.features import (
    Feature,
    FeatureTable,
    build_features,
    default_features,
    parse_features,
)
from qsovae.inference import RowFacts
from qsovae.progress import Progress, Teller
from qsovae.scratch import room_for
from qsovae.splits import RowPlaces, SplitPlan
from qsovae.workflow.request import TrainRequest
from qsovae.workflow.slice_file import SliceWriter


@dataclass(frozen=True)
class Gathered:
    """What a training needs of a catalog, which itself may be larger than memory.

    ``table`` is float32, and mapped from files where it is large. ``plan`` is that of
    the request, its band found, and ``places`` has what it asks for.
    """

    name: str
    sha256: str
    mapping: Mapping
    is_simulated: bool
    notes: tuple[str, ...]
    labels: Labels
    table: FeatureTable
    facts: RowFacts
    plan: SplitPlan
    places: RowPlaces

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.table.values)


def gather(
    request: TrainRequest,
    scratch: Path,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    slices: Path | None = None,
) -> Gathered:
    """Return a catalog's classes, features and facts, by row.

    Parameters
    ----------
    request : TrainRequest
    scratch : Path
        Folder for what does not fit into memory.
    on_progress, should_stop : callable, optional
        As of ``Teller``.
    slices : Path, optional
        File to write the slices of the rows to.

    Raises
    ------
    CatalogError
        If the catalog, the label column or a feature cannot be used.
    ConfigError
        If it was stopped.
    """
    tell = Teller("reading", 2, on_progress, should_stop)
    portions = CatalogPortions(request.catalog, request.mapping, tell)
    if not portions.n_rows:
        raise CatalogError(
            "the catalog has no rows", portions.name, "Give one with rows."
        )
    portions.mapping.column(request.label)
    features = _features(portions.sample, request)
    plan = _with_band(request.split, features)
    rows = _Rows(portions, features, plan, scratch)
    tell.step("read", f"building the features of {portions.name}")
    with SliceWriter(slices, features) if slices else nullcontext() as sliced:
        for here, portion in portions:
            rows.see(portion, here, portion.raw.frame[request.label])
            if sliced is not None:
                sliced.see(portion)
    where = f"{portions.name}, column {request.label}"
    labels = read_labels(rows.all_labels(), where)
    return Gathered(
        portions.name, portions.sha256, portions.mapping, rows.is_simulated,
        portions.notes, labels, rows.table(), rows.facts(), plan,
        rows.places(labels.class_label),
    )  # fmt: skip


def _with_band(plan: SplitPlan, features: tuple[Feature, ...]) -> SplitPlan:
    """Return a plan from bright to faint with its band: that of a magnitude feature."""
    if plan.kind != "bright-to-faint" or plan.band is not None:
        return plan
    bands = [f.sources[0] for f in features if f.kind == "magnitude"]
    if not bands:
        raise CatalogError(
            "no feature is a magnitude to go from bright to faint by",
            "split",
            "Name the band, as in bright-to-faint:r, or split otherwise.",
        )
    return replace(plan, band=bands[0])


def _features(sample: Catalog, request: TrainRequest) -> tuple[Feature, ...]:
    """Return the features that were asked for, or else what the catalog offers."""
    if request.features is None:
        return default_features(_without(sample, request.label))
    features = parse_features(request.features, sample)
    if any(request.label in f.sources for f in features if f.kind == "column"):
        raise CatalogError(
            f"{request.label} is the label and a feature",
            sample.name,
            "Leave it out of the features.",
        )
    return features


def _without(catalog: Catalog, label: str) -> Catalog:
    """Return the catalog with the label column as nothing but the label."""
    if catalog.mapping.column(label).role in ("label", "ignore"):
        return catalog
    mapping = catalog.mapping.with_column(label, role="ignore", band=None)
    return Catalog(catalog.raw, mapping)


class _Rows:
    """Collects what portions say of their rows."""

    def __init__(
        self,
        portions: CatalogPortions,
        features: tuple[Feature, ...],
        plan: SplitPlan,
        scratch: Path,
    ) -> None:
        shape = portions.n_rows, len(features)
        self._features, self._plan = features, plan
        self._has_position = portions.sample.position is not None
        self._placing: list[pd.Series[Any]] = []
        self._values, self._sigma = room_for(shape, scratch), room_for(shape, scratch)
        self._has_sigma = False
        self._checks = RowChecks(portions)
        self._labels: list[pd.Series[Any]] = []
        self._ids: list[pd.Series[Any]] = []
        self._morphology: list[NDArray[np.object_]] = []
        self.is_simulated = False

    def see(self, portion: Catalog, rows: slice, labels: "pd.Series[Any]") -> None:
        """Keep what a portion says of its rows."""
        table = build_features(portion, self._features)
        self._values[rows] = table.values
        self._sigma[rows] = np.nan if table.sigma is None else table.sigma
        self._has_sigma |= table.sigma is not None
        self._checks.see(portion, rows)
        self._labels.append(labels)
        ids = portion.object_id
        self._ids.append(ids + rows.start if portion.id_is_row else ids)
        self._morphology.append(portion.morphology)
        if self._plan.band is not None:
            self._placing.append(pd.Series(portion.magnitude(self._plan.band)[0]))
        elif self._plan.column is not None:
            portion.mapping.column(self._plan.column)
            self._placing.append(portion.raw.frame[self._plan.column])
        self.is_simulated |= portion.is_simulated

    def all_labels(self) -> "pd.Series[Any]":
        """Return the label column."""
        return pd.concat(self._labels, ignore_index=True)

    def table(self) -> FeatureTable:
        """Return the features."""
        sigma = self._sigma if self._has_sigma else None
        return FeatureTable(self._features, self._values, sigma)

    def places(self, class_label: NDArray[np.object_]) -> RowPlaces:
        """Return what the plan goes by."""
        ra, dec = self._checks.position if self._has_position else (None, None)
        placing = None
        if self._placing:
            placing = pd.concat(self._placing, ignore_index=True).to_numpy()
        by_band = self._plan.band is not None
        return RowPlaces(
            class_label, None, ra, dec,
            placing if by_band else None, None if by_band else placing,
        )  # fmt: skip

    def facts(self) -> RowFacts:
        """Return what else is known, once every portion was seen."""
        self._checks.compare_rows()
        return RowFacts(
            pd.concat(self._ids, ignore_index=True),
            self._checks.quality,
            np.concatenate(self._morphology),
        )
