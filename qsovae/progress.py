"""Telling how far a piece of work is, and asking whether it shall stop.

Layer: above errors.
"""

from collections.abc import Callable
from typing import Any

from qsovae.errors import ConfigError

Progress = Callable[[dict[str, Any]], None]


class Teller:
    """Tells of each step and of the share of it, and ends it all when asked to.

    Parameters
    ----------
    where : str
        What is at work, for the message if it is stopped.
    n_steps : int
    on_progress : callable, optional
        Called with ``{"phase", "message", "fraction"}``.
    should_stop : callable, optional
        Asked whenever progress is told.
    """

    def __init__(
        self,
        where: str,
        n_steps: int,
        on_progress: Progress | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self._where, self._n_steps = where, n_steps
        self._on_progress, self._should_stop = on_progress, should_stop
        self._done = -1
        self._entry: dict[str, Any] = {}

    def step(self, phase: str, message: str) -> None:
        """Begin a step."""
        self._done += 1
        self._entry = {"phase": phase, "message": message}
        self.share(0.0)

    def share(self, share: float) -> None:
        """Tell of the share of the step that is done.

        Raises
        ------
        ConfigError
            If it shall stop.
        """
        if self._should_stop is not None and self._should_stop():
            raise ConfigError("stopped", self._where, "Nothing was written.")
        if self._on_progress is not None:
            fraction = (self._done + share) / self._n_steps
            self._on_progress(self._entry | {"fraction": fraction})

    def end(self) -> None:
        """Tell that all is done."""
        if self._on_progress is not None:
            done = {"phase": "done", "message": "done", "fraction": 1.0}
            self._on_progress(done)
