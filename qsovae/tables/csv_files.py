"""CSV to tables: comma, semicolon, tab or bar.

Within tables: above raw.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pandas as pd

from qsovae.errors import CatalogError
from qsovae.tables.raw import (
    RawTable,
    TableFile,
    raw_table,
    refuse_double_names,
)

_LOOKED_AT = 50  # lines that tell how decimals are written
_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")
_POINT_NUMBER = re.compile(r"[+-]?\d+\.\d+([eE][+-]?\d+)?")


@dataclass(frozen=True)
class CsvLayout:
    """How a CSV file is written.

    Attributes
    ----------
    n_before : int
        Lines up to the header, it included.
    separator : str
    names : tuple of str
    notes : tuple of str
        Which columns had no name.
    decimal : str
    """

    n_before: int
    separator: str
    names: tuple[str, ...]
    notes: tuple[str, ...]
    decimal: str

    @property
    def options(self) -> dict[str, Any]:
        """What pandas must know to read the lines after the header."""
        return {
            "sep": self.separator, "names": list(self.names), "header": None,
            "index_col": False, "dtype_backend": "numpy_nullable", "low_memory": False,
            "skipinitialspace": True, "na_values": ["--"],
            # In a table of one column a blank line is a row without a value.
            "skip_blank_lines": len(self.names) > 1, "decimal": self.decimal,
        }  # fmt: skip


def read_csv(file: TableFile) -> RawTable:
    """Read CSV of any separator; a ragged line is refused by number."""
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = file.content.decode("latin-1")
    lines = text.splitlines(keepends=True)
    layout = csv_layout(lines, file.name)
    body = lines[layout.n_before :]
    for _ in even_rows(body, layout, file.name):
        pass
    frame = pd.read_csv(io.StringIO("".join(body)), **layout.options)
    return raw_table(frame, file, notes=layout.notes)


def csv_layout(lines: Iterable[str], where: str) -> CsvLayout:
    """Return how a CSV file is written, by its first lines.

    Raises
    ------
    CatalogError
        If there is no header, or two columns have one name.
    """
    numbered = enumerate(lines, start=1)
    n_before, header = next(
        ((n, line) for n, line in numbered
         if line.strip() and not line.startswith("#")), (0, "")
    )  # fmt: skip
    if not header:
        raise CatalogError("the file holds no header line", where, "Check the file.")
    separator = max(",;\t|", key=header.count)
    stated = [name.strip() for name in next(_csv_rows([header], separator))]
    refuse_double_names([name for name in stated if name], where)
    first = [line for _, line in islice(numbered, _LOOKED_AT)]
    return CsvLayout(
        n_before,
        separator,
        tuple(name or f"column_{k}" for k, name in enumerate(stated, 1)),
        tuple(f"column {k} has no name: called column_{k}"
              for k, name in enumerate(stated, 1) if not name),
        "," if separator == ";" and _decimal_comma(first) else ".",
    )  # fmt: skip


def even_rows(
    lines: Iterable[str], layout: CsvLayout, where: str
) -> Iterator[list[str]]:
    """Yield the rows below the header, blank ones aside.

    Raises
    ------
    CatalogError
        If a line has more or fewer values than the header has names.
    """
    rows = _csv_rows(lines, layout.separator)
    for cells in rows:
        if cells and len(cells) != len(layout.names):
            raise CatalogError(
                f"line {layout.n_before + rows.line_num} has {len(cells)} values, the "
                f"header {len(layout.names)}",
                where,
                "Quote values that hold the separator, or mend the line.",
            )
        if cells:
            yield cells


def _csv_rows(lines: Iterable[str], separator: str) -> Any:
    """Return the rows of csv text; quotes may hold separators."""
    return csv.reader(lines, delimiter=separator, skipinitialspace=True)


def _decimal_comma(lines: list[str]) -> bool:
    """Return whether semicolon-separated numbers are written with a comma."""
    cells = [c.strip() for row in _csv_rows(lines, ";") for c in row]
    with_comma = any(_COMMA_NUMBER.fullmatch(c) for c in cells)
    return with_comma and not any(_POINT_NUMBER.fullmatch(c) for c in cells)
