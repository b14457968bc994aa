"""Tables to FITS, VOTable and ECSV, by way of astropy.

Within tables: beside the formats' reading.
"""

import io
import warnings
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from astropy.io import fits, votable
from astropy.io.fits.verify import VerifyWarning
from astropy.table import MaskedColumn, Table
from astropy.units import UnitsWarning
from numpy.typing import NDArray

# VOTable knows bytes without a sign and longer integers with one.
_VOTABLE_INTEGERS = {"int8": "int16", "uint16": "int32", "uint32": "int64"}
_LONGEST_NAME = 68  # signs of a column's name, of which FITS keeps one card


def astropy_table(
    frame: pd.DataFrame,
    units: Mapping[str, str],
    ucds: Mapping[str, str],
    descriptions: Mapping[str, str],
) -> Table:
    """Return an astropy table with nulls masked, integers kept as integers."""
    table = Table()
    for name in frame.columns:
        values, null = _values_and_nulls(frame[name])
        table[name] = MaskedColumn(values, mask=null) if null.any() else values
        table[name].unit = units.get(name)
        table[name].description = descriptions.get(name)
        if name in ucds:
            table[name].meta["ucd"] = ucds[name]
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


def write_fits(table: Table, meta: Mapping[str, Any], stream: io.BytesIO) -> None:
    """Write FITS with the meta data as header cards."""
    fits_hdu(table, meta).writeto(stream)


def fits_hdu(
    table: Table,
    meta: Mapping[str, Any],
    text_widths: Mapping[str, int] = MappingProxyType({}),
) -> fits.BinTableHDU:
    """Return a binary table with the meta data as cards, which know ASCII alone.

    ``text_widths`` are bytes that a column of text has room for at least.
    """
    for name in table.colnames:
        _adapt_to_fits(table, name, text_widths.get(name, 1))
    for name, other in _fits_names(table.colnames).items():
        table.rename_column(name, other)
    with warnings.catch_warnings():
        # Names of columns with other signs than letters, digits and _ are the user's.
        warnings.simplefilter("ignore", VerifyWarning)
        hdu = fits.table_to_hdu(table)
    for number, name in enumerate(table.colnames, start=1):
        # Not of the standard, but what STILTS and TOPCAT write and read.
        if "ucd" in table[name].meta:
            hdu.header[f"TUCD{number}"] = table[name].meta["ucd"]
        if table[name].description:
            hdu.header[f"TCOMM{number}"] = table[name].description
    for key, value in meta.items():
        # Longer keywords take the HIERARCH convention.
        card = key.upper() if len(key) <= 8 else f"HIERARCH {key.upper()}"
        plain = _plain(value)
        if isinstance(plain, str):
            plain = plain.encode("ascii", "replace").decode()
        hdu.header[card] = plain
    return hdu


def _fits_names(names: Sequence[str]) -> dict[str, str]:
    """Return other names for columns whose own do not fit into a card of ASCII."""
    plain = {n: n.encode("ascii", "replace").decode()[:_LONGEST_NAME] for n in names}
    others = {name: short for name, short in plain.items() if name != short}
    taken = set(names)
    for name, short in others.items():
        number = 1
        while others[name] in taken:
            number += 1
            ending = f"_{number}"
            others[name] = f"{short[: _LONGEST_NAME - len(ending)]}{ending}"
        taken.add(others[name])
    return others


def write_votable(table: Table, meta: Mapping[str, Any], stream: io.BytesIO) -> None:
    """Write a VOTable with the meta data as INFO elements."""
    for name in table.colnames:
        _adapt_to_votable(table, name)
    with warnings.catch_warnings():
        for category in (UnitsWarning, votable.exceptions.W03):
            warnings.simplefilter("ignore", category)
        document = votable.from_table(table)
    for key, value in meta.items():
        document.infos.append(
            votable.tree.Info(name=str(key), value=str(value), ID=None)
        )
    votable.writeto(document, stream)


def write_ecsv(table: Table, meta: Mapping[str, Any], stream: io.BytesIO) -> None:
    """Write ECSV with the meta data in its header."""
    table.meta.update({k: _plain(v) for k, v in meta.items()})
    text = io.StringIO()
    table.write(text, format="ascii.ecsv")
    stream.write(text.getvalue().encode("utf-8"))


def _plain(value: Any) -> bool | int | float | str:
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def _adapt_to_fits(table: Table, name: str, text_width: int) -> None:
    """Give a column a type and a null that FITS has room for."""
    column = table[name]
    kind = column.dtype.kind
    if kind == "U":
        # The standard means ASCII; other signs pass as the UTF-8 that all tools write.
        encoded = np.char.encode(np.asarray(column), "utf-8")
        width = max(encoded.dtype.itemsize, text_width)
        _change(table, name, encoded.astype(f"S{width}"))
    elif column.dtype == np.int8:
        _change(table, name, column.astype(np.int16))
    elif kind == "b" and isinstance(column, MaskedColumn):
        # A logical column knows no null, a column of 0 and 1 does.
        _change(table, name, column.astype(np.uint8))
    column = table[name]
    if isinstance(column, MaskedColumn) and column.dtype.kind in "iu":
        limits = np.iinfo(column.dtype)
        # As far as can be from a value that a row may have; a null has a sign.
        unlikely = limits.min if column.dtype.kind == "i" else limits.max
        column.fill_value = min(unlikely, np.iinfo(np.int64).max)


def _adapt_to_votable(table: Table, name: str) -> None:
    """Give a column a type that VOTable knows."""
    column = table[name]
    wider = _VOTABLE_INTEGERS.get(str(column.dtype))
    if wider is not None:
        _change(table, name, column.astype(wider))
    elif column.dtype == np.uint64:
        values = np.ma.filled(column, 0)
        fits_int64 = (values <= np.iinfo(np.int64).max).all()
        _change(table, name, column.astype("int64" if fits_int64 else "U20"))


def _change(table: Table, name: str, values: Any) -> None:
    """Replace a column's values, keeping its unit and description."""
    before = table[name]
    table[name] = values
    table[name].unit, table[name].description = before.unit, before.description
    table[name].meta.update(before.meta)
