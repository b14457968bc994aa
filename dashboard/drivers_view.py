"""Part of the Evaluate page: what drives a run, found when somebody asks for it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard import figures
from dashboard.layout import choose_one, escaped, show_figure
from dashboard.on_request import Request, made
from dashboard.scored_rows import ScoredRows
from dashboard.state import View, seed

_REQUEST = Request(
    "drivers", "Find what drives it", ":material/tune:",
    "Permutes the features of each band and survey among the rows held out, leaves "
    "surveys out, and decodes what the latent dimensions mean.",
)  # fmt: skip
_MEASURES = {"log_loss": "Rise of the log loss", "f1": "Fall of F1"}
_HOW = {"permuted": "permuted", "removed": "missing"}


def show_drivers(
    view: View, run: qsovae.Run, scored: ScoredRows, name: str, *, is_simulated: bool
) -> None:
    """Show what the scores rest on, or offer to find it."""
    st.subheader("What drives it", anchor=False)
    if scored.catalog is None:
        st.info(
            "The catalog of this run is not at hand: open it on the Catalog page to "
            "see what the scores rest on."
        )
        return
    sought = view.sought or qsovae.sought_class(run.classes)
    found = made(
        _REQUEST, (*scored.key, sought),
        lambda tell: qsovae.run_drivers(
            run, scored.rows, scored.catalog, sought=sought, on_progress=tell
        ),
    )  # fmt: skip
    if found is not None:
        _show_losses(found, name, is_simulated=is_simulated)
        _show_latent(found, name, is_simulated=is_simulated)


def _show_losses(found: dict[str, Any], name: str, *, is_simulated: bool) -> None:
    """Show what is lost without each measurement, and without each survey."""
    drawn = f"{found['rows']:,} rows held out"
    if found["rows"] < found["rows_held_out"]:
        drawn += f", drawn of {found['rows_held_out']:,} with seed {found['seed']}"
    st.caption(
        f"{drawn}. Features that a measurement enters are permuted together, "
        f"{found['n_repeats']} times; bars: 95 %. To the right of zero: the scores are "
        "better with it."
    )
    measures = _MEASURES | {"f1": f"{_MEASURES['f1']} {found['class']}"}
    seed("drivers_measure", "log_loss")
    measure = choose_one("Measure", measures, "drivers_measure", show_label=False)
    table = loss_table(found, measure)
    is_survey = table["kind"] == "survey"
    left, right = st.columns(2, gap="medium")
    parts = {"measurements": table[~is_survey], "surveys": table[is_survey]}
    for column, (what, part) in zip((left, right), parts.items(), strict=True):
        with column:
            if part.empty:
                st.info(
                    "All features are of one survey, or this measure is undefined here."
                )
                continue
            figure = figures.loss_of_inputs_figure(
                part, measures[measure], is_simulated=is_simulated
            )
            show_figure(figure, f"{name}_{what}_{measure}", part)


def loss_table(found: dict[str, Any], measure: str) -> pd.DataFrame:
    """Return what is lost without each group of features, where it is defined."""
    return pd.DataFrame(
        [
            (words, group["kind"], group["name"], *group[measure],
             ", ".join(group["features"]))
            for how, words in _HOW.items()
            for group in found[how]
            if group[measure] is not None
        ],
        columns=["how", "kind", "name", "value", "low", "high", "features"],
    )  # fmt: skip


def _show_latent(found: dict[str, Any], name: str, *, is_simulated: bool) -> None:
    """Show the classes' means, and steps along a dimension, decoded."""
    table = decoded_table(found["latent"])
    st.caption(
        f"The mean latent of each class, decoded, and steps from it; p: probability of "
        f"{escaped(found['class'])}. Open marks: of those looked at in the band, more "
        "than a third of the class were not seen, and the mean is rather of limits."
    )
    left, right = st.columns(2, gap="medium")
    with left:
        means = table[table["dimension"].isna()]
        figure = figures.class_sed_figure(means, is_simulated=is_simulated)
        show_figure(figure, f"{name}_class_means", means)
    with right:
        active = found["latent"]["active"]
        if not active:
            st.info("No latent dimension says anything of these rows.")
            return
        classes = list(dict.fromkeys(table["class"]))
        table = table.dropna(subset="value")
        with st.container(horizontal=True):
            key = f"drivers_class_{name}"
            seed(key, found["class"] if found["class"] in classes else classes[0])
            shown = choose_one("Class", {c: c for c in classes}, key)
            dimension = st.selectbox(
                "Latent dimension", by_effect(table[table["class"] == shown]),
                key=f"drivers_dimension_{name}_{shown}",
                help="First those along which the class varies most.",
            )  # fmt: skip
        is_line = table["dimension"].isna() | (table["dimension"] == dimension)
        steps = table[(table["class"] == shown) & is_line]
        figure = figures.traversal_figure(steps, is_simulated=is_simulated)
        show_figure(figure, f"{name}_{shown}_{dimension}", steps)


def by_effect(table: pd.DataFrame) -> list[str]:
    """Return the latent dimensions, first those whose steps change most."""
    steps = table[table["dimension"].notna()]
    spread = steps.groupby(["dimension", "input"])["value"].agg(
        lambda v: v.max() - v.min()
    )
    found = (
        spread.groupby("dimension").sum().sort_values(ascending=False, kind="stable")
    )
    return [str(name) for name in found.index]


def decoded_table(latent: dict[str, Any]) -> pd.DataFrame:
    """Return each decoded band or, without bands, feature, one a line."""
    bands = latent["bands"]
    inputs = [b["label"] for b in bands] or latent["features"]
    lines = pd.DataFrame(
        [
            (line["class"], line["dimension"], line["step_sd"], line["probability"],
             name, value)
            for line in latent["lines"]
            for name, value in zip(
                inputs, line["magnitudes" if bands else "deviations"], strict=True
            )
        ],
        columns=["class", "dimension", "step_sd", "probability", "input", "value"],
    )  # fmt: skip
    if bands:
        by_label = {band["label"]: band for band in bands}
        pairs = zip(lines["class"], lines["input"], strict=True)
        lines["wavelength_um"] = [by_label[b]["wavelength_um"] for b in lines["input"]]
        lines["detected"] = [by_label[b]["detected"][c] for c, b in pairs]
        lines = lines[lines["detected"].notna()]
    return lines.astype({"value": float})
