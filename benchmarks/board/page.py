"""The board as a page, in plain words."""

from collections import Counter
from typing import Any

import report
from astropy.stats import binom_conf_interval

from board.scores import BINS
from board.sets import SETS
from board.summary import LOWER, OURS
from board.words import ABOUT, RELIABILITY, how

Result = dict[str, Any]

_NAMES = {
    "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1", "positive_f1": "F1 of the class sought",
    "log_loss": "log loss, nats", "ece": "ECE", "macro_f1_lost": "macro F1 lost",
    "macro_f1_after": "macro F1 after", "auroc": "AUROC", "silhouette": "silhouette",
    "knn_minus_classifier": "kNN minus classifier",
    "active_dimensions": "active dimensions", "chi2_median": "χ², median",
    "chi2_mean": "χ², mean", "coverage_68": "coverage of 68 %",
    "fit_seconds": "fit, s", "rows_per_second": "rows a second",
}  # fmt: skip
_DIGITS = {"fit_seconds": 1, "rows_per_second": 0, "active_dimensions": 1}


def page_text(result: Result) -> str:
    """Return the page."""
    parts = ["# Leaderboard", how(result), _verdicts(result)]
    for task, (title, about) in ABOUT.items():
        if task in result["tasks"]:
            parts += [f"## {title}", report.paragraph(about),
                      _task_table(result["tasks"][task])]  # fmt: skip
            parts += _against(result["tasks"][task])
    if result["reliability"]:
        parts += ["## Reliability", report.paragraph(RELIABILITY),
                  _reliability_table(result["reliability"])]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def set_name(key: str) -> str:
    """Return what a table calls a set; one that was simulated says so."""
    board = SETS[key]
    return f"{board.about} (simulated)" if board.is_simulated else board.about


def _verdicts(result: Result) -> str:
    """Return wins, ties and losses, counted by task and score."""
    lines = []
    for task, sets in result["tasks"].items():
        counts: dict[str, Counter[str]] = {}
        for entry in sets.values():
            for score, one in entry["against_best_peer"].items():
                counts.setdefault(score, Counter())[one["verdict"]] += 1
        lines += [
            [ABOUT[task][0], _NAMES[score],
             *(str(counted[word]) for word in ("win", "tie", "loss"))]
            for score, counted in counts.items()
        ]  # fmt: skip
    if not lines:
        return f"{OURS} was not measured yet."
    about = report.paragraph(f"""
{OURS} against the best peer of each set, by repeat: a tie is a 95 % interval of the
paired difference, by Student's t, that includes 0. Sets counted:""")
    head = ["task", "score", "wins", "ties", "losses"]
    return f"{about}\n\n{report.table_text(head, lines, n_text=2)}"


def _task_table(sets: dict[str, Any]) -> str:
    """Return a line for each set and method."""
    scores = list(dict.fromkeys(
        s for e in sets.values() for m in e["methods"].values() for s in m
    ))  # fmt: skip
    most = max(_n(v) for e in sets.values() for m in e["methods"].values()
               for v in m.values())  # fmt: skip
    lines = []
    for key in (key for key in SETS if key in sets):
        first, methods = set_name(key), sets[key]["methods"]
        best = {s: _best(s, methods) for s in scores}
        for method, values in methods.items():
            n = _n(next(iter(values.values())))
            named = method if n == most else f"{method} ({n})"
            cells = [_cell(s, values.get(s), best[s] == method) for s in scores]
            lines.append([first, named, *cells])
            first = ""
    head = ["set", "method", *(_NAMES[s] for s in scores)]
    return report.table_text(head, lines, n_text=2)


def _n(values: dict[str, Any]) -> int:
    return len(values["values"])


def _best(score: str, methods: dict[str, Any]) -> str | None:
    """Return the method with the best mean; None where there is no rival."""
    means = {m: v[score]["mean"] for m, v in methods.items() if score in v}
    if len(means) < 2:
        return None
    return (min if score in LOWER else max)(means, key=means.__getitem__)


def _cell(score: str, values: dict[str, Any] | None, is_best: bool) -> str:
    """Return a mean with its standard deviation, the best in bold."""
    if values is None:
        return ""
    digits = _DIGITS.get(score, 3)
    text = _number(values["mean"], digits)
    if is_best:
        text = f"**{text}**"
    sd = values["sd"]
    return text if sd is None else f"{text} ± {sd:,.{digits}f}"


def _number(value: float, digits: int, sign: str = "") -> str:
    return f"{value:{sign},.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _against(sets: dict[str, Any]) -> list[str]:
    """Return what stands between ours and the best peer, as a table, if anything."""
    lines = [
        [set_name(key), _NAMES[score], one["peer"], one["verdict"],
         _number(one["difference"], 4, "+"), _interval(one["interval"]),
         str(one["pairs"])]
        for key in SETS if key in sets
        for score, one in sets[key]["against_best_peer"].items()
    ]  # fmt: skip
    head = ["set", "score", "best peer", "VAE", "difference", "95 % interval",
            "repeats"]  # fmt: skip
    return [report.table_text(head, lines, n_text=4)] if lines else []


def _reliability_table(curves: dict[str, dict[str, list[float]]]) -> str:
    """Return a line for each set and a column for each bin that any of them fills."""
    filled = [any(c["rows"][k] for c in curves.values()) for k in range(BINS)]
    bins = [k for k in range(BINS) if filled[k]]
    lines = [
        [set_name(key), *(_bin_cell(curves[key], k) for k in bins)]
        for key in SETS if key in curves
    ]  # fmt: skip
    head = ["set", *(f"{k / BINS:.2f} to {(k + 1) / BINS:.2f}" for k in bins)]
    return report.table_text(head, lines, n_text=1)


def _bin_cell(curve: dict[str, list[float]], k: int) -> str:
    """Return mean confidence, accuracy with half its 68 % interval, rows of a bin."""
    rows = curve["rows"][k]
    if not rows:
        return ""
    confidence, accuracy = curve["confidence"][k] / rows, curve["right"][k] / rows
    low, high = binom_conf_interval(curve["right"][k], rows, interval="jeffreys")
    half = (high - low) / 2.0
    return f"{confidence:.3f} → {accuracy:.3f} ± {half:.3f} ({rows:,.0f})"


def _interval(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return ""
    low, high = (_number(value, 4, "+") for value in interval)
    return f"{low} to {high}"
