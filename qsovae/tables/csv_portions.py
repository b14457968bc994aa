"""CSV larger than memory, in portions.

Within tables: above csv_files.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from qsovae.tables.csv_files import CsvLayout, csv_layout, even_rows
from qsovae.tables.raw import RawTable, TableFile, raw_table

_ENCODINGS = ("utf-8-sig", "latin-1")


class CsvPortions:
    """A CSV file's table, a portion of rows at a time.

    A portion alone does not tell what a column holds: a first reading finds the kind
    that suits every row, as reading the whole would.

    Parameters
    ----------
    path : Path
    rows_a_portion : int

    Attributes
    ----------
    n_rows : int

    Raises
    ------
    CatalogError
        As ``read_csv``.
    """

    def __init__(self, path: Path, rows_a_portion: int) -> None:
        self._path, self._step = path, rows_a_portion
        self._encoding, self._layout = self._evenly_written()
        self._kinds = self._found_kinds()

    def _evenly_written(self) -> tuple[str, CsvLayout]:
        """Return encoding and layout, once every line was seen to fit them."""
        for encoding in _ENCODINGS:
            try:
                with self._path.open(encoding=encoding, newline="") as lines:
                    layout = csv_layout(lines, self._path.name)
                    lines.seek(0)
                    for _ in range(layout.n_before):
                        next(lines)
                    for _ in even_rows(lines, layout, self._path.name):
                        pass
            except UnicodeDecodeError:
                continue
            return encoding, layout
        raise AssertionError("every byte is a sign in latin-1")

    def _frames(self, kinds: dict[str, str]) -> Iterator[pd.DataFrame]:
        """Yield the rows in portions; what must stay text is read as text."""
        text = {name: kind for name, kind in kinds.items() if kind == "string"}
        with (
            self._path.open(encoding=self._encoding, newline="") as stream,
            pd.read_csv(
                stream, skiprows=self._layout.n_before, chunksize=self._step,
                dtype=text, **self._layout.options,
            ) as frames,
        ):  # fmt: skip
            yield from frames

    def _found_kinds(self) -> dict[str, str]:
        """Return the kind of each column that suits all portions; count the rows."""
        kinds: dict[str, set[str]] = {name: set() for name in self._layout.names}
        self.n_rows = 0
        for frame in self._frames({}):
            self.n_rows += len(frame)
            for name in frame.columns:
                if frame[name].notna().any():
                    kinds[name].add(str(frame[name].dtype))
        return {name: _kind_of_all(found) for name, found in kinds.items() if found}

    def portions(self, file: TableFile) -> Iterator[RawTable]:
        """Yield the portions, in order."""
        for frame in self._frames(self._kinds):
            # pandas' own types know the names that strings give them.
            whole = frame.reset_index(drop=True).astype(dict[Any, Any](self._kinds))
            yield raw_table(whole, file, notes=self._layout.notes)


def _kind_of_all(kinds: set[str]) -> str:
    """Return the kind of a column whose portions are of these kinds."""
    if len(kinds) == 1:
        return next(iter(kinds))
    return "Float64" if kinds == {"Int64", "Float64"} else "string"
