"""Reports as text for a terminal.

Within cli: lowest.
"""

import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qsovae.checks import CheckReport
    from qsovae.runs import RunListing


def say(line: str) -> None:
    """Write a line to stderr."""
    sys.stderr.write(line + "\n")


class ProgressLine:
    """Progress on stderr: one line that renews itself, or one line a step in a log.

    Parameters
    ----------
    patience_s : float
        Seconds in which nothing is shown: most of the time it is over by then.
    """

    def __init__(self, patience_s: float = 0.0) -> None:
        self._shown_from = time.monotonic() + patience_s
        self._renews = sys.stderr.isatty()
        self._step = ("", "")

    def __enter__(self) -> "ProgressLine":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the line."""
        if self._renews and any(self._step):
            say("")

    def show(self, entry: dict[str, Any]) -> None:
        """Show an entry of the progress log."""
        if time.monotonic() < self._shown_from:
            return
        line = _entry_text(entry)
        if self._renews:
            sys.stderr.write(f"\r\x1b[K{line}")
        elif _step(entry) != self._step or _is_milestone(entry):
            say(line)
        sys.stderr.flush()
        self._step = _step(entry)


def _step(entry: dict[str, Any]) -> tuple[str, str]:
    """Return the phase and what is done in it; epochs are one thing."""
    return entry["phase"], entry.get("message", "")


def _is_milestone(entry: dict[str, Any]) -> bool:
    return "epoch" in entry and entry["epoch"] % max(1, entry["n_epochs"] // 10) == 0


def _entry_text(entry: dict[str, Any]) -> str:
    """Return one progress entry in words."""
    if "epoch" in entry:
        accuracy = entry["validation_accuracy"]
        right = "" if accuracy is None else f", validation accuracy {accuracy:.3f}"
        return (
            f"epoch {entry['epoch']}/{entry['n_epochs']}, loss "
            f"{entry['train']['total']:.3f}{right}, {entry['eta_seconds']:.0f} s left"
        )
    share = f" {entry['fraction']:.0%}" if "fraction" in entry else ""
    return f"{entry['phase']}: {entry.get('message', '')}{share}"


def table_text(header: "Sequence[str]", lines: "Sequence[Sequence[Any]]") -> str:
    """Return an aligned table; numbers to the right."""
    cells = [[_cell(c) for c in line] for line in lines]
    widths = [
        max(len(r[i]) for r in [list(header), *cells]) for i in range(len(header))
    ]
    right = [
        all(isinstance(line[i], (int, float, type(None))) for line in lines)
        and bool(lines)
        for i in range(len(header))
    ]

    def line_of(row: "Sequence[str]") -> str:
        shown = [
            c.rjust(w) if r else c.ljust(w)
            for c, w, r in zip(row, widths, right, strict=True)
        ]
        return "  ".join(shown).rstrip()

    return "\n".join([line_of(header), *map(line_of, cells)])


def _cell(value: Any) -> str:
    if value is None or value != value:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def mix_text(prior: dict[str, Any]) -> str:
    """Return the class mix behind some probabilities, with intervals if estimated."""
    words = [
        f"{name} {share:.4g}"
        + (f" ({prior['low'][name]:.4g} to {prior['high'][name]:.4g})"
           if prior["low"] else "")
        for name, share in prior["shares"].items()
    ]  # fmt: skip
    return f"class mix as {prior['kind']}: {', '.join(words)}"


def combined_text(report: dict[str, Any]) -> str:
    """Return what a combination matched."""
    header = {
        "matches": "matches", "in_footprint": "in footprint",
        "radius_arcsec": "radius", "suggested_radius_arcsec": "suggested",
        "chance_rate": "chance rate", "ambiguous": "ambiguous", "tied": "tied",
        "shared": "shared",
    }  # fmt: skip
    lines = [
        [survey["title"], *(survey[key] for key in header)]
        for survey in report["surveys"].values()
    ]
    return "\n".join(
        [
            f"{report['rows']:,} rows of {report['primary']['title']} in "
            f"{report['out']}",
            *(f"note: {note}" for note in report["notes"]),
            "",
            table_text(["survey", *header.values()], lines),
        ]
    )


def check_text(report: "CheckReport") -> str:
    """Return a check's outcome."""
    # By key of the report: what it is called where there is little room.
    header = {
        "column": "column", "role": "role", "band": "band", "system": "system",
        "sentinels": "missing", "observed_share": "observed", "nulls": "null",
        "nans": "NaN", "sentinel_rows": "sentinel", "upper_limits": "limit",
        "outside_footprint": "not looked at", "non_finite": "infinite",
        "non_positive_errors": "error<=0", "small_errors": "too small",
        "duplicate_ids": "id twice",
        "out_of_range": "off sphere", "median": "median",
    }  # fmt: skip
    columns = report.to_json()["columns"]
    lines = [[column[key] for key in header] for column in columns]
    parts = [
        f"{report.name}: {report.n_rows:,} rows",
        "",
        table_text(list(header.values()), lines),
        "",
    ]
    if report.is_simulated:
        parts.insert(1, "simulated data")
    for f in report.findings:
        rows = f" ({f.n_rows:,} rows, first {list(f.rows)})" if f.n_rows else ""
        parts.append(f"{f.severity}: {f.column or 'table'}: {f.message}{rows}. {f.fix}")
    bits = ", ".join(f"{bit} {n:,}" for bit, n in report.quality_counts.items())
    return "\n".join([*parts, "", f"quality bits: {bits}"])


def runs_text(listed: "Sequence[RunListing]") -> str:
    """Return the runs as a table."""
    if not listed:
        return "no runs; `qsovae train` makes one"
    lines = [
        [
            r.name, r.status, r.created_utc, r.summary.get("catalog", ""),
            r.summary.get("rows"), r.summary.get("accuracy"), r.message,
        ]
        for r in listed
    ]  # fmt: skip
    header = ["run", "status", "created", "catalog", "rows", "accuracy", ""]
    return table_text(header, lines)
