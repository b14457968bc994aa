"""From measurements to means, and to wins, ties and losses against the best peer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import report
from scipy.stats import t as student

OURS = "VAE"
CONFIDENCE = 0.95
# Of these, less is better; of all other scores, more.
LOWER = ("log_loss", "ece", "macro_f1_lost", "fit_seconds")
_TIMINGS = ("fit_seconds", "rows_per_second")

Entry = dict[str, Any]
Series = dict[int, float]  # a score by repeat


def summarise(entries: Iterable[Entry]) -> dict[str, Any]:
    """Return versions, by task and set the means and the comparison, and reliability.

    Parameters
    ----------
    entries : iterable of dict
        As the cache has them.
    """
    series: dict[str, Any] = _nested()
    versions, curves = {}, {}
    for entry in entries:
        versions[entry["method"]] = entry["version"]
        timings = {name: entry[name] for name in _TIMINGS if name in entry}
        for score, value in (entry["scores"] | timings).items():
            place = series[entry["task"]][entry["set"]][score][entry["method"]]
            place[entry["repeat"]] = value
        if entry["method"] == OURS and "reliability" in entry:
            curves.setdefault(entry["set"], []).append(entry["reliability"])
    return {
        "versions": versions,
        "tasks": {
            task: {name: _of_set(scores) for name, scores in sets.items()}
            for task, sets in series.items()
        },
        "reliability": {name: _pooled(curve) for name, curve in curves.items()},
    }


def _pooled(curves: list[dict[str, list[float]]]) -> dict[str, list[float]]:
    """Return the sums of `board.scores.reliability` over repeats."""
    return {
        name: np.sum([curve[name] for curve in curves], axis=0).tolist()
        for name in curves[0]
    }


def _nested() -> dict[str, Any]:
    return defaultdict(_nested)


def _of_set(scores: dict[str, dict[str, Series]]) -> dict[str, Any]:
    """Return each method's scores, and ours against the best peer by each score."""
    methods: dict[str, Any] = defaultdict(dict)
    against = {}
    for score, by_method in scores.items():
        for method, series in by_method.items():
            values = [series[repeat] for repeat in sorted(series)]
            methods[method][score] = report.mean_and_sd(values)
        compared = compare(score, by_method)
        if compared is not None and score not in _TIMINGS:
            against[score] = compared
    return {"methods": dict(methods), "against_best_peer": against}


def compare(score: str, by_method: dict[str, Series]) -> dict[str, Any] | None:
    """Return ours minus the best peer's, pair by pair; None without ours or a peer.

    The best peer is the one with the best mean over the repeats that we have, too. A
    peer measured on fewer of them than another is left out: it has other splits.
    """
    ours = by_method.get(OURS, {})
    sign = -1.0 if score in LOWER else 1.0
    pairs = {
        method: [(ours[r], series[r]) for r in sorted(series) if r in ours]
        for method, series in by_method.items()
        if method != OURS
    }
    most = max(map(len, pairs.values()), default=0)
    if not most:
        return None
    pairs = {method: found for method, found in pairs.items() if len(found) == most}
    peer = max(pairs, key=lambda m: sign * float(np.mean([p for _, p in pairs[m]])))
    differences = [mine - theirs for mine, theirs in pairs[peer]]
    mean, interval = paired_interval(differences)
    return {
        "peer": peer, "difference": mean, "interval": interval,
        "pairs": len(differences), "verdict": verdict(sign, interval),
    }  # fmt: skip


def paired_interval(
    differences: Sequence[float],
) -> tuple[float, tuple[float, float] | None]:
    """Return the mean and Student's interval about it, None for a single pair."""
    values = np.asarray(differences, dtype=np.float64)
    mean, n = float(values.mean()), values.size
    if n < 2:
        return mean, None
    quantile = float(student.ppf(0.5 + CONFIDENCE / 2.0, n - 1))
    half = quantile * float(values.std(ddof=1)) / np.sqrt(n)
    return mean, (float(mean - half), float(mean + half))


def verdict(sign: float, interval: tuple[float, float] | None) -> str:
    """Return in a word what an interval says; ``sign`` is -1 where less is better."""
    if interval is None:
        return "one repeat"
    low, high = interval
    if low <= 0.0 <= high:
        return "tie"
    return "win" if sign * low > 0.0 else "loss"
