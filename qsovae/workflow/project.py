"""The latent map of a run, and new rows placed on it.

Within workflow: above laying_out and projections.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from qsovae.catalog import Catalog
from qsovae.errors import ConfigError
from qsovae.inference import catalog_features, latent_matrix, score_rows
from qsovae.projection import Projector
from qsovae.runs import ON_MAP, Run, add_map, list_selections
from qsovae.workflow.laying_out import lay_out, map_record, map_table, refuse_stopped
from qsovae.workflow.progress import Progress
from qsovae.workflow.projections import (
    chosen_settings,
    is_as_asked,
    new_columns,
    other_settings,
)


def make_map(
    run: Run,
    tell: Progress | None = None,
    *,
    seed: int | None = None,
    max_fit_rows: int | None = None,
    overwrite: bool = False,
    should_stop: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    """Return the run's map; fitted once and saved with the run if it has none.

    Parameters
    ----------
    run : Run
    tell : callable, optional
        Takes ``phase``, ``message`` and ``fraction``.
    seed : int, optional
        That of the run by default.
    max_fit_rows : int, optional
        Rows that are laid out at most; 20,000 by default.
    overwrite : bool
        Whether a map of other settings may be replaced.
    should_stop : callable, optional
        Asked after each epoch; True ends it, and the run stays as it was.

    Raises
    ------
    ConfigError
        If the map has other settings than were asked for, outlines of saved selections
        hang on the one that would be replaced, or it was stopped.
    """
    saved = run.map()
    if saved is not None:
        record = run.map_record() or {"seed": run.manifest["seed"]}
        if is_as_asked(record, seed, max_fit_rows):
            return saved
        if not overwrite:
            raise other_settings(record)
        _refuse_outlined(run)
    settings = chosen_settings(run, "umap", 2, seed, max_fit_rows)
    result = lay_out(latent_matrix(run.rows()), settings, tell, should_stop)
    refuse_stopped(result)
    table = map_table(result, settings)
    add_map(run.folder.parent, run.name, table, map_record(result, settings))
    return table


def _refuse_outlined(run: Run) -> None:
    """Refuse to replace a map on which saved selections were outlined."""
    names = [
        kept.name
        for kept in list_selections(run)
        if kept.value and kept.value.outlines and kept.value.plane == ON_MAP
    ]
    if names:
        raise ConfigError(
            f"selections were outlined on the map that there is: {', '.join(names)}",
            run.name,
            "Delete them first (qsovae selections RUN --delete NAME).",
        )


def project_catalog(
    run: Run,
    catalog: Catalog,
    tell: Progress | None = None,
) -> pd.DataFrame:
    """Return each row's place on the run's map: ``object_id, row, map_1, map_2``.

    Places on the run's other projections follow, as of ``projection_columns``. Rows
    are placed among the rows that the map was fitted on; the map stays as it is.

    Raises
    ------
    CatalogError
        If the catalog has no rows or lacks a band or column that the run needs.
    """
    table = catalog_features(run, catalog)
    coordinates = make_map(run, tell)
    rows = run.rows()
    latent = latent_matrix(rows)
    fitted = coordinates["is_fitted"].to_numpy(dtype=bool)
    places = coordinates[["map_1", "map_2"]].to_numpy()
    projector = Projector(latent[fitted], places[fitted])
    new = run.estimator.transform(table.values, table.sigma)
    placed = projector.apply(new)
    named = pd.DataFrame(
        {
            "object_id": catalog.object_id.reset_index(drop=True),
            "row": np.arange(catalog.n_rows),
            "map_1": placed[:, 0],
            "map_2": placed[:, 1],
        }
    )
    return pd.concat([named, new_columns(run, rows, new)], axis=1)


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
    others = places.drop(columns=["object_id", "row"])
    return pd.concat([places[["row"]], score_rows(run, catalog), others], axis=1)
