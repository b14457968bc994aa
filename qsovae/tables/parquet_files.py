"""Parquet to tables and back.

Within tables: above raw.
"""

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from qsovae.tables.raw import (
    RawTable,
    TableFile,
    left_out,
    raw_table,
    refuse_double_names,
)

_NULLABLE = {
    pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(), pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(), pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(), pa.bool_(): pd.BooleanDtype(),
}  # fmt: skip


def read_parquet(file: TableFile) -> RawTable:
    """Read Parquet; masked integers stay integers."""
    table = pq.read_table(io.BytesIO(file.content))
    return from_arrow(table, file, parquet_meta(table.schema))


def parquet_meta(schema: pa.Schema) -> dict[str, str]:
    """Return what a file says of itself, without pandas' own notes."""
    stored = schema.metadata or {}
    meta = {k.decode(): v.decode("utf-8", "replace") for k, v in stored.items()}
    meta.pop("pandas", None)
    return meta


def from_arrow(
    table: pa.Table | pa.RecordBatch, file: TableFile, meta: dict[str, str]
) -> RawTable:
    """Return an Arrow table, or a batch of one, as a frame."""
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    refuse_double_names(table.column_names, file.name)
    units = {}
    for column in table.schema:
        stated = (column.metadata or {}).get(b"unit")
        if stated:
            units[column.name] = stated.decode()
    nested = [f.name for f in table.schema if pa.types.is_nested(f.type)]
    table = table.drop_columns(nested)
    for k, column in enumerate(table.schema):
        if pa.types.is_decimal(column.type):
            table = table.set_column(k, column.name, table[k].cast(pa.float64()))
    frame = table.replace_schema_metadata(None).to_pandas(
        types_mapper=lambda t: _NULLABLE.get(t)
    )
    notes = [left_out(name) for name in nested]
    return raw_table(frame, file, units=units, meta=meta, notes=notes)


def arrow_table(
    frame: pd.DataFrame,
    units: Mapping[str, str],
    ucds: Mapping[str, str],
    descriptions: Mapping[str, str],
    meta: Mapping[str, Any],
) -> pa.Table:
    """Return a table with units, UCDs and descriptions on its fields."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    said = {"unit": units, "ucd": ucds, "description": descriptions}
    fields = []
    for column in table.schema:
        notes = {
            what: by_name[column.name]
            for what, by_name in said.items() if column.name in by_name
        }  # fmt: skip
        fields.append(column.with_metadata(notes or None))
    schema = pa.schema(fields, metadata={str(k): str(v) for k, v in meta.items()})
    return table.cast(schema)


def parquet_bytes(
    frame: pd.DataFrame,
    units: Mapping[str, str],
    ucds: Mapping[str, str],
    descriptions: Mapping[str, str],
    meta: Mapping[str, Any],
) -> bytes:
    """Return a table as Parquet, with what ``arrow_table`` says of it."""
    stream = io.BytesIO()
    table = arrow_table(frame, units, ucds, descriptions, meta)
    pq.write_table(table, stream, compression="zstd")
    return stream.getvalue()
