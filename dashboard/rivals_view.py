"""Part of the Evaluate page: the run beside its rivals, on the same rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache, figures
from dashboard.layout import download_table, escaped, refusals, show_figure
from dashboard.scored_rows import ScoredRows
from dashboard.state import View

_MOST_RUNS = 5
_COLUMNS = {
    "rows": ("rows", "localized"), "accuracy": ("accuracy", "%.3f"),
    "log_loss": ("log loss", "%.3f"), "selected": ("selected", "localized"),
    "completeness": ("completeness", "%.3f"), "purity": ("purity", "%.3f"),
    "f1": ("F1", "%.3f"), "VAE_alone": ("VAE alone right", "localized"),
    "rival_alone": ("rival alone right", "localized"),
    "p_value": ("McNemar's p", "%.2g"),
}  # fmt: skip


def show_rivals(
    view: View, run: qsovae.Run, scored: ScoredRows, name: str, *, is_simulated: bool
) -> None:
    """Show rivals to choose from, and how the run stands beside them."""
    st.subheader("Rivals on the same rows", anchor=False)
    _choose_runs(view, run)
    if scored.catalog is None:
        view.rival_columns = None
    else:
        with st.expander("Expert"):
            _choose_columns(view, run, scored.catalog)
    with refusals():
        sought = view.sought or qsovae.sought_class(run.classes)
        runs = [cache.opened_run(rival) for rival in view.rivals]
        entries = _entries(
            scored.key, tuple(cache.run_key(rival) for rival in runs),
            view.rival_columns, sought, run, scored, runs,
        )  # fmt: skip
        if not entries:
            st.info(
                "Nothing to compare with yet: choose another run. Gradient boosting "
                "answered the run's own test rows alone, and cuts in colour need W1 "
                "and W2, or g, z and W1."
            )
            return
        _show(entries, sought, name, is_simulated=is_simulated)


def _choose_runs(view: View, run: qsovae.Run) -> None:
    """Show the other finished runs."""
    names = [r.name for r in qsovae.list_runs()
             if r.status == "complete" and r.name != run.name]  # fmt: skip
    key = f"evaluate_rivals_{run.name}"
    kept = [n for n in st.session_state.get(key, view.rivals) if n in names]
    st.session_state[key] = kept
    view.rivals = tuple(
        st.multiselect(
            "Other runs", names, key=key, max_selections=_MOST_RUNS, disabled=not names,
            placeholder="Choose runs" if names else "No other run yet",
            help="Compared on the rows that trained neither.",
        )
    )  # fmt: skip


def _choose_columns(view: View, run: qsovae.Run, catalog: qsovae.Catalog) -> None:
    """Show which columns have a rival's probabilities."""
    st.caption(
        "Columns of the catalog with a rival's class probabilities: of each class, or "
        "of the class sought alone."
    )
    first = _columns_of(view.rival_columns)
    names = [column.name for column in catalog.mapping.columns]
    chosen = {}
    with st.container(horizontal=True):
        for number, label in enumerate(run.classes):
            key = f"evaluate_rival_column_{run.name}_{number}"
            kept = st.session_state.get(key, first.get(label))
            st.session_state[key] = kept if kept in names else None
            column = st.selectbox(
                f"Probability of {escaped(label)}", names, index=None, key=key,
                placeholder="None",
            )  # fmt: skip
            if column is not None:
                chosen[label] = column
    view.rival_columns = ",".join(f"{k}={c}" for k, c in chosen.items()) or None


def _columns_of(text: str | None) -> dict[str, str]:
    """Return the columns in the address; none where it is not written so."""
    try:
        return qsovae.parse_rival_columns(text) if text else {}
    except qsovae.ConfigError:
        return {}


@st.cache_data(max_entries=16, show_spinner="Comparing with rivals …")
def _entries(
    key: tuple[object, ...], runs_key: tuple[tuple[str, str, int], ...],
    columns: str | None, sought: str, _run: qsovae.Run, _scored: ScoredRows,
    _runs: list[qsovae.Run],
) -> list[dict[str, Any]]:  # fmt: skip
    return qsovae.compare_rivals(
        _run, _scored.rows, _scored.catalog, _scored.label, sought=sought, runs=_runs,
        columns=qsovae.parse_rival_columns(columns) if columns else None,
        cuts=_scored.catalog is not None,
    )  # fmt: skip


def _show(
    entries: list[dict[str, Any]], sought: str, name: str, *, is_simulated: bool
) -> None:
    """Show differences as a figure, scores as a table, and what was left out."""
    left, right = st.columns(2, gap="medium")
    with left:
        table = difference_table(entries, sought)
        show_figure(
            figures.rival_figure(table, is_simulated=is_simulated),
            f"{name}_rivals_{sought}",
            table,
        )
    with right:
        st.caption(
            f"Samples of {escaped(sought)}. Bars: 95 %, by the paired bootstrap. Of a "
            f"cut, and of a column of {escaped(sought)} alone, accuracy is that of "
            "telling it from the rest."
        )
        for entry in entries:
            if entry["notes"]:
                notes = ". ".join(escaped(note) for note in entry["notes"])
                st.caption(f"**{escaped(entry['name'])}**: {notes}.")
    scores = rival_table(entries)
    st.dataframe(
        scores, hide_index=True, key="rival_table", placeholder="",
        column_config={
            column: st.column_config.NumberColumn(words, format=form)
            for column, (words, form) in _COLUMNS.items()
        },
    )  # fmt: skip
    download_table(lambda: scores, f"{name}_rival_scores")


def difference_table(entries: list[dict[str, Any]], sought: str) -> pd.DataFrame:
    """Return differences of shares from each rival, one a line."""
    scores = {
        f"completeness {sought}": "completeness", f"purity {sought}": "purity",
        f"f1 {sought}": "F1", "accuracy": "accuracy",
    }  # fmt: skip
    return pd.DataFrame(
        [
            (entry["name"], words, *entry["differences"][score])
            for entry in entries
            for score, words in scores.items()
            if score in entry["differences"]
        ],
        columns=["rival", "score", "value", "low", "high"],
    )


def rival_table(entries: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the scores of the run and of each rival, and McNemar's test."""
    measures = ("accuracy", "log_loss", "selected", "completeness", "purity", "f1")
    lines = []
    for entry in entries:
        test = entry["mcnemar"]
        ours, theirs = (
            {"rows": entry["rows"], **{m: entry[scores][m] for m in measures}}
            for scores in ("run_scores", "scores")
        )
        alone = {
            "VAE_alone": test["first_alone"], "rival_alone": test["second_alone"],
            "p_value": test["p_value"],
        }  # fmt: skip
        lines += [
            {"rival": entry["name"], "model": "rival", **theirs, **alone},
            {"rival": entry["name"], "model": "VAE", **ours},
        ]
    return pd.DataFrame(lines).convert_dtypes()
