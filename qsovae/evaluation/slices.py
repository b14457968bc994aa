"""Scores of the rows by slices of a column: where a classifier is good, and where not.

Within evaluation: above intervals.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qsovae.errors import ConfigError, ShapeError
from qsovae.evaluation.intervals import share_interval
from qsovae.evaluation.predictions import Predictions

Counts = NDArray[np.int64]

MISSING = "missing"
# A share of fewer rows says nothing that its interval would not take back.
FEWEST_ROWS = 10
_MEASURES = ("completeness", "purity", "f1")


@dataclass(frozen=True, eq=False)
class SliceColumn:
    """Which slice of a column each row is in.

    Attributes
    ----------
    name, title : str
        How it is called, and in words, with a unit where it has one.
    labels : tuple of str
        Names of the slices, in order; none stands twice.
    codes : ndarray of int16, (n_rows,)
        Place of each row's slice in ``labels``: a row is in one slice.
    is_spectroscopic : bool
        Whether it comes of the spectrum that gave the class, as a redshift does: then
        no purity is told by it, for those put into a class wrongly have another one.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    codes: NDArray[np.int16]
    is_spectroscopic: bool = False

    @classmethod
    def binned(
        cls, name: str, title: str, values: ArrayLike, edges: Sequence[float],
        *, is_spectroscopic: bool = False,
    ) -> Self:  # fmt: skip
        """Return slices of numbers between edges, open at both ends.

        Parameters
        ----------
        name, title : str
        values : array_like of float, (n_rows,)
            Those not finite are in a slice of their own, ``missing``.
        edges : sequence of float
            Rising; an edge belongs to the slice above it.
        is_spectroscopic : bool
        """
        numbers = np.asarray(values, dtype=np.float64)
        between = pairwise(edges)
        labels = (
            f"below {edges[0]:g}",
            *(f"{low:g} to {high:g}" for low, high in between),
            f"{edges[-1]:g} and above",
            MISSING,
        )
        codes = np.searchsorted(np.asarray(edges), numbers, side="right")
        codes = np.where(np.isfinite(numbers), codes, len(labels) - 1)
        return cls(name, title, labels, codes.astype(np.int16), is_spectroscopic)

    @classmethod
    def named(
        cls, name: str, title: str, values: ArrayLike, labels: Sequence[str]
    ) -> Self:
        """Return a slice for each of some names; other rows are ``missing``.

        Parameters
        ----------
        name, title : str
        values : array_like of str, (n_rows,)
        labels : sequence of str
            In order.
        """
        names = (*labels, MISSING)
        codes = pd.Index(names[:-1]).get_indexer(pd.Index(np.asarray(values)))
        codes = np.where(codes < 0, len(labels), codes)
        return cls(name, title, names, codes.astype(np.int16))

    @classmethod
    def divided(
        cls, name: str, title: str, claim: ArrayLike, labels: tuple[str, str]
    ) -> Self:
        """Return the rows of which something is so, and the others, by these names."""
        true = np.asarray(claim, dtype=bool)
        return cls(name, title, labels, np.where(true, 0, 1).astype(np.int16))

    def taken(self, rows: ArrayLike) -> Self:
        """Return the column of some rows, by their numbers."""
        return replace(self, codes=self.codes[np.asarray(rows)])

    def rows_in(self, label: str) -> NDArray[np.bool_]:
        """Return which rows are in a slice, (n_rows,).

        Raises
        ------
        ConfigError
            If there is no such slice.
        """
        if label not in self.labels:
            raise ConfigError(
                f"there is no slice {label!r}", f"slices of {self.title}",
                f"Use one of {', '.join(self.labels)}.",
            )  # fmt: skip
        inside: NDArray[np.bool_] = self.codes == self.labels.index(label)
        return inside

    def present(self) -> Self:
        """Return the column without the slices that no row is in."""
        rows = np.bincount(self.codes, minlength=len(self.labels))
        if rows.all():
            return self
        labels = tuple(self.labels[code] for code in np.flatnonzero(rows))
        places = (np.cumsum(rows > 0) - 1).astype(np.int16)
        return replace(self, labels=labels, codes=places.take(self.codes))


def slice_table(
    predictions: Predictions, column: SliceColumn, fewest: int = FEWEST_ROWS
) -> pd.DataFrame:
    """Return the scores of each class in each slice that has rows.

    Parameters
    ----------
    predictions : Predictions
    column : SliceColumn
        Of the same rows.
    fewest : int
        A share of fewer rows is NaN; the rows are counted all the same.

    Returns
    -------
    DataFrame
        A line a slice and class. Of the slice ``slice``, ``rows``, ``accuracy``; of the
        class in it ``class_label``, ``class_rows``, ``completeness``, ``purity``,
        ``f1``; each score with its 95 % interval, ``_low`` and ``_high``. F1 is
        2 J / (1 + J), with J the share that is right of the rows that are of the class
        or put into it; this share has Wilson's interval, and F1 rises with it. By what
        comes of the spectrum there is neither purity nor F1.

    Raises
    ------
    ShapeError
        If the column is of other rows.
    """
    refuse_other_rows(predictions, column)
    column, n = column.present(), len(predictions.classes)
    cells = (column.codes.astype(np.intp) * n + predictions.true) * n
    cells += predictions.predicted
    n_slices = len(column.labels)
    counts = np.bincount(cells, minlength=n_slices * n * n).reshape(n_slices, n, n)
    rows, right = counts.sum(axis=(1, 2)), np.trace(counts, axis1=1, axis2=2)
    hits = np.diagonal(counts, axis1=1, axis2=2)
    of_class, put = counts.sum(axis=2), counts.sum(axis=1)
    of_slice = {"slice": column.labels, "rows": rows}
    of_slice |= _shares("accuracy", right, rows, fewest)
    table = {name: np.repeat(values, n) for name, values in of_slice.items()}
    table["class_label"] = np.tile(predictions.classes, n_slices)
    table["class_rows"] = of_class.ravel()
    unions = (of_class, put, of_class + put - hits)
    for name, whole in zip(_MEASURES, unions, strict=True):
        shares = _shares(name, hits, whole, fewest)
        table |= {key: values.ravel() for key, values in shares.items()}
    f1 = [name for name in table if name.startswith("f1")]
    table |= {name: 2.0 * table[name] / (1.0 + table[name]) for name in f1}
    scores = pd.DataFrame(table)
    if column.is_spectroscopic:
        told = [name for name in table if name.startswith(("f1", "purity"))]
        scores[told] = np.nan
    return scores


def _shares(name: str, hits: Counts, rows: Counts, fewest: int) -> dict[str, Any]:
    """Return shares and their intervals, NaN of too few rows."""
    known = np.where(rows < max(fewest, 1), 0, rows)
    low, high = share_interval(hits, known)
    share = np.where(known > 0, hits / np.maximum(known, 1), np.nan)
    return {name: share, f"{name}_low": low, f"{name}_high": high}


def refuse_other_rows(predictions: Predictions, column: SliceColumn) -> None:
    """Refuse a column of other rows than those that were predicted."""
    if column.codes.shape != predictions.true.shape:
        raise ShapeError(
            f"{column.codes.shape[0]:,} rows are in slices, "
            f"{predictions.true.size:,} are predicted",
            f"slices of {column.title}",
            "Pass the slices of the labelled rows.",
        )
