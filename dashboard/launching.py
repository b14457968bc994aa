"""Processes of their own: started, and heard of through the folder they write in.

They outlive the tab and the session that started them. In its folder each leaves
``process.json`` and ``progress.jsonl``, a launcher ``log.txt``, and who wants it to end
``STOP``.
"""

import re
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import qsovae

_PROGRESS, _STOP, _LOG = "progress.jsonl", "STOP", "log.txt"
_STARTING_SECONDS = 60.0  # until a new process must have left word of itself
# How the command line begins its last words.
_ERROR = re.compile(r"^qsovae[a-z ]*: error: ")
_LOG_TAIL = 4000


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
