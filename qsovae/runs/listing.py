"""Which runs there are, finished or not.

Within runs: above layout.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qsovae.errors import RunError
from qsovae.runs.layout import (
    PROCESS,
    PROGRESS,
    read_json_lines,
    read_manifest,
    set_aside,
    training_folder,
)


@dataclass(frozen=True)
class RunListing:
    """One run at a glance.

    Attributes
    ----------
    name : str
    status : str
        ``complete``, ``training``, ``interrupted`` (its process is gone), ``failed``
        or ``damaged``.
    created_utc : str
        When it was finished or, until then, started; empty if unknown.
    message : str
        What went wrong, or the phase it is in.
    summary : dict
        Of a complete run: rows, label, accuracy, is_simulated, catalog.
    """

    name: str
    status: str
    created_utc: str
    message: str
    summary: dict[str, Any]


def runs_folder() -> Path:
    """Return where runs are kept: ``QSOVAE_RUNS``, else ``checkpoints``."""
    return Path(os.environ.get("QSOVAE_RUNS", "checkpoints"))


def list_runs(folder: Path | str | None = None) -> list[RunListing]:
    """Return all runs in a folder, those in training first, then by name."""
    folder = Path(folder or runs_folder())
    if not folder.is_dir():
        return []
    recover(folder)
    waiting = folder / ".training"
    training = sorted(waiting.iterdir()) if waiting.is_dir() else []
    finished = sorted(p for p in folder.iterdir() if p.is_dir() and p.name[0] != ".")
    return [_in_training(p) for p in training] + [_finished(p) for p in finished]


def recover(folder: Path) -> None:
    """Put back runs whose replacement a crash cut short."""
    for name, old in set_aside(folder).items():
        # A process that still lives is in the midst of the swap and ends it itself.
        if not is_alive(training_folder(folder, name)) and not (folder / name).exists():
            old.rename(folder / name)


def _finished(path: Path) -> RunListing:
    """Return the listing of a run that is not in training."""
    try:
        manifest = read_manifest(path)
        scores = manifest["scores"]
        summary = {
            "rows": manifest["catalog"]["rows"],
            "catalog": manifest["catalog"]["name"],
            "label": manifest["label"],
            "accuracy": scores["accuracy"],
            "is_simulated": manifest["is_simulated"],
        }
        return RunListing(
            path.name, "complete", str(manifest["created_utc"]), "", summary
        )
    except RunError as error:
        return RunListing(path.name, "damaged", "", str(error), {})
    except (KeyError, TypeError) as error:
        message = f"its manifest lacks {error}: restore it, or train again"
        return RunListing(path.name, "damaged", "", message, {})


def _in_training(path: Path) -> RunListing:
    """Return the listing of a run that is being trained, or was."""
    lines = read_json_lines(path / PROGRESS)
    last = lines[-1] if lines else {}
    phase = last.get("phase", "starting")
    started = process_state(path).get("started_utc", "")
    if phase == "failed":
        status, message = "failed", str(last.get("message", ""))
    elif is_alive(path):
        status, message = "training", str(phase)
    else:
        status, message = "interrupted", "its process ended early: train again"
    return RunListing(path.name, status, started, message, {})


def process_state(path: Path) -> dict[str, Any]:
    """Return what a process wrote of itself."""
    try:
        state = json.loads((path / PROCESS).read_text("utf-8"))
    except (OSError, json.JSONDecodeError):
        return {}
    return state if isinstance(state, dict) else {}


def is_alive(path: Path) -> bool:
    """Return whether the process that left word of itself in a folder still runs."""
    pid = process_state(path).get("pid")
    if not isinstance(pid, int) or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # A process that ended but was not collected by its parent counts as gone.
    stat = Path(f"/proc/{pid}/stat")
    try:
        return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
