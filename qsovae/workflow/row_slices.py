"""The slices that a run's scored rows fall into: by its rows, and by their catalog.

Within workflow: above slicing and slice_file.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qsovae.bands import MORPHOLOGIES, QUALITY_DESCRIPTIONS
from qsovae.catalog import Catalog
from qsovae.evaluation import SliceColumn
from qsovae.runs import Run
from qsovae.workflow.slice_file import read_slices
from qsovae.workflow.slicing import catalog_slices

# What needs no catalog: the columns of ``slices_of_rows``.
ROW_SLICES = ("morphology", *(f"quality {bit.name}" for bit in QUALITY_DESCRIPTIONS))


class Slicing(NamedTuple):
    """Slices of some rows, a column each way."""

    columns: tuple[SliceColumn, ...]

    def taken(self, rows: ArrayLike) -> "Slicing":
        """Return the slices of some of the rows, by number or by truth values."""
        return Slicing(_parting(column.taken(rows) for column in self.columns))


def slicing_columns(
    run: Run, rows: pd.DataFrame, catalog: Catalog | None = None
) -> Slicing:
    """Return the slices that rows fall into, by each column that parts them.

    Morphology and quality bits stand in the rows. By the catalog: magnitude (of the
    band nearest to r), signal to noise in it, the colours that the run uses, redshift,
    galactic latitude, how many bands were observed, and each survey present or missing.
    Those of a run's own catalog are kept with the run.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        Those of ``Run.rows`` or ``evaluate_rows``, or some of them.
    catalog : Catalog, optional
        That the rows are of; the run's own by default.
    """
    own = run.manifest["catalog"]["sha256"]
    found = (
        read_slices(run.slices_file)
        if catalog is None or catalog.sha256 == own
        else tuple(catalog_slices(catalog, run.features))
    )
    numbers = rows.get("row", rows.index)
    columns = (*slices_of_rows(rows), *(column.taken(numbers) for column in found))
    return Slicing(_parting(columns))


def _parting(columns: Iterable[SliceColumn]) -> tuple[SliceColumn, ...]:
    """Return the columns in which not all rows are in one slice."""
    present = (column.present() for column in columns)
    return tuple(column for column in present if len(column.labels) > 1)


def slices_of_rows(rows: pd.DataFrame) -> Iterator[SliceColumn]:
    """Yield the slices that need no catalog."""
    shapes = [name for name in MORPHOLOGIES if name != "all"]
    yield SliceColumn.named("morphology", "morphology", rows["morphology"], shapes)
    bits = rows["quality"].to_numpy(dtype=np.int64)
    for bit in QUALITY_DESCRIPTIONS:
        yield SliceColumn.divided(
            f"quality {bit.name}", f"quality bit {bit.name}", bits & int(bit) > 0,
            ("with", "without"),
        )  # fmt: skip
