"""Part of the Evaluate page: which rows are scored, and their scores."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache
from dashboard.layout import escaped
from dashboard.mapping_editor import active_mapping
from dashboard.quality_filter import choose_quality
from dashboard.sources import Source, find_source
from dashboard.state import View, seed


def read_report(
    view: View, run: qsovae.Run
) -> tuple[dict[str, Any], cache.Scored] | None:
    """Return scores on test rows or on the opened catalog, and whose they are."""
    source = find_source(view.catalog)
    own = run.manifest["catalog"]["name"]
    choices = {"test": "The run's test rows"}
    if source is not None and source.path.name != own:
        choices["catalog"] = f"Opened catalog: {source.path.name}"
    chosen = "test"
    if len(choices) > 1:
        chosen = st.radio(
            "Rows", list(choices), key="evaluate_rows", horizontal=True,
            format_func=lambda c: escaped(choices[c]), label_visibility="collapsed",
        )  # fmt: skip
    if chosen == "test" or source is None:
        choose_quality(view, cache.tested_quality(run), "evaluate")
        return cache.evaluation(run, None, view.quality_choice, view.quality), None
    return _read_other(view, run, source)


def _read_other(
    view: View, run: qsovae.Run, source: Source
) -> tuple[dict[str, Any], cache.Scored] | None:
    """Return the scores on another catalog, once its label column is known."""
    mapping = active_mapping(source)[0]
    columns = [c.name for c in mapping.columns]
    usual = run.manifest["label"]
    seed("evaluate_label", usual if usual in columns else mapping.only("label"))
    label = st.selectbox("Label column", columns, index=None, key="evaluate_label")
    if label is None:
        st.info("Choose the column with the true classes.")
        return None
    bits = pd.Series(cache.check_report(source, mapping).quality)
    choose_quality(view, bits, "evaluate")
    of = cache.stamp(source.path), mapping.to_toml(), label
    return cache.evaluation(run, of, view.quality_choice, view.quality), of
