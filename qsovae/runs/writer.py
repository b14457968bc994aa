"""Writing a run: aside, then into its place in one step.

Within runs: above listing. A crash at any moment leaves the old run or the new one.
"""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from qsovae.errors import QsovaeError, RunError
from qsovae.runs.layout import (
    FORMAT,
    LOG,
    MANIFEST,
    MAP,
    PROCESS,
    PROGRESS,
    STOP,
    aside,
    check_name,
    training_folder,
)
from qsovae.runs.listing import is_alive, recover
from qsovae.tables import file_sha256, table_bytes, write_whole

if TYPE_CHECKING:
    from qsovae.estimator import VAEClassifier


class RunWriter:
    """Collects a run's files in ``.training/NAME``; ``finish`` makes them the run.

    Parameters
    ----------
    folder : Path
        Where runs are kept; made if absent.
    name : str
    overwrite : bool
        Whether to replace a finished run of that name.

    Raises
    ------
    RunError
        If the run exists and may not be replaced, or is being trained right now.
    ConfigError
        If the name cannot name a run.
    """

    def __init__(self, folder: Path, name: str, *, overwrite: bool = False) -> None:
        self.folder, self.name = folder, check_name(name)
        self.path = training_folder(folder, name)
        if folder.is_dir():
            recover(folder)
        if (folder / name).exists() and not overwrite:
            raise RunError(
                f"there is already a run {name}",
                str(folder),
                "Choose another name, or say that it may be replaced (--overwrite).",
            )
        if is_alive(self.path):
            raise RunError(
                f"the run {name} is being trained right now",
                str(folder),
                "Wait for it, stop it, or choose another name.",
            )
        self._started_utc = _now()
        self._clear()

    def _clear(self) -> None:
        """Make an empty folder, keeping only the log that a launcher has opened."""
        self.path.mkdir(parents=True, exist_ok=True)
        for left in self.path.iterdir():
            if left.name != LOG:
                left.unlink()
        self._sign(os.getpid())

    def _sign(self, pid: int | None) -> None:
        """Leave word of the process that trains; None once it has given up."""
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
        """Leave word of what went wrong for whoever watches the progress."""
        if error is not None and self.path.is_dir():
            message = str(error) if isinstance(error, QsovaeError) else (
                f"unexpected {type(error).__name__}; see {LOG}"
            )  # fmt: skip
            self.report({"phase": "failed", "message": message})
            # A notebook lives on after its training: the name must be free again.
            self._sign(None)

    def report(self, entry: dict[str, Any]) -> None:
        """Append one entry to the progress log."""
        with (self.path / PROGRESS).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry) + "\n")

    def stop_asked(self) -> bool:
        """Return whether somebody asked the training to end."""
        return (self.path / STOP).exists()

    def write_model(self, model: "VAEClassifier") -> None:
        """Write the trained model."""
        model.save(self.path)

    def write_table(self, file: str, table: pd.DataFrame) -> None:
        """Write a table as Parquet."""
        write_whole(self.path / file, table_bytes(table, ".parquet"))

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest, with a digest of every file, and take the run's place."""
        for left in (STOP, LOG):
            (self.path / left).unlink(missing_ok=True)
        # The word of the process stays until the end: a swap is its own to finish.
        files = sorted(p.name for p in self.path.iterdir() if p.name != PROCESS)
        manifest = {
            "format": FORMAT,
            "run": self.name,
            "created_utc": _now(),
            **manifest,
            "artifacts": {f: file_sha256(self.path / f) for f in files},
        }
        for file in files:
            _sync(self.path / file)
        text = json.dumps(manifest, indent=1, allow_nan=False)
        write_whole(self.path / MANIFEST, text.encode("utf-8"))
        _sync(self.path)
        self._take_place()

    def _take_place(self) -> None:
        """Swap the new run in; ``recover`` undoes a swap that was cut short."""
        final, old = self.folder / self.name, aside(self.folder, self.name)
        if old.exists():
            shutil.rmtree(old)
        if final.exists():
            final.rename(old)
        try:
            self.path.rename(final)
        except BaseException:
            if old.exists():
                old.rename(final)
            raise
        (final / PROCESS).unlink(missing_ok=True)
        _sync(self.folder)
        if old.exists():
            shutil.rmtree(old)


def add_map(folder: Path, name: str, coordinates: pd.DataFrame) -> None:
    """Add a map to a finished run, the manifest last."""
    path = folder / check_name(name)
    manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    write_whole(path / MAP, table_bytes(coordinates, ".parquet"))
    manifest["artifacts"][MAP] = file_sha256(path / MAP)
    text = json.dumps(manifest, indent=1, allow_nan=False)
    write_whole(path / MANIFEST, text.encode("utf-8"))


def _sync(path: Path) -> None:
    """Bring a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
