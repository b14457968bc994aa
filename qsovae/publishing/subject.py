"""The run and the scores that a report tells of, and words that its parts share.

Within publishing: lowest.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from qsovae.errors import InputError
from qsovae.pages import Cell
from qsovae.runs import Run
from qsovae.splits import split_words

MODEL, BASELINE = "VAE", "baseline"
SIMULATED = "Simulated data: these scores say nothing of the sky."
_GROUPED = "Repeat observations never stand on both sides."
# By key of a split: what it counts or states.
SPLIT_WORDS = {
    "kind": "kind", "test_fraction": "share of each class for the test",
    "seed": "seed", "grouped": "doubles kept together", "train": "rows that trained",
    "validation": "rows that decided when to stop", "test": "test rows",
    "unlabelled": "rows without a class",
}  # fmt: skip


class Subject(NamedTuple):
    """What a report is of.

    ``report`` is what ``evaluate_run`` returned of the run called ``name``, and
    ``manifest`` is that run's.
    """

    name: str
    manifest: Mapping[str, Any]
    report: Mapping[str, Any]

    @classmethod
    def checked(cls, run: Run, report: Mapping[str, Any]) -> "Subject":
        """Return the subject of a report that belongs to the run and is whole.

        Raises
        ------
        InputError
            If the scores are another run's, or have no details.
        """
        if report.get("run") != run.name:
            raise InputError(
                f"these are scores of {report.get('run')!r}, not of {run.name!r}",
                "the report of a run",
                "Pass what `qsovae.evaluate_run` returned of this run.",
            )
        refuse_bare(report)
        return cls(run.name, run.manifest, report)

    @property
    def details(self) -> Mapping[str, Any]:
        """What a referee asks beside the scores."""
        details: Mapping[str, Any] = self.report["details"]
        return details

    @property
    def is_simulated(self) -> bool:
        """Whether the scored rows, or those that trained, were simulated."""
        return bool(self.report["is_simulated"])

    def models(self) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Return scores and details of the model, and of the baseline if it has any."""
        found = {MODEL: (self.report, self.details)}
        rival = self.report["baseline"]
        if rival is not None and self.details["baseline"] is not None:
            found[BASELINE] = rival, self.details["baseline"]
        return found

    def split_text(self) -> str:
        """Return how the scored rows were set apart, and how many others there are."""
        split, report = self.report["split"], self.report
        if report.get("rows_trained_on") is None:
            which = f"test rows held out {split_words(split)}"
        else:
            which = "all of another catalog, save those that trained the run"
        words = [
            f"Scored on {report['rows']:,} labelled rows of {report['catalog']}, none "
            f"of which trained the run: {which}."
        ]
        if split.get("grouped"):
            words.append(_GROUPED)
        if report.get("rows_trained_on"):
            words.append(f"{report['rows_trained_on']:,} rows had trained it.")
        quality = self.details["asked"]["quality"]
        if quality["bits"]:
            words.append(
                f"Only rows {quality['choice']} the quality bits "
                f"{', '.join(quality['bits'])} were scored; {report['rows_hidden']:,} "
                "others were not."
            )
        return " ".join(words)


def refuse_bare(report: Mapping[str, Any]) -> None:
    """Refuse scores that have nothing beside them.

    Raises
    ------
    InputError
        If the report has no details as of ``evaluate_run``.
    """
    if not {"baseline", "asked"} <= set(report.get("details") or ()):
        raise InputError(
            "these are scores without their details",
            "the report of a run",
            "Pass what `qsovae.evaluate_run` returns.",
        )


def bounds(interval: Any) -> Cell:
    """Return an interval as a cell, nothing where there is none."""
    return None if interval is None else (interval[0], interval[1])
