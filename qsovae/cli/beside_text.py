"""Rivals and drivers in words.

Within cli: above text.
"""

from typing import Any

from qsovae.cli.text import table_text


def rivals_text(rivals: list[dict[str, Any]], sought: str) -> str:
    """Return how a run stands beside each rival."""
    lines: list[list[Any]] = []
    ours: list[Any] = []
    for entry in rivals:
        beside = _scores_line("VAE", entry["rows"], entry["run_scores"])
        if beside != ours:
            lines.append([*beside, "", "", ""])
            ours = beside
        test = entry["mcnemar"]
        lines.append([
            *_scores_line(entry["name"], entry["rows"], entry["scores"]),
            _signed(entry["differences"].get(f"f1 {sought}")),
            f"{test['first_alone']} : {test['second_alone']}",
            f"{test['p_value']:.2g}",
        ])  # fmt: skip
    header = [
        "", "rows", "accuracy", "log loss", f"put in {sought}", "completeness",
        "purity", "F1", "VAE's F1 more by", "right alone", "McNemar's p",
    ]  # fmt: skip
    notes = [f"{e['name']}: {note}" for e in rivals for note in e["notes"]]
    head = f"Rivals on the same rows, samples of {sought}, 95 % intervals"
    return "\n".join([head, table_text(header, lines), *notes])


def _scores_line(who: str, n_rows: int, scores: dict[str, Any]) -> list[Any]:
    """Return one side's scores."""
    return [
        who, n_rows, scores["accuracy"], scores["log_loss"], scores["selected"],
        *(_with_bounds(scores[name], scores["intervals"].get(name))
          for name in ("completeness", "purity")),
        scores["f1"],
    ]  # fmt: skip


def drivers_text(drivers: dict[str, Any]) -> str:
    """Return what the scores rest on."""
    sought, n_rows, held = (drivers[k] for k in ("class", "rows", "rows_held_out"))
    drawn = "" if n_rows == held else f", drawn of {held:,}"
    head = (
        f"What the scores rest on: {n_rows:,} rows held out{drawn}, permuted "
        f"{drivers['n_repeats']} times or removed; how much log loss "
        f"({_share(drivers['log_loss'])}) rises and F1 {sought} "
        f"({_share(drivers['f1'])}) falls"
    )
    lines = [
        [how, group["kind"], group["name"], _signed(group["log_loss"]),
         _signed(group["f1"])]
        for how in ("permuted", "removed")
        for group in drivers[how]
    ]  # fmt: skip
    header = ["", "", "features of", "log loss", f"F1 {sought}"]
    return head + "\n" + table_text(header, lines) + "\n\n" + _means(drivers)


def _means(drivers: dict[str, Any]) -> str:
    """Return the decoded mean of each class."""
    latent = drivers["latent"]
    means = [line for line in latent["lines"] if line["dimension"] is None]
    bands = [band["label"] for band in latent["bands"]]
    values = "magnitudes" if bands else "values"
    lines = [[line["class"], *line[values]] for line in means]
    head = "Mean latent of each class, decoded" + (" (AB)" if bands else "")
    return head + "\n" + table_text(["class", *(bands or latent["features"])], lines)


def _with_bounds(value: float | None, bounds: list[float] | None) -> str:
    if value is None or bounds is None:
        return "-"
    return f"{value:.3f} ({bounds[0]:.3f} to {bounds[1]:.3f})"


def _signed(found: list[float] | None) -> str:
    if found is None:
        return "-"
    value, low, high = found
    return f"{value:+.4f} ({low:+.4f} to {high:+.4f})"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
