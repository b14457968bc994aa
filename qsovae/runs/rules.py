"""Selection rules: points picked on a threshold's curve, kept with their run.

Within runs: above run. A rule is ``rules/NAME.json`` in the run's folder; no other file
changes, and the manifest does not list it. It knows the weights that it was measured
with, and is refused beside any others.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import NoneType
from typing import Any, NamedTuple

from qsovae.bands import MORPHOLOGIES, Quality
from qsovae.catalog import QUALITY_CHOICES
from qsovae.errors import ManifestMismatchError, QsovaeError, RunError
from qsovae.runs.layout import RULES, WEIGHTS, check_name
from qsovae.runs.run import Run
from qsovae.tables import write_whole


@dataclass(frozen=True)
class SelectionRule:
    """Which rows a sample takes, and what was measured of such a sample.

    Attributes
    ----------
    name, run : str
    weights_sha256 : str
        Digest of the run's weights.
    sought : str
        The class that the sample is of.
    threshold : float
        Rows are taken whose probability of the class is at least this.
    mix : dict
        ``kind``, ``shares`` (of each class, to which probabilities are moved first;
        None: as the run gives them) and ``per_deg2`` (sources of all classes, or None).
    morphology, quality_choice, quality : str, str, tuple of str
        Only such rows are taken; see ``with_morphology`` and ``quality_mask``.
    expected : dict
        ``completeness`` and ``purity`` with ``_low`` and ``_high`` (95 %), ``rows``
        taken of those measured on, ``per_deg2`` and ``contaminants_per_deg2``; what is
        not known is None.
    measured_on : dict
        ``catalog``, ``split`` and ``rows``.
    is_simulated : bool
        Whether the run or these rows are simulated.
    created_utc : str
    """

    name: str
    run: str
    weights_sha256: str
    sought: str
    threshold: float
    mix: dict[str, Any]
    morphology: str
    quality_choice: str
    quality: tuple[str, ...]
    expected: dict[str, float | None]
    measured_on: dict[str, Any]
    is_simulated: bool
    created_utc: str

    def to_json(self) -> dict[str, Any]:
        """Return the rule as values that JSON knows; what is not known is None."""
        return asdict(self) | {"quality": list(self.quality)}


class RuleListing(NamedTuple):
    """A rule's name, and the rule or why it cannot be used."""

    name: str
    rule: SelectionRule | None
    message: str


def weights_digest(run: Run) -> str:
    """Return the digest by which a rule knows its run, whatever that is called now."""
    return str(run.manifest["artifacts"][WEIGHTS])


def write_rule(run: Run, rule: SelectionRule) -> None:
    """Write a rule into its run's folder, whole or not at all.

    Raises
    ------
    ConfigError
        If the name cannot name a file.
    RunError
        If the run has a rule of that name, or the disk refuses.
    """
    refuse_taken(run, rule.name)
    path = _path(run, rule.name)
    try:
        path.parent.mkdir(exist_ok=True)
        text = json.dumps(rule.to_json(), indent=1, allow_nan=False)
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise RunError(
            f"the rule cannot be written: {error.strerror}",
            str(path.parent),
            "Runs must be kept where they may be written to.",
        ) from None


def refuse_taken(run: Run, name: str) -> None:
    """Refuse a name that a new rule cannot have.

    Raises
    ------
    ConfigError
        If it cannot name a file.
    RunError
        If the run has a rule of that name.
    """
    if _path(run, name).exists():
        raise RunError(
            f"there is already a rule {name}",
            run.name,
            "Choose another name, or delete that one first.",
        )


def open_rule(run: Run, name: str) -> SelectionRule:
    """Return a rule of a run.

    Raises
    ------
    RunError
        If there is no such rule, or its file is damaged.
    ManifestMismatchError
        If it was made with other weights: for another run, or before this one was
        trained again.
    """
    path = _path(run, name)
    if not path.is_file():
        known = ", ".join(_names(run)) or "none"
        raise RunError(f"no such rule: {name!r}", run.name, f"Its rules: {known}.")
    rule = _read(path, run)
    refuse_foreign(run, rule)
    return rule


def refuse_foreign(run: Run, rule: SelectionRule) -> None:
    """Refuse a rule that was measured with other weights than the run's.

    Raises
    ------
    ManifestMismatchError
        If it was made for another run, or before this one was trained again.
    """
    if rule.weights_sha256 == weights_digest(run):
        return
    whose = (
        "before this run was trained again"
        if rule.run == run.name
        else f"for another run, {rule.run}"
    )
    raise ManifestMismatchError(
        f"the rule {rule.name} was made {whose}",
        run.name,
        "Its numbers are not those of these weights: make it anew.",
    )


def list_rules(run: Run) -> list[RuleListing]:
    """Return the rules of a run by name, also those that are refused, and why."""
    listed = []
    for name in _names(run):
        try:
            listed.append(RuleListing(name, open_rule(run, name), ""))
        except QsovaeError as error:
            listed.append(RuleListing(name, None, str(error)))
    return listed


def delete_rule(run: Run, name: str) -> None:
    """Delete a rule of a run, whether it can be used or not.

    Raises
    ------
    RunError
        If there is no such rule, or the disk refuses.
    """
    path = _path(run, name)
    try:
        path.unlink()
    except FileNotFoundError:
        raise RunError(
            f"no such rule: {name!r}", run.name, "List them first."
        ) from None
    except OSError as error:
        raise RunError(
            f"the rule cannot be deleted: {error.strerror}",
            str(path),
            "Runs must be kept where they may be written to.",
        ) from None


def _path(run: Run, name: str) -> Path:
    return run.folder / RULES / f"{check_name(name, 'rule')}.json"


def _names(run: Run) -> list[str]:
    # Whatever else lies there, such as a half-written file, begins with a dot.
    found = (run.folder / RULES).glob("[!.]*.json")
    return sorted(path.stem for path in found)


def _read(path: Path, run: Run) -> SelectionRule:
    """Return the rule in a file, which a person may have edited."""
    try:
        entries = json.loads(path.read_text("utf-8"))
        rule = SelectionRule(**entries | {"quality": tuple(entries["quality"])})
        sound = rule.name == path.stem and _is_sound(rule)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path, run, str(error)) from None
    if not sound:
        raise _damaged(path, run, "a value is none that it may have")
    return rule


def _is_sound(rule: SelectionRule) -> bool:
    """Return whether the values that others compute with are what they must be."""
    numbers = [rule.threshold, rule.mix["per_deg2"], *rule.expected.values()]
    numbers += (rule.mix["shares"] or {}).values()
    return (
        all(isinstance(number, (int, float, NoneType)) for number in numbers)
        and 0.0 < rule.threshold <= 1.0
        and rule.morphology in MORPHOLOGIES
        and rule.quality_choice in QUALITY_CHOICES
        and set(rule.quality) <= set(Quality.__members__)
        and {"completeness", "purity", "rows"} <= set(rule.expected)
        and {"catalog", "split", "rows"} <= set(rule.measured_on)
    )


def _damaged(path: Path, run: Run, why: str) -> RunError:
    return RunError(
        f"the rule {path.stem} is damaged: {why}",
        f"{run.name}/{RULES}/{path.name}",
        "Delete it, and make it anew.",
    )
