"""A catalog gone through in portions, and a sample of it that fits into memory.

Within catalog: above catalog.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import band_columns
from qsovae.catalog.catalog import Catalog
from qsovae.columns import Mapping
from qsovae.progress import Teller
from qsovae.recognition import is_number, recognise_columns, rows_of_codes
from qsovae.tables import RawTable, TablePortions

ROWS_A_PORTION = 200_000
SAMPLED_ROWS = 100_000
_SEED = 0


class CatalogPortions:
    """A catalog, a portion of rows at a time; may be gone through again.

    A file is read once to draw the sample, on which columns are recognised if no
    mapping is given: codes for 'missing' are looked for in every row.

    Parameters
    ----------
    subject : Catalog, Path or str
        A catalog in memory is one portion.
    mapping : Mapping, optional
        Of a file's columns.
    tell : Teller, optional
        Told, and asked, with each portion.
    columns : sequence of str, optional
        Of a file, the only ones that are wanted; the mapping must do without others.

    Attributes
    ----------
    name, sha256 : str
        Of the file.
    n_rows : int
    sample : Catalog
        All rows, or of many a uniform sample, in order; the same each time.
    notes : tuple of str
        What reading says of the table.

    Raises
    ------
    CatalogError
        If the file cannot be read, or the mapping does not fit it.
    ConfigError
        If it was stopped.
    """

    def __init__(
        self,
        subject: Catalog | Path | str,
        mapping: Mapping | None = None,
        tell: Teller | None = None,
        columns: Sequence[str] | None = None,
    ) -> None:
        self.tell = tell or Teller("catalog", 1, None, None)
        self._catalog = subject if isinstance(subject, Catalog) else None
        if isinstance(subject, Catalog):
            self.name, self.sha256 = subject.name, subject.sha256
            self.n_rows, self.notes = subject.n_rows, subject.raw.notes
            self.sample = _sample_of(subject)
            return
        self.tell.step("read", f"reading {Path(subject).name}")
        self._table = TablePortions(Path(subject), ROWS_A_PORTION, columns)
        self.name, self.sha256 = self._table.name, self._table.sha256
        self.n_rows = self._table.n_rows
        sample, telling = self._first_reading(with_codes=mapping is None)
        self.sample = Catalog(sample, mapping or recognise_columns(telling))
        self.notes = sample.notes

    @property
    def mapping(self) -> Mapping:
        """What each column is."""
        return self.sample.mapping

    @cached_property
    def is_sampled(self) -> bool:
        """Whether the sample lacks rows."""
        return self.sample.n_rows < self.n_rows

    def __iter__(self) -> Iterator[tuple[slice, Catalog]]:
        """Yield the rows of each portion and the portion, in order."""
        if self._catalog is not None:
            yield slice(0, self.n_rows), self._catalog
            return
        for rows, raw in self._raw_portions():
            yield rows, Catalog(raw, self.mapping, self.sample)

    def _raw_portions(self) -> Iterator[tuple[slice, RawTable]]:
        """Yield the file's portions, telling of each."""
        start = 0
        for raw in self._table:
            self.tell.share(start / max(self.n_rows, 1))
            stop = start + len(raw.frame)
            yield slice(start, stop), raw
            start = stop

    def _first_reading(self, *, with_codes: bool) -> tuple[RawTable, RawTable]:
        """Return a sample, and that with the rows that hold codes for 'missing'."""
        rows = _sampled_rows(self.n_rows)
        parts, coded = [], []
        for here, raw in self._raw_portions():
            first, last = np.searchsorted(rows, [here.start, here.stop])
            parts.append(raw.frame.iloc[rows[first:last] - here.start])
            if with_codes and len(rows) < self.n_rows:
                coded.append(raw.frame.iloc[_coded_rows(raw)])
        sample = replace(raw, frame=_joined(parts))
        return sample, replace(raw, frame=_joined([sample.frame, *coded]))


def _sampled_rows(n_rows: int) -> NDArray[np.int64]:
    """Return the rows of the sample, in order: all, if there are few."""
    if n_rows <= SAMPLED_ROWS:
        return np.arange(n_rows)
    rng = np.random.default_rng(_SEED)
    return np.sort(rng.choice(n_rows, SAMPLED_ROWS, replace=False))


def _sample_of(catalog: Catalog) -> Catalog:
    """Return a catalog, or a sample of its rows if they are many."""
    if catalog.n_rows <= SAMPLED_ROWS:
        return catalog
    rows = _sampled_rows(catalog.n_rows)
    frame = catalog.raw.frame.iloc[rows].reset_index(drop=True)
    return Catalog(replace(catalog.raw, frame=frame), catalog.mapping)


def _coded_rows(raw: RawTable) -> NDArray[np.intp]:
    """Return rows that hold the codes for 'missing' of a portion, each once or more."""
    known = band_columns(list(raw.frame.columns))
    rows = [
        rows_of_codes(raw.frame[name], known.get(name))
        for name in raw.frame.columns
        if is_number(raw.frame[name])
    ]
    return np.unique(np.concatenate(rows)) if rows else np.empty(0, dtype=np.intp)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Return frames one under the other; empty ones say nothing of the types."""
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled, ignore_index=True)
