"""Findings on a table as a whole, in words.

Within checks: above portions.
"""

import numpy as np
from numpy.typing import NDArray

from qsovae.bands import Quality
from qsovae.catalog import CatalogPortions
from qsovae.checks.report import Finding

_MEASURED = ("magnitude", "flux", "feature")


def table_findings(
    portions: CatalogPortions, quality: NDArray[np.uint32]
) -> list[Finding]:
    """Return findings on the table as a whole: rows, ids, positions, its reading."""
    mapping, found = portions.mapping, []
    if not portions.n_rows:
        fix = "Give a catalog with rows."
        found.append(Finding("error", None, "the catalog has no rows", 0, (), fix))
    for bit, role, message, fix in (
        (Quality.DUPLICATE_ID, "id", "ids occur more than once",
         "Rows keep their number as well; check the match that made the catalog."),
        (Quality.INVALID_POSITION, "ra", "positions are missing or off the sphere",
         "Right ascension runs from 0 to 360, declination from -90 to 90 deg."),
    ):  # fmt: skip
        hit = (quality & bit) > 0
        if hit.any():
            column = mapping.only(role)
            found.append(Finding.on_rows("warning", column, message, hit, fix))
    if mapping.only("id") is None:
        found.append(
            Finding("note", None, "no id column: rows are named by their number", 0, (),
                    "Give a column the role 'id' if one is unique.")
        )  # fmt: skip
    if not any(c.role in _MEASURED for c in mapping.columns):
        found.append(
            Finding("error", None, "no column was recognised as a measurement", 0, (),
                    "Give columns the role 'magnitude' or 'feature'.")
        )  # fmt: skip
    return found


def note_findings(portions: CatalogPortions) -> list[Finding]:
    """Return notes on how the table was read."""
    notes = [Finding("note", None, note, 0, (), "") for note in portions.notes]
    if portions.is_sampled:
        notes.append(
            Finding("note", None,
                    "medians, spikes, colours, magnitude systems, trends of errors and "
                    "what gives the class away are judged by a uniform sample of "
                    f"{portions.sample.n_rows:,} rows; counts, minima and maxima are "
                    "of all rows", 0, (), "")
        )  # fmt: skip
    return notes
