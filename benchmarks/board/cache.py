"""Measurements, one JSON line each, so that a board can be stopped and continued."""

import ast
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import report

# What fitting a model goes through: a change of any file is another model.
_MODEL_FILES = (
    "model.py", "batch.py", "inputs.py", "density.py", "elbo.py", "targets.py",
    "training/*.py", "estimator/*.py",
)  # fmt: skip


class Key(NamedTuple):
    """What one measurement is of."""

    task: str
    set: str
    method: str
    repeat: int
    version: str


class Cache:
    """The measurements in a file of JSON lines; the last of a key counts.

    Parameters
    ----------
    path : Path
        Made, with its folder, when the first measurement is added.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._entries: dict[Key, dict[str, Any]] = {}
        if path.is_file():
            for line in path.read_text("utf-8").splitlines():
                entry = json.loads(line)
                self._entries[_key_of(entry)] = entry

    def find(self, key: Key) -> dict[str, Any] | None:
        """Return the measurement, None where it was never made."""
        return self._entries.get(key)

    def add(self, key: Key, measured: dict[str, Any]) -> dict[str, Any]:
        """Append a measurement to the file at once, and return it."""
        entry = {**key._asdict(), **measured}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        self._entries[key] = entry
        return entry


def _key_of(entry: dict[str, Any]) -> Key:
    return Key(*(entry[name] for name in Key._fields))


def digest(parts: Iterable[str]) -> str:
    """Return eight letters that change with any of the parts."""
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(part.encode())
        hashed.update(b"\0")
    return hashed.hexdigest()[:8]


def model_version(package: Path = report.ROOT / "qsovae") -> str:
    """Return a digest of the code that fitting goes through.

    Comments and docstrings are left out: what they say changes no measurement.
    """
    files = [path for pattern in _MODEL_FILES for path in sorted(package.glob(pattern))]
    return digest(
        part
        for path in files
        for part in (path.relative_to(package).as_posix(), _code(path))
    )


def _code(path: Path) -> str:
    """Return a module's code without comments and docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        speaks = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if speaks and ast.get_docstring(node) is not None:
            # An empty text stands in, so that no body becomes empty.
            node.body[0] = ast.Expr(ast.Constant(""))
    return ast.dump(tree)
