"""FITS, VOTable and ECSV to tables, by way of astropy.

Within tables: above raw.
"""

import io
import warnings
from typing import Any

import numpy as np
from astropy.io import fits, votable
from astropy.io.votable.exceptions import VOWarning
from astropy.table import Table

from qsovae.errors import CatalogError
from qsovae.tables.raw import (
    RawTable,
    TableFile,
    raw_table,
    refuse_double_names,
)


def read_fits(file: TableFile) -> RawTable:
    """Read the first table extension that has rows, else the first table."""
    with fits.open(io.BytesIO(file.content), memmap=False) as hdus:
        tables = [h for h in hdus if isinstance(h, (fits.BinTableHDU, fits.TableHDU))]
        if not tables:
            raise CatalogError(
                "the FITS file holds only images, no table",
                file.name,
                "Give the catalog, not the picture that it was made from.",
            )
        hdu = next((h for h in tables if h.header.get("NAXIS2", 0)), tables[0])
        short = hdu.header["NAXIS1"] * hdu.header["NAXIS2"]
        if hdu._data_offset + short > len(file.content):
            raise CatalogError(
                f"the FITS file is truncated: {len(file.content):,} bytes of "
                f"{hdu._data_offset + short:,}",
                file.name,
                "Download it again.",
            )
        names = [column.name for column in hdu.columns]
        refuse_double_names(names, file.name)
        table = Table.read(hdu)
        cards = {
            str(k): str(v)
            for header in (hdus[0].header, hdu.header)
            for k, v in header.items()
            if k and k not in ("COMMENT", "HISTORY")
        }
    return _from_astropy(table, file, cards)


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
    return _from_astropy(first.to_table(use_names_over_ids=True), file, meta)


def read_ecsv(file: TableFile) -> RawTable:
    """Read an ECSV table; its serialised columns are plain, never objects."""
    table = Table.read(file.content.decode("utf-8-sig"), format="ascii.ecsv")
    meta = {str(k): str(v) for k, v in table.meta.items()}
    return _from_astropy(table, file, meta)


def _from_astropy(table: Table, file: TableFile, meta: dict[str, str]) -> RawTable:
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
    return raw_table(
        frame, file, units=units, descriptions=descriptions, meta=meta, notes=notes
    )


def _holds_text(column: Any) -> bool:
    """Return whether an object column holds nothing but text and blanks."""
    return all(isinstance(v, (str, bytes, type(None))) or v is np.ma.masked
               for v in column[:100])  # fmt: skip
