"""CSV to tables: comma, semicolon, tab or bar.

Within tables: above raw.
"""

import csv
import io
from collections.abc import Iterator

import pandas as pd

from qsovae.errors import CatalogError
from qsovae.tables.raw import (
    RawTable,
    TableFile,
    raw_table,
    refuse_double_names,
)


def read_csv(file: TableFile) -> RawTable:
    """Read CSV of any separator; a ragged line is refused by number."""
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = file.content.decode("latin-1")
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.strip()
                  and not line.startswith("#")), None)  # fmt: skip
    if start is None:
        raise CatalogError(
            "the file holds no header line", file.name, "Check the file."
        )
    header = lines[start]
    separator = max(",;\t|", key=header.count)
    names = next(iter(_csv_rows([header], separator)))
    names = [n.strip() for n in names]
    refuse_double_names(names, file.name)
    for number, cells in enumerate(_csv_rows(lines[start + 1 :], separator), start + 2):
        if cells and len(cells) != len(names):
            raise CatalogError(
                f"line {number} has {len(cells)} values, the header {len(names)}",
                file.name,
                "Quote values that hold the separator, or mend the line.",
            )
    frame = pd.read_csv(
        io.StringIO("\n".join(lines[start:])), sep=separator, names=names, header=0,
        dtype_backend="numpy_nullable", skip_blank_lines=True, low_memory=False,
        decimal="," if separator == ";" and _decimal_comma(lines[start + 1 :]) else ".",
    )  # fmt: skip
    return raw_table(frame, file)


def _csv_rows(lines: list[str], separator: str) -> Iterator[list[str]]:
    """Return the rows of csv text; quotes may hold separators."""
    return csv.reader(lines, delimiter=separator, skipinitialspace=True)


def _decimal_comma(lines: list[str]) -> bool:
    """Return whether semicolon-separated numbers are written with a comma."""
    sample = lines[:50]
    return any("," in line for line in sample) and not any("." in s for s in sample)
