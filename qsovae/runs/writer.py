"""Writing a run: aside, then into its place in one step.

Within runs: above listing and watched. A crash at any moment leaves the old run or the
new one.
"""

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from qsovae.errors import RunError
from qsovae.runs.layout import (
    FORMAT,
    LOG,
    MANIFEST,
    MAP,
    MAP_RECORD,
    PROCESS,
    RULES,
    SELECTIONS,
    STOP,
    VERDICTS,
    aside,
    check_name,
    training_folder,
)
from qsovae.runs.listing import is_alive, recover
from qsovae.runs.watched import Watched, now_utc
from qsovae.tables import file_sha256, table_bytes, write_whole

if TYPE_CHECKING:
    from qsovae.estimator import VAEClassifier


class RunWriter(Watched):
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
        path = training_folder(folder, name)
        if folder.is_dir():
            recover(folder)
        if (folder / name).exists() and not overwrite:
            raise RunError(
                f"there is already a run {name}",
                str(folder),
                "Choose another name, or say that it may be replaced (--overwrite).",
            )
        if is_alive(path):
            raise RunError(
                f"the run {name} is being trained right now",
                str(folder),
                "Wait for it, stop it, or choose another name.",
            )
        for left in path.iterdir() if path.is_dir() else ():
            if left.name != LOG:  # a launcher has opened it
                left.unlink()
        super().__init__(path)

    def write_model(self, model: "VAEClassifier") -> None:
        """Write the trained model."""
        model.save(self.path)

    def write_table(self, file: str, table: pd.DataFrame) -> None:
        """Write a table as Parquet."""
        write_whole(self.path / file, table_bytes(table, ".parquet"))

    def write_json(self, file: str, value: dict[str, Any]) -> None:
        """Write a value as JSON."""
        _write_json(self.path / file, value)

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write the manifest, with a digest of every file, and take the run's place."""
        for left in (STOP, LOG):
            (self.path / left).unlink(missing_ok=True)
        # The word of the process stays until the end: a swap is its own to finish.
        files = sorted(p.name for p in self.path.iterdir() if p.name != PROCESS)
        manifest = {
            "format": FORMAT,
            "run": self.name,
            "created_utc": now_utc(),
            **manifest,
            "artifacts": {f: file_sha256(self.path / f) for f in files},
        }
        for file in files:
            _sync(self.path / file)
        _write_json(self.path / MANIFEST, manifest)
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
            # Their numbers are the old weights', and whoever opens one is told so: what
            # a person chose does not vanish.
            for kept in (RULES, SELECTIONS, VERDICTS):
                if (old / kept).exists():
                    (old / kept).rename(final / kept)
            shutil.rmtree(old)


def add_map(
    folder: Path, name: str, coordinates: pd.DataFrame, record: dict[str, Any]
) -> None:
    """Add a map to a finished run, or replace that it has, the manifest last.

    ``record`` says how it was laid out. A crash leaves a run that opens: with the new
    map, or with an old one that the manifest no longer vouches for.

    Raises
    ------
    RunError
        If the disk refuses.
    """
    path = folder / check_name(name)
    try:
        _put_map(path, coordinates, record)
    except OSError as error:
        raise RunError(
            f"the map cannot be written: {error.strerror}",
            name,
            "Runs must be kept where they may be written to.",
        ) from None


def _put_map(path: Path, coordinates: pd.DataFrame, record: dict[str, Any]) -> None:
    """Write a map and its record into a run's folder, vouched for at last."""
    manifest = json.loads((path / MANIFEST).read_text("utf-8"))
    artifacts = manifest["artifacts"]
    if artifacts.pop(MAP, None) is not None:
        artifacts.pop(MAP_RECORD, None)
        _write_json(path / MANIFEST, manifest)
        (path / MAP_RECORD).unlink(missing_ok=True)
    write_whole(path / MAP, table_bytes(coordinates, ".parquet"))
    _write_json(path / MAP_RECORD, record)
    for file in (MAP, MAP_RECORD):
        artifacts[file] = file_sha256(path / file)
    _write_json(path / MANIFEST, manifest)


def _write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a value so that a crash leaves the old file or the new one."""
    text = json.dumps(value, indent=1, allow_nan=False)
    write_whole(path, text.encode("utf-8"))


def _sync(path: Path) -> None:
    """Bring a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
