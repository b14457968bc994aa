"""Parts of the Evaluate page: calibration, and the sample that a threshold gives."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache, figures
from dashboard.address import R_LIMIT, R_LIMITS, SKY_DEG2
from dashboard.curves_view import show_curves
from dashboard.layout import choose_one, escaped, number, show_figure
from dashboard.rules_view import show_rules
from dashboard.state import View, seed

MIXES = {"test": "Of these rows", "sky": "Of the sky"}


def show_details(
    view: View, run: qsovae.Run, of: cache.Scored, name: str, *, is_simulated: bool
) -> None:
    """Show how far probabilities can be trusted, and which sample they give.

    ``of`` says whose rows are scored.
    """
    st.subheader("Calibration and samples", anchor=False)
    sought = qsovae.sought_class(run.classes, view.sought)
    choose_mix(view, run)
    # What takes longest of many rows comes last, though its sentence stands first.
    comparison = st.container()
    left, right = st.columns(2, gap="medium")
    with right:
        with st.spinner("Judging samples …"):
            samples = cache.sample_details(
                run, of, view.morphology, view.sample_prior(), sought,
                view.quality_choice, view.quality,
            )  # fmt: skip
        _show_sample(view, samples["thresholds"], name, is_simulated=is_simulated)
        show_rules(view, run, of, sought)
    with left:
        calibration = _of_all_classes(view, run, of, "calibration")["calibration"]
        _show_calibration(calibration, sought, name, is_simulated=is_simulated)
    _show_top(samples["top"], sought, name, is_simulated=is_simulated)
    found = _of_all_classes(view, run, of, "scores", "curves")
    show_curves(view, run, of, found, name, is_simulated=is_simulated)
    with comparison:
        rival = _of_all_classes(view, run, of, "rival")["against_baseline"]
        if rival is not None:
            st.caption(_rival_sentence(rival))


def _of_all_classes(
    view: View, run: qsovae.Run, of: cache.Scored, *parts: str
) -> dict[str, Any]:
    """Return parts of the details, which no class or mix bears on."""
    with st.spinner("Drawing intervals …"):
        return cache.evaluation_details(
            run, of, view.morphology, parts, view.quality_choice, view.quality
        )


def choose_mix(view: View, run: qsovae.Run) -> None:
    """Show the class mixes that samples can be judged at."""
    whole = view.morphology == "all" and not view.quality
    # The sky's counts are of all sources, whatever they look like.
    is_counted = whole and _is_counted(run.classes)
    mixes = MIXES if is_counted else {"test": MIXES["test"]}
    if st.session_state.get("evaluate_mix") not in mixes:
        st.session_state["evaluate_mix"] = view.mix if view.mix in mixes else "test"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view.mix = choose_one("Class mix", mixes, "evaluate_mix")
        if view.mix == "sky":
            seed("evaluate_r_limit", view.r_limit or R_LIMIT)
            limit = st.number_input(
                "down to r, AB mag", *R_LIMITS, step=0.5, key="evaluate_r_limit",
                width=160, help="How the scored rows are selected stays as it is.",
            )  # fmt: skip
            view.r_limit = None if limit == R_LIMIT else limit


def _rival_sentence(rival: dict[str, Any]) -> str:
    """Return by how much the model is better, and how likely that is by chance."""
    value, low, high = rival["differences"]["accuracy"]
    test = rival["mcnemar"]
    return (
        f"Accuracy of the VAE minus the baseline's on the same rows: {value:+.3f} "
        f"({low:+.3f} to {high:+.3f}, 95 %). The VAE alone is right on "
        f"{test['first_alone']:,}, the baseline alone on {test['second_alone']:,}: "
        f"p = {test['p_value']:.2g} by McNemar's test."
    )


def _is_counted(classes: tuple[str, ...]) -> bool:
    """Return whether the sky's counts know the classes."""
    try:
        qsovae.sky_mix(classes)
    except qsovae.ConfigError:
        return False
    return True


def _show_calibration(
    calibration: dict[str, Any], sought: str, name: str, *, is_simulated: bool
) -> None:
    """Show the reliability of one class."""
    of_class = calibration["per_class"][sought]
    stages = {
        stage: pd.DataFrame(entry["reliability"]) for stage, entry in of_class.items()
    }
    words = f"ECE of {escaped(sought)} {number(of_class['before']['ece'], 4)}"
    if "after" in of_class:
        words += (
            f"; {number(of_class['after']['ece'], 4)} with a temperature of "
            f"{calibration['temperature']:.2f}, fitted to the validation rows"
        )
    st.caption(f"{words}. Bars: 95 %.")
    table = pd.concat(
        [part.assign(stage=stage) for stage, part in stages.items()], ignore_index=True
    )
    shown = {"as given": stages["before"]}
    if "after" in stages:
        shown["mended"] = stages["after"]
    show_figure(
        figures.reliability_figure(shown, sought, is_simulated=is_simulated),
        f"{name}_reliability_{sought}",
        table,
    )


def _show_sample(
    view: View, thresholds: dict[str, Any], name: str, *, is_simulated: bool
) -> None:
    """Show completeness and purity against the threshold, and those at one."""
    if "per_deg2" in thresholds["table"]:
        choose_area(view)
        if view.area is not None:
            thresholds = qsovae.over_area(thresholds, view.area)
    table = pd.DataFrame(thresholds["table"]).astype(float)
    st.caption(_mix_sentence(thresholds))
    seed("evaluate_threshold", 0.5 if view.threshold is None else view.threshold)
    chosen = st.slider("Threshold", 0.0, 1.0, step=0.005, key="evaluate_threshold")
    view.threshold = None if chosen == 0.5 else chosen or None
    reached = table[table["threshold"] >= chosen]
    at = None if reached.empty else reached.iloc[-1]
    cells = st.columns(3 if "per_deg2" in table else 2)
    for cell, measure in zip(cells, ("completeness", "purity"), strict=False):
        cell.metric(
            measure.capitalize(), number(None if at is None else at[measure]),
            delta=None if at is None else _interval(at, measure),
            delta_color="off", delta_arrow="off", border=True,
        )  # fmt: skip
    if "per_deg2" in table:
        cells[2].metric(
            "Sources per deg²", number(None if at is None else at["per_deg2"], 1),
            delta=None if at is None
            else f"{number(at['contaminants_per_deg2'], 1)} others",
            delta_color="off", delta_arrow="off", border=True,
        )  # fmt: skip
    if at is not None and "expected" in table:
        low, high = at["expected_sought_low"], at["expected_sought_high"]
        st.caption(
            f"Over {thresholds['area_deg2']:,.6g} deg²: {at['expected']:,.0f} "
            f"sources, of them {at['expected_sought']:,.0f} ({low:,.0f} to "
            f"{high:,.0f}) are {escaped(thresholds['class'])}."
        )
    show_figure(
        # Where the table has it, so that the picture agrees with the numbers above.
        figures.threshold_figure(
            table, chosen if at is None else at["threshold"], is_simulated=is_simulated
        ),
        f"{name}_thresholds_{thresholds['class']}_{thresholds['prior']['kind']}",
        table,
    )


def choose_area(view: View) -> None:
    """Show over which area samples are counted."""
    seed("evaluate_area", view.area)
    view.area = st.number_input(
        "Area, deg²", 0.01, SKY_DEG2, None, key="evaluate_area", width=160,
        placeholder="none", help="How large the sample is over it, and how pure.",
    )  # fmt: skip


def _show_top(
    top: dict[str, list[float | None]], sought: str, name: str, *, is_simulated: bool
) -> None:
    """Show how pure the rows are that are most probably of a class."""
    st.subheader("Most probable first", anchor=False)
    st.caption(
        f"Of the scored rows that are most probably {escaped(sought)}, as many as one "
        "has spectra for: how many are. At the class mix of these rows. Band: 95 %."
    )
    table = pd.DataFrame(top).astype(float)
    show_figure(
        figures.top_figure(table, is_simulated=is_simulated), f"{name}_top_{sought}",
        table,
    )  # fmt: skip


def _interval(at: pd.Series[float], measure: str) -> str:
    return f"{number(at[f'{measure}_low'])} to {number(at[f'{measure}_high'])}"


def _mix_sentence(thresholds: dict[str, Any]) -> str:
    """Return which sample is shown, at which class mix."""
    prior, sought = thresholds["prior"], escaped(thresholds["class"])
    if prior["shares"] is None:
        return f"{sought} above a threshold, at the class mix of the scored rows."
    shares = ", ".join(f"{escaped(c)} {s:.2%}" for c, s in prior["shares"].items())
    return (
        f"{sought} above a threshold, at the sky's class mix, r < "
        f"{prior['r_limit']:g}: {shares}; "
        f"{prior['per_deg2']:,.0f} sources per deg²."
    )
