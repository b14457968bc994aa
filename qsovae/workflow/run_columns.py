"""Everything that is known of a run's rows, by the names that queries use.

Within workflow: above cells, latent_rows and slice_texts.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import entr

from qsovae.aitoff import aitoff_places
from qsovae.bands import QUALITY_DESCRIPTIONS
from qsovae.catalog import Catalog
from qsovae.errors import ConfigError, InputError
from qsovae.inference import latent_matrix, probability_matrix
from qsovae.progress import Progress
from qsovae.projection import inside_outline_mask
from qsovae.queries import PlacedColumns, Query, formula_values
from qsovae.runs import (
    ON_MAP,
    SAVED_SELECTIONS,
    Run,
    latest_verdicts,
    open_selection,
)
from qsovae.workflow.cells import run_catalog
from qsovae.workflow.latent_rows import is_of_run, nearest_mask, place_of_id
from qsovae.workflow.projections import run_table
from qsovae.workflow.residuals import band_residuals, residual_bands
from qsovae.workflow.slice_texts import SLICE, slice_names, slice_texts

_HIDDEN = ("fingerprint", "is_fitted")
_OF_VERDICTS = ("vi_class", "vi_quality", "vi_issue", "vi_scanner")
_OF_SKY = ("sky_x", "sky_y")
_RESIDUAL = "residual_"
SAVED = "sel_"  # before the name of a selection in a query

Outline = Sequence[tuple[float, float]]


class RunColumns(PlacedColumns):
    """Everything that is known of a run's rows, by name; read when it is asked for.

    What the run says: ``class_label``, ``class_predicted``, ``p_CLASS``, ``p_max``,
    ``entropy`` (nats), ``latent_1`` and on, ``outlier_score``, ``morphology``,
    ``split``, ``map_1``, ``map_2``, of each quality bit ``has_BIT``, of each column of
    ``slicing_columns`` the slice as ``slice_COLUMN``, of each saved selection
    ``sel_NAME``, and of the last verdict ``vi_class``, ``vi_quality``, ``vi_issue``,
    ``vi_scanner``. With the catalog: ``BAND_mag_ab`` of each band, how far it is from
    what is decoded, ``residual_BAND`` in standard deviations (see ``band_residuals``),
    where rows are on Aitoff's projection, ``sky_x`` and ``sky_y`` in deg, and every
    column under its own name, doubtful values taken out.

    What rows can be near to, or like, are the run's own rows, also where these are rows
    of another catalog.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        As of ``run_table``.
    catalog : Catalog, optional
        Whose rows these are.
    within : tuple of str
        Selections that are being told, none of which may tell itself.
    on_progress : callable, optional
        Told of columns that take long, as of ``band_residuals``.
    """

    def __init__(
        self, run: Run, rows: pd.DataFrame, catalog: Catalog | None = None,
        within: tuple[str, ...] = (), *, on_progress: Progress | None = None,
    ) -> None:  # fmt: skip
        self._run, self._rows, self._catalog = run, rows, catalog
        self._within, self._tell = within, on_progress
        own = [name for name in rows.columns if name not in _HIDDEN]
        bits = [f"has_{bit.name}" for bit in QUALITY_DESCRIPTIONS]
        kept = [f"{SAVED}{name}" for name in SAVED_SELECTIONS.names(run)]
        bands = [] if catalog is None else [f"{b}_mag_ab" for b in catalog.bands]
        off = [] if catalog is None else residual_bands(run, catalog)
        others = [] if catalog is None else list(catalog.raw.frame.columns)
        sky = [] if catalog is None or catalog.position is None else _OF_SKY
        slices = [f"{SLICE}{name}" for name in slice_names(run)]
        told = (
            "p_max", "entropy", *bits, *slices, *kept, *_OF_VERDICTS, *bands,
            *(f"{_RESIDUAL}{band}" for band in off), *sky,
        )  # fmt: skip
        self._names = dict.fromkeys((*own, *told, *map(str, others)))

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        return iter(self._names)

    def __contains__(self, name: object) -> bool:
        """Return whether there is a column of that name; none is read."""
        return name in self._names

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(self._names)

    def __getitem__(self, name: str) -> "pd.Series[Any]":
        """Return a column."""
        if name not in self._names:
            raise KeyError(name)
        if name in self._rows:
            return self._rows[name]
        if name in _OF_VERDICTS:
            return self._of_verdicts(name)
        sliced = name.removeprefix(SLICE)
        if sliced != name and sliced in slice_names(self._run):
            return slice_texts(self._run, self._rows, self._catalog, sliced)
        saved = name.removeprefix(SAVED)
        if saved != name and saved in SAVED_SELECTIONS.names(self._run):
            return self._of_selection(saved)
        told = self._of_run(name)
        return self._of_catalog(name) if told is None else told

    @cached_property
    def _own(self) -> pd.DataFrame:
        return self._rows if is_of_run(self._rows) else run_table(self._run)

    def anchors(self) -> "RunColumns":
        """Return columns of the run's own rows."""
        if self._own is self._rows:
            return self
        return self._like_these(self._own, run_catalog(self._run), self._within)

    def _like_these(
        self, rows: pd.DataFrame, catalog: Catalog | None, within: tuple[str, ...]
    ) -> "RunColumns":
        return RunColumns(self._run, rows, catalog, within, on_progress=self._tell)

    def near(self, object_id: str, n_rows: int) -> NDArray[np.bool_]:
        """Return which rows are the run's object of an id and those nearest to it.

        The object is there beside ``n_rows`` others; of another catalog's rows there
        are ``n_rows``.

        Raises
        ------
        InputError
            If no row or several of the run have the id.
        """
        ids = self._own["object_id"]
        place = place_of_id(ids, object_id, "the run's own rows")
        centre = latent_matrix(self._own.iloc[[place]])[0]
        itself = place if self._own is self._rows else None
        return nearest_mask(self._rows, centre, n_rows, itself)

    def like(self, chosen: NDArray[np.bool_], n_rows: int) -> NDArray[np.bool_]:
        """Return which rows are nearest to the mean of some of the run's own rows.

        Raises
        ------
        InputError
            If there are none.
        """
        picked = np.broadcast_to(chosen, (len(self._own),))
        if not picked.any():
            raise InputError(
                "it is true of no row, and nothing is like that", "query",
                "Choose a claim that some of the run's rows fulfil.",
            )  # fmt: skip
        # Of a million rows in single precision the sum would lose digits.
        centre = latent_matrix(self._own)[picked].mean(axis=0, dtype=np.float64)
        return nearest_mask(self._rows, centre, n_rows)

    def _of_run(self, name: str) -> "pd.Series[Any] | None":
        """Return what follows from the rows; None where they do not tell it."""
        for bit in QUALITY_DESCRIPTIONS:
            if name == f"has_{bit.name}":
                return (self._rows["quality"] & int(bit)) > 0
        if name not in ("p_max", "entropy"):
            return None
        shares = probability_matrix(self._rows, self._run.classes)
        return pd.Series(
            shares.max(axis=1) if name == "p_max" else entr(shares).sum(axis=1)
        )

    def _of_verdicts(self, name: str) -> "pd.Series[Any]":
        """Return what the last verdict on each row says; missing without one."""
        said = latest_verdicts(self._run).set_index("object_id")[name]
        ids = self._rows["object_id"].astype("string")
        told = ids.map(said.to_dict()).reset_index(drop=True)
        return told.astype("Int64" if name == "vi_quality" else "string")

    def _of_selection(self, name: str) -> "pd.Series[Any]":
        """Return which rows are in a saved selection."""
        if name in self._within:
            raise ConfigError(
                f"the selection {name} is told by itself", f"{SAVED}{name}",
                "Delete one of those that name each other, and make it anew.",
            )  # fmt: skip
        saved = open_selection(self._run, name)
        within = (*self._within, name)
        columns = self._like_these(self._rows, self._catalog, within)
        return pd.Series(told_rows(saved.query, saved.outlines, columns, saved.plane))

    def _of_catalog(self, name: str) -> "pd.Series[Any]":
        """Return a magnitude or a column of the catalog."""
        catalog = self._catalog
        assert catalog is not None  # its names are not offered without it
        band = name.removesuffix("_mag_ab")
        if band != name and band in catalog.bands:
            return pd.Series(catalog.magnitude(band)[0])
        band = name.removeprefix(_RESIDUAL)
        if band != name and band in residual_bands(self._run, catalog):
            found = band_residuals(self._run, catalog, on_progress=self._tell)
            return pd.Series(found[band])
        if name in _OF_SKY and catalog.position is not None:
            return pd.Series(aitoff_places(*catalog.position)[_OF_SKY.index(name)])
        if catalog.mapping.column(name).role.startswith(("magnitude", "feature")):
            return pd.Series(catalog.values(name))
        return catalog.raw.frame[name].reset_index(drop=True)


def told_rows(
    query: str | None, outlines: Sequence[Outline], columns: Mapping[str, Any],
    plane: tuple[str, str] = ON_MAP,
) -> NDArray[np.bool_]:  # fmt: skip
    """Return which rows a query is true of and outlines on a plane hold."""
    n_rows = len(columns["object_id"])
    mask = np.ones(n_rows, dtype=bool)
    if query is not None:
        mask &= Query(query).mask(columns, n_rows)
    if outlines:
        if plane == ON_MAP and "map_1" not in columns:
            raise ConfigError(
                "outlines need the places of the rows on the map", "selection",
                "Make the map first (qsovae project RUN).",
            )  # fmt: skip
        x, y = (formula_values(text, columns, n_rows) for text in plane)
        mask &= inside_outline_mask(x, y, outlines)
    return mask
