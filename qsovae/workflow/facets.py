"""Facets: the rows of a run counted by the bins of its columns.

Within workflow: above binning.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.errors import InputError
from qsovae.workflow.binning import facet_bins

_REDSHIFTS = (
    "redshift", "z_spec", "zspec", "z_sp", "z_best", "z_true", "z_vi", "z_phot",
    "zphot", "z_photo", "photo_z", "photoz",
)  # fmt: skip


class FacetCounts(NamedTuple):
    """Rows of each bin, each (n_bins,): all, shown, and selected."""

    all: NDArray[np.int64]
    shown: NDArray[np.int64]
    selected: NDArray[np.int64]


def facet_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that say most of a run's rows, of those there are.

    The predicted class, the probability of a quasar or the largest one, a magnitude
    (in i or in the middle band), a redshift, and the morphology.

    Parameters
    ----------
    columns : iterable of str
        As of ``RunColumns``.
    """
    names = {name.casefold(): name for name in columns}
    bands = [name for name in names if name.endswith("_mag_ab")]
    middle = bands[len(bands) // 2 :][:1]
    wanted = (
        ("class_predicted",), ("p_qso", "p_max"), ("i_mag_ab", *middle), _REDSHIFTS,
        ("morphology",),
    )  # fmt: skip
    found = (next((n for n in options if n in names), None) for options in wanted)
    return tuple(names[name] for name in found if name is not None)


def facet_counts(
    codes: NDArray[np.int16],
    n_bins: int,
    shown: NDArray[np.bool_] | None = None,
    selected: NDArray[np.bool_] | None = None,
) -> FacetCounts:
    """Return how many rows are in each bin: all, shown, and selected.

    Parameters
    ----------
    codes : ndarray of int16, (n_rows,)
        As of ``FacetBins``.
    n_bins : int
    shown, selected : ndarray of bool, (n_rows,), optional
        By default all rows are shown, and none is selected.

    Raises
    ------
    InputError
        If a mask is not of as many rows.
    """
    # One pass: each bin has a place for either answer to either question.
    places = codes.astype(np.intp)
    for factor, mask in ((n_bins, shown), (2 * n_bins, selected)):
        if mask is not None:
            if mask.shape != codes.shape:
                raise InputError(
                    f"a mask has shape {mask.shape}, the column {codes.shape}",
                    "facet_counts", "Pass masks of the run's rows.",
                )  # fmt: skip
            places += factor * mask.astype(np.intp)
    counts = np.bincount(places, minlength=4 * n_bins).reshape(2, 2, n_bins)
    every = counts.sum(axis=(0, 1))
    return FacetCounts(
        every, every if shown is None else counts[:, 1].sum(axis=0),
        counts[1].sum(axis=0),
    )  # fmt: skip


def facet_table(
    columns: "Mapping[str, pd.Series[Any]]",
    names: Sequence[str],
    told: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """Return the rows of some columns counted by bins, a line a bin.

    Parameters
    ----------
    columns : mapping
        Columns by name, as ``RunColumns``.
    names : sequence of str
    told : ndarray of bool, (n_rows,), optional
        Rows that are counted apart.

    Returns
    -------
    DataFrame
        ``column``, ``kind`` and ``bin`` (see ``FacetBin``), its ``query``, ``rows``,
        and with ``told`` how many of them it holds, ``rows_told``.

    Raises
    ------
    InputError
        If there is no such column.
    QueryError
        If no query can name it.
    """
    lines = []
    for name in names:
        if name not in columns:
            raise InputError(
                f"there is no column {name}", "facets",
                "`qsovae select RUN --columns` lists what there is.",
            )  # fmt: skip
        bins = facet_bins(name, columns[name])
        counts = facet_counts(bins.codes, len(bins.bins), told)
        lines += [
            (name, one.kind, one.label, bins.query([place]),
             int(counts.all[place]), int(counts.shown[place]))
            for place, one in enumerate(bins.bins)
        ]  # fmt: skip
    header = ["column", "kind", "bin", "query", "rows", "rows_told"]
    table = pd.DataFrame(lines, columns=header)
    return table if told is not None else table.drop(columns="rows_told")
