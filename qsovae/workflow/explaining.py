"""Why rows are where they are: what tells a selection from other rows.

Within workflow: above contrasting, run_columns, slice_texts and traversals.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qsovae.bands import BANDS
from qsovae.catalog import Catalog
from qsovae.evaluation import Judged, SimpleCut, mean_sed, simple_cut
from qsovae.progress import Progress, Teller
from qsovae.runs import Run
from qsovae.workflow.contrasting import (
    Sides,
    by_size,
    class_lines,
    column_line,
    two_sides,
)
from qsovae.workflow.curves import json_table
from qsovae.workflow.residuals import band_residuals
from qsovae.workflow.run_columns import RunColumns
from qsovae.workflow.slice_texts import SLICE
from qsovae.workflow.traversals import decoded_magnitudes

_MOST_DECODED = 2_000
_MOST_BANDS = 13  # whose pairs are all colours for a cut
_N_BINS = 40
_BROAD = "gaia_"
_PLAIN = re.compile(r"[^\W\d]\w*")
# Of these, and of slices, a difference says nothing, or is told apart.
_NOT_TOLD = ("row", "object_id", "map_1", "map_2", "quality", "p_max",
             "class_label", "class_predicted")  # fmt: skip


def explain_selection(
    run: Run,
    rows: pd.DataFrame,
    chosen: ArrayLike,
    catalog: Catalog | None = None,
    *,
    others: ArrayLike | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Return what tells a selection from other rows.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        As of ``run_table``.
    chosen : array_like of bool, (n_rows,)
    catalog : Catalog, optional
        That trained the run: it knows magnitudes and columns.
    others : array_like of bool, optional
        What the selection is held against; by default all rows that are not in it.
        Rows of both are left out of these.
    seed : int
        Draws of more than 50,000 rows of a side.
    on_progress : callable, optional
        As of ``Teller``.

    Returns
    -------
    dict
        Ready for JSON, what is undefined is None. ``rows``: of ``chosen`` and
        ``others``, and ``drawn`` of each. ``classes``, by ``class_label`` and
        ``class_predicted``: of each class its share of either side and their
        ``difference`` with low and high (95 %, Newcombe). ``columns``, those that
        differ most first: ``name``, ``kind`` (``number`` or ``share``, of the rows that
        have ``category``), ``difference`` (``cliffs_delta`` or that of the shares) with
        low and high, the medians or shares, and which share of either side has no
        value. ``cut``, None without one: ``query`` with ``completeness`` and ``purity``
        on rows kept apart, see ``simple_cut``. With the catalog ``seds``: mean
        magnitudes of either side, as of ``mean_sed``, and what the decoder makes of the
        chosen rows; and ``distributions`` of the magnitude nearest r, and of redshift.

    Raises
    ------
    InputError
        If there is no row on a side.
    """
    sides = two_sides(len(rows), chosen, others, seed)
    tell = Teller("explanation", 4, on_progress, None)
    if catalog is not None:
        tell.step("residuals", "decoding all rows")
        # All columns are compared, and these take longest.
        band_residuals(
            run, catalog, on_progress=lambda entry: tell.share(entry["fraction"])
        )
    tell.step("columns", "comparing columns")
    columns = RunColumns(run, rows, catalog)
    found: dict[str, Any] = {
        "rows": {name: side.n_rows for name, side in sides.items()},
        "drawn": {name: len(side.rows) for name, side in sides.items()},
        "classes": {
            kind: class_lines(rows[kind], sides)
            for kind in ("class_label", "class_predicted")
        },
        "columns": sorted(
            _column_lines(columns, catalog, sides, tell), key=by_size, reverse=True
        ),
        "cut": None,
        "seds": None,
        "distributions": {},
    }
    if catalog is not None:
        tell.step("cut", "looking for the simplest cut")
        found["cut"] = _cut(catalog, sides, seed)
        tell.step("seds", "averaging magnitudes")
        found["seds"] = _seds(run, rows, catalog, sides)
        found["distributions"] = _distributions(catalog, sides)
    tell.end()
    return found


def _column_lines(
    columns: RunColumns, catalog: Catalog | None, sides: Sides, tell: Teller
) -> Iterator[dict[str, Any]]:
    """Yield how much each column and colour differs, where that is defined."""
    roles = {c.name: c.role for c in catalog.mapping.columns} if catalog else {}
    for k, name in enumerate(columns):
        tell.share(k / len(columns))
        is_told = name not in _NOT_TOLD and not name.startswith(SLICE)
        if is_told and roles.get(name) not in ("id", "label"):
            yield from column_line(name, columns[name], sides)
    if catalog is not None:
        for name, values in _colours(catalog, _neighbours):
            yield from column_line(name, pd.Series(values), sides)


def _colours(catalog: Catalog, pairs: Any) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield colours as queries write them, bluest first."""
    bands = sorted(catalog.bands, key=lambda band: BANDS[band].wavelength_um)
    magnitudes = {band: catalog.magnitude(band)[0] for band in bands}
    for blue, red in pairs(bands):
        yield f"{blue}_mag_ab - {red}_mag_ab", magnitudes[blue] - magnitudes[red]


def _cut(catalog: Catalog, sides: Sides, seed: int) -> dict[str, Any] | None:
    """Return the simplest cut in magnitudes, colours and other measured columns."""
    chosen, others = sides["chosen"], sides["others"]
    drawn = np.concatenate([chosen.rows, others.rows])
    wanted = np.repeat([True, False], [len(chosen.rows), len(others.rows)])
    measured = {
        name: values[drawn]
        for name, values in _measured(catalog)
        if np.isfinite(values[drawn]).any()
    }
    stands_for = (others.n_rows / len(others.rows)) / (chosen.n_rows / len(chosen.rows))
    found = simple_cut(measured, wanted, stands_for, seed)
    if found is None:
        return None
    # Judged by all rows but those that chose it, of which only some were drawn.
    apart = chosen.mask | others.mask
    apart[drawn[found.fitted]] = False
    names = {cut.name for cut in found.cuts}
    used = {n: values[apart] for n, values in _measured(catalog) if n in names}
    judged = Judged.of(found.mask(used), chosen.mask[apart])
    return {"query": cut_query(found), **asdict(judged), **judged.shares()}


def _measured(catalog: Catalog) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield magnitudes, colours and other measured columns, as queries write them."""
    for band in catalog.bands:
        yield f"{band}_mag_ab", catalog.magnitude(band)[0]
    few = len(catalog.bands) <= _MOST_BANDS
    yield from _colours(catalog, _every_two if few else _neighbours)
    for column in catalog.mapping.columns:
        if column.role == "feature":
            yield column.name, catalog.values(column.name)


def _neighbours(bands: list[str]) -> Iterator[tuple[str, str]]:
    # Gaia's passbands lie across those of ground-based surveys.
    for is_broad in (False, True):
        yield from pairwise(b for b in bands if b.startswith(_BROAD) == is_broad)


def _every_two(bands: list[str]) -> Iterator[tuple[str, str]]:
    return combinations(bands, 2)


def cut_query(found: SimpleCut) -> str:
    """Return cuts as a query says them."""
    return " and ".join(
        f"({told} or {name} is missing)" if cut.with_missing else told
        for cut in found.cuts
        for name in [_quoted(cut.name)]
        for told in [f"{name} {'>' if cut.is_above else '<='} {cut.value:g}"]
    )


def _quoted(name: str) -> str:
    is_formula = " - " in name and all(map(_PLAIN.fullmatch, name.split(" - ")))
    return name if is_formula or _PLAIN.fullmatch(name) else f"`{name}`"


def _seds(
    run: Run, rows: pd.DataFrame, catalog: Catalog, sides: Sides
) -> dict[str, Any]:
    """Return mean SEDs of both sides, and the decoder's of the chosen rows."""
    told: dict[str, Any] = {
        name: mean_sed({b: catalog.magnitude(b)[0][side.rows] for b in catalog.bands})
        for name, side in sides.items()
    }
    few = rows.iloc[sides["chosen"].rows[:_MOST_DECODED]]
    told["decoded"] = mean_sed(decoded_magnitudes(run, few))
    return {name: json_table(table) for name, table in told.items()}


def _distributions(catalog: Catalog, sides: Sides) -> dict[str, Any]:
    """Return how the magnitude nearest r, and the redshift, are distributed."""
    told: dict[str, ArrayLike] = {}
    if catalog.bands:
        nearest = min(
            catalog.bands,
            key=lambda b: abs(BANDS[b].wavelength_um - BANDS["r"].wavelength_um),
        )
        told[f"{nearest}_mag_ab"] = catalog.magnitude(nearest)[0]
    redshift = catalog.mapping.only("redshift")
    if redshift is not None:
        told["redshift"] = catalog.values(redshift)
    found = {name: _histogram(np.asarray(v), sides) for name, v in told.items()}
    return {name: counts for name, counts in found.items() if counts is not None}


def _histogram(
    values: NDArray[np.float64], sides: Sides
) -> dict[str, list[float]] | None:
    parts = {name: values[side.rows] for name, side in sides.items()}
    parts = {name: part[np.isfinite(part)] for name, part in parts.items()}
    every = np.concatenate(list(parts.values()))
    if not every.size:
        return None
    edges = np.histogram_bin_edges(every, _N_BINS)
    return {"edges": edges.tolist()} | {
        name: (np.histogram(part, edges)[0] / max(part.size, 1)).tolist()
        for name, part in parts.items()
    }
