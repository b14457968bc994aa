"""Training as a process of its own: started, watched and stopped through its folder.

It outlives the tab and the session that started it: all that is known of it lies in
``.training/NAME`` of the runs folder (see `qsovae.list_runs`).
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

import qsovae
from dashboard import launching

_RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WAITING = ".training"
_PARTS = ("train", "validation")
_TERMS = ("total", "reconstruction", "kl", "classification")


@dataclass(frozen=True)
class TrainingChoice:
    """What a visitor wants trained; the options of ``qsovae train``."""

    catalog: Path
    mapping: qsovae.Mapping
    label: str
    run: str
    features: tuple[str, ...] | None
    epochs: int | None
    n_latent: int
    test_fraction: float
    seed: int
    overwrite: bool = False
    split: str = "stratified"

    def command(self, folder: Path, mapping: Path) -> list[str]:
        """Return the command line that trains it into a runs folder.

        ``mapping`` is the file that holds the mapping.
        """
        options: dict[str, object] = {
            "label": self.label, "run": self.run, "mapping": mapping,
            "latent": self.n_latent, "test-fraction": self.test_fraction,
            "seed": self.seed, "split": self.split, "runs": folder,
        }  # fmt: skip
        if self.features is not None:
            options["features"] = ",".join(self.features)
        if self.epochs is not None:
            options["epochs"] = self.epochs
        # With "=", a value that begins with a hyphen is still a value.
        return [
            sys.executable, "-m", "qsovae", "train",
            *(f"--{name}={value}" for name, value in options.items()),
            *(["--overwrite"] if self.overwrite else []),
            "--json", "--", str(self.catalog),
        ]  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    Attributes
    ----------
    phase, message : str
    epoch, n_epochs : int
    eta_seconds, accuracy : float or None
        Time left; accuracy on the validation rows.
    is_simulated : bool
        Whether the catalog says so of itself.
    losses : DataFrame
        One line an epoch, as `dashboard.figures.loss_figure` takes it.
    """

    phase: str = "starting"
    message: str = ""
    epoch: int = 0
    n_epochs: int = 0
    eta_seconds: float | None = None
    accuracy: float | None = None
    is_simulated: bool = False
    losses: pd.DataFrame = field(default_factory=pd.DataFrame)


def keep_mapping(mapping: qsovae.Mapping, folder: Path) -> Path:
    """Write a mapping for a process to read, under a name that its content gives."""
    text = mapping.to_toml()
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    path = folder / "trained" / f"{digest}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def start_training(choice: TrainingChoice, folder: Path, mappings: Path) -> None:
    """Start a training process that outlives the server's sessions.

    ``mappings`` is where its mapping is written for it to read.

    Raises
    ------
    ConfigError
        If the name could be more than a folder's name.
    RunError
        If the run is being trained right now, or exists and may not be replaced.
    """
    if not _RUN_NAME.fullmatch(choice.run):
        raise qsovae.ConfigError(
            f"{choice.run!r} cannot name a run",
            "Run name",
            "Use 1 to 64 letters, digits, dots, hyphens and underscores, a letter or "
            "digit first.",
        )
    listed = {(r.name, r.status) for r in qsovae.list_runs(folder)}
    busy = (choice.run, "training") in listed or is_starting(choice.run, folder)
    if busy or ((choice.run, "complete") in listed and not choice.overwrite):
        state = "is being trained right now" if busy else "exists"
        raise qsovae.RunError(
            f"the run {choice.run} {state}",
            "runs",
            "Choose another name." if busy else "Choose another name, or replace it.",
        )
    place = folder / _WAITING / choice.run
    command = choice.command(
        folder.resolve(), keep_mapping(choice.mapping, mappings).resolve()
    )
    launching.launch(command, place)


def is_starting(name: str, folder: Path) -> bool:
    """Return whether a process was started that has not left word of itself yet."""
    return launching.is_starting(folder / _WAITING / name)


def ask_to_stop(name: str, folder: Path) -> None:
    """Ask a training to end and keep what it learnt; a listed name only."""
    if name in {r.name for r in qsovae.list_runs(folder) if r.status == "training"}:
        launching.ask_to_stop(folder / _WAITING / name)


def is_stopping(name: str, folder: Path) -> bool:
    """Return whether a training was asked to end."""
    return launching.is_stopping(folder / _WAITING / name)


def dismiss(name: str, folder: Path) -> None:
    """Remove what a training that ended badly left; a listed name only."""
    listed = qsovae.list_runs(folder)
    if name in {r.name for r in listed if r.status in ("failed", "interrupted")}:
        shutil.rmtree(folder / _WAITING / name, ignore_errors=True)


def failure(listing: qsovae.RunListing, folder: Path) -> str:
    """Return why a training did not end well, in its own last words if it left some."""
    if listing.status == "failed":
        return listing.message
    return launching.logged_error(folder / _WAITING / listing.name) or listing.message


def training_progress(name: str, folder: Path) -> Progress:
    """Return how far a listed run in training is."""
    return progress_of(launching.progress_lines(folder / _WAITING / name))


def progress_of(lines: list[dict[str, Any]]) -> Progress:
    """Return the progress that the entries of a log tell."""
    if not lines:
        return Progress()
    epochs = [line for line in lines if "epoch" in line and "train" in line]
    last = epochs[-1] if epochs else {}
    return Progress(
        phase=str(lines[-1].get("phase", "starting")),
        message=str(lines[-1].get("message", "")),
        epoch=int(last.get("epoch", 0)),
        n_epochs=int(last.get("n_epochs", 0)),
        eta_seconds=last.get("eta_seconds"),
        accuracy=last.get("validation_accuracy"),
        is_simulated=any(line.get("is_simulated") for line in lines),
        losses=loss_table(epochs),
    )


def loss_table(epochs: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the losses of a log's epochs, one line each."""
    columns = ["epoch", *(f"{part}_{term}" for part in _PARTS for term in _TERMS)]
    return pd.DataFrame(
        [
            [line["epoch"], *(line[part][term] for part in _PARTS for term in _TERMS)]
            for line in epochs
        ],
        columns=columns,
    )  # fmt: skip
