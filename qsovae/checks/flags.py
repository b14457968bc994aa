"""Quality bits of every row, and a file of them.

Within checks: above doubles, contradictions and error_columns.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import QUALITY_DESCRIPTIONS, Quality
from qsovae.catalog import Catalog, CatalogPortions
from qsovae.checks.contradictions import Contradictions
from qsovae.checks.coverage import coverage_bits, doubted, outside_sky
from qsovae.checks.doubles import Doubles
from qsovae.checks.error_columns import ErrorColumns
from qsovae.checks.report import Finding
from qsovae.tables import TableWriter

# It depends on the features of a run, not on the catalog alone.
_OF_A_RUN = Quality.NOTHING_OBSERVED
CATALOG_BITS = tuple(bit for bit in Quality if bit is not _OF_A_RUN)


class RowChecks:
    """Gives every row its bits, portion by portion.

    Parameters
    ----------
    portions : CatalogPortions
        Colours and errors are judged by its sample.
    """

    def __init__(self, portions: CatalogPortions) -> None:
        sample = portions.sample
        self.quality = np.zeros(portions.n_rows, dtype=np.uint32)
        self._errors, self._contradictions = (
            ErrorColumns(sample),
            Contradictions(sample),
        )
        self._doubles = Doubles(portions.mapping, portions.n_rows)
        self._ra = portions.mapping.only("ra")
        self._doubted: dict[str, int] = {}

    def see(self, portion: Catalog, rows: slice) -> None:
        """Give a portion's rows the bits that need no other row."""
        bits = portion.quality | coverage_bits(portion)
        bits |= self._errors.bits(portion, rows.start)
        bits |= self._contradictions.bits(portion)
        bits[outside_sky(portion)] |= np.uint32(Quality.STRAY_POSITION)
        for column, hit in doubted(portion).items():
            bits[hit] |= np.uint32(Quality.SURVEY_FLAG)
            self._doubted[column] = self._doubted.get(column, 0) + int(hit.sum())
        self.quality[rows] = bits
        self._doubles.see(portion, rows)

    @property
    def position(self) -> NDArray[np.float64]:
        """Right ascension and declination in deg, (2, n_rows); NaN where unknown."""
        return self._doubles.position

    def compare_rows(self) -> None:
        """Give rows the bits that need all others, once every portion was seen."""
        self.quality |= self._doubles.bits()

    def findings(self) -> list[Finding]:
        """Return what the bits and the columns of errors tell."""
        found = [
            *self._errors.findings(),
            *self._doubles.findings(self.quality),
            *self._contradictions.findings(self.quality),
        ]
        flagged = (self.quality & Quality.SURVEY_FLAG) > 0
        if flagged.any():
            columns = ", ".join(f"{c} {n:,}" for c, n in self._doubted.items() if n)
            found.append(
                Finding.on_rows(
                    "note", None, f"rows are flagged by their survey: {columns}",
                    flagged, "Look at some, or leave them out by SURVEY_FLAG.",
                )
            )  # fmt: skip
        stray = (self.quality & Quality.STRAY_POSITION) > 0
        if stray.any():
            found.append(
                Finding.on_rows(
                    "warning", self._ra,
                    "positions are 10 deg or more from all others, or where the "
                    "survey of their values never looked", stray,
                    "Coordinates in other units or of other rows, or a wrong match?",
                )
            )  # fmt: skip
        return found


def row_flags(catalog: Catalog) -> NDArray[np.uint32]:
    """Return the quality bits of every row, (n_rows,), as a check gives them.

    Outlying colours and made-up errors are judged by the catalog itself (of more than
    100,000 rows by a uniform sample): with other rows beside it a row may have other
    bits. ``NOTHING_OBSERVED``, which depends on a run's features, is never set.
    """
    portions = CatalogPortions(catalog)
    checks = RowChecks(portions)
    for rows, portion in portions:
        checks.see(portion, rows)
    checks.compare_rows()
    return checks.quality


def quality_counts(quality: NDArray[np.uint32]) -> dict[str, int]:
    """Return how many rows have each bit, by its name."""
    return {str(bit.name): int(np.count_nonzero(quality & bit)) for bit in CATALOG_BITS}


def flag_table(
    object_id: "pd.Series[Any]", quality: NDArray[np.uint32]
) -> pd.DataFrame:
    """Return each row's id, its bits, and a truth value a bit, named as in a check.

    Columns: ``object_id``, ``quality`` (int32), and one in lower case for each bit but
    ``NOTHING_OBSERVED``.
    """
    columns: dict[str, Any] = {
        "object_id": object_id.reset_index(drop=True),
        "quality": quality.astype(np.int32),
    }
    for bit in CATALOG_BITS:
        columns[str(bit.name).lower()] = (quality & bit) > 0
    return pd.DataFrame(columns)


def write_flags(
    portions: CatalogPortions, quality: NDArray[np.uint32], path: Path
) -> None:
    """Write the flags of every row, in order, portion by portion.

    The file appears whole or not at all; see ``flag_table`` for its columns.

    Raises
    ------
    CatalogError
        If the suffix names no format that can be written, or the disk refuses.
    """
    words = {str(bit.name).lower(): QUALITY_DESCRIPTIONS[bit] for bit in CATALOG_BITS}
    id_width, as_text = (
        _ids_as_written(portions) if path.suffix == ".fits" else (0, False)
    )
    with TableWriter(
        path, portions.n_rows, units={}, ucds={},
        descriptions={"quality": "all bits of the row, added"} | words,
        meta={"catalog": portions.name, "cat_sha": portions.sha256},
        text_widths={"object_id": id_width},
    ) as writer:  # fmt: skip
        for rows, portion in portions:
            ids = portion.object_id
            if portion.id_is_row:
                ids = ids + rows.start
            elif as_text:
                ids = ids.astype("string")
            writer.append(flag_table(ids, quality[rows]))


def _ids_as_written(portions: CatalogPortions) -> tuple[int, bool]:
    """Return the bytes of the longest id, and whether ids must be written as text.

    FITS must know both before the first row: a whole number has no room for a null
    that comes later.
    """
    width, has_null = 1, False
    for _, portion in portions:
        present = portion.object_id.dropna()
        has_null |= len(present) < portion.n_rows
        lengths = present.astype("string").str.encode("utf-8").str.len()
        width = max(width, int(lengths.max()) if len(lengths) else 1)
    return width, has_null
