"""Processes of their own: started, and heard of through the folder they write in.

They outlive the tab and the session that started them. In its folder each leaves
``process.json`` and ``progress.jsonl``, a launcher ``log.txt``, and who wants it to end
``STOP``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qsovae

_PROGRESS, _STOP, _LOG = "progress.jsonl", "STOP", "log.txt"
_STARTING_SECONDS = 60.0  # until a new process must have left word of itself
# How the command line begins its last words.
_ERROR = re.compile(r"^qsovae[a-z ]*: error: ")
_LOG_TAIL = 4000


@dataclass(frozen=True)
class Job:
    """A process that runs, or has not been put away yet.

    Attributes
    ----------
    name, status : str
        Of the folder; ``running``, ``stopping``, ``done``, ``stopped`` or ``failed``.
    message : str
        What it does, or why it did not end well.
    fraction : float
    """

    name: str
    status: str
    message: str
    fraction: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether it runs."""
        return self.status in ("running", "stopping")


def launch(command: list[str], place: Path) -> None:
    """Start a process that outlives the server's sessions.

    ``place`` is the folder in which it leaves word of itself.
    """
    place.mkdir(parents=True, exist_ok=True)
    for left in (_PROGRESS, _STOP, "process.json"):
        (place / left).unlink(missing_ok=True)
    with (place / _LOG).open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    # Somebody must collect the process when it ends, or it stays as a zombie.
    threading.Thread(target=process.wait, daemon=True).start()


def is_starting(place: Path) -> bool:
    """Return whether a process was started that has not left word of itself yet."""
    log = place / _LOG
    if not log.is_file() or (place / "process.json").exists():
        return False
    young = time.time() - log.stat().st_mtime < _STARTING_SECONDS
    return young and not log.read_bytes().strip()


def ask_to_stop(place: Path) -> None:
    """Ask the process of a folder to end."""
    (place / _STOP).touch()


def is_stopping(place: Path) -> bool:
    """Return whether the process of a folder was asked to end."""
    return (place / _STOP).exists()


def last_words(text: str) -> str | None:
    """Return the last error that a command line told, without its beginning."""
    said = [line for line in text.splitlines() if _ERROR.match(line)]
    return _ERROR.sub("", said[-1]) if said else None


def logged_error(place: Path) -> str | None:
    """Return the last error in the log of a process, None without."""
    log = place / _LOG
    if not log.is_file():
        return None
    return last_words(log.read_bytes()[-_LOG_TAIL:].decode("utf-8", "replace"))


def progress_lines(place: Path) -> list[dict[str, Any]]:
    """Return the entries of a log; a half-written last line waits for its end."""
    return qsovae.read_json_lines(place / _PROGRESS)


def is_busy(place: Path) -> bool:
    """Return whether the process of a folder runs or is about to."""
    return is_starting(place) or qsovae.is_alive(place)


def job_at(place: Path, stopped: str, *, has_result: bool = True) -> Job:
    """Return what became of the process of a folder.

    ``stopped`` says what a stop leaves; without its result a process did not end well.
    """
    lines = progress_lines(place)
    last = lines[-1] if lines else {}
    message = str(last.get("message", ""))
    if is_busy(place):
        status = "stopping" if is_stopping(place) else "running"
        fraction = min(max(float(last.get("fraction", 0.0)), 0.0), 1.0)
        return Job(place.name, status, message or "starting", fraction)
    if last.get("phase") == "done" and has_result:
        return Job(place.name, "done", message, 1.0)
    if is_stopping(place):
        return Job(place.name, "stopped", f"stopped: {stopped}")
    if last.get("phase") != "failed":
        message = logged_error(place) or "its process ended early: try again"
    return Job(place.name, "failed", message)


@dataclass(frozen=True)
class RunProcess:
    """A process about a run, of which one at most is under way.

    Attributes
    ----------
    folder : str
        Of the runs folder: what is known of the process lies there, by run.
    busy, stopped : str
        What the run is while it is under way; what a stop leaves.
    """

    folder: str
    busy: str
    stopped: str

    def start(self, run: qsovae.Run, command: str, *options: str) -> None:
        """Start ``qsovae COMMAND``; ``options`` are all but where, and whom to tell.

        Raises
        ------
        ConfigError
            If one is under way.
        """
        place = self._place(run)
        if is_busy(place):
            raise qsovae.ConfigError(
                f"{run.name} is being {self.busy} right now",
                command,
                "Wait, or stop it.",
            )  # fmt: skip
        where = f"--runs={run.folder.parent.resolve()}"
        watched = f"--watch={place.resolve()}"
        launch(
            [sys.executable, "-m", "qsovae", command, where, watched, *options], place
        )

    def job(self, run: qsovae.Run) -> Job | None:
        """Return the process of a run, None where there is none to tell of."""
        place = self._place(run)
        return job_at(place, self.stopped) if place.is_dir() else None

    def ask_to_stop(self, run: qsovae.Run) -> None:
        """Ask it to end."""
        job = self.job(run)
        if job is not None and job.is_busy:
            ask_to_stop(self._place(run))

    def put_away(self, run: qsovae.Run) -> None:
        """Forget one that has ended."""
        if not is_busy(self._place(run)):
            shutil.rmtree(self._place(run), ignore_errors=True)

    def _place(self, run: qsovae.Run) -> Path:
        return run.folder.parent / self.folder / run.name
