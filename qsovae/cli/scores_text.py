"""Scores and what surrounds them, in words.

Within cli: above text, beside_text and slices_text.
"""

from typing import Any

from qsovae.cli.beside_text import drivers_text, rivals_text
from qsovae.cli.slices_text import slices_block
from qsovae.cli.text import table_text


def scores_text(report: dict[str, Any]) -> str:
    """Return the scores of model and baseline."""
    lines = [
        f"run {report['run']} on {report['catalog']}, label {report['label']}",
        f"split: {_split_words(report['split'])}",
        f"features: {', '.join(report['features'])}",
        *(f"note: {note}" for note in report["notes"]),
        "",
    ]
    for title, scores in (("VAE", report), ("baseline", report["baseline"])):
        if scores is not None:
            lines += [_scores_block(title, scores), ""]
    if "details" in report:
        lines += [_details_block(report["details"]), ""]
        lines += [slices_block(report["details"]["slices"]), ""]
    if report.get("splits"):
        lines += [_splits_block(report)]
    return "\n".join(lines).rstrip()


def _splits_block(report: dict[str, Any]) -> str:
    """Return what the scores are when the settings are refitted under other splits."""
    sought = report["details"]["thresholds"]["class"]
    own = {"spec": "this run's", "folds": None, "scores": report,
           "baseline": report["baseline"], "intervals": report["details"]["intervals"],
           "split": report["split"]}  # fmt: skip
    lines = []
    for entry in [own, *report["splits"]]:
        scores, rival = entry["scores"], entry["baseline"]
        lines.append([
            entry["spec"], entry["folds"], scores["rows"], _share(scores["accuracy"]),
            _bounds(entry["intervals"].get("accuracy")),
            *(_share(None if s is None else s["per_class"][sought]["f1"])
              for s in (scores, rival)),
            *(_share(None if s is None else s["log_loss"]) for s in (scores, rival)),
        ])  # fmt: skip
    header = ["split", "folds", "test rows", "accuracy", "95 %", f"F1 {sought}",
              "baseline's", "log loss", "baseline's"]  # fmt: skip
    return "refitted under other splits\n" + table_text(header, lines)


def _split_words(split: dict[str, Any]) -> str:
    """Return how rows were held out, and how many rows each part has."""
    from qsovae.splits import PARTS, split_words

    counts = ", ".join(f"{split[part]:,} {part}" for part in PARTS if part in split)
    held_out = split["kind"]
    if held_out != "another catalog":
        held_out = f"held out {split_words(split)}"
    return f"{held_out}; rows: {counts}"


def _scores_block(title: str, scores: dict[str, Any]) -> str:
    """Return one model's scores on the test rows."""
    head = (
        f"{title}: accuracy {_share(scores['accuracy'])}, balanced accuracy "
        f"{_share(scores['balanced_accuracy'])}, log loss {_share(scores['log_loss'])} "
        f"on {scores['rows']:,} test rows"
    )
    lines = [
        [
            name,
            *(_share(s[k]) for k in ("completeness", "purity", "f1")),
            s["rows"],
            *row,
        ]
        for (name, s), row in zip(
            scores["per_class"].items(), scores["confusion_matrix"], strict=True
        )
    ]
    header = ["class", "completeness", "purity", "F1", "rows"]
    return (
        head + "\n" + table_text(header + [f"as {c}" for c in scores["classes"]], lines)
    )


def _details_block(details: dict[str, Any]) -> str:
    """Return intervals, calibration, and the sample at some thresholds."""
    names = {"completeness": "completeness", "purity": "purity", "f1": "F1",
             "average_precision": "average precision"}  # fmt: skip
    mended = details["calibration"]["per_class"]
    lines = [
        [
            name,
            *(_bounds(scores["intervals"].get(key)) for key in names),
            *(_share(mended[name][s]["ece"]) if s in mended[name] else "-"
              for s in ("before", "after")),
        ]
        for name, scores in details["per_class"].items()
    ]  # fmt: skip
    header = ["class", *names.values(), "ECE", "ECE, mended"]
    head = (
        f"VAE, 95 % intervals: accuracy {_bounds(details['intervals'].get('accuracy'))}"
    )
    tables = [head + "\n" + table_text(header, lines)]
    tables += _rival_lines(details["against_baseline"])
    if "rivals" in details:
        tables.append(rivals_text(details["rivals"], details["thresholds"]["class"]))
    if "drivers" in details:
        tables.append(drivers_text(details["drivers"]))
    active = ", ".join(details["latent"]["active"]) or "none"
    return "\n\n".join(
        [*tables, _sample_block(details["thresholds"]), _top_block(details),
         f"active latent dimensions: {active}"]
    )  # fmt: skip


def _rival_lines(rival: dict[str, Any] | None) -> list[str]:
    """Return how the model stands beside the baseline, in a sentence, if it does."""
    if rival is None:
        return []
    words = [
        f"{name.replace('_', ' ')} {value:+.4f} ({low:+.4f} to {high:+.4f})"
        for name, (value, low, high) in rival["differences"].items()
        if name in ("accuracy", "log_loss")
    ]
    test = rival["mcnemar"]
    return [
        f"VAE minus baseline: {', '.join(words)}; right alone on "
        f"{test['first_alone']} and {test['second_alone']} rows, McNemar's p = "
        f"{test['p_value']:.3g}"
    ]


def _top_block(details: dict[str, Any]) -> str:
    """Return how pure the rows are that are most probably of the class sought."""
    top = details["top"]
    keys = ("rows", "purity", "purity_low", "purity_high", "completeness")
    lines = [
        [int(rows), _share(purity), _bounds([low, high]), _share(found)]
        for rows, purity, low, high, found in zip(*(top[k] for k in keys), strict=True)
    ]
    head = f"the rows that are most probably {details['thresholds']['class']}"
    return f"{head}\n" + table_text(["rows", "purity", "95 %", "completeness"], lines)


def _sample_block(thresholds: dict[str, Any]) -> str:
    """Return what a sample is at the thresholds that reach some completenesses."""
    prior, table = thresholds["prior"], thresholds["table"]
    mix = "the scored rows" if prior["shares"] is None else ", ".join(
        f"{name} {share:.4g}" for name, share in prior["shares"].items()
    )  # fmt: skip
    found = [c or 0.0 for c in table["completeness"]]
    lines = []
    for wanted in (0.5, 0.8, 0.9, 0.95, 0.99):
        reached = next((i for i, c in enumerate(found) if c >= wanted), None)
        if reached is None:
            continue
        at = {key: column[reached] for key, column in table.items()}
        lines.append([
            _share(at["threshold"]), _share(at["completeness"]), _share(at["purity"]),
            _bounds([at["purity_low"], at["purity_high"]]), at.get("per_deg2"),
            *_expected(at),
        ])  # fmt: skip
    header = ["threshold", "completeness", "purity", "95 %", "per deg2"]
    of = prior["kind"]
    if prior["r_limit"] is not None:
        of += f", r < {prior['r_limit']:g}"
    words = f"{thresholds['class']} above a threshold, class mix: {mix} ({of})"
    if "area_deg2" in thresholds:
        words += f", over {thresholds['area_deg2']:g} deg2"
        header += ["sources", f"of them {thresholds['class']}", "95 %"]
    return f"{words}\n" + table_text(header, lines)


def _expected(at: dict[str, Any]) -> list[str]:
    """Return what to expect over an area, if one was stated."""
    if "expected" not in at:
        return []
    ends = [at[f"expected_sought_{end}"] for end in ("low", "high")]
    interval = "-" if None in ends else " to ".join(f"{end:,.0f}" for end in ends)
    sought = at["expected_sought"]
    return [
        f"{at['expected']:,.0f}", "-" if sought is None else f"{sought:,.0f}", interval
    ]  # fmt: skip


def _bounds(interval: list[float] | None) -> str:
    return "-" if interval is None else f"{interval[0]:.4f} to {interval[1]:.4f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
