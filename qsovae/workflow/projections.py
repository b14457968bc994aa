"""Other projections of a run's rows, beside its map, and the columns that they give.

Within workflow: above laying_out. Principal components are so quickly made that none
is kept; what is laid out lies with the run.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.errors import ConfigError
from qsovae.inference import latent_matrix
from qsovae.projection import PrincipalAxes, Projector, principal_axes
from qsovae.runs import Run, keep_table, kept_record, kept_table
from qsovae.runs.layout import MAP, read_manifest
from qsovae.workflow.laying_out import (
    LAID_OUT,
    MAP_NAME,
    MapSettings,
    lay_out,
    map_record,
    map_table,
    projection_name,
    refuse_stopped,
)
from qsovae.workflow.progress import Progress

MAP_QUALITY = "map_quality"
_MOST_AXES = 3
_OF_QUALITY = ["map_stability", "map_kept"]


def make_projection(
    run: Run,
    method: str,
    n_dimensions: int = 2,
    *,
    seed: int | None = None,
    max_fit_rows: int | None = None,
    overwrite: bool = False,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Lay out another projection than the map and keep it with the run.

    One that is there stays, unless others settings were asked for.

    Parameters
    ----------
    run : Run
    method : str
        ``densmap``, or ``umap`` of three dimensions.
    n_dimensions : int
        2 or 3.
    seed : int, optional
        That of the run by default.
    max_fit_rows : int, optional
        Rows that are laid out at most, the others are placed among them; 20,000 by
        default.
    overwrite : bool
        Whether one of other settings may be replaced.
    on_progress : callable, optional
        Takes ``phase``, ``message`` and ``fraction``.
    should_stop : callable, optional
        Asked after each epoch; True ends it, and nothing is kept.

    Returns
    -------
    dict
        Its record: ``name``, ``columns``, settings, ``fitted_rows`` and ``epochs``.

    Raises
    ------
    ConfigError
        If there is no such projection, it exists with other settings, or it was
        stopped.
    """
    name = projection_name(method, n_dimensions)
    if name == MAP_NAME:
        raise ConfigError(
            "the map is no projection beside itself", name, "Use qsovae.make_map."
        )
    kept = kept_record(run, name)
    if kept is not None and is_as_asked(kept, seed, max_fit_rows):
        return kept
    if kept is not None and not overwrite:
        raise other_settings(kept)
    settings = chosen_settings(run, method, n_dimensions, seed, max_fit_rows)
    result = lay_out(latent_matrix(run.rows()), settings, on_progress, should_stop)
    refuse_stopped(result)
    return keep_table(
        run, name, map_record(result, settings), map_table(result, settings)
    )


def chosen_settings(
    run: Run, method: str, n_dimensions: int, seed: int | None, max_fit_rows: int | None
) -> MapSettings:
    """Return the settings of a projection; what was not asked for is usual."""
    own = run.manifest["seed"] if seed is None else seed
    settings = MapSettings(own, method, n_dimensions)
    if max_fit_rows is None:
        return settings
    return replace(settings, max_fit_rows=max_fit_rows)


def is_as_asked(
    record: dict[str, Any], seed: int | None, max_fit_rows: int | None
) -> bool:
    """Return whether a projection has the settings that were asked for, if any."""
    return seed in (None, record.get("seed")) and max_fit_rows in (
        None, record.get("max_fit_rows"),
    )  # fmt: skip


def other_settings(record: dict[str, Any]) -> ConfigError:
    """Return what to say of a projection that there is with other settings."""
    seed, rows = record.get("seed", "unknown"), record.get("max_fit_rows", "unknown")
    return ConfigError(
        f"there is a {record.get('name', MAP_NAME)} of other settings: seed {seed}, "
        f"fitted rows at most {rows}",
        "projection",
        "Ask for those, or say that it may be replaced (--overwrite).",
    )


def run_projections(run: Run) -> list[dict[str, Any]]:
    """Return the records of the projections that are kept beside a run's map."""
    names = [projection_name(m, n) for m in LAID_OUT for n in (2, 3)]
    found = [kept_record(run, name) for name in names if name != MAP_NAME]
    return [record for record in found if record is not None]


def is_projected(name: str) -> bool:
    """Return whether a column is one that ``projection_columns`` can give."""
    names = ["pca", *(projection_name(m, n) for m in LAID_OUT for n in (2, 3))]
    return name in _OF_QUALITY or any(
        name == f"{one}_{axis}" for one in names for axis in range(1, _MOST_AXES + 1)
    )


def projection_columns(run: Run, rows: pd.DataFrame) -> pd.DataFrame:
    """Return columns of a run's rows beside the map's, in their order.

    ``pca_1`` to ``pca_3`` of the latent means, the coordinates of each projection that
    is kept with the run, and ``map_stability`` and ``map_kept`` where ``evaluate_map``
    has told them.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        As of ``Run.rows``.
    """
    parts = [_named_components(component_axes(rows), latent_matrix(rows))]
    tables = [kept_table(run, record["name"]) for record in run_projections(run)]
    parts += [k.table.set_index("row")[k.record["columns"]] for k in tables if k]
    quality = kept_table(run, MAP_QUALITY)
    if quality is not None and quality.record["map_sha256"] == map_digest(run):
        parts.append(quality.table.set_index("row")[_OF_QUALITY])
    aligned = [p.reindex(rows["row"]).reset_index(drop=True) for p in parts[1:]]
    return pd.concat([parts[0], *aligned], axis=1)


def run_table(run: Run) -> pd.DataFrame:
    """Return a run's rows in catalog order, with ``map_1, map_2`` if it has a map.

    Columns of its other projections follow, as of ``projection_columns``.
    """
    rows, places = run.rows(), run.map()
    projected = projection_columns(run, rows)
    if places is None:
        return pd.concat([rows, projected], axis=1)
    places = places[["row", "map_1", "map_2"]]
    # A run writes both in the order of the catalog: joining a million takes a second.
    if np.array_equal(rows["row"], places["row"]):
        return pd.concat([rows, places[["map_1", "map_2"]], projected], axis=1)
    joined = rows.merge(places, on="row", how="left", validate="one_to_one")
    return pd.concat([joined, projected], axis=1)


def run_places(run: Run) -> pd.DataFrame:
    """Return where a run's rows lie on its map and other projections.

    ``object_id``, ``row``, then ``map_1``, ``map_2`` if it has a map, and columns as of
    ``projection_columns``.
    """
    rows, places = run.rows(), run.map()
    parts = [rows[["object_id", "row"]]]
    if places is not None:
        places = places.set_index("row")[["map_1", "map_2"]]
        parts.append(places.reindex(rows["row"]).reset_index(drop=True))
    return pd.concat([*parts, projection_columns(run, rows)], axis=1)


def new_columns(
    run: Run, rows: pd.DataFrame, latent: NDArray[np.float32]
) -> pd.DataFrame:
    """Return coordinates of new rows on a run's projections, but for its map.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        The run's own, as of ``Run.rows``.
    latent : ndarray, (n_new, n_latent)
        Latent means of the new rows.
    """
    found = _named_components(component_axes(rows), latent)
    own = latent_matrix(rows)
    for record in run_projections(run):
        kept = kept_table(run, record["name"])
        if kept is not None:
            columns = record["columns"]
            fitted = kept.table["is_fitted"].to_numpy(dtype=bool)
            places = kept.table[columns].to_numpy()[fitted]
            placed = Projector(own[fitted], places).apply(latent)
            found[columns] = placed
    return found


def component_axes(rows: pd.DataFrame) -> PrincipalAxes:
    """Return the principal axes of the latent means of a run's rows."""
    return principal_axes(latent_matrix(rows), _MOST_AXES)


def _named_components(axes: PrincipalAxes, latent: NDArray[np.float32]) -> pd.DataFrame:
    """Return principal components as columns."""
    components = axes.apply(latent).astype(np.float32)
    return pd.DataFrame(
        {f"pca_{i}": values for i, values in enumerate(components.T, start=1)}
    )


def map_digest(run: Run) -> str:
    """Return the digest of a run's map as the manifest has it now; empty without."""
    return str(read_manifest(run.folder)["artifacts"].get(MAP, ""))
