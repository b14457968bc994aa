"""Verdicts of people on objects of a run: appended, never changed.

Within runs: above run. They are lines of ``verdicts.jsonl`` in the run's folder, which
the manifest does not list, with the columns of DESI's visual inspection (Alexander et
al. 2023, AJ 165, 124).
"""

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from qsovae.errors import ConfigError, RunError
from qsovae.runs.layout import VERDICTS
from qsovae.runs.run import Run
from qsovae.runs.shelf import weights_digest
from qsovae.runs.watched import now_utc

VERDICT_CLASSES = ("QSO", "GALAXY", "STAR", "unknown")
# How sure a person is of the class.
VERDICT_QUALITIES = {
    4: "two or more secure features",
    3: "one secure feature and the continuum, or many weak ones",
    2: "one strong feature, unidentified",
    1: "unlikely",
    0: "nothing there",
}
VERDICT_ISSUES = {
    "B": "blend", "A": "artefact", "W": "WISE confusion", "M": "moving",
    "X": "mismatch", "V": "variable",
}  # fmt: skip
_LONGEST = 500
_LARGEST_REDSHIFT = 15.0
_COLUMNS = (
    "object_id", "vi_class", "vi_quality", "vi_issue", "vi_z", "vi_scanner",
    "vi_comment", "vi_time_utc", "model_version",
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What a person says of an object.

    Attributes
    ----------
    object_id : str
        As the catalog has it, written out.
    vi_class : str
        One of ``VERDICT_CLASSES``.
    vi_quality : int
        One of ``VERDICT_QUALITIES``.
    vi_scanner : str
        Who says so.
    vi_issue : str
        Letters of ``VERDICT_ISSUES``, each once.
    vi_z : float or None
        Redshift.
    vi_comment : str
    """

    object_id: str
    vi_class: str
    vi_quality: int
    vi_scanner: str
    vi_issue: str = ""
    vi_z: float | None = None
    vi_comment: str = ""

    def __post_init__(self) -> None:
        """Refuse what no verdict can say."""
        wrong = _wrong(self)
        if wrong is not None:
            raise ConfigError(wrong[0], f"verdict on {self.object_id}", wrong[1])


def _wrong(verdict: Verdict) -> tuple[str, str] | None:
    """Return what is wrong with a verdict, and what to do; None if nothing is."""
    redshift = verdict.vi_z
    texts = {"vi_scanner": verdict.vi_scanner, "vi_comment": verdict.vi_comment}
    if verdict.vi_class not in VERDICT_CLASSES:
        return (
            f"the class is {verdict.vi_class!r}", f"Use {', '.join(VERDICT_CLASSES)}."
        )  # fmt: skip
    if verdict.vi_quality not in VERDICT_QUALITIES:
        return f"the quality is {verdict.vi_quality!r}", "Use 0 to 4."
    if not set(verdict.vi_issue) <= set(VERDICT_ISSUES) or len(
        set(verdict.vi_issue)
    ) < len(verdict.vi_issue):
        return (
            f"the issues are {verdict.vi_issue!r}",
            f"Use letters of {''.join(VERDICT_ISSUES)}, each once.",
        )
    if redshift is not None and not 0.0 <= redshift <= _LARGEST_REDSHIFT:
        return f"the redshift is {redshift}", f"Use 0 to {_LARGEST_REDSHIFT:g}."
    if not verdict.vi_scanner.strip():
        return "nobody says it", "Say who does."
    too_long = [name for name, text in texts.items() if len(text) > _LONGEST]
    if too_long:
        return f"{too_long[0]} is too long", f"Use up to {_LONGEST} characters."
    return None


def add_verdict(run: Run, verdict: Verdict) -> None:
    """Append a verdict on an object of a run, with the time and the run's weights.

    Raises
    ------
    RunError
        If the disk refuses.
    """
    line = asdict(verdict) | {
        "vi_time_utc": now_utc(),
        "model_version": f"{run.name} {weights_digest(run)[:12]}",
    }
    content = json.dumps(line, allow_nan=False).encode("utf-8") + b"\n"
    path = run.folder / VERDICTS
    try:
        # One write at the end: lines of several people never mix.
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise RunError(
            f"the verdict cannot be written: {error.strerror}",
            str(path),
            "Runs must be kept where they may be written to.",
        ) from None


def read_verdicts(run: Run) -> pd.DataFrame:
    """Return all verdicts on objects of a run, the earliest first.

    Returns
    -------
    DataFrame
        The fields of ``Verdict``, ``vi_time_utc`` and ``model_version``: the record's
        columns, in its order.

    Raises
    ------
    RunError
        If a line is damaged.
    """
    path = run.folder / VERDICTS
    lines: list[dict[str, Any]] = []
    text = path.read_text("utf-8").splitlines() if path.is_file() else []
    for number, line in enumerate(text, start=1):
        try:
            entry = json.loads(line)
            time, version = entry.pop("vi_time_utc"), entry.pop("model_version")
            said = asdict(Verdict(**entry))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise RunError(
                f"a verdict is damaged: {error}",
                f"{run.name}/{VERDICTS}, line {number}",
                "Mend or remove the line.",
            ) from None
        lines.append(said | {"vi_time_utc": str(time), "model_version": str(version)})
    return pd.DataFrame(lines, columns=list(_COLUMNS)).astype({"vi_z": "float64"})


def latest_verdicts(run: Run) -> pd.DataFrame:
    """Return the last verdict on each object, whoever said it; as ``read_verdicts``."""
    return read_verdicts(run).drop_duplicates("object_id", keep="last")
