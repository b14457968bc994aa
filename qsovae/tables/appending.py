"""Writing a table in portions: whole at the end or not there at all.

Within tables: above the formats' writing.
"""

import io
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from astropy.io import fits

from qsovae.errors import CatalogError
from qsovae.tables.astropy_writing import astropy_table, fits_hdu
from qsovae.tables.parquet_files import arrow_table
from qsovae.tables.writing import not_written, table_bytes

_FITS_BLOCK = 2880  # bytes


class TableWriter:
    """Appends portions of a table to a file that appears when all are there.

    FITS, Parquet and CSV grow portion by portion; VOTable and ECSV are kept in memory
    until the end.

    Parameters
    ----------
    path : Path
        Its suffix names the format.
    n_rows : int
        Rows of all portions together.
    units, ucds, descriptions, meta : mapping
        As of ``write_table``.
    text_widths : mapping
        Bytes of the longest text of a column in any portion, where the first portion
        may not have it.
    """

    def __init__(
        self,
        path: Path,
        n_rows: int,
        *,
        units: Mapping[str, str],
        ucds: Mapping[str, str],
        descriptions: Mapping[str, str],
        meta: Mapping[str, Any],
        text_widths: Mapping[str, int],
    ) -> None:
        self.path, self.n_rows = path, n_rows
        self._said = (units, ucds, descriptions)
        self._meta = meta
        self._text_widths = text_widths
        self._done = 0
        self._format: _Growing | None = None

    def __enter__(self) -> Self:
        """Open a file beside the one to be."""
        try:
            handle, self._temporary = tempfile.mkstemp(
                dir=self.path.parent, prefix=f".{self.path.name}."
            )
        except OSError as error:
            raise not_written(self.path, error) from None
        self._stream: IO[bytes] = os.fdopen(handle, "wb")
        return self

    def append(self, frame: pd.DataFrame) -> None:
        """Append a portion; all have the same columns.

        Raises
        ------
        CatalogError
            If the disk refuses.
        """
        try:
            if self._format is None:
                kind = _FORMATS.get(self.path.suffix.lower(), _Whole)
                self._format = kind(self, frame)
            self._format.append(frame)
        except OSError as error:
            raise not_written(self.path, error) from None
        self._done += len(frame)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the file its name, or leave nothing if an error cut it short."""
        temporary = Path(self._temporary)
        try:
            if error is not None:
                self._abandon()
            elif self._done != self.n_rows or self._format is None:
                self._abandon()
                raise ValueError(f"{self._done} rows of {self.n_rows} were written")
            else:
                self._format.finish()
                self._flushed()
                temporary.chmod(0o644)
                temporary.replace(self.path)
        except OSError as refusal:
            raise not_written(self.path, refusal) from None
        finally:
            self._stream.close()
            temporary.unlink(missing_ok=True)

    def _flushed(self) -> None:
        """Bring all bytes to the disk."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()

    def _abandon(self) -> None:
        """Let go of what is open."""
        if self._format is not None:
            self._format.abandon()


class _Growing:
    """How a file of one format grows."""

    def __init__(self, writer: TableWriter, first: pd.DataFrame) -> None:
        self.writer = writer
        self.stream = writer._stream
        self.begin(first)

    def begin(self, first: pd.DataFrame) -> None:
        """Write what stands before all rows."""

    def append(self, frame: pd.DataFrame) -> None:
        """Write some rows."""
        raise NotImplementedError

    def finish(self) -> None:
        """Write what stands after all rows."""

    def abandon(self) -> None:
        """Let go of what is open; the file is not wanted."""


class _Fits(_Growing):
    """The header says how many rows follow; then rows of fixed width."""

    def begin(self, first: pd.DataFrame) -> None:
        units, ucds, descriptions = self.writer._said
        # The header needs a row of each kind, not all of them.
        table = astropy_table(_typical_rows(first), units, ucds, descriptions)
        widths = _text_widths(first)
        for name, width in self.writer._text_widths.items():
            widths[name] = max(width, widths.get(name, 1))
        hdu = fits_hdu(table, self.writer._meta, widths)
        hdu.header["NAXIS2"] = self.writer.n_rows
        self._columns = hdu.columns
        self._dtype = hdu.columns.dtype.newbyteorder(">")
        self._n_bytes = 0
        for header in (fits.PrimaryHDU().header, hdu.header):
            self.stream.write(header.tostring().encode("ascii"))

    def append(self, frame: pd.DataFrame) -> None:
        rows = np.zeros(len(frame), dtype=self._dtype)
        for column in self._columns:
            rows[column.name] = _fits_values(frame[column.name], column, self.writer)
        content = rows.tobytes()
        self.stream.write(content)
        self._n_bytes += len(content)

    def finish(self) -> None:
        self.stream.write(b"\0" * (-self._n_bytes % _FITS_BLOCK))


def _is_text(column: "pd.Series[Any]") -> bool:
    """Return whether a column is written as text."""
    dtype = column.dtype
    return not (
        pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)
    )


def _typical_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the first row, and the first null of each column of whole numbers."""
    rows = {0} if len(frame) else set()
    for name in frame.columns:
        null = frame[name].isna().to_numpy(dtype=bool)
        if null.any() and not _is_text(frame[name]):
            rows.add(int(null.argmax()))
    return frame.iloc[sorted(rows)]


def _text_widths(frame: pd.DataFrame) -> dict[str, int]:
    """Return the bytes of the longest text of each column of text."""
    widths = {}
    for name in frame.columns:
        if _is_text(frame[name]):
            names = frame[name].dropna().unique()
            longest = max((len(str(n).encode("utf-8")) for n in names), default=1)
            widths[str(name)] = max(longest, 1)
    return widths


def _fits_values(values: "pd.Series[Any]", column: Any, writer: TableWriter) -> Any:
    """Return a column's values as FITS stores them."""
    if column.format.endswith("A"):
        codes, names = pd.factorize(values.astype("string"), use_na_sentinel=True)
        encoded = [str(name).encode("utf-8") for name in names]
        longest = max(map(len, encoded), default=0)
        if longest > int(column.format[:-1] or 1):
            raise CatalogError(
                f"column {column.name} has text of {longest} bytes, room for "
                f"{column.format[:-1] or 1}",
                str(writer.path),
                "Write the whole table at once.",
            )
        return np.array([*encoded, b""])[codes]  # -1, the null, is the last
    if column.format == "L":
        return np.where(values.to_numpy(dtype=bool), ord("T"), ord("F"))
    if pd.api.types.is_float_dtype(values.dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    if column.null is None and values.isna().any():
        raise CatalogError(
            f"column {column.name} has nulls that its first rows had not",
            str(writer.path),
            "Write the whole table at once.",
        )
    null = 0 if column.null is None else column.null + int(column.bzero or 0)
    whole = values.fillna(null).to_numpy(dtype=str(values.dtype).lower())
    return whole - np.array(int(column.bzero or 0)).astype(whole.dtype)


class _Parquet(_Growing):
    """A row group a portion."""

    def begin(self, first: pd.DataFrame) -> None:
        self._schema = self._table(first).schema
        self._file = pq.ParquetWriter(self.stream, self._schema, compression="zstd")

    def _table(self, frame: pd.DataFrame) -> pa.Table:
        units, ucds, descriptions = self.writer._said
        return arrow_table(frame, units, ucds, descriptions, self.writer._meta)

    def append(self, frame: pd.DataFrame) -> None:
        self._file.write_table(self._table(frame).cast(self._schema))

    def finish(self) -> None:
        self._file.close()

    def abandon(self) -> None:
        self._file.close()


class _Csv(_Growing):
    """Lines after a header line."""

    def begin(self, first: pd.DataFrame) -> None:
        self.stream.write(first.head(0).to_csv(index=False).encode("utf-8"))

    def append(self, frame: pd.DataFrame) -> None:
        self.stream.write(frame.to_csv(index=False, header=False).encode("utf-8"))


class _Whole(_Growing):
    """A format that is written at once, at the end."""

    def begin(self, first: pd.DataFrame) -> None:
        self._frames: list[pd.DataFrame] = []

    def append(self, frame: pd.DataFrame) -> None:
        self._frames.append(frame)

    def finish(self) -> None:
        units, ucds, descriptions = self.writer._said
        whole = pd.concat(self._frames, ignore_index=True)
        content = table_bytes(
            whole, self.writer.path.suffix, units=units, ucds=ucds,
            descriptions=descriptions, meta=self.writer._meta,
        )  # fmt: skip
        self.stream.write(io.BytesIO(content).getbuffer())


_FORMATS: dict[str, type[_Growing]] = {
    ".fits": _Fits, ".parquet": _Parquet, ".csv": _Csv,
}  # fmt: skip
