"""Cached slices of the rows that pages show; what is returned nobody may change."""

import json
from collections.abc import Callable
from pathlib import Path
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
def _own_slicing(run: qsovae.Run, where: cache.Stamp | None) -> qsovae.Slicing:
    return qsovae.slicing_columns(run, run.rows(_SLICED))


@st.cache_resource(max_entries=4, show_spinner=_SLICING, hash_funcs=_BY_MANIFEST)
def _opened_slicing(
    run: qsovae.Run, of: cache.Stamp, _catalog: qsovae.Catalog
) -> qsovae.Slicing:
    return qsovae.slicing_columns(run, run.rows(_SLICED), _catalog)


@st.cache_resource(max_entries=4, show_spinner=_SLICING, hash_funcs=_BY_MANIFEST)
def _other_slicing(
    run: qsovae.Run, of: cache.Scored, _catalog: qsovae.Catalog
) -> qsovae.Slicing:
    return qsovae.slicing_columns(run, cache.evaluated_rows(run, of), _catalog)


def run_slicing(run: qsovae.Run, opened: Source | None) -> qsovae.Slicing:
    """Return the slices of every row of a run.

    What only its catalog knows is read where the run found it, else from the catalog
    that the visitor has opened, if it is the same; without either a note says so.
    """
    place = Path(str(run.manifest["catalog"].get("path", "")))
    slicing = _own_slicing(run, cache.stamp(place) if place.is_file() else None)
    if not slicing.notes:
        return slicing
    found = cache.run_catalog(run, opened)
    if found is None:
        return slicing
    return _opened_slicing(run, cache.stamp(found.path), found.catalog)


@st.cache_data(
    max_entries=32, show_spinner="Counting the slices …", hash_funcs=_BY_MANIFEST
)
def _scored(
    run: qsovae.Run, of: cache.Scored, choice: str, bits: tuple[str, ...],
    morphology: str, sought: str, notes: tuple[str, ...], _all: qsovae.Slicing,
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
    return qsovae.evaluation_slices(run, rows, slicing, sought)


def scored_slices(
    run: qsovae.Run, of: cache.Scored, opened: Source | None, morphology: str,
    sought: str, choice: str = "without", bits: tuple[str, ...] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return the scores of rows of a morphology by slices, and the worst slices."""
    if of is None or opened is None:
        slicing = run_slicing(run, opened)
    else:
        mapping = qsovae.Mapping.from_toml(of[1], opened.path.name)
        slicing = _other_slicing(run, of, cache.catalog(opened, mapping))
    return _scored(run, of, choice, bits, morphology, sought, slicing.notes, slicing)
