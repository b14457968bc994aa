"""Rows of a run told by a query over everything that is known of them.

Within workflow: above catalogs.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import entr

from qsovae.bands import QUALITY_DESCRIPTIONS
from qsovae.catalog import Catalog
from qsovae.inference import probability_matrix
from qsovae.queries import Query
from qsovae.runs import Run

_FIRST = ("object_id", "ra_deg", "dec_deg", "class_label", "class_predicted")
_LAST = ("morphology", "outlier_score", "quality", "split", "map_1", "map_2", "row")
_HIDDEN = ("fingerprint", "is_fitted")


class RunColumns(Mapping[str, "pd.Series[Any]"]):
    """Everything that is known of a run's rows, by name; read when it is asked for.

    What the run says: ``class_label``, ``class_predicted``, ``p_CLASS``, ``p_max``,
    ``entropy`` (nats), ``latent_1`` and on, ``outlier_score``, ``morphology``,
    ``split``, ``map_1``, ``map_2``, and of each quality bit ``has_BIT``. With its
    catalog: ``BAND_mag_ab`` of each band, and every column under its own name, doubtful
    values taken out.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        As of ``run_table``.
    catalog : Catalog, optional
        That trained the run.
    """

    def __init__(
        self, run: Run, rows: pd.DataFrame, catalog: Catalog | None = None
    ) -> None:
        self._run, self._rows, self._catalog = run, rows, catalog
        own = [name for name in rows.columns if name not in _HIDDEN]
        bits = [f"has_{bit.name}" for bit in QUALITY_DESCRIPTIONS]
        bands = [] if catalog is None else [f"{b}_mag_ab" for b in catalog.bands]
        others = [] if catalog is None else list(catalog.raw.frame.columns)
        self._names = dict.fromkeys(
            (*own, "p_max", "entropy", *bits, *bands, *map(str, others))
        )

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(self._names)

    def __getitem__(self, name: str) -> "pd.Series[Any]":
        """Return a column."""
        if name not in self._names:
            raise KeyError(name)
        if name in self._rows:
            return self._rows[name]
        shares = probability_matrix(self._rows, self._run.classes)
        if name == "p_max":
            return pd.Series(shares.max(axis=1))
        if name == "entropy":
            return pd.Series(entr(shares).sum(axis=1))
        for bit in QUALITY_DESCRIPTIONS:
            if name == f"has_{bit.name}":
                return (self._rows["quality"] & int(bit)) > 0
        return self._of_catalog(name)

    def _of_catalog(self, name: str) -> "pd.Series[Any]":
        """Return a magnitude or a column of the catalog."""
        catalog = self._catalog
        assert catalog is not None  # its names are not offered without it
        band = name.removesuffix("_mag_ab")
        if band != name and band in catalog.bands:
            return pd.Series(catalog.magnitude(band)[0])
        if catalog.mapping.column(name).role.startswith(("magnitude", "feature")):
            return pd.Series(catalog.values(name))
        return catalog.raw.frame[name].reset_index(drop=True)


def run_table(run: Run) -> pd.DataFrame:
    """Return a run's rows in catalog order, with ``map_1, map_2`` if it has a map."""
    rows, places = run.rows(), run.map()
    if places is None:
        return rows
    places = places[["row", "map_1", "map_2"]]
    return rows.merge(places, on="row", how="left", validate="one_to_one")


def query_mask(
    run: Run, query: Query | str, rows: pd.DataFrame, catalog: Catalog | None = None
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

    Raises
    ------
    QueryError
        If it cannot be read, or does not fit the columns.
    """
    query = Query(query) if isinstance(query, str) else query
    return query.mask(RunColumns(run, rows, catalog), len(rows))


def selection_table(
    rows: pd.DataFrame, chosen: NDArray[np.bool_], catalog: Catalog | None = None
) -> pd.DataFrame:
    """Return the chosen rows: id, position, classes, probabilities, map, quality.

    Parameters
    ----------
    rows : DataFrame
        As of ``run_table``.
    chosen : ndarray of bool, (n_rows,)
    catalog : Catalog, optional
        That trained the run: it knows the positions.
    """
    picked = rows.loc[chosen].copy()
    if catalog is not None and catalog.position is not None:
        # A catalog's own columns of these names are the same positions.
        for place, (name, values) in enumerate(
            zip(("ra_deg", "dec_deg"), catalog.position, strict=True), start=1
        ):
            picked.insert(place, name, values[chosen])
    shares = [c for c in picked if c.startswith("p_")]
    order = [c for c in (*_FIRST, *shares, *_LAST) if c in picked]
    return picked[order].reset_index(drop=True)
