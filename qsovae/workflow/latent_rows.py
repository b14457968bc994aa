"""Rows by their places in the latent space: those nearest to a place, exactly.

Within workflow: lowest.
"""

import re
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.errors import InputError
from qsovae.inference import latent_names

_INTEGER = re.compile(r"-?[1-9]\d{0,19}|0", re.ASCII)
# Rows of another catalog lack both; a joined file may well have one of them.
_OF_RUN = {"split", "fingerprint"}


def is_of_run(rows: pd.DataFrame) -> bool:
    """Return whether rows are a run's own, as of ``run_table``."""
    return set(rows) >= _OF_RUN


def place_of_id(
    ids: "pd.Series[Any]", object_id: str, of: str = "the catalog's rows"
) -> int:
    """Return the place of an object by its id as it is written.

    ``of`` says whose ids they are.

    Raises
    ------
    InputError
        If no id or several are this one.
    """
    wanted: str | int = object_id
    if pd.api.types.is_integer_dtype(ids.dtype) and _INTEGER.fullmatch(object_id):
        wanted = int(object_id)  # a million ids, written out, would take a second
    elif not pd.api.types.is_string_dtype(ids.dtype):
        ids = ids.astype("string")
    same = ids.eq(wanted).fillna(False).to_numpy(bool)
    found = np.flatnonzero(same)
    if len(found) == 1:
        return int(found[0])
    many = f"{len(found):,} rows have" if len(found) else "no row has"
    raise InputError(
        f"{many} the id {object_id}", "object_id",
        f"Give an id that one of {of} has.",
    )  # fmt: skip


def squared_distances(
    rows: pd.DataFrame, centre: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the squares of Euclidean distances in the latent space, (n_rows,)."""
    squares = np.zeros(len(rows))
    for name, at in zip(latent_names(rows), centre, strict=True):
        squares += np.square(rows[name].to_numpy(np.float64) - at)
    return squares


def nearest_mask(
    rows: pd.DataFrame,
    centre: NDArray[np.floating],
    n_rows: int,
    itself: int | None = None,
) -> NDArray[np.bool_]:
    """Return which rows have the latent means nearest to a place, (n_rows of all,).

    Found exactly, by Euclidean distance; of rows as near as one another the earlier
    are taken.

    Parameters
    ----------
    rows : DataFrame
        As of ``run_table`` or ``catalog_table``.
    centre : ndarray, (n_latent,)
    n_rows : int
        How many; all if there are no more.
    itself : int, optional
        A row that is taken beside them, wherever it lies.
    """
    distance = squared_distances(rows, centre)
    if itself is not None:
        distance[itself], n_rows = -1.0, n_rows + 1
    if n_rows >= len(rows):
        return np.ones(len(rows), dtype=bool)
    furthest = np.partition(distance, n_rows - 1)[n_rows - 1]
    nearest: NDArray[np.bool_] = distance < furthest
    as_far = np.flatnonzero(distance == furthest)
    nearest[as_far[: n_rows - np.count_nonzero(nearest)]] = True
    return nearest
