"""The scores of one set of rows, and their form in JSON.

Within evaluation: lowest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from qsovae.errors import InputError


def defined(value: Any) -> float | None:
    """Return a number, None where it is undefined: JSON knows no NaN."""
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True)
class ClassScores:
    """The scores of one class; ``rows`` are those that truly are of it."""

    completeness: float | None
    purity: float | None
    f1: float | None
    rows: int

    def to_json(self) -> dict[str, Any]:
        """Return the scores under their names."""
        return {
            "completeness": self.completeness,
            "purity": self.purity,
            "f1": self.f1,
            "rows": self.rows,
        }


@dataclass(frozen=True)
class Scores:
    """Scores of one set of rows.

    Parameters
    ----------
    rows : int
        Labelled rows that were scored.
    accuracy, balanced_accuracy, log_loss : float or None
        Share of rows classed rightly; mean completeness of the classes present;
        mean of -ln p of the true class, in nats. None without rows.
    classes : tuple of str
        Names, in the order of the matrix.
    confusion_matrix : tuple of tuple of int
        Rows are true classes, columns predicted ones.
    per_class : dict
        Scores of each class by name.
    """

    rows: int
    accuracy: float | None
    balanced_accuracy: float | None
    log_loss: float | None
    classes: tuple[str, ...]
    confusion_matrix: tuple[tuple[int, ...], ...]
    per_class: dict[str, ClassScores]

    def to_json(self) -> dict[str, Any]:
        """Return the scores as values that JSON knows; undefined is None."""
        return {
            "rows": self.rows,
            "accuracy": self.accuracy,
            "balanced_accuracy": self.balanced_accuracy,
            "log_loss": self.log_loss,
            "classes": list(self.classes),
            "confusion_matrix": [list(counts) for counts in self.confusion_matrix],
            "per_class": {
                name: scores.to_json() for name, scores in self.per_class.items()
            },
        }

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "Scores":
        """Return the scores that ``to_json`` gave; further entries are ignored.

        Raises
        ------
        InputError
            If an entry is missing.
        """
        try:
            return cls(
                rows=entries["rows"],
                accuracy=entries["accuracy"],
                balanced_accuracy=entries["balanced_accuracy"],
                log_loss=entries["log_loss"],
                classes=tuple(entries["classes"]),
                confusion_matrix=tuple(
                    tuple(counts) for counts in entries["confusion_matrix"]
                ),
                per_class={
                    name: ClassScores(**scores)
                    for name, scores in entries["per_class"].items()
                },
            )
        except (KeyError, TypeError) as error:
            raise InputError(
                f"these are no scores: {error}",
                "qsovae.Scores.from_json",
                "Pass the scores of a run's manifest, or of `qsovae evaluate --json`.",
            ) from error
