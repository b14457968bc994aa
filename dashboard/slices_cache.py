"""Cached slices of the rows that pages show; what is returned nobody may change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

import qsovae
from dashboard import cache
from dashboard.sources import Source

# How a run is told from another of its name: by everything that its manifest says.
_BY_MANIFEST: dict[str | type[Any], Callable[[Any], Any]] = {
    qsovae.Run: lambda run: (str(run.folder), json.dumps(run.manifest, default=str))
}
# What slices need of a run's rows beside the catalog.
_SLICED = ("row", "morphology", "quality")
_SLICING = "Slicing the rows of the catalog …"


@st.cache_resource(max_entries=4, show_spinner=_SLICING, hash_funcs=_BY_MANIFEST)
def run_slicing(run: qsovae.Run) -> qsovae.Slicing:
    """Return the slices of every row of a run."""
    return qsovae.slicing_columns(run, run.rows(_SLICED))


@st.cache_resource(max_entries=4, show_spinner=_SLICING, hash_funcs=_BY_MANIFEST)
def _other_slicing(
    run: qsovae.Run, of: cache.Scored, _catalog: qsovae.Catalog
) -> qsovae.Slicing:
    return qsovae.slicing_columns(run, cache.evaluated_rows(run, of), _catalog)


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=_BY_MANIFEST)
def _scored(
    run: qsovae.Run, of: cache.Scored, choice: str, bits: tuple[str, ...],
    morphology: str, sought: str | None, part: str, _all: qsovae.Slicing,
) -> dict[str, Any]:  # fmt: skip
    rows = cache.evaluated_rows(run, of, choice, bits)
    rows = qsovae.with_morphology(rows, morphology)
    # A run's own rows are numbered as its slices are.
    places = (
        rows.index
        if of is None
        else (cache.evaluated_rows(run, of).index.get_indexer(rows.index))
    )
    slicing = _all.taken(places)
    return qsovae.evaluation_slices(run, rows, slicing, sought, (part,))


def scored_slices(
    run: qsovae.Run, of: cache.Scored, opened: Source | None, morphology: str,
    sought: str, choice: str, bits: tuple[str, ...], part: str,
) -> dict[str, Any]:  # fmt: skip
    """Return the scores of rows of a morphology by slices, or the worst slices.

    ``part`` is ``columns`` or ``worst``; only the latter depend on the class sought.
    """
    if of is None or opened is None:
        slicing = run_slicing(run)
    else:
        mapping = qsovae.Mapping.from_toml(of[1], opened.path.name)
        slicing = _other_slicing(run, of, cache.catalog(opened, mapping))
    of_class = sought if part == "worst" else None
    return _scored(run, of, choice, bits, morphology, of_class, part, slicing)
