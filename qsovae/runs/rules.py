"""Selection rules: points picked on a threshold's curve, kept with their run.

Within runs: above shelf. A rule is ``rules/NAME.json`` in the run's folder.
"""

from dataclasses import asdict, dataclass
from types import NoneType
from typing import Any

from qsovae.bands import MORPHOLOGIES, Quality
from qsovae.catalog import QUALITY_CHOICES
from qsovae.runs.layout import RULES
from qsovae.runs.run import Run
from qsovae.runs.shelf import Kept, Shelf


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


def _read(entries: dict[str, Any]) -> SelectionRule:
    """Return the rule that a file holds."""
    rule = SelectionRule(**entries | {"quality": tuple(entries["quality"])})
    if not _is_sound(rule):
        raise ValueError("a value is none that it may have")
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


SELECTION_RULES = Shelf(RULES, "rule", _read)


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
    return SELECTION_RULES.open(run, name)


def list_rules(run: Run) -> list[Kept[SelectionRule]]:
    """Return the rules of a run by name, also those that are refused, and why."""
    return SELECTION_RULES.listed(run)


def delete_rule(run: Run, name: str) -> None:
    """Delete a rule of a run, whether it can be used or not.

    Raises
    ------
    RunError
        If there is no such rule, or the disk refuses.
    """
    SELECTION_RULES.delete(run, name)
