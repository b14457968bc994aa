"""The slices of a run's rows, written when its catalog is read and kept with it.

Within workflow: above slicing. A Parquet file of codes, a column each, whose metadata
says what the codes mean.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qsovae.catalog import Catalog
from qsovae.evaluation import SliceColumn
from qsovae.features import Feature
from qsovae.workflow.slicing import catalog_slices

_MEANING = b"slices"


class SliceWriter:
    """Writes the slices of a catalog's rows, a portion at a time.

    Parameters
    ----------
    path : Path
    features : sequence of Feature
        Whose colours are slices.
    """

    def __init__(self, path: Path, features: Sequence[Feature]) -> None:
        self._path, self._features = path, features
        self._file: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failed: object) -> None:
        if self._file is not None:
            self._file.close()

    def see(self, portion: Catalog) -> None:
        """Write the slices of a portion's rows."""
        # Edges and names do not depend on the portion.
        columns = list(catalog_slices(portion, self._features))
        if self._file is None:
            self._file = pq.ParquetWriter(
                self._path, _schema(columns), compression="zstd"
            )
        codes = [pa.array(column.codes) for column in columns]
        self._file.write_table(pa.table(codes, schema=self._file.schema))


def _schema(columns: Sequence[SliceColumn]) -> pa.Schema:
    """Return the schema of some columns, with what they mean."""
    meaning = [
        {"name": c.name, "title": c.title, "labels": c.labels,
         "is_spectroscopic": c.is_spectroscopic}
        for c in columns
    ]  # fmt: skip
    fields = [pa.field(column.name, pa.int16()) for column in columns]
    return pa.schema(fields, metadata={_MEANING: json.dumps(meaning)})


def read_slices(
    path: Path, names: Sequence[str] | None = None
) -> tuple[SliceColumn, ...]:
    """Return the slices that a ``SliceWriter`` wrote, or those of some names."""
    table = pq.read_table(path, columns=None if names is None else list(names))
    return tuple(
        SliceColumn(
            entry["name"], entry["title"], tuple(entry["labels"]),
            np.asarray(table.column(entry["name"])), entry["is_spectroscopic"],
        )
        for entry in _meaning(table.schema)
        if entry["name"] in table.column_names
    )  # fmt: skip


def sliced_names(path: Path) -> tuple[str, ...]:
    """Return the names of the columns in a file of slices, whose rows stay unread."""
    status = path.stat()
    return _names(path, status.st_mtime_ns, status.st_size)


# Asked for at each look at a run's columns, and opening the file takes longest then.
@lru_cache(maxsize=64)
def _names(path: Path, modified_ns: int, size: int) -> tuple[str, ...]:
    return tuple(entry["name"] for entry in _meaning(pq.read_schema(path)))


def _meaning(schema: pa.Schema) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(schema.metadata[_MEANING])
    return found
