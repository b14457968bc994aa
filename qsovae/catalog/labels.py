"""Classes of the rows, however they are spelt.

Within catalog: lowest.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.errors import CatalogError
from qsovae.recognition import MOST_CLASSES

_NO_LABEL = {"", "nan", "null", "none", "unknown", "-1", "n/a", "--", "<na>"}


@dataclass(frozen=True)
class Labels:
    """Classes of the rows.

    Attributes
    ----------
    class_label : ndarray of object, (n_rows,)
        The class, None where unlabelled.
    classes : tuple of str
        Sorted.
    notes : tuple of str
        Spellings that were taken for one class.
    """

    class_label: NDArray[np.object_]
    classes: tuple[str, ...]
    notes: tuple[str, ...]


def read_labels(column: "pd.Series[Any]", where: str) -> Labels:
    """Return the classes in a column; spellings that differ in case are one.

    Raises
    ------
    CatalogError
        If the column holds fewer than 2 or more than 50 classes.
    """
    text = _label_text(column)
    spelt, notes = _common_spellings(text.mask(text.str.casefold().isin(_NO_LABEL)))
    classes = tuple(sorted(spelt.dropna().unique()))
    if len(classes) < 2:
        raise CatalogError(
            f"the label column holds {len(classes)} class(es): "
            f"{', '.join(classes) or 'none'}",
            where,
            "Choose a column with at least two classes.",
        )
    if len(classes) > MOST_CLASSES:
        raise CatalogError(
            f"the label column holds {len(classes)} different values, more than "
            f"{MOST_CLASSES}",
            where,
            "It looks like an id or a measurement: choose the class column.",
        )
    labels = spelt.astype(object).where(spelt.notna(), None).to_numpy(dtype=object)
    return Labels(labels, classes, notes)


def _label_text(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return labels as stripped text; whole floats lose their point."""
    if pd.api.types.is_float_dtype(column.dtype):
        column = column.astype("Float64")
        if (column.dropna() == column.dropna().round()).all():
            column = column.astype("Int64")
    return column.astype("string").str.strip()


def _common_spellings(
    text: "pd.Series[Any]",
) -> tuple["pd.Series[Any]", tuple[str, ...]]:
    """Return each label in its class's commonest spelling, and what was merged."""
    counts = text.dropna().value_counts()
    spelling: dict[str, str] = {}
    merged: dict[str, list[str]] = {}
    for label in sorted(counts.index, key=lambda s: (-int(counts[s]), s)):
        first = spelling.setdefault(label.casefold(), label)
        if first != label:
            merged.setdefault(first, []).append(label)
    notes = tuple(
        f"{', '.join(repr(s) for s in others)} taken for {first!r}"
        for first, others in merged.items()
    )
    return text.map(lambda s: spelling[s.casefold()], na_action="ignore"), notes
