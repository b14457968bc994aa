"""The primary's rows, a portion at a time: what is small of all of them, once.

Within combine: above survey_tables.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qsovae.bands import COMBINED_SURVEYS, SurveyDefinition
from qsovae.catalog import Catalog
from qsovae.columns import Mapping
from qsovae.combine.refusals import (
    refuse_other_columns,
    refuse_other_surveys,
    refuse_positions,
)
from qsovae.combine.survey_tables import SurveyTable, longest_text
from qsovae.crossmatch import Floats
from qsovae.recognition import recognise_columns
from qsovae.tables import RawTable, TablePortions


@dataclass(frozen=True)
class Primary:
    """What is known of all rows of the primary, and the way to each portion.

    Attributes
    ----------
    definition : SurveyDefinition
    files : tuple of dict
        ``name``, ``sha256`` and ``rows`` of each file.
    first : SurveyTable
        The first portion, for what all have in common.
    position : (ndarray, ndarray)
        Right ascension and declination in deg, (n_rows,), NaN where missing.
    epoch_jyr : ndarray, (n_rows,)
    text_widths : dict
        Bytes of the longest text of the columns of text that are taken over.
    """

    definition: SurveyDefinition
    files: tuple[dict[str, Any], ...]
    first: SurveyTable
    position: tuple[Floats, Floats]
    epoch_jyr: Floats
    text_widths: dict[str, int]
    _sources: tuple[TablePortions, ...]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.epoch_jyr)

    def portions(self) -> Iterator[tuple[slice, SurveyTable]]:
        """Yield the rows that a portion holds, and its table."""
        start = 0
        for table in _tables(self.definition, self._sources):
            yield slice(start, start + table.n_rows), table
            start += table.n_rows


def open_primary(key: str, paths: Sequence[Path], rows_a_portion: int) -> Primary:
    """Return the primary, gone through once for its positions.

    Raises
    ------
    CatalogError
        As ``open_survey``.
    """
    definition = COMBINED_SURVEYS[key]
    sources = tuple(TablePortions(path, rows_a_portion) for path in paths)
    first: SurveyTable | None = None
    ra: list[Floats] = []
    dec: list[Floats] = []
    epochs: list[Floats] = []
    widths = {"object_id": 1, "class_true": 1}
    for table in _tables(definition, sources):
        if first is None:
            refuse_other_surveys(definition, table.catalog)
            first = table
        ra.append(table.position[0])
        dec.append(table.position[1])
        epochs.append(table.epoch_jyr)
        for name, column in _texts(table).items():
            widths[name] = max(widths[name], longest_text(column))
    assert first is not None  # a file without rows is one portion without rows
    position = np.concatenate(ra), np.concatenate(dec)
    refuse_positions(position, first.catalog)
    files = tuple(
        {"name": s.name, "sha256": s.sha256, "rows": s.n_rows} for s in sources
    )
    return Primary(
        definition, files, first, position, np.concatenate(epochs), widths, sources
    )


def _tables(
    definition: SurveyDefinition, sources: Sequence[TablePortions]
) -> Iterator[SurveyTable]:
    """Yield the portions of all files; a column means what it does in the first."""
    first: Catalog | None = None
    for source in sources:
        for raw in source:
            if first is None:
                first = Catalog(raw, recognise_columns(raw))
            refuse_other_columns(raw, first.raw)
            mapping = _with_codes(first.mapping, raw)
            yield SurveyTable(definition, Catalog(raw, mapping, first), ())


def _with_codes(mapping: Mapping, raw: RawTable) -> Mapping:
    """Return the mapping with the codes for 'missing' that these rows hold, too."""
    here = recognise_columns(raw)
    return Mapping(
        tuple(
            replace(c, sentinels=tuple(sorted({*c.sentinels, *h.sentinels})))
            for c, h in zip(mapping.columns, here.columns, strict=True)
        )
    )


def _texts(table: SurveyTable) -> "dict[str, pd.Series[Any]]":
    """Return the columns of text that the combined catalog takes over."""
    columns = {"object_id": table.catalog.object_id}
    label = table.catalog.mapping.only("label")
    if label is not None:
        columns["class_true"] = table.catalog.raw.frame[label]
    return columns
