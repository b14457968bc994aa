"""The latent map of a run, and new rows placed on it.

Within workflow: beside report.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.catalog import Catalog
from qsovae.inference import catalog_features, latent_matrix
from qsovae.projection import MapProgress, Projector, fit_map
from qsovae.runs import Run, add_map


def map_table(
    latent: NDArray[np.float32],
    seed: int,
    tell: Callable[[dict[str, Any]], None] | None = None,
) -> pd.DataFrame:
    """Return ``row, map_1, map_2, is_fitted`` for every row of a run."""

    def on_progress(progress: MapProgress) -> None:
        share = round(progress.fraction, 2)
        if tell is not None and share != last.get(progress.step):
            last[progress.step] = share
            tell({"phase": "map", "message": progress.step, "fraction": share})

    last: dict[str, float] = {}
    result = fit_map(latent, seed, on_progress=on_progress)
    is_fitted = np.zeros(len(latent), dtype=bool)
    is_fitted[result.fitted_rows] = True
    return pd.DataFrame(
        {
            "row": np.arange(len(latent)),
            "map_1": result.coordinates[:, 0],
            "map_2": result.coordinates[:, 1],
            "is_fitted": is_fitted,
        }
    )


def make_map(
    run: Run, tell: Callable[[dict[str, Any]], None] | None = None
) -> pd.DataFrame:
    """Return the run's map; fitted once and saved with the run if it has none."""
    saved = run.map()
    if saved is not None:
        return saved
    table = map_table(latent_matrix(run.rows()), run.manifest["seed"], tell)
    add_map(run.folder.parent, run.name, table)
    return table


def project_catalog(
    run: Run,
    catalog: Catalog,
    tell: Callable[[dict[str, Any]], None] | None = None,
) -> pd.DataFrame:
    """Return each row's place on the run's map: ``object_id, row, map_1, map_2``.

    Rows are placed among the rows that the map was fitted on; the map stays as it is.

    Raises
    ------
    CatalogError
        If the catalog has no rows or lacks a band or column that the run needs.
    """
    table = catalog_features(run, catalog)
    coordinates = make_map(run, tell)
    latent = latent_matrix(run.rows())
    fitted = coordinates["is_fitted"].to_numpy(dtype=bool)
    places = coordinates[["map_1", "map_2"]].to_numpy()
    projector = Projector(latent[fitted], places[fitted])
    placed = projector.apply(run.estimator.transform(table.values, table.sigma))
    return pd.DataFrame(
        {
            "object_id": catalog.object_id.reset_index(drop=True),
            "row": np.arange(catalog.n_rows),
            "map_1": placed[:, 0],
            "map_2": placed[:, 1],
        }
    )
