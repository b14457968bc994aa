"""Combined catalogs that visitors made: a file each, its report beside it.

A result is ``combined/NAME.fits`` in the data folder; ``NAME.json`` holds its report.
A name is matched against a pattern and never holds a folder.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import qsovae
from dashboard.sources import Source, data_folder, server_sources

_FOLDER = "combined"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PARTS = ("out", "rows", "is_simulated", "match", "primary", "surveys", "columns")


def result_path(name: str) -> Path:
    """Return where the combined catalog of a name lies.

    Raises
    ------
    ConfigError
        If the name is none.
    """
    if not is_name(name):
        raise qsovae.ConfigError(
            f"{name!r} is no name for a result" if name else "the result has no name",
            "combine",
            "Use up to 64 letters, digits, dots, hyphens and underscores, a letter or "
            "digit first.",
        )
    return data_folder() / _FOLDER / f"{name}.fits"


def is_name(name: str) -> bool:
    """Return whether a text can name a result, and so never leads out of its folder."""
    return _NAME.fullmatch(name) is not None


def is_taken(name: str) -> bool:
    """Return whether something lies under a name."""
    return is_name(name) and any(
        path.exists() or path.is_symlink()
        for path in (result_path(name), report_path(name))
    )


def free_name() -> str:
    """Return a name under which nothing lies yet."""
    number = 1
    while is_taken(name := "combined" if number == 1 else f"combined-{number}"):
        number += 1
    return name


def result_names() -> list[str]:
    """Return the names of all results, the latest first."""
    folder = data_folder() / _FOLDER
    found = [p for p in folder.glob("*.json") if is_name(p.stem)]
    return [p.stem for p in sorted(found, key=_age, reverse=True)]


def _age(path: Path) -> tuple[int, str]:
    try:
        return path.stat().st_mtime_ns, path.name
    except OSError:  # removed since it was listed
        return 0, path.name


def read_report(name: str) -> dict[str, Any]:
    """Return the report of a result.

    Raises
    ------
    CatalogError
        If it is gone or not a report.
    """
    result_path(name)
    path = report_path(name)
    try:
        report = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        report = None
    if not isinstance(report, dict) or not all(part in report for part in _PARTS):
        raise qsovae.CatalogError(
            "the report cannot be read", path.name, "Combine the files again."
        )
    # Visitors read it: where the folder lies on the server is not for them.
    return report | {"out": result_path(name).name}


def result_source(name: str) -> Source | None:
    """Return a result as a catalog to be opened, None where it is not among them."""
    place = result_path(name).resolve()
    found = (s for s in server_sources().values() if s.path.resolve() == place)
    return next(found, None)


def report_path(name: str) -> Path:
    """Return where the report of a name lies.

    Raises
    ------
    ConfigError
        If the name is none.
    """
    return result_path(name).with_name(f"{name}.json")


def report_text(report: dict[str, Any]) -> str:
    """Return a report as JSON."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
