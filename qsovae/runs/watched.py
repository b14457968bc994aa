"""Word of a process in a folder, for whoever watches it.

Within runs: above layout.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from qsovae.errors import QsovaeError, RunError
from qsovae.runs.layout import LOG, PROCESS, PROGRESS, STOP
from qsovae.tables import write_whole


class Watched:
    """Keeps word of a process in a folder: that it runs, how far it is, how it failed.

    Parameters
    ----------
    path : Path
        Made if absent; what an earlier process said of itself there goes. A wish to
        stop stays: it may have come before this process had begun.

    Raises
    ------
    RunError
        If the disk refuses the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._started_utc = now_utc()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(
                f"the folder cannot be made: {error.strerror}",
                str(path),
                "Choose another place.",
            ) from None
        (path / PROGRESS).unlink(missing_ok=True)
        self._sign(os.getpid())

    def _sign(self, pid: int | None) -> None:
        """Leave word of the process; None once it has ended here."""
        state = {"pid": pid, "started_utc": self._started_utc}
        write_whole(self.path / PROCESS, json.dumps(state).encode())

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave word of the end, and of what went wrong."""
        if not self.path.is_dir():
            return
        if error is not None:
            message = str(error) if isinstance(error, QsovaeError) else (
                f"unexpected {type(error).__name__}; see {LOG}"
            )  # fmt: skip
            self.report({"phase": "failed", "message": message})
        # A notebook lives on afterwards: the name must be free again.
        self._sign(None)

    def report(self, entry: dict[str, Any]) -> None:
        """Append one entry to the progress log."""
        with (self.path / PROGRESS).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry) + "\n")

    def stop_asked(self) -> bool:
        """Return whether somebody asked the process to end."""
        return (self.path / STOP).exists()


def now_utc() -> str:
    """Return the time as manifests have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
