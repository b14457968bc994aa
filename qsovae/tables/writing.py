"""Writing tables: whole files, and the same bytes for the same table.

Within tables: above the formats.
"""

import io
import os
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from astropy.io import fits, votable
from astropy.table import MaskedColumn, Table
from astropy.units import UnitsWarning
from numpy.typing import NDArray

from qsovae.errors import CatalogError
from qsovae.tables.formats import WRITABLE_SUFFIXES
from qsovae.tables.parquet_files import parquet_bytes


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
    if suffix not in WRITABLE_SUFFIXES:
        raise CatalogError(
            f"tables cannot be written as {suffix or 'a file without suffix'}",
            "output",
            f"End the name with one of {', '.join(WRITABLE_SUFFIXES)}.",
        )
    if suffix == ".csv":
        text: str = frame.to_csv(index=False)
        return text.encode("utf-8")
    if suffix == ".parquet":
        return parquet_bytes(frame, units or {}, descriptions or {}, meta or {})
    write = {".fits": _write_fits, ".vot": _write_votable, ".ecsv": _write_ecsv}[suffix]
    stream = io.BytesIO()
    write(_to_astropy(frame, units or {}, descriptions or {}), meta or {}, stream)
    return stream.getvalue()


def _write_fits(table: Table, meta: Mapping[str, Any], stream: io.BytesIO) -> None:
    """Write FITS with the meta data as header cards, which know ASCII alone."""
    hdu = fits.table_to_hdu(table)
    for key, value in meta.items():
        # Longer keywords take the HIERARCH convention.
        card = key.upper() if len(key) <= 8 else f"HIERARCH {key.upper()}"
        plain = _plain(value)
        if isinstance(plain, str):
            plain = plain.encode("ascii", "replace").decode()
        hdu.header[card] = plain
    hdu.writeto(stream)


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


def _write_ecsv(table: Table, meta: Mapping[str, Any], stream: io.BytesIO) -> None:
    """Write ECSV with the meta data in its header."""
    table.meta.update({k: _plain(v) for k, v in meta.items()})
    text = io.StringIO()
    table.write(text, format="ascii.ecsv")
    stream.write(text.getvalue().encode("utf-8"))


def _plain(value: Any) -> bool | int | float | str:
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _to_astropy(
    frame: pd.DataFrame, units: Mapping[str, str], descriptions: Mapping[str, str]
) -> Table:
    """Return an astropy table with nulls masked, integers kept as integers."""
    table = Table()
    for name in frame.columns:
        values, null = _values_and_nulls(frame[name])
        table[name] = MaskedColumn(values, mask=null) if null.any() else values
        table[name].unit = units.get(name)
        table[name].description = descriptions.get(name)
        if null.any() and values.dtype.kind in "iu":
            limits = np.iinfo(values.dtype)
            # As far as can be from a value that a row may have.
            unlikely = limits.min if values.dtype.kind == "i" else limits.max
            table[name].fill_value = unlikely
    return table


def _values_and_nulls(
    column: "pd.Series[Any]",
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return a column's values, and where a mask must say that there is none.

    Numbers say so by NaN and text by being blank; neither needs a mask.
    """
    null = column.isna().to_numpy(dtype=bool)
    needless = np.zeros(len(column), dtype=bool)
    if pd.api.types.is_float_dtype(column.dtype):
        width = "float32" if "32" in str(column.dtype) else "float64"
        return column.to_numpy(dtype=width, na_value=np.nan), needless
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.fillna(False).to_numpy(dtype=bool), null
    if pd.api.types.is_integer_dtype(column.dtype):
        return column.fillna(0).to_numpy(dtype=str(column.dtype).lower()), null
    text = column.astype("string").fillna("").to_numpy(dtype=str)
    return text if text.dtype.itemsize else text.astype("U1"), needless
