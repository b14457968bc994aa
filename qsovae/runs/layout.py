"""Where a run's files lie, and the manifest that binds them.

Within runs: lowest.
"""

import json
import re
from pathlib import Path
from typing import Any

from qsovae.errors import ConfigError, RunIncompleteError

FORMAT = 2
MANIFEST = "manifest.json"
CONFIG = "config.json"
WEIGHTS = "weights.safetensors"
ROWS = "rows.parquet"
SLICES = "slices.parquet"
MAP = "map.parquet"
MAP_RECORD = "map.json"
BASELINE = "baseline.parquet"
PROGRESS = "progress.jsonl"
STOP = "STOP"
PROCESS = "process.json"
LOG = "log.txt"
RULES = "rules"
SELECTIONS = "selections"
VERDICTS = "verdicts.jsonl"
PROJECTIONS = "projections"
# Without these a run does not open; the map may be absent. The first three are the
# estimator's SAVED_FILES, named here so that opening need not wait for torch.
REQUIRED = (CONFIG, "scaler.json", WEIGHTS, ROWS, SLICES, BASELINE, PROGRESS)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ASIDE = ".replaced"


def check_name(name: str, of: str = "run") -> str:
    """Return the name of a run, or of what else bears one.

    Raises
    ------
    ConfigError
        If it could not be the name of a folder everywhere, or hides a path.
    """
    if not _NAME.fullmatch(name) or name.endswith(_ASIDE):
        raise ConfigError(
            f"{name!r} cannot name a {of}",
            of,
            "Use 1 to 64 letters, digits, dots, hyphens and underscores, a letter or "
            "digit first.",
        )
    return name


def training_folder(folder: Path, name: str) -> Path:
    """Return where a run lies while it is being trained."""
    return folder / ".training" / check_name(name)


def aside(folder: Path, name: str) -> Path:
    """Return where an old run waits while a new one takes its place."""
    return folder / f".{name}{_ASIDE}"


def set_aside(folder: Path) -> dict[str, Path]:
    """Return the old runs that wait for new ones to take their places, by name."""
    return {
        old.name.removeprefix(".").removesuffix(_ASIDE): old
        for old in folder.glob(f".*{_ASIDE}")
    }


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects in a JSON-lines file; a half-written last line is left out."""
    if not path.is_file():
        return []
    lines = []
    for text in path.read_text("utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            break
    return lines


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a run's manifest.

    Raises
    ------
    RunIncompleteError
        If it is absent or no JSON object.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise RunIncompleteError(
            f"the run {folder.name} has no {MANIFEST}",
            folder.name,
            "Its training did not end: train again.",
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RunIncompleteError(
            f"{MANIFEST} is no JSON: {error}",
            folder.name,
            "Restore it from a copy, or train again.",
        ) from None
    if not isinstance(manifest, dict):
        raise RunIncompleteError(
            f"{MANIFEST} holds no object",
            folder.name,
            "Restore it from a copy, or train again.",
        )
    return manifest
