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
    refuse_double_names(table.column_names, file.name)
    units = {}
    for column in table.schema:
        stated = (column.metadata or {}).get(b"unit")
        if stated:
            units[column.name] = stated.decode()
    stored = table.schema.metadata or {}
    meta = {k.decode(): v.decode("utf-8", "replace") for k, v in stored.items()}
    meta.pop("pandas", None)
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


def parquet_bytes(
    frame: pd.DataFrame,
    units: Mapping[str, str],
    descriptions: Mapping[str, str],
    meta: Mapping[str, Any],
) -> bytes:
    """Return Parquet with units and descriptions on the fields."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = []
    for column in table.schema:
        notes = {}
        if column.name in units:
            notes["unit"] = units[column.name]
        if column.name in descriptions:
            notes["description"] = descriptions[column.name]
        fields.append(column.with_metadata(notes or None))
    schema = pa.schema(fields, metadata={str(k): str(v) for k, v in meta.items()})
    stream = io.BytesIO()
    pq.write_table(table.cast(schema), stream, compression="zstd")
    return stream.getvalue()
