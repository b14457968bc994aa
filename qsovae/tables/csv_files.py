"""CSV to tables: comma, semicolon, tab or bar.

Within tables: above raw.
"""

import csv
import io
import re
from collections.abc import Iterator

import pandas as pd

from qsovae.errors import CatalogError
from qsovae.tables.raw import (
    RawTable,
    TableFile,
    raw_table,
    refuse_double_names,
)

_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")
_POINT_NUMBER = re.compile(r"[+-]?\d+\.\d+([eE][+-]?\d+)?")


def read_csv(file: TableFile) -> RawTable:
    """Read CSV of any separator; a ragged line is refused by number."""
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = file.content.decode("latin-1")
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if line.strip()
                  and not line.startswith("#")), None)  # fmt: skip
    if start is None:
        raise CatalogError(
            "the file holds no header line", file.name, "Check the file."
        )
    header, body = lines[start], lines[start + 1 :]
    separator = max(",;\t|", key=header.count)
    stated = [name.strip() for name in next(_csv_rows([header], separator))]
    refuse_double_names([name for name in stated if name], file.name)
    names = [name or f"column_{k}" for k, name in enumerate(stated, 1)]
    _refuse_ragged_lines(body, separator, len(names), start + 1, file.name)
    frame = pd.read_csv(
        io.StringIO("".join(body)), sep=separator, names=names, header=None,
        index_col=False, dtype_backend="numpy_nullable", low_memory=False,
        skipinitialspace=True, na_values=["--"],
        # In a table of one column a blank line is a row without a value.
        skip_blank_lines=len(names) > 1,
        decimal="," if separator == ";" and _decimal_comma(body) else ".",
    )  # fmt: skip
    unnamed = [k for k, name in enumerate(stated, 1) if not name]
    notes = [f"column {k} has no name: called column_{k}" for k in unnamed]
    return raw_table(frame, file, notes=notes)


def _refuse_ragged_lines(
    lines: list[str], separator: str, n_columns: int, n_before: int, where: str
) -> None:
    """Refuse a line with more or fewer values than the header has names."""
    rows = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    for cells in rows:
        if cells and len(cells) != n_columns:
            raise CatalogError(
                f"line {n_before + rows.line_num} has {len(cells)} values, the header "
                f"{n_columns}",
                where,
                "Quote values that hold the separator, or mend the line.",
            )


def _csv_rows(lines: list[str], separator: str) -> Iterator[list[str]]:
    """Return the rows of csv text; quotes may hold separators."""
    return csv.reader(lines, delimiter=separator, skipinitialspace=True)


def _decimal_comma(lines: list[str]) -> bool:
    """Return whether semicolon-separated numbers are written with a comma."""
    cells = [c.strip() for row in _csv_rows(lines[:50], ";") for c in row]
    with_comma = any(_COMMA_NUMBER.fullmatch(c) for c in cells)
    return with_comma and not any(_POINT_NUMBER.fullmatch(c) for c in cells)
