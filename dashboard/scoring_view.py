"""Part of the Evaluate page: the scores of every row of the opened catalog, to take.

An expert chooses the class mix that they suppose, kept as the text that ``qsovae score
--prior`` takes, and below which probability a row is left without a class.
"""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache
from dashboard.layout import choose_one, download_table, escaped
from dashboard.mapping_editor import active_mapping
from dashboard.rules_view import choose_rule, show_selected
from dashboard.sources import Source
from dashboard.state import View, seed

_ESTIMATE = "estimate"
_KINDS = {"trained": "As in training", "stated": "Stated", _ESTIMATE: "Estimated"}
_HELP = {
    "trained": "Probabilities suppose the class mix of the labelled training rows.",
    "stated": "Shares of the classes among these rows; they must sum to 1.",
    _ESTIMATE: "The mix that makes these rows likeliest, if each class looks as in "
    "training and the probabilities are calibrated.",
}
_LEFT_OPEN = "no class"


def show_scoring(view: View, run: qsovae.Run, source: Source) -> None:
    """Show how the rows of a catalog are classed, and offer the scores as files.

    Raises
    ------
    QsovaeError
        If the catalog lacks what the run needs, or the class mix is none.
    """
    st.subheader("Scores of every row", anchor=False)
    rule = choose_rule(view, run)
    with st.expander("Expert"):
        if rule is None:
            view.prior = _choose_prior(view, run)
        view.abstain = _choose_abstention(view)
    mapping = active_mapping(source)[0]
    scored = _scored(
        cache.stamp(run.folder / "manifest.json"), cache.stamp(source.path),
        mapping.to_toml(), None if rule else view.prior, view.abstain,
        None if rule is None else json.dumps(rule.to_json()),
        run, cache.catalog(source, mapping), rule,
    )  # fmt: skip
    if rule is not None:
        show_selected(scored, rule)
    _show_mix(scored)
    _offer(scored, run, source, is_simulated=_is_simulated(run, source, mapping))


def _choose_prior(view: View, run: qsovae.Run) -> str | None:
    """Show the class mixes to choose from; return the choice as text."""
    kind = view.prior if view.prior in (None, _ESTIMATE) else "stated"
    seed("score_prior", kind or "trained")
    chosen = choose_one("Class mix", _KINDS, "score_prior")
    st.caption(_HELP[chosen])
    if chosen != "stated":
        return _ESTIMATE if chosen == _ESTIMATE else None
    first = _first_shares(view.prior, run)
    shares = {}
    with st.container(horizontal=True):
        for number, name in enumerate(run.classes):
            key = f"score_share_{run.name}_{number}"
            seed(key, first[name])
            shares[name] = st.number_input(
                escaped(name), min_value=0.0, max_value=1.0, step=0.01, format="%.4f",
                key=key,
            )  # fmt: skip
    return ",".join(f"{name}={share:.6g}" for name, share in shares.items())


def _first_shares(prior: str | None, run: qsovae.Run) -> dict[str, float]:
    """Return what to begin with: the address's shares, else those of training."""
    trained = zip(run.classes, run.estimator.class_prior_, strict=True)
    shares = {name: round(float(share), 4) for name, share in trained}
    if prior in (None, _ESTIMATE):
        return shares
    stated = qsovae.parse_prior(str(prior))
    if isinstance(stated, str):
        return shares
    within = {n: min(max(s, 0.0), 1.0) for n, s in stated.items() if n in shares}
    return shares | within


def _choose_abstention(view: View) -> float | None:
    """Show the least probability of a class; None where every row gets one."""
    seed("score_abstain", view.abstain or 0.0)
    least = st.number_input(
        "No class below a probability of", min_value=0.0, max_value=1.0, step=0.05,
        key="score_abstain", help="Rows without a class keep their probabilities.",
    )  # fmt: skip
    return least or None


@st.cache_resource(max_entries=2, show_spinner="Scoring every row …")
def _scored(
    run_file: cache.Stamp, catalog_file: cache.Stamp, mapping_toml: str,
    prior: str | None, abstain: float | None, rule_json: str | None,
    _run: qsovae.Run, _catalog: qsovae.Catalog, _rule: qsovae.SelectionRule | None,
) -> qsovae.ScoredCatalog:  # fmt: skip
    stated = None if prior is None else qsovae.parse_prior(prior)
    return qsovae.score_catalog(
        _run, _catalog, prior=stated, abstain=abstain, rule=_rule
    )


def _show_mix(scored: qsovae.ScoredCatalog) -> None:
    """Show the rows of each class, and the class mix with its interval."""
    st.dataframe(
        mix_table(scored), hide_index=True, key="score_mix", placeholder="",
        column_config={
            "class": "predicted class",
            "rows": st.column_config.NumberColumn(format="localized"),
            "share": st.column_config.NumberColumn("share supposed", format="%.4f"),
            "low": st.column_config.NumberColumn("95 % from", format="%.4f"),
            "high": st.column_config.NumberColumn("95 % to", format="%.4f"),
        },
    )  # fmt: skip


def mix_table(scored: qsovae.ScoredCatalog) -> pd.DataFrame:
    """Return rows and share of each class, and the interval of an estimated share."""
    prior = scored.prior_json()
    predicted = scored.rows["class_predicted"]
    lines = [
        {"class": name, "rows": int((predicted == name).sum()), "share": share}
        | {end: prior[end][name] for end in ("low", "high") if prior[end]}
        for name, share in prior["shares"].items()
    ]
    left_open = int(predicted.isna().sum())
    if left_open:
        lines.append({"class": _LEFT_OPEN, "rows": left_open})
    return pd.DataFrame(lines)


def _is_simulated(run: qsovae.Run, source: Source, mapping: qsovae.Mapping) -> bool:
    return run.is_simulated or cache.catalog(source, mapping).is_simulated


def _offer(
    scored: qsovae.ScoredCatalog, run: qsovae.Run, source: Source, *, is_simulated: bool
) -> None:
    """Offer the scores as files whose headers say which class mix they suppose."""
    if is_simulated:
        st.caption("Simulated data: these scores say nothing of the sky.")
    header = {
        "run": run.name, "catalog": source.path.name, "is_sim": is_simulated,
        **scored.header(),
    }  # fmt: skip
    with st.container(horizontal=True):
        for suffix in (".parquet", ".fits", ".csv"):
            download_table(
                lambda: scored.rows, f"{run.name}_{source.path.stem}_scores", suffix,
                key=f"download_scores_{suffix.removeprefix('.')}", meta=header,
            )  # fmt: skip
