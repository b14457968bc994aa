"""Selections: rows told by a query and by outlines on the map, kept with their run.

Within runs: above shelf. A selection is ``selections/NAME.json`` in the run's folder,
and ``selections/NAME.parquet`` the ids of its rows as they were then.
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from qsovae.errors import RunError
from qsovae.queries import Query
from qsovae.runs.layout import SELECTIONS
from qsovae.runs.run import Run
from qsovae.runs.shelf import Kept, Shelf
from qsovae.tables import file_sha256, table_bytes

_ROWS = ["row", "object_id"]
_IDS = ".parquet"

Outline = tuple[tuple[float, float], ...]

ON_MAP = ("map_1", "map_2")


@dataclass(frozen=True)
class Selection:
    """Which rows of a run were selected, and by what.

    Attributes
    ----------
    name, run : str
    weights_sha256, catalog_sha256 : str
        Digests of the run's weights, and of the catalog whose rows were selected.
    query : str or None
        Rows must be so; None: all are.
    outlines : tuple of outlines
        Polygons of corners on the plane; rows must lie inside of any, if there are any.
    rows : int
        How many rows were selected.
    is_simulated : bool
    created_utc : str
    plane : (str, str)
        The formulas of the plane on which the outlines are: the latent map, where
        nothing else is said.
    rows_sha256 : str
        Digest of the file that holds their ids; empty where none was kept.
    """

    name: str
    run: str
    weights_sha256: str
    catalog_sha256: str
    query: str | None
    outlines: tuple[Outline, ...]
    rows: int
    is_simulated: bool
    created_utc: str
    plane: tuple[str, str] = ON_MAP
    rows_sha256: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the selection as values that JSON knows."""
        return asdict(self)


def _read(entries: dict[str, Any]) -> Selection:
    """Return the selection that a file holds.

    Raises
    ------
    ValueError
        If its query cannot be read, or its outlines are none.
    """
    outlines = tuple(
        tuple((float(a), float(b)) for a, b in outline)
        for outline in entries["outlines"]
    )
    x, y = map(str, entries.get("plane", ON_MAP))
    selection = Selection(**entries | {"outlines": outlines, "plane": (x, y)})
    if selection.query is not None:
        Query(selection.query)
    return selection


SAVED_SELECTIONS = Shelf(SELECTIONS, "selection", _read)


def open_selection(run: Run, name: str) -> Selection:
    """Return a selection of a run.

    Raises
    ------
    RunError
        If there is no such selection, or its file is damaged.
    ManifestMismatchError
        If it was made for another run, or before this one was trained again.
    """
    return SAVED_SELECTIONS.open(run, name)


def list_selections(run: Run) -> list[Kept[Selection]]:
    """Return the selections of a run by name, also those refused, and why."""
    return SAVED_SELECTIONS.listed(run)


def keep_rows(run: Run, name: str, rows: pd.DataFrame) -> str:
    """Write the ids of a selection's rows; return the digest of the file.

    Raises
    ------
    ConfigError
        If the name cannot name a file.
    RunError
        If the run has a selection of that name, or the disk refuses.
    """
    content = table_bytes(rows[_ROWS], _IDS)
    SAVED_SELECTIONS.write_file(run, name, _IDS, content)
    return hashlib.sha256(content).hexdigest()


def selected_ids(run: Run, name: str) -> pd.DataFrame:
    """Return the rows of a selection as they were when it was saved.

    What its query tells may have changed since, with verdicts or with selections that
    it names.

    Returns
    -------
    DataFrame
        ``row`` and ``object_id``, in the order of the catalog.

    Raises
    ------
    RunError
        If there is no such selection, its ids were not kept, or a file is damaged.
    ManifestMismatchError
        If it was made with other weights.
    """
    selection = open_selection(run, name)
    path = SAVED_SELECTIONS.path(run, name, _IDS)
    if not path.is_file():
        raise RunError(
            f"the selection {name} does not know the ids of its rows", run.name,
            "Save it anew.",
        )  # fmt: skip
    if file_sha256(path) != selection.rows_sha256:
        raise RunError(
            f"the selection {name} is damaged: its ids are others than were saved",
            f"{run.name}/{SELECTIONS}/{path.name}", "Save it anew.",
        )  # fmt: skip
    return pd.read_parquet(path)


def rename_selection(run: Run, name: str, other: str) -> Selection:
    """Give a selection of a run another name; return it.

    Raises
    ------
    RunError
        If there is none of the old name, one of the new, or the disk refuses.
    ConfigError
        If that cannot name a file.
    """
    open_selection(run, name)
    kept = SAVED_SELECTIONS.path(run, name, _IDS)
    if kept.is_file():
        SAVED_SELECTIONS.write_file(run, other, _IDS, kept.read_bytes())
    renamed = SAVED_SELECTIONS.rename(run, name, other)
    kept.unlink(missing_ok=True)
    return renamed


def delete_selection(run: Run, name: str) -> None:
    """Delete a selection of a run, whether it can be used or not.

    Raises
    ------
    RunError
        If there is no such selection, or the disk refuses.
    """
    SAVED_SELECTIONS.delete(run, name)
    SAVED_SELECTIONS.path(run, name, _IDS).unlink(missing_ok=True)
