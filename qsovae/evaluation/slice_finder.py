"""The slices, and pairs of slices, in which a classifier does worse than elsewhere.

Within evaluation: above slice_counts.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.errors import ConfigError
from qsovae.evaluation.intervals import LEVEL, share_interval
from qsovae.evaluation.predictions import Predictions
from qsovae.evaluation.slice_counts import MEASURES, pair_counts, row_outcomes
from qsovae.evaluation.slices import SliceColumn, refuse_other_rows

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

FEWEST_FOUND = 30
_FALSE_SHARE = 1.0 - LEVEL


class WorstSlices(NamedTuple):
    """Slices that are worse than the rest of the rows by more than chance.

    Attributes
    ----------
    table : DataFrame
        The surely worst of each measure first: ``measure``, ``column``, ``slice``,
        ``column_2``, ``slice_2`` (None unless it is a pair), ``rows`` (that the share
        is of), ``share``, ``low``, ``high``, ``share_elsewhere``, and ``q_value``, the
        least false discovery rate at which it would be named.
    tested : int
        How many slices and pairs were looked at, over all measures.
    """

    table: pd.DataFrame
    tested: int


def worst_slices(
    predictions: Predictions,
    columns: Sequence[SliceColumn],
    sought: str,
    measures: Sequence[str] = tuple(MEASURES),
    fewest: int = FEWEST_FOUND,
) -> WorstSlices:
    """Return the slices, and pairs of slices, that are worse than the rest of the rows.

    A slice is tested against all other rows by Fisher's exact test, one-sided. A pair
    must also be worse than the rest of either of its slices, each by itself: where the
    second column adds nothing, the simpler slice stands alone. Of the named slices of
    all measures together 5 % may be false (Benjamini & Hochberg 1995), and intervals
    are widened so that 95 % of those shown hold the truth though the worst were chosen
    (Benjamini & Yekutieli 2005).

    Parameters
    ----------
    predictions : Predictions
    columns : sequence of SliceColumn
        Of the same rows.
    sought : str
        Class that completeness and purity are of.
    measures : sequence of str
        Of ``accuracy``, ``completeness`` and ``purity``.
    fewest : int
        Rows that a slice must have, and leave, to be looked at.

    Raises
    ------
    ShapeError
        If a column is of other rows.
    ConfigError
        If there is no such class or measure.
    """
    _refuse_unknown(predictions, sought, measures)
    for column in columns:
        refuse_other_rows(predictions, column)
    known = [column.present() for column in columns]
    counted = list(pair_counts(known, row_outcomes(predictions, sought)))
    candidates = [
        _candidates(known, counted, number, measure, fewest)
        for number, measure in enumerate(measures)
    ]
    looked_at = _Candidates(*map(np.concatenate, zip(*candidates, strict=True)))
    p_values = _p_values(looked_at)
    # Without a candidate there is nothing to adjust, which scipy would refuse.
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control(p_values) if p_values.size else p_values
    chosen = np.flatnonzero(adjusted <= _FALSE_SHARE)
    table = _table(known, measures, looked_at, chosen, adjusted[chosen])
    return WorstSlices(table, p_values.size)


def _refuse_unknown(
    predictions: Predictions, sought: str, measures: Sequence[str]
) -> None:
    for asked, known in (((sought,), predictions.classes), (measures, MEASURES)):
        unknown = [name for name in asked if name not in known]
        if unknown:
            raise ConfigError(
                f"there is no {', '.join(unknown)}", "qsovae.worst_slices",
                f"Use one of {', '.join(known)}.",
            )  # fmt: skip


class _Candidates(NamedTuple):
    """Slices and pairs that have enough rows, each field (n_candidates, ...).

    ``places`` has the number of the measure, and of both columns and slices, those of
    a slice by itself twice. ``hits`` and ``rows`` have four columns: the candidate, its
    first slice, its second slice, all; both slices of a single one are all.
    """

    places: Counts
    hits: Counts
    rows: Counts


def _candidates(
    columns: Sequence[SliceColumn], counted: Sequence[tuple[int, int, Counts]],
    number: int, measure: str, fewest: int,
) -> _Candidates:  # fmt: skip
    """Return what has enough rows, and leaves enough elsewhere, for a measure."""
    found = [
        _with_enough(i, j, counts, number, measure, fewest)
        for i, j, counts in counted
        # Class and redshift come of the same spectrum: what was put into the class
        # wrongly has another redshift, whatever the classifier does.
        if measure != "purity"
        or not (columns[i].is_spectroscopic or columns[j].is_spectroscopic)
    ]
    nothing = _Candidates(*(np.zeros((0, n), dtype=np.int64) for n in (5, 4, 4)))
    return _Candidates(*map(np.concatenate, zip(nothing, *found, strict=True)))


def _with_enough(
    i: int, j: int, counts: Counts, number: int, measure: str, fewest: int
) -> _Candidates:
    """Return the slices of one column, or the pairs of two, that have enough rows."""
    parts = []
    for outcomes in MEASURES[measure]:
        cells = counts[..., list(outcomes)].sum(axis=-1)
        part = np.empty((*cells.shape, 4), dtype=np.int64)
        part[..., 0] = cells
        part[..., 1] = cells.sum(axis=-1, keepdims=True)
        part[..., 2] = cells.sum(axis=0, keepdims=True)
        part[..., 3] = cells.sum()
        parts.append(part)
    hits, rows = parts
    enough = (rows[..., :1] >= fewest) & (rows[..., 1:] - rows[..., :1] >= fewest)
    places = np.argwhere(enough.all(axis=-1))
    codes = tuple(places.T)
    told = np.empty((len(places), 5), dtype=np.int64)
    told[:, 0], told[:, 1], told[:, 3] = number, i, j
    told[:, 2], told[:, 4] = places[:, 0], places[:, -1]
    return _Candidates(told, hits[codes], rows[codes])


def _p_values(candidates: _Candidates) -> Floats:
    """Return how likely so few hits are by chance, (n_candidates,).

    That of a pair is the largest of three: against the rest of all rows, and against
    the rest of either slice. Once one is above 5 % it stands for all: nothing that
    large is named, nor changes what is.
    """
    # Here, so that other scores by slices need not wait for it to load.
    from scipy.stats import hypergeom

    hits, rows = candidates.hits, candidates.rows
    p_values = np.ones(len(hits))
    n, of = rows[:, 0], rows[:, 3]
    share = hits[:, 3] / of
    variance = n * share * (1.0 - share) * (of - n) / (of - 1.0)
    # Within one standard deviation of what is expected no tail is below 15 %.
    worse = np.flatnonzero(hits[:, 0] < n * share - np.sqrt(variance))
    for whole in (3, 1, 2):
        k, n = hits[worse, 0], rows[worse, 0]
        found = hypergeom.cdf(k, rows[worse, whole], hits[worse, whole], n)
        before = 0.0 if whole == 3 else p_values[worse]
        p_values[worse] = np.maximum(before, found)
        worse = worse[p_values[worse] <= _FALSE_SHARE]
    return p_values


def _table(
    columns: Sequence[SliceColumn], measures: Sequence[str], looked_at: _Candidates,
    chosen: NDArray[np.intp], q_values: Floats,
) -> pd.DataFrame:  # fmt: skip
    """Return the chosen candidates with their names and intervals."""
    places = looked_at.places[chosen]
    hits, rows = (part[chosen].T for part in (looked_at.hits, looked_at.rows))
    level = 1.0 - _FALSE_SHARE * max(chosen.size, 1) / max(len(looked_at.rows), 1)
    low, high = share_interval(hits[0], rows[0], level)
    names = [_names(columns, *place) for place in places[:, 1:]]
    keys = ("column", "slice", "column_2", "slice_2")
    table = pd.DataFrame(
        {
            "measure": [measures[number] for number in places[:, 0]],
            **{
                key: pd.Series([name[at] for name in names], dtype=object)
                for at, key in enumerate(keys)
            },
            "rows": rows[0],
            "share": hits[0] / rows[0],
            "low": low,
            "high": high,
            "share_elsewhere": (hits[3] - hits[0]) / (rows[3] - rows[0]),
            "q_value": q_values,
        }
    )
    order = np.lexsort((high, places[:, 0]))
    return table.iloc[order].reset_index(drop=True)


def _names(
    columns: Sequence[SliceColumn], i: int, first: int, j: int, second: int
) -> tuple[str | None, ...]:
    """Return column and slice of a candidate, in the order of the columns."""
    told = [(columns[k].name, columns[k].labels[code]) for k, code in
            sorted({(i, first), (j, second)})]  # fmt: skip
    return (*told[0], *(told[1] if len(told) > 1 else (None, None)))
