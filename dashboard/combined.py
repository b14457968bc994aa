"""Combined catalogs that visitors made: choices to a file, its report beside it.

A result is ``combined/NAME.fits`` in the data folder; ``NAME.json`` holds its report.
A name is matched against a pattern and never holds a folder.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import qsovae
from dashboard.sources import Source, data_folder, find_source, server_sources

PRIMARY = next(iter(qsovae.COMBINED_SURVEYS))
_FOLDER = "combined"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PARTS = ("out", "rows", "is_simulated", "match", "primary", "surveys", "columns")


@dataclass
class CombineChoice:
    """What a visitor wants combined.

    Attributes
    ----------
    files : dict
        Keys of sources by survey; never paths.
    radii_arcsec : dict
        By survey.
    match : str
        ``best`` or ``mutual``.
    ebv_column : str or None
        Column of the primary.
    name : str
        Of the result; of a file that is there only with ``replace``.
    """

    files: dict[str, list[str]] = field(default_factory=dict)
    radii_arcsec: dict[str, float] = field(default_factory=dict)
    match: str = "best"
    ebv_column: str | None = None
    name: str = ""
    replace: bool = False


def result_path(name: str) -> Path:
    """Return where the combined catalog of a name lies.

    Raises
    ------
    ConfigError
        If the name is none.
    """
    if not _NAME.fullmatch(name):
        raise qsovae.ConfigError(
            f"{name!r} is no name for a result" if name else "the result has no name",
            "combine",
            "Use up to 64 letters, digits, dots, hyphens and underscores, a letter or "
            "digit first.",
        )
    return data_folder() / _FOLDER / f"{name}.fits"


def is_taken(name: str) -> bool:
    """Return whether something lies under a name."""
    return bool(_NAME.fullmatch(name)) and any(
        path.exists() or path.is_symlink()
        for path in (result_path(name), _report_path(name))
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
    found = [p for p in folder.glob("*.json") if _NAME.fullmatch(p.stem)]
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
    path = _report_path(name)
    try:
        report = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        report = None
    if not isinstance(report, dict) or not all(part in report for part in _PARTS):
        raise qsovae.CatalogError(
            "the report cannot be read", path.name, "Combine the files again."
        )
    return report


def result_source(name: str) -> Source | None:
    """Return a result as a catalog to be opened, None where it is not among them."""
    place = result_path(name).resolve()
    found = (s for s in server_sources().values() if s.path.resolve() == place)
    return next(found, None)


def combine(
    choice: CombineChoice, on_progress: Callable[[Mapping[str, Any]], None]
) -> None:
    """Combine what was chosen; keep the catalog and its report.

    If ``on_progress`` raises, nothing is written; it hears of no end.

    Raises
    ------
    QsovaeError
        If a file is gone or cannot be used, or the name is none or taken.
    """
    out = result_path(choice.name)
    if is_taken(choice.name) and not choice.replace:
        raise qsovae.ConfigError(
            f"the result {choice.name} exists",
            "combine",
            "Choose another name, or replace it.",
        )
    request = qsovae.CombineRequest(
        files={s: _paths(keys) for s, keys in choice.files.items() if keys},
        out=out,
        radii_arcsec={s: choice.radii_arcsec[s] for s, keys in choice.files.items()
                      if keys and s in choice.radii_arcsec},
        match=choice.match,
        ebv_column=choice.ebv_column,
    )  # fmt: skip
    out.parent.mkdir(parents=True, exist_ok=True)

    def tell(entry: Mapping[str, Any]) -> None:
        # Once the catalog is written, nothing may come between it and its report.
        if entry["phase"] != "done":
            on_progress(entry)

    report = qsovae.combine_surveys(request, tell)
    # Visitors read it: where the folder lies on the server is not for them.
    _write_report(choice.name, report | {"out": out.name})


def _paths(keys: list[str]) -> tuple[Path, ...]:
    """Return the files of sources."""
    paths = []
    for key in keys:
        source = find_source(key)
        if source is None:
            raise qsovae.CatalogError(
                "the file is not here any more", key, "Choose another."
            )
        paths.append(source.path)
    return tuple(paths)


def _report_path(name: str) -> Path:
    return result_path(name).with_name(f"{name}.json")


def _write_report(name: str, report: dict[str, Any]) -> None:
    """Write a report whole or not at all."""
    path = _report_path(name)
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    part.write_text(report_text(report), "utf-8")
    part.replace(path)


def report_text(report: dict[str, Any]) -> str:
    """Return a report as JSON."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
