"""Opening a run: every file is checked against the manifest before it is used.

Within runs: above listing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.columns import Mapping
from qsovae.errors import ManifestMismatchError, RunError, RunIncompleteError
from qsovae.features import Feature, features_from_json
from qsovae.runs.layout import (
    BASELINE,
    CONFIG,
    FORMAT,
    MANIFEST,
    MAP,
    MAP_RECORD,
    PROGRESS,
    REQUIRED,
    ROWS,
    SLICES,
    read_json_lines,
    read_manifest,
)
from qsovae.runs.listing import list_runs, runs_folder
from qsovae.tables import file_sha256

if TYPE_CHECKING:
    from qsovae.estimator import VAEClassifier

_KEYS = (
    "catalog", "label", "features", "classes", "split", "seed", "estimator", "scores",
    "artifacts", "is_simulated", "mapping", "created_utc",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A finished run whose files agree with its manifest.

    Attributes
    ----------
    name : str
    folder : Path
    manifest : dict
    """

    name: str
    folder: Path
    manifest: dict[str, Any]

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes in the order of every probability."""
        return tuple(self.manifest["classes"])

    @property
    def is_simulated(self) -> bool:
        """Whether the run was trained on simulated data."""
        return bool(self.manifest["is_simulated"])

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """Features in the order of the network's inputs."""
        return features_from_json(self.manifest["features"])

    @cached_property
    def mapping(self) -> Mapping:
        """What the columns of the run's catalog were."""
        return Mapping.from_toml(self.manifest["mapping"], f"{self.name}/{MANIFEST}")

    @cached_property
    def class_prior(self) -> NDArray[np.float64]:
        """Shares of the classes among the rows that trained, (n_classes,)."""
        config = json.loads((self.folder / CONFIG).read_text("utf-8"))
        return np.array(config["class_prior"], dtype=np.float64)

    @cached_property
    def estimator(self) -> "VAEClassifier":
        """The trained model."""
        from qsovae.estimator import VAEClassifier

        model = VAEClassifier.load(self.folder)
        if model.n_features_in_ != len(self.features):
            raise ManifestMismatchError(
                f"the weights take {model.n_features_in_} features, the manifest names "
                f"{len(self.features)}",
                self.name,
                "Restore the folder from a copy, or train again.",
            )
        return model

    def rows(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return one line a catalog row: split, class, probabilities, latent means.

        Parameters
        ----------
        columns : sequence of str, optional
            The only ones to read; all by default.
        """
        names = None if columns is None else list(columns)
        return pd.read_parquet(self.folder / ROWS, columns=names)

    @property
    def slices_file(self) -> Path:
        """The file with the slices of each row, as ``slicing_columns`` reads it."""
        return self.folder / SLICES

    def map(self) -> pd.DataFrame | None:
        """Return ``row, map_1, map_2``; None if the run has no map."""
        path = self.folder / MAP
        return pd.read_parquet(path) if path.is_file() else None

    def map_record(self) -> dict[str, Any]:
        """Return how the map was laid out; empty without a map, or of old runs."""
        path = self.folder / MAP_RECORD
        if not path.is_file():
            return {}
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return record

    def baseline(self) -> pd.DataFrame:
        """Return the baseline's probabilities for the test rows."""
        return pd.read_parquet(self.folder / BASELINE)

    def progress(self) -> list[dict[str, Any]]:
        """Return the log of the training, one entry an epoch or phase."""
        return read_json_lines(self.folder / PROGRESS)


def open_run(name: str, folder: Path | str | None = None) -> Run:
    """Return a finished run.

    Parameters
    ----------
    name : str
        Looked up among the runs, never joined to a path.
    folder : Path or str, optional
        Where runs are kept; ``runs_folder()`` by default.

    Raises
    ------
    RunError
        If there is no such run.
    RunIncompleteError
        If its manifest or a file that it lists is missing.
    ManifestMismatchError
        If a file is not the one that the manifest lists.
    """
    folder = Path(folder or runs_folder())
    listed = {r.name: r for r in list_runs(folder)}
    if name not in {r.name for r in listed.values() if _has_folder(folder, r.name)}:
        raise RunError(*_absent(name, list(listed.values())))
    path = folder / name
    manifest = read_manifest(path)
    _check(name, path, manifest)
    return Run(name, path, manifest)


def _has_folder(folder: Path, name: str) -> bool:
    return (folder / name).is_dir()


def _absent(name: str, listed: list[Any]) -> tuple[str, str, str]:
    """Return what to say of a name that no finished run has."""
    waiting = next((r for r in listed if r.name == name), None)
    if waiting:
        return (
            f"the run {name} is not finished: {waiting.status}",
            name,
            waiting.message or "Wait for its training to end.",
        )
    known = ", ".join(r.name for r in listed if r.status == "complete") or "none"
    return f"no such run: {name!r}", "runs", f"Finished runs: {known}."


def _check(name: str, path: Path, manifest: dict[str, Any]) -> None:
    """Refuse a manifest of another format and files it does not describe."""
    if manifest.get("format") != FORMAT:
        raise ManifestMismatchError(
            f"the run has format {manifest.get('format')!r}, "
            f"this version reads {FORMAT}",
            f"{name}/{MANIFEST}",
            "Use the version that wrote it, or train again.",
        )
    lacking = [key for key in _KEYS if key not in manifest]
    if lacking:
        raise ManifestMismatchError(
            f"the manifest lacks {', '.join(lacking)}",
            f"{name}/{MANIFEST}",
            "Restore it from a copy, or train again.",
        )
    artifacts = manifest["artifacts"]
    for file in sorted({*REQUIRED, *artifacts}):
        if file not in artifacts:
            raise ManifestMismatchError(
                f"the manifest does not list {file}",
                f"{name}/{MANIFEST}",
                "Restore it from a copy, or train again.",
            )
        target = path / file
        if Path(file).name != file or not target.is_file():
            raise RunIncompleteError(
                f"{file} is missing", name, "Restore it from a copy, or train again."
            )
        if file_sha256(target) != artifacts[file]:
            raise ManifestMismatchError(
                f"{file} is not the file that the manifest lists: it was changed or "
                "comes from another run",
                name,
                "Restore it from a copy, or train again.",
            )
