"""Files to tables and back: FITS, VOTable, ECSV, CSV and Parquet.

Layer: above errors. A table leaves as it came: every row, in order, integers still
integers; what could not be kept is named in ``RawTable.notes``.
"""

import gzip
import hashlib
import io
import os
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from astropy.io import fits, votable
from astropy.io.votable.exceptions import VOWarning
from astropy.table import MaskedColumn, Table
from astropy.units import UnitsWarning

from qsovae.errors import CatalogError

READABLE_SUFFIXES = (
    ".fits", ".fit", ".fits.gz", ".vot", ".xml", ".votable", ".ecsv", ".csv",
    ".csv.gz", ".parquet",
)  # fmt: skip
WRITABLE_SUFFIXES = (".fits", ".vot", ".ecsv", ".csv", ".parquet")

_FORMATS = {
    ".fits": "FITS", ".fit": "FITS", ".fz": "FITS", ".vot": "VOTable",
    ".xml": "VOTable", ".votable": "VOTable", ".ecsv": "ECSV", ".csv": "CSV",
    ".parquet": "Parquet", ".pq": "Parquet",
}  # fmt: skip
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class RawTable:
    """A table as read.

    Attributes
    ----------
    frame : DataFrame
        One line a row, in the file's order.
    units, descriptions : dict
        By column, where the file states them.
    meta : dict
        Header cards and parameters, as text.
    name, sha256 : str
        File name; digest of the file's bytes.
    notes : tuple of str
        What a reader must know: columns left out, names made unique.
    """

    frame: pd.DataFrame
    name: str
    sha256: str
    units: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_table(path: Path | str) -> RawTable:
    """Return a file's table.

    Raises
    ------
    CatalogError
        If there is no such file, it is empty, truncated, of no known kind, or holds no
        table; says which line is ragged and which names are double.
    """
    path = Path(path)
    if not path.is_file():
        raise CatalogError("there is no such file", str(path), "Check the path.")
    content = path.read_bytes()
    if not content:
        raise CatalogError("the file is empty", path.name, "Download it again.")
    sha256 = hashlib.sha256(content).hexdigest()
    content = _unpacked(content, path.name)
    kind = _kind(content, path.name)
    reader = {
        "FITS": _read_fits, "VOTable": _read_votable, "ECSV": _read_ecsv,
        "CSV": _read_csv, "Parquet": _read_parquet,
    }[kind]  # fmt: skip
    try:
        with warnings.catch_warnings():
            # Loose units and dialects are the rule in real files, not an error.
            warnings.simplefilter("ignore")
            raw = reader(content, path.name, sha256)
    except CatalogError:
        raise
    # Whatever a damaged file makes a library say ends here in one sentence.
    except Exception as error:  # noqa: BLE001
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise CatalogError(
            f"the {kind} file cannot be read: {reason}",
            path.name,
            "It may be truncated or damaged: download it again.",
        ) from None
    if not len(raw.frame.columns):
        raise CatalogError("the table has no columns", path.name, "Check the file.")
    return raw


def _unpacked(content: bytes, name: str) -> bytes:
    """Return the bytes behind gzip, if they are gzipped."""
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise CatalogError(
            f"the compressed file cannot be unpacked: {error}",
            name,
            "It may be truncated: download it again.",
        ) from None


def _kind(content: bytes, name: str) -> str:
    """Return the format by the file's first bytes; the name must not contradict."""
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(b"SIMPLE  ="):
        found = "FITS"
    elif content.startswith(b"PAR1"):
        found = "Parquet"
    elif head.startswith(b"# %ECSV"):
        found = "ECSV"
    elif head.startswith(b"<") and b"VOTABLE" in content[:4096]:
        found = "VOTable"
    else:
        found = ""
    suffixes = [s.lower() for s in Path(name).suffixes if s.lower() != ".gz"]
    stated = _FORMATS.get(suffixes[-1] if suffixes else "", "")
    if found:
        return found
    if stated == "CSV" and b"\x00" not in content[:4096]:
        return "CSV"
    if stated:
        raise CatalogError(
            f"the name says {stated}, but the file does not start like one",
            name,
            f"Rename it to what it is; readable: {', '.join(READABLE_SUFFIXES)}.",
        )
    raise CatalogError(
        "the file is of no known kind",
        name,
        f"Readable are {', '.join(READABLE_SUFFIXES)}.",
    )


def _read_fits(content: bytes, name: str, sha256: str) -> RawTable:
    """Read the first table extension that has rows, else the first table."""
    with fits.open(io.BytesIO(content), memmap=False) as hdus:
        tables = [h for h in hdus if isinstance(h, (fits.BinTableHDU, fits.TableHDU))]
        if not tables:
            raise CatalogError(
                "the FITS file holds only images, no table",
                name,
                "Give the catalog, not the picture that it was made from.",
            )
        hdu = next((h for h in tables if h.header.get("NAXIS2", 0)), tables[0])
        short = hdu.header["NAXIS1"] * hdu.header["NAXIS2"]
        if hdu._data_offset + short > len(content):
            raise CatalogError(
                f"the FITS file is truncated: {len(content):,} bytes of "
                f"{hdu._data_offset + short:,}",
                name,
                "Download it again.",
            )
        names = [column.name for column in hdu.columns]
        _refuse_double_names(names, name)
        table = Table.read(hdu)
        cards = {
            str(k): str(v)
            for header in (hdus[0].header, hdu.header)
            for k, v in header.items()
            if k and k not in ("COMMENT", "HISTORY")
        }
    return _from_astropy(table, name, sha256, cards)


def _read_votable(content: bytes, name: str, sha256: str) -> RawTable:
    """Read the first table of a VOTable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VOWarning)
        document = votable.parse(io.BytesIO(content), verify="ignore")
        first = next(iter(document.iter_tables()), None)
    if first is None:
        raise CatalogError("the VOTable holds no table", name, "Check the file.")
    _refuse_double_names([f.name for f in first.fields], name)
    meta = {p.name or p.ID: str(p.value) for p in (*document.params, *first.params)}
    meta |= {i.name: str(i.value) for i in (*document.infos, *first.infos)}
    return _from_astropy(first.to_table(use_names_over_ids=True), name, sha256, meta)


def _read_ecsv(content: bytes, name: str, sha256: str) -> RawTable:
    """Read an ECSV table; its serialised columns are plain, never objects."""
    table = Table.read(content.decode("utf-8-sig"), format="ascii.ecsv")
    meta = {str(k): str(v) for k, v in table.meta.items()}
    return _from_astropy(table, name, sha256, meta)


def _read_parquet(content: bytes, name: str, sha256: str) -> RawTable:
    """Read Parquet; masked integers stay integers."""
    table = pq.read_table(io.BytesIO(content))
    _refuse_double_names(table.column_names, name)
    units = {}
    for column in table.schema:
        stated = (column.metadata or {}).get(b"unit")
        if stated:
            units[column.name] = stated.decode()
    stored = table.schema.metadata or {}
    meta = {k.decode(): v.decode("utf-8", "replace") for k, v in stored.items()}
    meta.pop("pandas", None)
    frame = table.replace_schema_metadata(None).to_pandas(
        types_mapper=lambda t: _NULLABLE.get(t)
    )
    return _raw(frame, name, sha256, units, {}, meta)


_NULLABLE = {
    pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(), pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(), pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(), pa.bool_(): pd.BooleanDtype(),
}  # fmt: skip


def _read_csv(content: bytes, name: str, sha256: str) -> RawTable:
    """Read CSV with comma, semicolon, tab or bar; a ragged line is refused by number."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.strip()
                  and not line.startswith("#")), None)  # fmt: skip
    if start is None:
        raise CatalogError("the file holds no header line", name, "Check the file.")
    header = lines[start]
    separator = max(",;\t|", key=header.count)
    names = next(iter(_csv_rows([header], separator)))
    names = [n.strip() for n in names]
    _refuse_double_names(names, name)
    for number, cells in enumerate(_csv_rows(lines[start + 1 :], separator), start + 2):
        if cells and len(cells) != len(names):
            raise CatalogError(
                f"line {number} has {len(cells)} values, the header {len(names)}",
                name,
                "Quote values that hold the separator, or mend the line.",
            )
    frame = pd.read_csv(
        io.StringIO("\n".join(lines[start:])), sep=separator, names=names, header=0,
        dtype_backend="numpy_nullable", skip_blank_lines=True, low_memory=False,
        decimal="," if separator == ";" and _decimal_comma(lines[start + 1 :]) else ".",
    )  # fmt: skip
    return _raw(frame, name, sha256, {}, {}, {})


def _csv_rows(lines: list[str], separator: str) -> Any:
    """Return the rows of csv text; quotes may hold separators."""
    import csv

    return csv.reader(lines, delimiter=separator, skipinitialspace=True)


def _decimal_comma(lines: list[str]) -> bool:
    """Return whether semicolon-separated numbers are written with a comma."""
    sample = lines[:50]
    return any("," in line for line in sample) and not any("." in s for s in sample)


def _from_astropy(
    table: Table, name: str, sha256: str, meta: dict[str, str]
) -> RawTable:
    """Return an astropy table as a frame; columns of arrays are left out, and named."""
    notes = []
    for column in list(table.colnames):
        if table[column].ndim > 1 or (
            table[column].dtype == object and not _holds_text(table[column])
        ):
            notes.append(
                f"column {column} holds arrays, not single values: left out of the "
                "table, unchanged in the file"
            )
            table.remove_column(column)
    units = {c: str(table[c].unit) for c in table.colnames if table[c].unit is not None}
    descriptions = {
        c: str(table[c].description) for c in table.colnames if table[c].description
    }
    frame = table.to_pandas(index=False)
    return _raw(frame, name, sha256, units, descriptions, meta, tuple(notes))


def _holds_text(column: Any) -> bool:
    """Return whether an object column holds nothing but text and blanks."""
    return all(isinstance(v, (str, bytes, type(None))) or v is np.ma.masked
               for v in column[:100])  # fmt: skip


def _raw(
    frame: pd.DataFrame,
    name: str,
    sha256: str,
    units: dict[str, str],
    descriptions: dict[str, str],
    meta: dict[str, str],
    notes: tuple[str, ...] = (),
) -> RawTable:
    """Return the table with plain column types and stripped text."""
    columns = {str(c): _plain_column(frame[c]) for c in frame.columns}
    plain = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
    return RawTable(plain, name, sha256, units, descriptions, meta, notes)


def _plain_column(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return numbers in native types, nullable only where null; text stripped."""
    column = column.reset_index(drop=True)
    if pd.api.types.is_bool_dtype(column.dtype):
        return column if column.isna().any() else column.astype(bool)
    if pd.api.types.is_integer_dtype(column.dtype):
        kind = str(column.dtype).lower()
        return column if column.isna().any() else column.astype(kind)
    if pd.api.types.is_float_dtype(column.dtype):
        width = "float32" if "32" in str(column.dtype) else "float64"
        return pd.Series(column.to_numpy(dtype=width, na_value=np.nan))
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    text = column.map(_text, na_action="ignore").astype("string")
    return text.str.strip()


def _text(value: Any) -> str:
    """Return a cell as text; bytes as written by FITS."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _refuse_double_names(names: list[str], where: str) -> None:
    """Refuse two columns of one name: nobody could say which is meant."""
    double = sorted({str(n) for n in names if names.count(n) > 1})
    if double:
        raise CatalogError(
            f"two columns are named {', '.join(double)}",
            where,
            "Rename one of them: it is not clear which is meant.",
        )


def write_table(
    frame: pd.DataFrame,
    path: Path | str,
    *,
    units: Mapping[str, str] | None = None,
    descriptions: Mapping[str, str] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> None:
    """Write a table in the format that the path's suffix names.

    The file appears whole or not at all, and the same table gives the same bytes.

    Raises
    ------
    CatalogError
        If the suffix names no format that can be written, or the disk refuses.
    """
    path = Path(path)
    content = table_bytes(
        frame, path.suffix, units=units, descriptions=descriptions, meta=meta
    )
    try:
        write_whole(path, content)
    except OSError as error:
        raise CatalogError(
            f"the file cannot be written: {error.strerror}",
            str(path),
            "Choose a folder that exists, may be written to and has room.",
        ) from None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves the old one or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def table_bytes(
    frame: pd.DataFrame,
    suffix: str,
    *,
    units: Mapping[str, str] | None = None,
    descriptions: Mapping[str, str] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> bytes:
    """Return a table as the bytes of a file.

    Parameters
    ----------
    suffix : str
        One of ``WRITABLE_SUFFIXES``.
    units, descriptions : mapping, optional
        By column name; CSV has no room for them.
    meta : mapping, optional
        Short names to plain values, kept in the header.
    """
    suffix = suffix.lower()
    if suffix == ".csv":
        return frame.to_csv(index=False).encode("utf-8")
    if suffix == ".parquet":
        return _parquet_bytes(frame, units or {}, descriptions or {}, meta or {})
    if suffix not in WRITABLE_SUFFIXES:
        raise CatalogError(
            f"tables cannot be written as {suffix or 'a file without suffix'}",
            "output",
            f"End the name with one of {', '.join(WRITABLE_SUFFIXES)}.",
        )
    table = _to_astropy(frame, units or {}, descriptions or {})
    stream = io.BytesIO()
    if suffix == ".fits":
        hdu = fits.table_to_hdu(table)
        for key, value in (meta or {}).items():
            hdu.header[_card(key)] = _card_value(value)
        hdu.writeto(stream)
    elif suffix == ".vot":
        _write_votable(table, meta or {}, stream)
    else:
        table.meta.update({k: _plain(v) for k, v in (meta or {}).items()})
        text = io.StringIO()
        table.write(text, format="ascii.ecsv")
        return text.getvalue().encode("utf-8")
    return stream.getvalue()


def _card(key: str) -> str:
    """Return a header keyword; long ones take the HIERARCH convention."""
    return key.upper() if len(key) <= 8 else f"HIERARCH {key.upper()}"


def _plain(value: Any) -> Any:
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _card_value(value: Any) -> Any:
    plain = _plain(value)
    return (
        plain.encode("ascii", "replace").decode() if isinstance(plain, str) else plain
    )


def _write_votable(table: Table, meta: Mapping[str, Any], stream: io.BytesIO) -> None:
    """Write a VOTable with the meta data as INFO elements."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnitsWarning)
        document = votable.from_table(table)
    for key, value in meta.items():
        document.infos.append(
            votable.tree.Info(name=str(key), value=str(value), ID=None)
        )
    votable.writeto(document, stream)


def _to_astropy(
    frame: pd.DataFrame, units: Mapping[str, str], descriptions: Mapping[str, str]
) -> Table:
    """Return an astropy table with nulls masked, integers kept as integers."""
    table = Table()
    for name in frame.columns:
        column = frame[name]
        null = column.isna().to_numpy()
        if pd.api.types.is_float_dtype(column.dtype):
            width = "float32" if "32" in str(column.dtype) else "float64"
            values: Any = column.to_numpy(dtype=width, na_value=np.nan)
            null = np.zeros(len(column), dtype=bool)
        elif pd.api.types.is_bool_dtype(column.dtype):
            values = column.fillna(False).to_numpy(dtype=bool)
        elif pd.api.types.is_integer_dtype(column.dtype):
            values = column.fillna(0).to_numpy(dtype=str(column.dtype).lower())
        else:
            values = column.astype("string").fillna("").to_numpy(dtype=str)
            if values.dtype.itemsize == 0:
                values = values.astype("U1")
            null = np.zeros(len(column), dtype=bool)  # blank is how text says null
        table[name] = MaskedColumn(values, mask=null) if null.any() else values
        table[name].unit = units.get(name)
        table[name].description = descriptions.get(name)
        if null.any() and values.dtype.kind in "iu":
            _choose_null(table[name], values, null)
    return table


def _choose_null(column: Any, values: Any, null: Any) -> None:
    """Give masked integers a null value that no row has."""
    column.fill_value = (
        np.iinfo(values.dtype).min
        if values.dtype.kind == "i"
        else (np.iinfo(values.dtype).max)
    )


def _parquet_bytes(
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
