"""Part of the Evaluate page: ROC curves, and purity against completeness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache, figures
from dashboard.layout import number, show_figure
from dashboard.state import View

_MODEL, _BASELINE = "VAE", "baseline"
# With more classes the curves of two models would not stay apart.
_MOST_BESIDE = 6


def show_curves(
    view: View,
    run: qsovae.Run,
    of: cache.Scored,
    found: Mapping[str, Any],
    name: str,
    *,
    is_simulated: bool,
) -> None:
    """Show the curves of all classes, and the baseline's where it knows the rows.

    ``found`` is as of `qsovae.evaluation_details`.
    """
    st.subheader("Curves of each class", anchor=False)
    models = {_MODEL: found["curves"]}
    beside = None
    if of is None and len(run.classes) <= _MOST_BESIDE:
        beside = _baseline(
            cache.run_key(run), view.morphology, view.quality_choice, view.quality, run
        )
    if beside is not None:
        models[_BASELINE] = beside
    st.caption(
        "Each class against all others, at the class mix of the scored rows. "
        + ("Dotted: the baseline. " if beside is not None else "")
        + "Areas are the VAE's, on the right the average precision. False-positive "
        f"rates below {figures.LEAST_RATE:g} stand at the edge."
    )
    table = curve_points(models)
    left, right = st.columns(2, gap="medium")
    for column, draw, kind, area in (
        (left, figures.roc_figure, "roc", "roc_area"),
        (right, figures.precision_recall_figure, "precision_recall",
         "average_precision"),
    ):  # fmt: skip
        areas = {c: number(found["per_class"][c][area], 4) for c in run.classes}
        with column:
            show_figure(
                draw(table, areas, is_simulated=is_simulated), f"{name}_{kind}", table
            )


@st.cache_data(max_entries=16, show_spinner="Drawing the baseline's curves …")
def _baseline(
    key: tuple[str, str, int], morphology: str, choice: str, bits: tuple[str, ...],
    _run: qsovae.Run,
) -> dict[str, Any]:  # fmt: skip
    """Return the points of the baseline's curves on the run's own test rows."""
    rows = cache.evaluated_rows(_run, None, choice, bits)
    rows = qsovae.baseline_rows(_run, qsovae.with_morphology(rows, morphology))
    predictions = qsovae.Predictions.checked(
        rows["class_label"].to_numpy(dtype=object),
        qsovae.probability_matrix(rows, _run.classes),
        _run.classes,
    )
    return {
        name: qsovae.curve_table(predictions, name).to_dict("list")
        for name in _run.classes
    }


def curve_points(models: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return the points of each class's curve by each model, one a line."""
    parts = [
        pd.DataFrame(columns).astype(float).assign(model=model, **{"class": name})
        for model, by_class in models.items()
        for name, columns in by_class.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    first = ["model", "class"]
    return table[first + [column for column in table if column not in first]]
