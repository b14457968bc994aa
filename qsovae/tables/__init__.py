"""Files to tables and back: FITS, VOTable, ECSV, CSV and Parquet.

Layer: above errors. A table leaves as it came: every row, in order, integers still
integers; what could not be kept is named in ``RawTable.notes``.
"""

from qsovae.tables.appending import TableWriter
from qsovae.tables.formats import READABLE_SUFFIXES, WRITABLE_SUFFIXES
from qsovae.tables.portions import TablePortions
from qsovae.tables.raw import RawTable
from qsovae.tables.reading import file_sha256, read_table, refusals_in
from qsovae.tables.writing import (
    refuse_suffix,
    table_bytes,
    write_file,
    write_table,
    write_whole,
)

__all__ = [
    "READABLE_SUFFIXES",
    "WRITABLE_SUFFIXES",
    "RawTable",
    "TablePortions",
    "TableWriter",
    "file_sha256",
    "read_table",
    "refusals_in",
    "refuse_suffix",
    "table_bytes",
    "write_file",
    "write_table",
    "write_whole",
]
