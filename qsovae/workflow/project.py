"""The latent map of a run, and new rows placed on it.

Within workflow: above progress.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.catalog import Catalog
from qsovae.inference import catalog_features, latent_matrix, score_rows
from qsovae.projection import MapProgress, MapResult, Projector, fit_map
from qsovae.runs import Run, add_map
from qsovae.workflow.progress import Progress


def lay_out_map(
    latent: NDArray[np.float32],
    seed: int,
    tell: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> MapResult:
    """Return the map of latent means, telling of each percent."""
    last: dict[str, float] = {}

    def on_progress(progress: MapProgress) -> None:
        share = round(progress.fraction, 2)
        if tell is not None and share != last.get(progress.step):
            last[progress.step] = share
            tell({"phase": "map", "message": progress.step, "fraction": share})

    return fit_map(latent, seed, on_progress=on_progress, should_stop=should_stop)


def map_table(result: MapResult) -> pd.DataFrame:
    """Return ``row, map_1, map_2, is_fitted`` for every row of a run."""
    n_rows = len(result.coordinates)
    is_fitted = np.zeros(n_rows, dtype=bool)
    is_fitted[result.fitted_rows] = True
    return pd.DataFrame(
        {
            "row": np.arange(n_rows),
            "map_1": result.coordinates[:, 0],
            "map_2": result.coordinates[:, 1],
            "is_fitted": is_fitted,
        }
    )


def make_map(run: Run, tell: Progress | None = None) -> pd.DataFrame:
    """Return the run's map; fitted once and saved with the run if it has none."""
    saved = run.map()
    if saved is not None:
        return saved
    latent = latent_matrix(run.rows())
    table = map_table(lay_out_map(latent, run.manifest["seed"], tell))
    add_map(run.folder.parent, run.name, table)
    return table


def project_catalog(
    run: Run,
    catalog: Catalog,
    tell: Progress | None = None,
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


def catalog_table(
    run: Run, catalog: Catalog, tell: Progress | None = None
) -> pd.DataFrame:
    """Return what a run says of each row of another catalog, and its place on the map.

    Returns
    -------
    DataFrame
        As of ``run_table``, but for ``class_label`` and ``split``, which it has not.

    Raises
    ------
    CatalogError
        If the catalog has no rows or lacks a band or column that the run needs.
    """
    places = project_catalog(run, catalog, tell)
    return pd.concat(
        [places[["row"]], score_rows(run, catalog), places[["map_1", "map_2"]]], axis=1
    )
