"""One measurement asked for: a method, a set and a split, fitted when first needed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from board.peers import Fitted, fit
from board.sets import BoardSet, Floats, Sample


class Timed(NamedTuple):
    """A fitted method, and the seconds that fitting took."""

    fitted: Fitted
    seconds: float


@dataclass(frozen=True)
class Request:
    """What the tasks of one method on one split share.

    Attributes
    ----------
    board, sample : BoardSet, Sample
    method : str
    repeat : int
        Seed of the split, and of whatever the method draws.
    settings : dict, optional
        What an earlier search chose for the same rows; without, there is a search.
    """

    board: BoardSet
    sample: Sample
    method: str
    repeat: int
    settings: dict[str, Any] | None = None

    @cached_property
    def plain(self) -> Timed:
        """The method fitted to all training rows, without errors."""
        rows = self.sample
        return timed(
            lambda: fit(
                self.method, rows.x_train, rows.y_train, self.repeat, self.settings
            )
        )

    @cached_property
    def with_sigma(self) -> Fitted:
        """The method fitted to values and errors, with the settings of ``plain``."""
        rows, settings = self.sample, self.settings
        if settings is None:
            settings = self.plain.fitted.settings
        return fit(
            self.method, rows.x_train, rows.y_train, self.repeat, settings,
            rows.sigma_train,
        )  # fmt: skip


def timed(work: Callable[[], Fitted]) -> Timed:
    """Return what was fitted, and the seconds it took."""
    started = time.perf_counter()
    fitted = work()
    return Timed(fitted, time.perf_counter() - started)


def timed_probabilities(fitted: Fitted, X: Floats) -> tuple[Floats, float]:
    """Return probabilities of some rows, and how many rows a second that was."""
    started = time.perf_counter()
    probabilities = fitted.probabilities(X)
    return probabilities, len(X) / (time.perf_counter() - started)


def few_labels(
    y: np.ndarray, seed: int, share: float = 0.01, least: int = 5
) -> np.ndarray:
    """Return class numbers of which all but a share of each class, or some, are -1."""
    rng = np.random.default_rng(seed)
    kept = np.full(len(y), -1)
    for code in np.unique(y):
        rows = np.flatnonzero(y == code)
        wanted = min(max(least, round(share * rows.size)), rows.size)
        kept[rng.choice(rows, wanted, replace=False)] = code
    return kept
