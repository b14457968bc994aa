"""What people keep with a run: a JSON file for each, of one kind in a folder.

Within runs: above run. Nothing else in the run changes, and the manifest lists none of
it. Each knows the weights that it was made with, and is refused beside any others.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from qsovae.errors import ManifestMismatchError, QsovaeError, RunError
from qsovae.runs.layout import WEIGHTS, check_name
from qsovae.runs.run import Run
from qsovae.tables import write_whole

_WRITABLE = "Runs must be kept where they may be written to."


class Keepable(Protocol):
    """What can be kept with a run: a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def run(self) -> str:
        """The run that it was made for."""

    @property
    def weights_sha256(self) -> str:
        """Digest of that run's weights."""

    def to_json(self) -> dict[str, Any]:
        """Return it as values that JSON knows."""


T = TypeVar("T", bound=Keepable)


class Kept(NamedTuple, Generic[T]):
    """A name, and what is kept under it or why that cannot be used."""

    name: str
    value: T | None
    message: str


def weights_digest(run: Run) -> str:
    """Return the digest by which what is kept knows its run, whatever its name now."""
    return str(run.manifest["artifacts"][WEIGHTS])


@dataclass(frozen=True)
class Shelf(Generic[T]):
    """Things of one kind that are kept with runs.

    Attributes
    ----------
    folder, kind : str
        Where they lie in a run's folder, and what one of them is called.
    read : callable
        Makes one of what JSON says; any of ValueError, TypeError, KeyError and
        AttributeError says that it is damaged: a person may have edited the file.
    """

    folder: str
    kind: str
    read: Callable[[dict[str, Any]], T]

    def write(self, run: Run, value: T) -> None:
        """Write one into its run's folder, whole or not at all.

        Raises
        ------
        ConfigError
            If the name cannot name a file.
        RunError
            If the run has one of that name, or the disk refuses.
        """
        text = json.dumps(value.to_json(), indent=1, allow_nan=False)
        self.write_file(run, value.name, ".json", text.encode("utf-8"))

    def write_file(self, run: Run, name: str, suffix: str, content: bytes) -> None:
        """Write a file of a new one, whole or not at all.

        Raises
        ------
        ConfigError
            If the name cannot name a file.
        RunError
            If the run has one of that name, or the disk refuses.
        """
        self.refuse_taken(run, name)
        path = self.path(run, name, suffix)
        try:
            path.parent.mkdir(exist_ok=True)
            write_whole(path, content)
        except OSError as error:
            raise self._refused("written", path.parent, error) from None

    def refuse_taken(self, run: Run, name: str) -> None:
        """Refuse a name that a new one cannot have.

        Raises
        ------
        ConfigError
            If it cannot name a file.
        RunError
            If the run has one of that name.
        """
        if self.path(run, name).exists():
            raise RunError(
                f"there is already a {self.kind} {name}",
                run.name,
                "Choose another name, or delete that one first.",
            )

    def open(self, run: Run, name: str) -> T:
        """Return one of a run.

        Raises
        ------
        RunError
            If there is none of that name, or its file is damaged.
        ManifestMismatchError
            If it was made with other weights.
        """
        path = self.path(run, name)
        if not path.is_file():
            known = ", ".join(self.names(run)) or "none"
            raise RunError(
                f"no such {self.kind}: {name!r}", run.name,
                f"Its {self.kind}s: {known}.",
            )  # fmt: skip
        value = self._read(path, run)
        self.refuse_foreign(run, value)
        return value

    def refuse_foreign(self, run: Run, value: T) -> None:
        """Refuse what was made with other weights than the run's.

        Raises
        ------
        ManifestMismatchError
            If it was made for another run, or before this one was trained again.
        """
        if value.weights_sha256 == weights_digest(run):
            return
        whose = (
            "before this run was trained again"
            if value.run == run.name
            else f"for another run, {value.run}"
        )
        raise ManifestMismatchError(
            f"the {self.kind} {value.name} was made {whose}",
            run.name,
            "What it says is not of these weights: make it anew.",
        )

    def listed(self, run: Run) -> list[Kept[T]]:
        """Return those of a run by name, also those that are refused, and why."""
        found = []
        for name in self.names(run):
            try:
                found.append(Kept(name, self.open(run, name), ""))
            except QsovaeError as error:
                found.append(Kept(name, None, str(error)))
        return found

    def delete(self, run: Run, name: str) -> None:
        """Delete one of a run, whether it can be used or not.

        Raises
        ------
        RunError
            If there is none of that name, or the disk refuses.
        """
        path = self.path(run, name)
        try:
            path.unlink()
        except FileNotFoundError:
            raise RunError(
                f"no such {self.kind}: {name!r}", run.name, "List them first."
            ) from None
        except OSError as error:
            raise self._refused("deleted", path, error) from None

    def names(self, run: Run) -> list[str]:
        """Return the names of those of a run."""
        # Whatever else lies there, such as a half-written file, begins with a dot.
        found = (run.folder / self.folder).glob("[!.]*.json")
        return sorted(path.stem for path in found)

    def rename(self, run: Run, name: str, other: str) -> T:
        """Give one another name; return it.

        Raises
        ------
        ConfigError
            If that cannot name a file.
        RunError
            If there is none of the old name, one of the new, or the disk refuses.
        ManifestMismatchError
            If it was made with other weights.
        """
        value = replace(self.open(run, name), name=other)
        self.write(run, value)
        self.delete(run, name)
        return value

    def path(self, run: Run, name: str, suffix: str = ".json") -> Path:
        """Return where a file of one lies.

        Raises
        ------
        ConfigError
            If the name cannot name a file.
        """
        return run.folder / self.folder / f"{check_name(name, self.kind)}{suffix}"

    def _refused(self, what: str, path: Path, error: OSError) -> RunError:
        return RunError(
            f"the {self.kind} cannot be {what}: {error.strerror}", str(path), _WRITABLE
        )

    def _read(self, path: Path, run: Run) -> T:
        """Return what a file holds, which a person may have edited."""
        try:
            value = self.read(json.loads(path.read_text("utf-8")))
            if value.name != path.stem:
                raise ValueError("a value is none that it may have")
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise RunError(
                f"the {self.kind} {path.stem} is damaged: {error}",
                f"{run.name}/{self.folder}/{path.name}",
                "Delete it, and make it anew.",
            ) from None
        return value
