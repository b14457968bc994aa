"""Parts of the Evaluate page: what was scored, metric cards, matrix, class tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import pandas as pd
import streamlit as st

import qsovae
from dashboard import figures
from dashboard.layout import choose_one, download_table, escaped, number, show_figure
from dashboard.state import View, seed

NORMALISATIONS = {"counts": "Counts", "row": "By row", "column": "By column"}
_HELP = {
    "counts": "Rows of each true class (down) by predicted class (across).",
    "row": "Shares of each true class: the diagonal is completeness.",
    "column": "Shares of each predicted class: the diagonal is purity.",
}
_MOST_CARDS = 9
MODELS = {"vae": "VAE", "baseline": "Baseline"}
MORPHOLOGIES = {"all": "All", "point": "Point-like", "extended": "Extended",
                "unknown": "Unknown"}  # fmt: skip


def trained_sentence(run: qsovae.Run) -> str:
    """Return what a run was trained on."""
    manifest = run.manifest
    return (
        f"Trained on {escaped(manifest['catalog']['name'])} "
        f"({manifest['catalog']['rows']:,} rows), classes from column "
        f"{escaped(manifest['label'])}, {len(manifest['features'])} features, "
        f"{escaped(manifest['created_utc'][:10])}."
    )


def split_sentence(report: dict[str, Any]) -> str:
    """Return which rows were scored, and how they were set apart."""
    split = report["split"]
    if report.get("baseline") is None:
        return (
            f"Scored on {report['rows']:,} labelled rows of "
            f"{escaped(report['catalog'])}; {report['rows_trained_on']:,} others had "
            "trained the run and were left out."
        )
    excluded = split.get("excluded", 0)
    apart = f", {excluded:,} could not be placed and took no part" if excluded else ""
    return (
        f"Scored on {report['rows']:,} test rows held out "
        f"{escaped(qsovae.split_words(split))}; {split.get('train', 0):,} rows trained "
        f"it, {split.get('validation', 0):,} decided when to stop, "
        f"{split.get('unlabelled', 0):,} had no label{apart}."
    )


def scores_for(report: dict[str, Any], morphology: str) -> qsovae.Scores | None:
    """Return a report's scores for a morphology, None where no row is of it."""
    entries = report if morphology == "all" else report["by_morphology"].get(morphology)
    return None if entries is None else qsovae.Scores.from_json(entries)


def choose_morphology(view: View, report: dict[str, Any]) -> None:
    """Show the morphologies to choose from, with their numbers of rows."""
    rows = {
        name: scores.rows if (scores := scores_for(report, name)) else 0
        for name in MORPHOLOGIES
    }
    seed("evaluate_morphology", view.morphology)
    view.morphology = choose_one(
        "Sources",
        {m: f"{words} ({rows[m]:,})" for m, words in MORPHOLOGIES.items()},
        "evaluate_morphology",
    )


def choose_class(view: View, run: qsovae.Run) -> None:
    """Show the classes, of which one is sought."""
    classes = {c: c for c in run.classes}
    usual = qsovae.sought_class(run.classes)
    seed("evaluate_class", view.sought if view.sought in classes else usual)
    sought = choose_one("Class sought", classes, "evaluate_class")
    view.sought = None if sought == usual else sought


def show_cards(scores: qsovae.Scores, rival: qsovae.Scores | None) -> None:
    """Show the scores with the baseline's, green where the VAE does better."""
    measures = card_values(scores)
    others = {} if rival is None else card_values(rival)
    cells = st.columns(min(len(measures), 6))
    for i, (name, value) in enumerate(measures.items()):
        cells[i % len(cells)].metric(
            escaped(name), number(value), border=True,
            delta=None if rival is None else f"baseline {number(others[name])}",
            delta_arrow="off", delta_color=_better(name, value, others.get(name)),
        )  # fmt: skip


def _better(
    name: str, value: float | None, other: float | None
) -> Literal["green", "red", "gray"]:
    """Return the colour that says whether the VAE does better than the baseline."""
    if value is None or other is None or round(value - other, 3) == 0:
        return "gray"
    return "green" if (value > other) != (name == "Log loss") else "red"


def card_values(scores: qsovae.Scores) -> dict[str, float | None]:
    """Return the scores that stand first, by name."""
    overall = {
        "Accuracy": scores.accuracy,
        "Balanced accuracy": scores.balanced_accuracy,
        "Log loss": scores.log_loss,
    }
    first = list(scores.per_class.items())[:_MOST_CARDS]
    return overall | {f"F1 {name}": entry.f1 for name, entry in first}


def show_matrix(
    view: View, scores: dict[str, qsovae.Scores], name: str, *, is_simulated: bool
) -> None:
    """Show the confusion matrix of the VAE or the baseline."""
    st.subheader("Confusion matrix", anchor=False)
    with st.container(horizontal=True):
        seed("evaluate_model", view.model if view.model in scores else "vae")
        models = {name: MODELS[name] for name in scores}
        model = choose_one("Model", models, "evaluate_model", show_label=False)
        seed("evaluate_normalise", view.normalise)
        view.normalise = choose_one(
            "Cells", NORMALISATIONS, "evaluate_normalise", show_label=False
        )
    view.model = model
    st.caption(_HELP[view.normalise])
    normalise = cast(Literal["counts", "row", "column"], view.normalise)
    table = qsovae.confusion_table(scores[model], normalise)
    # The list of cells stands below the matrix: what was chosen there is not yet the
    # view's.
    seed("evaluate_cell", view.cell or None)
    cell = st.session_state["evaluate_cell"] or ()
    show_figure(
        figures.confusion_figure(table, cell, is_simulated=is_simulated),
        f"{name}_confusion_{model}_{view.normalise}",
        table.reset_index(),
        clicked=open_cell,
    )


def open_cell(cell: Sequence[str]) -> None:
    """Choose a cell of the matrix, by its true and predicted class."""
    st.session_state["evaluate_objects"] = "cell"
    st.session_state["evaluate_cell"] = (str(cell[0]), str(cell[1]))


def show_classes(
    scores: qsovae.Scores, rival: qsovae.Scores | None, name: str, *, is_simulated: bool
) -> None:
    """Show completeness, purity and F1 of each class."""
    st.subheader("Classes", anchor=False)
    table = class_table(scores, rival)
    shares = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(
        table, hide_index=True, key="class_table",
        column_config={
            "class_label": "class", "completeness": shares, "purity": shares,
            "f1": st.column_config.NumberColumn("F1", format="%.3f"),
            "rows": st.column_config.NumberColumn(format="localized"),
        },
    )  # fmt: skip
    figure = figures.class_figure(
        qsovae.scores_table(scores),
        None if rival is None else qsovae.scores_table(rival),
        is_simulated=is_simulated,
    )
    show_figure(figure, f"{name}_classes", table)


def class_table(scores: qsovae.Scores, rival: qsovae.Scores | None) -> pd.DataFrame:
    """Return the scores of each class, a line for the VAE and one for the baseline."""
    tables = [qsovae.scores_table(scores).assign(model=MODELS["vae"])]
    if rival is not None:
        tables.append(qsovae.scores_table(rival).assign(model=MODELS["baseline"]))
    table = pd.concat(tables, ignore_index=True)
    table.insert(1, "model", table.pop("model"))
    return table.sort_values("class_label", kind="stable", ignore_index=True)


def show_report(report: dict[str, Any], name: str) -> None:
    """Offer all scores as one file."""
    overall = pd.DataFrame(
        [
            {"morphology": m, "model": MODELS["vae" if who is report else "baseline"],
             **{k: v for k, v in entries.items()
                if k in ("rows", "accuracy", "balanced_accuracy", "log_loss")}}
            for who in (report, report.get("baseline") or {})
            for m, entries in {"all": who, **who.get("by_morphology", {})}.items()
            if entries
        ]
    )  # fmt: skip
    st.subheader("All scores", anchor=False)
    shares = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(
        overall, hide_index=True, key="scores_table",
        column_config={
            "rows": st.column_config.NumberColumn(format="localized"),
            "accuracy": shares,
            "balanced_accuracy": st.column_config.NumberColumn(
                "balanced accuracy", format="%.3f"
            ),
            "log_loss": st.column_config.NumberColumn("log loss", format="%.3f"),
        },
    )  # fmt: skip
    download_table(lambda: overall, f"{name}_scores")
