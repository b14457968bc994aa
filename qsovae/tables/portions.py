"""Reading a table in portions, so that one larger than memory can be gone through.

Within tables: above reading and csv_portions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
from astropy.io import fits

from qsovae.errors import CatalogError
from qsovae.tables.astropy_files import fits_portion, fits_table_hdu
from qsovae.tables.csv_portions import CsvPortions
from qsovae.tables.formats import format_of
from qsovae.tables.parquet_files import from_arrow, parquet_meta
from qsovae.tables.raw import RawTable, TableFile
from qsovae.tables.reading import (
    as_read,
    file_sha256,
    read_table,
    refusals_in,
    refused_by_disk,
)

_LOOKED_AT = 4096  # bytes that tell the format
_READ_BYTES = 1 << 20
WHOLE_CSV_BYTES = 1 << 26  # a CSV file up to this size is read at once


class TablePortions:
    """A file's table, a portion of rows at a time; may be gone through again.

    FITS, Parquet and large CSV are read as they are gone through; a file in another
    format, or compressed, is read whole once.

    Parameters
    ----------
    path : Path
    rows_a_portion : int
    columns : sequence of str, optional
        The only ones that are wanted: of Parquet, no others are read.

    Attributes
    ----------
    name, sha256 : str
        Of the file.
    n_rows : int

    Raises
    ------
    CatalogError
        As ``read_table``.
    """

    def __init__(
        self, path: Path, rows_a_portion: int, columns: Sequence[str] | None = None
    ) -> None:
        self._path, self._step, self._columns = path, rows_a_portion, columns
        self._whole: RawTable | None = None
        self._csv: CsvPortions | None = None
        self._kind = self._told_kind()
        if self._kind == "FITS":
            with refusals_in(path.name, "FITS"), self._fits() as hdus:
                self.n_rows = int(fits_table_hdu(self._file, hdus).header["NAXIS2"])
        elif self._kind == "Parquet":
            with refusals_in(path.name, "Parquet"):
                self.n_rows = pq.ParquetFile(path).metadata.num_rows
        elif self._kind == "CSV":
            with refusals_in(path.name, "CSV"):
                self._csv = CsvPortions(path, rows_a_portion)
                self.n_rows = self._csv.n_rows
        else:
            self._whole = read_table(path)
            self.n_rows = len(self._whole.frame)
        self.name = path.name
        self.sha256 = self._whole.sha256 if self._whole else file_sha256(path)

    def _told_kind(self) -> str:
        """Return the format if the file can be gone through, else nothing."""
        if not self._path.is_file():
            raise CatalogError("there is no such file", str(self._path), "Check it.")
        with refused_by_disk(self._path), self._path.open("rb") as stream:
            head = stream.read(_LOOKED_AT)
        if head.startswith(b"\x1f\x8b") or not head:
            return ""
        kind = format_of(head, self._path.name)
        is_large = kind != "CSV" or self._path.stat().st_size > WHOLE_CSV_BYTES
        return kind if kind in ("FITS", "Parquet", "CSV") and is_large else ""

    @property
    def _file(self) -> TableFile:
        """The file without its content, which is not in memory."""
        return TableFile(self._path.name, "", b"", self._path.stat().st_size)

    def _fits(self) -> fits.HDUList:
        return fits.open(self._path, memmap=True)

    def __iter__(self) -> Iterator[RawTable]:
        """Yield the portions, in order; of an empty table, one without rows."""
        for portion in self._portions():
            told = portion if self._whole else as_read(portion, self._kind)
            yield replace(told, sha256=self.sha256)

    def _portions(self) -> Iterator[RawTable]:
        if self._whole is not None:
            for start in range(0, max(self.n_rows, 1), self._step):
                rows = self._whole.frame.iloc[start : start + self._step]
                yield replace(self._whole, frame=rows.reset_index(drop=True))
        elif self._csv is not None:
            with refusals_in(self.name, "CSV"):
                yield from self._csv.portions(self._file)
        elif self._kind == "FITS":
            for start in range(0, max(self.n_rows, 1), self._step):
                rows = slice(start, start + self._step)
                # Opened anew, or what was mapped of the file would stay in memory.
                with refusals_in(self.name, "FITS"), self._fits() as hdus:
                    portion = fits_portion(self._file, hdus, rows)
                yield portion
        else:
            with refusals_in(self.name, "Parquet"):
                # By default what was read of a row group stays until the last portion.
                file = pq.ParquetFile(
                    self._path, pre_buffer=False, buffer_size=_READ_BYTES
                )
                meta = parquet_meta(file.schema_arrow)
                batches = file.iter_batches(self._step, columns=self._columns)
                for batch in batches:
                    yield from_arrow(batch, self._file, meta)
                if not self.n_rows:
                    yield from_arrow(file.read(self._columns), self._file, meta)
