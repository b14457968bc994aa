"""Rows of a run told by a query over everything that is known of them.

Within workflow: above run_columns.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.catalog import Catalog
from qsovae.errors import ConfigError
from qsovae.progress import Progress
from qsovae.queries import Query
from qsovae.runs import (
    ON_MAP,
    SAVED_SELECTIONS,
    Run,
    Selection,
    keep_rows,
    now_utc,
    selected_ids,
    weights_digest,
)
from qsovae.workflow.run_columns import SAVED, Outline, RunColumns, told_rows


def query_mask(
    run: Run,
    query: Query | str,
    rows: pd.DataFrame,
    catalog: Catalog | None = None,
    *,
    on_progress: Progress | None = None,
) -> NDArray[np.bool_]:
    """Return which of a run's rows a query is true of, (n_rows,).

    Parameters
    ----------
    run : Run
    query : Query or str
        Over the names of ``RunColumns``.
    rows : DataFrame
        As of ``run_table``.
    catalog : Catalog, optional
        That trained the run.
    on_progress : callable, optional
        As of ``RunColumns``.

    Raises
    ------
    QueryError
        If it cannot be read, or does not fit the columns.
    """
    query = Query(query) if isinstance(query, str) else query
    columns = RunColumns(run, rows, catalog, on_progress=on_progress)
    return query.mask(columns, len(rows))


def cited_query(run: Run, query: Query | str) -> Query:
    """Return a query that names no saved selection which a query tells.

    So it can be asked where nobody knows the selections. Those with outlines on the map
    stay names.

    Raises
    ------
    QueryError
        If it cannot be read, or is too long with all of them.
    """
    cited = Query(query) if isinstance(query, str) else query
    told = {
        f"{SAVED}{kept.name}": kept.value.query
        for kept in SAVED_SELECTIONS.listed(run)
        if kept.value is not None
        and kept.value.query is not None
        and not kept.value.outlines
    }
    # As often as there are selections: one that tells itself must come to an end.
    for _ in range(len(told)):
        cited = cited.with_told(told)
    return cited


def selection_mask(
    run: Run, selection: Selection, rows: pd.DataFrame, catalog: Catalog | None = None
) -> NDArray[np.bool_]:
    """Return which rows are in a saved selection, (n_rows,).

    Parameters
    ----------
    run : Run
    selection : Selection
    rows : DataFrame
        As of ``run_table``, or of another catalog as of ``catalog_table``.
    catalog : Catalog, optional
        Whose rows these are.

    Raises
    ------
    QueryError
        If its query does not fit the columns.
    ConfigError
        If it is told by itself, or needs a map that there is not.
    ManifestMismatchError
        If it was made with other weights.
    """
    SAVED_SELECTIONS.refuse_foreign(run, selection)
    columns = RunColumns(run, rows, catalog, (selection.name,))
    return told_rows(selection.query, selection.outlines, columns, selection.plane)


def save_selection(
    run: Run,
    name: str,
    rows: pd.DataFrame,
    catalog: Catalog | None = None,
    *,
    query: str | None = None,
    outlines: Sequence[Outline] = (),
    plane: tuple[str, str] = ON_MAP,
) -> Selection:
    """Keep a selection with its run; return it.

    Parameters
    ----------
    run : Run
    name : str
    rows, catalog
        As of ``query_mask``: those selected are counted, and their ids kept.
    query : str, optional
    outlines : sequence of outlines
    plane : (str, str)
        See ``Selection``.

    Raises
    ------
    ConfigError
        If the name cannot name a file, or there is neither a query nor an outline.
    RunError
        If the run has a selection of that name, or the disk refuses.
    QueryError
        If the query cannot be read, or does not fit the columns.
    """
    SAVED_SELECTIONS.refuse_taken(run, name)
    if query is None and not outlines:
        raise ConfigError(
            "there is nothing to keep", "selection", "Write a query, or outline rows."
        )
    columns = RunColumns(run, rows, catalog, (name,))
    chosen = told_rows(query, outlines, columns, plane)
    digest = keep_rows(run, name, rows.loc[chosen])
    selection = Selection(
        name, run.name, weights_digest(run), str(run.manifest["catalog"]["sha256"]),
        query, tuple(tuple(map(_corner, outline)) for outline in outlines),
        int(chosen.sum()), run.is_simulated, now_utc(), plane, digest,
    )  # fmt: skip
    SAVED_SELECTIONS.write(run, selection)
    return selection


class Changed(NamedTuple):
    """How many rows a saved selection no longer tells, and tells only now."""

    gone: int
    new: int


def changed_rows(
    run: Run, saved: Selection, rows: pd.DataFrame, chosen: NDArray[np.bool_]
) -> Changed | None:
    """Return how the rows of a saved selection differ from those that were saved.

    None where their ids were not kept. They differ where verdicts or selections that
    its query names have changed since.

    Parameters
    ----------
    run : Run
    saved : Selection
    rows : DataFrame
        As of ``run_table``.
    chosen : ndarray of bool, (n_rows,)
        That it tells now.

    Raises
    ------
    RunError
        As of `selected_ids`.
    """
    if not saved.rows_sha256:
        return None
    kept = selected_ids(run, saved.name)["row"]
    told = rows["row"].to_numpy()[chosen]
    n_kept = int(np.isin(told, kept).sum())
    return Changed(len(kept) - n_kept, len(told) - n_kept)


def _corner(corner: tuple[float, float]) -> tuple[float, float]:
    return float(corner[0]), float(corner[1])
