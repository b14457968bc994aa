"""Rows that their survey itself doubts.

Within catalog: above cleaning.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import SurveyFlag, plain_name, survey_flags
from qsovae.catalog.cleaning import as_numbers

if TYPE_CHECKING:
    from qsovae.catalog.catalog import Catalog

Mask = NDArray[np.bool_]


def doubted_by_survey(catalog: "Catalog") -> dict[str, Mask]:
    """Return which rows each column of flags doubts, (n_rows,), by its name.

    The columns and their meanings are those of ``surveys.toml``. A null doubts nothing.
    """
    here = {plain_name(c): c for c in reversed(catalog.raw.frame.columns)}
    return {
        here[name]: _doubts(catalog, here[name], flag, here)
        for flag in survey_flags()
        for name in flag.names
        if name in here
    }


def _doubts(
    catalog: "Catalog", column: str, flag: SurveyFlag, here: dict[str, str]
) -> Mask:
    """Return where a column's value is doubtful."""
    values = catalog.raw.frame[column]
    if flag.doubtful is not None:
        codes, unique = pd.factorize(values.astype("string"))
        found = pd.Series(unique).str.contains(flag.doubtful, regex=True)
        # The last place is that of nulls, whose code is -1.
        of_text: Mask = np.array([*found.fillna(False), False], dtype=bool)[codes]
        return of_text
    numbers = as_numbers(values)
    if flag.above is not None:
        with np.errstate(invalid="ignore"):
            return numbers > flag.above
    clean = np.isin(numbers, flag.clean) | np.isnan(numbers)
    if flag.or_equal_to in here:
        clean |= numbers == as_numbers(catalog.raw.frame[here[flag.or_equal_to]])
    return ~clean
