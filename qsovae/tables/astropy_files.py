"""FITS, VOTable and ECSV to tables, by way of astropy.

Within tables: above raw.
"""

import io
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from astropy.io import fits, votable
from astropy.io.votable.exceptions import VOWarning
from astropy.table import Table

from qsovae.errors import CatalogError
from qsovae.tables.raw import (
    RawTable,
    TableFile,
    left_out,
    raw_table,
    refuse_double_names,
)

_FITS_BLOCK = 2880  # bytes


def read_fits(file: TableFile) -> RawTable:
    """Read the first table extension that has rows, else the first table."""
    with fits.open(io.BytesIO(file.content), memmap=False) as hdus:
        return fits_portion(file, hdus, slice(None))


def fits_table_hdu(file: TableFile, hdus: fits.HDUList) -> Any:
    """Return the first table extension that has rows, else the first table.

    Raises
    ------
    CatalogError
        If there is none, it is truncated, or two columns have one name.
    """
    tables = _tables_of(hdus)
    if not tables:
        raise _without_table(file, len(hdus))
    hdu = next((h for h in tables if h.header.get("NAXIS2", 0)), tables[0])
    _refuse_truncated(file, hdu)
    refuse_double_names([column.name for column in hdu.columns], file.name)
    return hdu


def fits_portion(file: TableFile, hdus: fits.HDUList, rows: slice) -> RawTable:
    """Return some rows of a file's table."""
    hdu = fits_table_hdu(file, hdus)
    part = hdu if rows == slice(None) else _part_of(hdu, rows)
    _shift_unsigned_nulls(part)
    cards = {
        str(k): str(v)
        for header in (hdus[0].header, hdu.header)
        for k, v in header.items()
        if k and k not in ("COMMENT", "HISTORY")
    }
    notes = _others_left(len(_tables_of(hdus)), hdu.name)
    return _from_astropy(Table.read(part), file, cards, notes)


def _part_of(hdu: Any, rows: slice) -> Any:
    """Return some rows of a file's table as one of its own.

    Their bytes alone are read: asked for its data, astropy looks at every row of a
    column of truth values.
    """
    if hdu.header["PCOUNT"]:  # arrays of any length, which lie behind all rows
        return type(hdu)(hdu.data[rows], hdu.header)
    first, last, _ = rows.indices(hdu.header["NAXIS2"])
    place, width = hdu.fileinfo(), hdu.header["NAXIS1"]
    place["file"].seek(place["datLoc"] + first * width)
    content = place["file"].read((last - first) * width)
    header = hdu.header.copy()
    header["NAXIS2"] = last - first
    padding = b"\0" * (-len(content) % _FITS_BLOCK)
    return type(hdu).fromstring(header.tostring().encode() + content + padding)


def _tables_of(hdus: fits.HDUList) -> list[Any]:
    return [h for h in hdus if isinstance(h, (fits.BinTableHDU, fits.TableHDU))]


def _without_table(file: TableFile, n_parts: int) -> CatalogError:
    """Return what to say of a FITS file in which no table was found."""
    if file.n_bytes % _FITS_BLOCK:
        return CatalogError(
            f"the FITS file is truncated: it ends after {file.n_bytes:,} bytes, "
            "before any table",
            file.name,
            "Download it again.",
        )
    return CatalogError(
        f"the FITS file holds only images, no table, in its {n_parts} part(s)",
        file.name,
        "Give the catalog, not the picture that it was made from.",
    )


def _refuse_truncated(file: TableFile, hdu: Any) -> None:
    """Refuse a table that ends before its header says."""
    start = hdu.fileinfo()["datLoc"]
    whole = start + hdu.header["NAXIS1"] * hdu.header["NAXIS2"]
    if whole > file.n_bytes:
        raise CatalogError(
            f"the FITS file is truncated: {file.n_bytes:,} bytes of {whole:,}",
            file.name,
            "Download it again.",
        )


def _shift_unsigned_nulls(hdu: Any) -> None:
    """Bring the nulls of unsigned integers to the values that astropy compares with.

    FITS keeps these integers shifted down, and so their null; a null below zero can
    only be a shifted one.
    """
    for column in hdu.columns:
        if column.null is not None and column.bzero and column.null < 0:
            column.null = int(column.null) + int(column.bzero)


def _others_left(n_tables: int, name: str) -> list[str]:
    """Return a note if a file holds more tables than the one that was read."""
    if n_tables < 2:
        return []
    return [f"the file holds {n_tables} tables: {name or 'the first'} was read"]


def read_votable(file: TableFile) -> RawTable:
    """Read the first table of a VOTable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VOWarning)
        document = votable.parse(io.BytesIO(file.content), verify="ignore")
        first = next(iter(document.iter_tables()), None)
    if first is None:
        raise CatalogError("the VOTable holds no table", file.name, "Check the file.")
    refuse_double_names([f.name for f in first.fields], file.name)
    meta = {p.name or p.ID: str(p.value) for p in (*document.params, *first.params)}
    meta |= {i.name: str(i.value) for i in (*document.infos, *first.infos)}
    table = first.to_table(use_names_over_ids=True)
    n_tables = sum(1 for _ in document.iter_tables())
    return _from_astropy(table, file, meta, _others_left(n_tables, first.name))


def read_ecsv(file: TableFile) -> RawTable:
    """Read an ECSV table; its serialised columns are plain, never objects."""
    table = Table.read(file.content.decode("utf-8-sig"), format="ascii.ecsv")
    meta = {str(k): str(v) for k, v in table.meta.items()}
    return _from_astropy(table, file, meta)


def _from_astropy(
    table: Table, file: TableFile, meta: dict[str, str], notes: Sequence[str] = ()
) -> RawTable:
    """Return an astropy table as a frame; columns of arrays are left out, and named."""
    arrays = [c for c in table.colnames if _holds_arrays(table[c])]
    table.remove_columns(arrays)
    units = {c: str(table[c].unit) for c in table.colnames if table[c].unit is not None}
    descriptions = {
        c: str(table[c].description) for c in table.colnames if table[c].description
    }
    frame = table.to_pandas(index=False)
    return raw_table(
        frame,
        file,
        units=units,
        descriptions=descriptions,
        meta=meta,
        notes=[*notes, *(left_out(c) for c in arrays)],
    )


def _holds_arrays(column: Any) -> bool:
    """Return whether a column holds more than one value a row."""
    if column.ndim > 1 or column.dtype != object:
        return bool(column.ndim > 1)
    single = (str, bytes, bool, type(None))
    return not all(isinstance(v, single) or v is np.ma.masked for v in column[:100])
