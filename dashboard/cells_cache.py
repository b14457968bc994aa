"""Cached objects behind a confusion matrix, of the rows that Evaluate scores."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache


class Rows(NamedTuple):
    """Which rows a matrix counts: the run's key, whose rows, and the filters on them.

    ``model`` is the one whose classes they bear.
    """

    run: tuple[str, str, int]
    of: cache.Scored
    quality_choice: str
    quality: tuple[str, ...]
    morphology: str
    model: str


@st.cache_resource(max_entries=6, show_spinner=False)
def scored_rows(which: Rows, _run: qsovae.Run) -> pd.DataFrame:
    """Return the rows themselves."""
    rows = cache.evaluated_rows(_run, which.of, which.quality_choice, which.quality)
    rows = qsovae.with_morphology(rows, which.morphology)
    return qsovae.baseline_rows(_run, rows) if which.model == "baseline" else rows


@st.cache_resource(max_entries=12, show_spinner="Gathering objects …")
def objects(
    which: Rows, cell: tuple[str, str] | None, sha256: str | None,
    _run: qsovae.Run, _catalog: qsovae.Catalog | None,
) -> pd.DataFrame:  # fmt: skip
    """Return the objects of a cell, or those with doubtful labels.

    ``sha256`` is the catalog's, by which it is told from others.
    """
    rows = scored_rows(which, _run)
    if cell is None:
        return qsovae.label_suspects(_run, rows, _catalog)
    return qsovae.cell_objects(_run, rows, *cell, _catalog)


@st.cache_data(max_entries=12, show_spinner=False)
def seds(
    which: Rows, cell: tuple[str, str], sha256: str,
    _run: qsovae.Run, _catalog: qsovae.Catalog,
) -> pd.DataFrame:  # fmt: skip
    """Return mean SEDs of a cell and of the right rows of both classes."""
    return qsovae.cell_seds(scored_rows(which, _run), *cell, _catalog)
