"""Selected rows as a table, and what stands in the header of its files.

Within workflow: above selecting and joining.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from qsovae.catalog import Catalog
from qsovae.inference import latent_names
from qsovae.queries import Query
from qsovae.runs import ON_MAP, Run, latest_verdicts, list_selections, weights_digest
from qsovae.workflow.joining import JoinedFile
from qsovae.workflow.projections import is_projected
from qsovae.workflow.run_columns import SAVED, Outline

_FIRST = ("object_id", "ra_deg", "dec_deg", "class_label", "class_predicted")
_LAST = ("morphology", "outlier_score", "quality", "split", "map_1", "map_2", "row")
_HIDDEN = ("fingerprint", "is_fitted")
_RECIPE = ("query", "outlines", "plane")
_POSITION = ("ra_deg", "dec_deg")


def selection_table(
    rows: pd.DataFrame,
    chosen: "NDArray[Any]",
    catalog: Catalog | None = None,
    run: Run | None = None,
) -> pd.DataFrame:
    """Return the chosen rows, with all that is told of each.

    Id, position, classes, probabilities, morphology, outlier score, quality, split and
    map come first, then the columns that were joined, then the last verdict on each.

    Parameters
    ----------
    rows : DataFrame
        As of ``run_table``, or with the columns that ``join_columns`` adds.
    chosen : ndarray of bool, (n_rows,)
    catalog : Catalog, optional
        That trained the run: it knows the positions.
    run : Run, optional
        It knows the verdicts: ``vi_class`` and on, once there is any.
    """
    picked = rows.loc[chosen].reset_index(drop=True)
    if catalog is not None and catalog.position is not None:
        # A catalog's own columns of these names are the same positions.
        picked = picked.rename(columns={n: f"{n}_joined" for n in _POSITION})
        for name, values in zip(_POSITION, catalog.position, strict=True):
            picked[name] = values[chosen]
    shares = [c for c in picked if c.startswith("p_")]
    fixed = [c for c in (*_FIRST, *shares, *_LAST) if c in picked]
    known = {*fixed, *latent_names(picked), *_HIDDEN}
    joined = [c for c in picked if c not in known and not is_projected(c)]
    verdicts = pd.DataFrame() if run is None else _last_verdicts(run, picked)
    others = [c for c in verdicts if c not in picked]
    return pd.concat([picked[fixed + joined], verdicts[others]], axis=1)


def _last_verdicts(run: Run, picked: pd.DataFrame) -> pd.DataFrame:
    """Return the last verdict on each row, with no column before there is any."""
    said = latest_verdicts(run).set_index("object_id")
    if said.empty:
        return pd.DataFrame(index=picked.index)
    ids = picked["object_id"].astype("string")
    columns = [c for c in said if c.startswith("vi_")]
    told = said[columns].reindex(ids).reset_index(drop=True)
    return told.astype({"vi_quality": "Int64"})


def selection_meta(
    run: Run,
    query: str | None,
    outlines: Sequence[Outline] = (),
    plane: tuple[str, str] = ON_MAP,
    catalog: Catalog | None = None,
    joined: JoinedFile | None = None,
) -> dict[str, Any]:
    """Return what the header of a file of selected rows says of them.

    Parameters
    ----------
    run : Run
    query : str or None
        That the rows fulfil.
    outlines : sequence of outlines
        That they lie in.
    plane : (str, str)
        On which the outlines are, see ``Selection``.
    catalog : Catalog, optional
        Whose rows these are; that which trained the run by default.
    joined : JoinedFile, optional
        Whose columns the rows have, too.

    Returns
    -------
    dict
        ``run``, ``catalog``, ``query`` (in one line), ``is_sim``, and ``recipe``: JSON
        with ``run``, ``weights_sha256``, ``catalog``, ``catalog_sha256``, ``query``,
        ``outlines``, ``plane``, ``joined`` (``name``, ``sha256``, ``on``, or null), and
        ``selections``, query, outlines and plane of each saved selection that the query
        names, or one of these.

    Raises
    ------
    QueryError
        If the query cannot be read.
    """
    trained = run.manifest["catalog"]
    name = str(trained["name"]) if catalog is None else catalog.name
    recipe = {
        "run": run.name,
        "weights_sha256": weights_digest(run),
        "catalog": name,
        "catalog_sha256": trained["sha256"] if catalog is None else catalog.sha256,
        "query": query,
        "outlines": outlines,
        "plane": plane,
        "joined": None if joined is None else joined._asdict(),
        "selections": dict(_named_selections(run, query)),
    }
    return {
        "run": run.name, "catalog": name, "query": " ".join((query or "").split()),
        "is_sim": run.is_simulated, "recipe": json.dumps(recipe),
    }  # fmt: skip


def _named_selections(
    run: Run, query: str | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the recipes of the selections that a query names, and that these name."""
    unseen = {
        f"{SAVED}{kept.name}".casefold(): kept.value
        for kept in list_selections(run)
        if kept.value is not None
    }
    waiting = [query]
    while waiting:
        asked = waiting.pop()
        for column in () if asked is None else Query(asked).names:
            saved = unseen.pop(column.casefold(), None)
            if saved is not None:
                told = asdict(saved)
                yield saved.name, {key: told[key] for key in _RECIPE}
                waiting.append(saved.query)
