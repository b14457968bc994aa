"""The rows that the Evaluate page scores, and the catalog that they are of."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

import qsovae
from dashboard import cache
from dashboard.mapping_editor import active_mapping
from dashboard.sources import find_source
from dashboard.state import View


class ScoredRows(NamedTuple):
    """Whose rows are scored, and which of them are shown.

    ``key`` tells them from all others; nobody may change the rows or the catalog,
    which is None where it is not at hand.
    """

    key: tuple[object, ...]
    rows: pd.DataFrame
    catalog: qsovae.Catalog | None
    label: str | None


def scored_rows(view: View, run: qsovae.Run, of: cache.Scored) -> ScoredRows:
    """Return the rows that a view shows the scores of."""
    rows = cache.evaluated_rows(run, of, view.quality_choice, view.quality)
    source = find_source(view.catalog)
    catalog: qsovae.Catalog | None = None
    if of is not None and source is not None:
        catalog = cache.catalog(source, active_mapping(source)[0])
    elif of is None and (found := cache.run_catalog(run, source)) is not None:
        catalog = found.catalog
    key = (
        cache.run_key(run), of, view.quality_choice, view.quality, view.morphology,
        catalog is not None,
    )  # fmt: skip
    return ScoredRows(
        key, qsovae.with_morphology(rows, view.morphology), catalog,
        None if of is None else of[2],
    )  # fmt: skip
