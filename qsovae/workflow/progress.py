"""Telling how far a training is, and asking whether it shall stop.

Within workflow: lowest.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from qsovae.runs import RunWriter

if TYPE_CHECKING:
    # Brings torch along, for pages that only tell how far a map is.
    from qsovae.training import EpochReport

Progress = Callable[[dict[str, Any]], None]


class Steps:
    """Tells of each step, keeps its seconds, and remembers a wish to stop.

    Parameters
    ----------
    writer : RunWriter, optional
        Keeps the progress log, and sees the file that asks to stop.
    on_progress : callable, optional
        Called with each entry of the log.
    should_stop : callable, optional
        Whether somebody else asks to stop.
    """

    def __init__(
        self,
        writer: RunWriter | None,
        on_progress: Progress | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self._writer, self._on_progress = writer, on_progress
        self._should_stop = should_stop
        self._stopped = False
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []

    def tell(self, entry: dict[str, Any]) -> None:
        """Tell whoever watches."""
        if self._writer is not None:
            self._writer.report(entry)
        if self._on_progress is not None:
            self._on_progress(entry)

    @contextmanager
    def step(self, phase: str, message: str) -> Iterator[None]:
        """Tell of a step and keep how long it took."""
        started = time.perf_counter()
        self.tell({"phase": phase, "message": message})
        yield
        self.seconds[phase] = round(time.perf_counter() - started, 3)

    def stop_asked(self) -> bool:
        """Return whether somebody asked to stop, now or before."""
        asked = self._writer is not None and self._writer.stop_asked()
        asked |= bool(self._should_stop and self._should_stop())
        self._stopped |= asked
        return self._stopped

    def stopped(self, note: str) -> None:
        """Tell of a step that was stopped; the run's notes will say so."""
        self.notes.append(note)
        self.tell({"phase": "stopped", "message": note})


def epoch_entry(report: "EpochReport") -> dict[str, Any]:
    """Return an epoch's report as an entry of the progress log."""
    eta = report.seconds / report.epoch * (report.n_epochs - report.epoch)
    return {
        "phase": "train",
        "epoch": report.epoch,
        "n_epochs": report.n_epochs,
        "seconds": round(report.seconds, 3),
        "eta_seconds": round(eta, 1),
        "train": _plain(report.train._asdict()),
        "validation": _plain(report.validation._asdict()),
        "validation_accuracy": _plain({"": report.validation_accuracy})[""],
        "is_best": report.is_best,
    }


def _plain(terms: dict[str, float]) -> dict[str, float | None]:
    """Return terms for JSON, which knows no NaN."""
    return {k: round(v, 6) if np.isfinite(v) else None for k, v in terms.items()}
