"""Part of the Evaluate page: the same settings refitted under other splits."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache, figures, splitting
from dashboard.job_view import show_process
from dashboard.layout import choose_one, escaped, refusals, show_figure
from dashboard.sources import Source
from dashboard.split_form import choose_split, possible_splits
from dashboard.state import View, seed

_SCORES = {"accuracy": "Accuracy", "f1": "F1", "log_loss": "Log loss"}
_OWN = "this run's own"


def show_splits(
    view: View, run: qsovae.Run, report: dict[str, Any], opened: Source | None
) -> None:
    """Show scores under other splits beside the run's own, and refit when asked."""
    st.subheader("Other splits", anchor=False)
    st.caption(
        "Rows held out at random have neighbours in training: in the same field, as "
        "bright, of the same night. Here the same settings are fitted anew with other "
        "rows held out. The run itself stays as it is."
    )
    results = qsovae.split_results(run)
    if results:
        with st.spinner("Drawing intervals …"):
            details = cache.evaluation_details(
                run, None, "all", ("scores",), view.quality_choice, view.quality
            )
        sought = qsovae.sought_class(run.classes, view.sought)
        _show_results(run, report, details, results, sought)
    job = splitting.SPLITTING.job(run)
    st.fragment(show_process, run_every=1 if job and job.is_busy else None)(
        splitting.SPLITTING, run, "Refitting under other splits", "splits"
    )
    if job is None or not job.is_busy:
        _show_form(run, opened, is_first=not results)


def _show_results(
    run: qsovae.Run, report: dict[str, Any], details: dict[str, Any],
    results: list[dict[str, Any]], sought: str,
) -> None:  # fmt: skip
    """Show one score under each split, with all of them to download."""
    words = _SCORES | {"f1": f"F1 {sought}"}
    seed("splits_score", "accuracy")
    score = choose_one("Score", words, "splits_score", show_label=False)
    own = {
        "split": report["split"], "folds": None, "scores": report,
        "baseline": report["baseline"], "intervals": _intervals(details),
    }  # fmt: skip
    table = splits_table([own, *results], sought)
    table["split"] = [_OWN, *table["split"][1:]]
    shown = table[["split"]].assign(
        value=table[score], low=table[f"{score}_low"], high=table[f"{score}_high"],
        baseline=table[f"{score}_baseline"],
    )  # fmt: skip
    show_figure(
        figures.splits_figure(shown, words[score], is_simulated=run.is_simulated),
        f"{run.name}_splits_{score}",
        table,
    )
    notes = [f"{escaped(r['spec'])}: {escaped(n)}." for r in results
             for n in r["notes"]]  # fmt: skip
    if notes:
        st.caption(" ".join(notes))


def _intervals(details: dict[str, Any]) -> dict[str, list[float]]:
    """Return the intervals of a run's own scores, named as those of other splits."""
    intervals: dict[str, list[float]] = dict(details["intervals"])
    of_classes = {
        f"{score} {name}": bounds
        for name, entry in details["per_class"].items()
        for score, bounds in entry["intervals"].items()
    }
    return intervals | of_classes


def splits_table(results: list[dict[str, Any]], sought: str) -> pd.DataFrame:
    """Return one line a split: what it is, its rows, and scores of both models."""
    lines = []
    for entry in results:
        scores, rival = entry["scores"], entry["baseline"]
        folds = f", {entry['folds']} folds" if entry["folds"] else ""
        line: dict[str, Any] = {
            "split": entry.get("spec", "") + folds,
            "held_out": qsovae.split_words(entry["split"]),
            "test_rows": scores["rows"],
        }
        for name in _SCORES:
            key = f"f1 {sought}" if name == "f1" else name
            low, high = entry["intervals"].get(key) or (None, None)
            line |= {
                name: _score(scores, name, sought), f"{name}_low": low,
                f"{name}_high": high, f"{name}_baseline": _score(rival, name, sought),
            }  # fmt: skip
        lines.append(line)
    return pd.DataFrame(lines)


def _score(scores: dict[str, Any], name: str, sought: str) -> float | None:
    found: float | None = (
        scores["per_class"][sought]["f1"] if name == "f1" else scores[name]
    )
    return found


def _show_form(run: qsovae.Run, opened: Source | None, *, is_first: bool) -> None:
    """Show which split to refit under, and start it when asked."""
    found = cache.run_catalog(run, opened)
    if found is None:
        st.info("To refit, open the catalog that trained the run under Catalog.")
        return
    with st.expander("Refit under another split", expanded=is_first):
        left, right = st.columns(2)
        possible = possible_splits(run.mapping)
        seed("refit_split", "sky" if "sky" in possible else possible[-1])
        with left:
            split = choose_split(run.mapping, "refit")
        folds = right.number_input(
            "Folds", 2, 20, None, key="refit_folds", placeholder="one split",
            help="Hold out one part after the other, and pool what was predicted.",
        )  # fmt: skip
        took = run.manifest["timings_seconds"]["train"]
        st.caption(f"Each training takes about as long as the run's did: {took:.0f} s.")
        if st.button("Refit", key="refit_start", icon=":material/play_arrow:",
                     disabled=split is None) and split is not None:  # fmt: skip
            with refusals():
                splitting.start_refitting(run, found.path, [split], folds)
                st.rerun()
