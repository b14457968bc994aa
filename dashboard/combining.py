"""Combining as a process of its own: started, watched and stopped through its folder.

What is known of it lies in ``combined/.combining/NAME`` of the data folder, so that a
closed tab or a restarted server changes nothing.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import qsovae
from dashboard import launching
from dashboard.combined import is_name, is_taken, report_path, result_path
from dashboard.sources import find_source

PRIMARY = next(iter(qsovae.COMBINED_SURVEYS))
_WAITING = ".combining"


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
    dust_map : str or None
        Key of a source, instead of a column.
    name : str
        Of the result; of a file that is there only with ``replace``.
    """

    files: dict[str, list[str]] = field(default_factory=dict)
    radii_arcsec: dict[str, float] = field(default_factory=dict)
    match: str = "best"
    ebv_column: str | None = None
    dust_map: str | None = None
    name: str = ""
    replace: bool = False

    def command(self, out: Path, report: Path, watch: Path) -> list[str]:
        """Return the command line that combines it.

        Raises
        ------
        CatalogError
            If a file is gone.
        """
        options: dict[str, object] = {"match": self.match}
        if self.dust_map is not None:
            options["dust-map"] = _path(self.dust_map)
        elif self.ebv_column is not None:
            options["ebv"] = self.ebv_column
        options |= {"out": out, "report": report, "watch": watch}
        surveys = [survey for survey, keys in self.files.items() if keys]
        radii = [f"{s}={self.radii_arcsec[s]!r}" for s in surveys
                 if s in self.radii_arcsec]  # fmt: skip
        # With "=", a value that begins with a hyphen is still a value.
        return [
            sys.executable, "-m", "qsovae", "combine",
            *(f"--{name}={value}" for name, value in options.items()),
            *(word for survey in surveys for word in
              (f"--{survey}", *(str(_path(key)) for key in self.files[survey]))),
            *(["--radius", *radii] if radii else []),
        ]  # fmt: skip


def start_combining(choice: CombineChoice) -> None:
    """Start a process that combines what was chosen.

    Raises
    ------
    ConfigError
        If the name is none or taken, or such a combination runs right now.
    CatalogError
        If a file is gone.
    """
    out = result_path(choice.name)
    if _is_busy(choice.name):
        raise qsovae.ConfigError(
            f"{choice.name} is being made right now",
            "combine",
            "Choose another name, or stop it.",
        )
    if is_taken(choice.name) and not choice.replace:
        raise qsovae.ConfigError(
            f"the result {choice.name} exists",
            "combine",
            "Choose another name, or replace it.",
        )
    place = _place(choice.name)
    command = choice.command(
        out.resolve(), report_path(choice.name).resolve(), place.resolve()
    )
    launching.launch(command, place)


def combinations() -> list[launching.Job]:
    """Return the combinations that run or have not been put away, by name."""
    folder = _place("any").parent
    places = sorted(folder.iterdir()) if folder.is_dir() else []
    return [_combination(p) for p in places if is_name(p.name) and p.is_dir()]


def ask_to_stop(name: str) -> None:
    """Ask a combination to end with nothing written; a listed name only."""
    if name in {c.name for c in combinations() if c.status == "running"}:
        launching.ask_to_stop(_place(name))


def put_away(name: str) -> None:
    """Forget a combination that has ended; a listed name only."""
    if name in {c.name for c in combinations()} and not _is_busy(name):
        shutil.rmtree(_place(name), ignore_errors=True)


def _combination(place: Path) -> launching.Job:
    return launching.job_at(
        place, "nothing was written", has_result=report_path(place.name).is_file()
    )


def _is_busy(name: str) -> bool:
    return launching.is_busy(_place(name))


def _place(name: str) -> Path:
    """Return the folder of a combination; refuses what is no name."""
    return result_path(name).parent / _WAITING / name


def _path(key: str) -> Path:
    """Return the file of a source, from the root."""
    source = find_source(key)
    if source is None:
        raise qsovae.CatalogError(
            "the file is not here any more", key, "Choose another."
        )
    return source.path.resolve()
