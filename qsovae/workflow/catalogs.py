"""The catalog behind a run, found again, and other catalogs as a run reads them.

Within workflow: lowest.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.catalog import Catalog
from qsovae.columns import BAND_ROLES, Mapping
from qsovae.errors import CatalogError
from qsovae.runs import Run
from qsovae.tables import file_sha256, read_table

_MEASURED = (*BAND_ROLES, "ra", "dec", "redshift")


def own_catalog(run: Run, catalog: Path | str | None = None) -> Path:
    """Return where the catalog lies that trained a run.

    Parameters
    ----------
    run : Run
    catalog : Path or str, optional
        Where it lies now; where it lay at training by default.

    Raises
    ------
    CatalogError
        If nothing or another catalog lies there.
    """
    trained = run.manifest["catalog"]
    path = Path(catalog or str(trained.get("path", "")))
    if not path.is_file():
        raise CatalogError(
            f"the catalog {trained['name']} is not where it was", path.name,
            "Say where it lies now.",
        )  # fmt: skip
    if file_sha256(path) != trained["sha256"]:
        raise CatalogError(
            f"the catalog {trained['name']} has changed since the run {run.name} was "
            "trained, or this is another",
            path.name,
            f"Give {trained['name']} as it was, or train a run on this one.",
        )
    return path


def trained_catalog(run: Run) -> Catalog:
    """Return the catalog that trained a run, from where it lay then, as it reads it.

    Raises
    ------
    CatalogError
        If it is not there any more, or its content has changed.
    """
    return Catalog(read_table(own_catalog(run)), run.mapping)


def measured_columns(run: Run) -> Mapping:
    """Return how a run reads fluxes, positions, redshifts and its features alone."""
    features = {feature.name for feature in run.features}
    return Mapping(
        tuple(
            column for column in run.mapping.columns
            if column.role in _MEASURED or column.name in features
        )
    )  # fmt: skip


def scored_catalog(run: Run, rows: pd.DataFrame, given: Catalog | None) -> Catalog:
    """Return what scored rows are of: the given catalog, else the run's own.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        As of ``evaluate_rows``, or some of them: their index is their place.
    given : Catalog, optional

    Raises
    ------
    CatalogError
        If the rows are not of the catalog, or it is not at hand.
    """
    if given is None and is_own(rows):
        return trained_catalog(run)
    if given is None:
        raise CatalogError("the rows are of another catalog", run.name, "Give it, too.")
    stated = run.manifest["catalog"]["sha256"]
    beyond = len(rows) > 0 and rows.index.max() >= given.n_rows
    if is_own(rows) != (given.sha256 == stated) or beyond:
        raise CatalogError(
            "the scored rows are not of this catalog", given.name,
            "Give the one that was scored.",
        )  # fmt: skip
    return read_as(run, given)


def is_own(rows: pd.DataFrame) -> bool:
    """Return whether scored rows are a run's own test rows."""
    return "split" in rows


def read_as(run: Run, catalog: Catalog) -> Catalog:
    """Return a catalog as a run reads it, where the columns allow, else as it is."""
    fitted = run.mapping.fitted_to(list(catalog.raw.frame.columns))
    return catalog if fitted is None else Catalog(catalog.raw, fitted)


def part_of(catalog: Catalog, places: NDArray[np.int64]) -> Catalog:
    """Return some rows of a catalog, by their numbers; medians stay the whole's."""
    frame = catalog.raw.frame.iloc[places].reset_index(drop=True)
    return Catalog(replace(catalog.raw, frame=frame), catalog.mapping, catalog)
