"""A table as read: plain column types, stripped text, and what a reader must know.

Within tables: lowest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from qsovae.errors import CatalogError


class TableFile(NamedTuple):
    """A file's name, the digest of its bytes, what it holds once unpacked, its size."""

    name: str
    sha256: str
    content: bytes
    n_bytes: int


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


def raw_table(
    frame: pd.DataFrame,
    file: TableFile,
    *,
    units: dict[str, str] | None = None,
    descriptions: dict[str, str] | None = None,
    meta: dict[str, str] | None = None,
    notes: Sequence[str] = (),
) -> RawTable:
    """Return the table with plain column types and stripped text."""
    columns = {str(c): _plain_column(frame[c]) for c in frame.columns}
    plain = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
    return RawTable(
        plain, file.name, file.sha256, units or {}, descriptions or {}, meta or {},
        tuple(notes),
    )  # fmt: skip


def _plain_column(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return numbers in native types, nullable only where null; text stripped.

    Blank text is null, whatever the format: FITS and CSV know no other.
    """
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
    if not isinstance(column.dtype, pd.StringDtype):  # cell by cell takes long
        if pd.api.types.infer_dtype(column, skipna=True) == "boolean":
            return column.astype("boolean")
        column = column.map(_text, na_action="ignore")
    text = column.astype("string").str.strip()
    return text.mask(text == "")  # blank is how text says null


def _text(value: Any) -> str:
    """Return a cell as text; bytes as written by FITS."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def left_out(name: str) -> str:
    """Return the note on a column that no table of single values can hold."""
    return (
        f"column {name} holds arrays, not single values: left out of the table, "
        "unchanged in the file"
    )


def refuse_double_names(names: Sequence[str], where: str) -> None:
    """Refuse two columns of one name: nobody could say which is meant."""
    double = sorted({str(n) for n in names if names.count(n) > 1})
    if double:
        raise CatalogError(
            f"two columns are named {', '.join(double)}",
            where,
            "Rename one of them: it is not clear which is meant.",
        )
