"""Writing tables: whole files, and the same bytes for the same table.

Within tables: above the formats.
"""

import io
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from qsovae.errors import CatalogError
from qsovae.tables.astropy_writing import (
    astropy_table,
    write_ecsv,
    write_fits,
    write_votable,
)
from qsovae.tables.formats import WRITABLE_SUFFIXES
from qsovae.tables.parquet_files import parquet_bytes

_WRITERS = {".fits": write_fits, ".vot": write_votable, ".ecsv": write_ecsv}


def write_table(
    frame: pd.DataFrame,
    path: Path | str,
    *,
    units: Mapping[str, str] | None = None,
    ucds: Mapping[str, str] | None = None,
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
        frame, path.suffix, units=units, ucds=ucds, descriptions=descriptions,
        meta=meta,
    )  # fmt: skip
    write_file(path, content)


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    CatalogError
        If the disk refuses.
    """
    try:
        write_whole(path, content)
    except OSError as error:
        raise not_written(path, error) from None


def not_written(path: Path, error: OSError) -> CatalogError:
    """Return what to say of a file that the disk refuses."""
    return CatalogError(
        f"the file cannot be written: {error.strerror}",
        str(path),
        "Choose a folder that exists, may be written to and has room.",
    )


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


def refuse_suffix(suffix: str) -> None:
    """Refuse a format that cannot be written, before long work begins.

    Raises
    ------
    CatalogError
        If the suffix is none of ``WRITABLE_SUFFIXES``, in any case.
    """
    if suffix.lower() not in WRITABLE_SUFFIXES:
        raise CatalogError(
            f"tables cannot be written as {suffix or 'a file without suffix'}",
            "output",
            f"End the name with one of {', '.join(WRITABLE_SUFFIXES)}.",
        )


def table_bytes(
    frame: pd.DataFrame,
    suffix: str,
    *,
    units: Mapping[str, str] | None = None,
    ucds: Mapping[str, str] | None = None,
    descriptions: Mapping[str, str] | None = None,
    meta: Mapping[str, Any] | None = None,
) -> bytes:
    """Return a table as the bytes of a file.

    Parameters
    ----------
    suffix : str
        One of ``WRITABLE_SUFFIXES``.
    units, ucds, descriptions : mapping, optional
        By column name; CSV has no room for them, ECSV none for UCDs.
    meta : mapping, optional
        Short names to plain values, kept in the header.
    """
    suffix = suffix.lower()
    refuse_suffix(suffix)
    if suffix == ".csv":
        text: str = frame.to_csv(index=False)
        return text.encode("utf-8")
    if suffix == ".parquet":
        return parquet_bytes(
            frame, units or {}, ucds or {}, descriptions or {}, meta or {}
        )
    stream = io.BytesIO()
    table = astropy_table(frame, units or {}, ucds or {}, descriptions or {})
    _WRITERS[suffix](table, meta or {}, stream)
    return stream.getvalue()
