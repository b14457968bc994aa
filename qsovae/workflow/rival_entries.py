"""Two classifiers' answers to the same rows, in scores and differences, for JSON.

Within workflow: lowest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qsovae.evaluation import (
    Predictions,
    decided,
    defined,
    differences,
    mcnemar,
    sample_differences,
    score,
    share_interval,
)


@dataclass(frozen=True)
class Pair:
    """A run's and a rival's answers to the same rows.

    Attributes
    ----------
    name, kind : str
        The rival; ``baseline``, ``colour cut``, ``run`` or ``columns``.
    ours, theirs : Predictions
    notes : sequence of str
    has_probabilities : bool
        False if the rival only selects.
    """

    name: str
    kind: str
    ours: Predictions
    theirs: Predictions
    notes: Sequence[str] = ()
    has_probabilities: bool = True


def rival_entry(pair: Pair, sought: str) -> dict[str, Any]:
    """Return how a run stands beside a rival, ready for JSON.

    Keys: ``name``, ``kind``, ``class`` (that is sought), ``rows``, ``classes`` (between
    which both decided), ``notes``; ``scores`` of the rival and ``run_scores`` of the
    run on these rows: ``accuracy``, ``log_loss`` (None of what only selects), and of
    the sample of the class sought ``selected``, ``completeness``, ``purity`` and
    ``f1``, with ``intervals`` (Wilson's); ``differences``, by score: value, low and
    high (95 %, by the paired bootstrap) of the run's minus the rival's; ``mcnemar``:
    rows that the run and the rival alone got right, and the exact p-value.
    """
    samples = decided(pair.ours, sought), decided(pair.theirs, sought)
    found = sample_differences(*samples)
    if pair.has_probabilities:
        found |= differences(pair.ours, pair.theirs)
    ours, theirs = (
        _scores(rows, sample, has_probabilities=pair.has_probabilities)
        for rows, sample in zip((pair.ours, pair.theirs), samples, strict=True)
    )
    return {
        "name": pair.name,
        "kind": pair.kind,
        "class": sought,
        "rows": int(pair.ours.true.size),
        "classes": list(pair.ours.classes),
        "scores": theirs,
        "run_scores": ours,
        "differences": {n: [d.value, *d.interval] for n, d in found.items()},
        "mcnemar": mcnemar(pair.ours, pair.theirs)._asdict(),
        "notes": list(pair.notes),
    }


def _scores(
    rows: Predictions, sample: Predictions, *, has_probabilities: bool
) -> dict[str, Any]:
    """Return the scores of one side."""
    overall, confusion = score(rows), sample.confusion()
    of_class = score(sample).per_class[sample.classes[1]]
    hits, true, put = confusion[1, 1], confusion[1].sum(), confusion[:, 1].sum()
    wholes = {"completeness": true, "purity": put if true else 0}
    return {
        "accuracy": overall.accuracy,
        "log_loss": overall.log_loss if has_probabilities else None,
        "selected": int(put),
        "completeness": of_class.completeness,
        "purity": of_class.purity,
        "f1": of_class.f1,
        "intervals": {
            name: [defined(bound) for bound in share_interval(hits, whole)]
            for name, whole in wholes.items()
            if whole
        },
    }
