"""Selection rules on the Evaluate page: saved beside the threshold, chosen to score."""

from __future__ import annotations

import streamlit as st

import qsovae
from dashboard import cache
from dashboard.layout import escaped, number, refusals
from dashboard.state import View, seed

_NONE = "No rule"


def show_rules(view: View, run: qsovae.Run, of: cache.Scored, sought: str) -> None:
    """Offer to keep the sample above the threshold as a rule; list the run's rules.

    ``of`` says whose rows are scored.
    """
    threshold = float(st.session_state["evaluate_threshold"])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Selection rule", key="rule_name", placeholder="Name of a rule",
            help="Keeps class, threshold, class mix, morphology and quality, with the "
            "completeness and purity measured here; scores of another catalog can be "
            "selected by it.",
        )  # fmt: skip
        wanted = st.button(
            "Save the rule", key="rule_save", icon=":material/bookmark_add:",
            disabled=not threshold,
        )  # fmt: skip
    with refusals():
        if wanted:
            rule = qsovae.save_rule(
                run, name.strip(), threshold, cache.evaluated(cache.run_key(run), of),
                prior=view.sample_prior(), sought=sought,
                morphology=view.morphology, quality_choice=view.quality_choice,
                quality=view.quality,
            )  # fmt: skip
            st.success(f"Saved {escaped(rule.name)}: {rule_sentence(rule)}")
        _list_rules(run)


def _list_rules(run: qsovae.Run) -> None:
    """Show each rule in a line, with a button that deletes it."""
    for found in qsovae.list_rules(run):
        # The button first, since the lines below it change once it is pressed.
        with st.container(horizontal=True, vertical_alignment="center"):
            place = st.container()
            gone = st.button(
                "Delete", key=f"rule_delete_{found.name}", icon=":material/delete:",
                type="tertiary",
            )  # fmt: skip
        if gone:
            qsovae.delete_rule(run, found.name)
            st.rerun()
        said = found.message if found.value is None else ""
        words = escaped(said) if found.value is None else rule_sentence(found.value)
        place.caption(f"**{escaped(found.name)}**: {words}")


def rule_sentence(rule: qsovae.SelectionRule) -> str:
    """Return what a rule takes, and how good that is, for Markdown."""
    only = [] if rule.morphology == "all" else [f"{rule.morphology} sources"]
    if rule.quality:
        only.append(escaped(f"{rule.quality_choice} {' + '.join(rule.quality)}"))
    mix = {"test": "the mix of the rows it was measured on", "sky": "the sky's mix"}
    taken = (
        f"p({escaped(rule.sought)}) ≥ {rule.threshold:g} at "
        f"{mix.get(str(rule.mix['kind']), 'a stated mix')}"
    )
    measures = [
        f"{measure} {number(rule.expected[measure])} "
        f"({number(rule.expected.get(f'{measure}_low'))} to "
        f"{number(rule.expected.get(f'{measure}_high'))})"
        for measure in ("completeness", "purity")
    ]
    if rule.expected.get("per_deg2") is not None:
        measures.append(f"{number(rule.expected['per_deg2'], 1)} per deg²")
    kind = "simulated rows" if rule.is_simulated else "rows"
    on = (
        f"{rule.measured_on['rows']:,} {kind} of {escaped(rule.measured_on['catalog'])}"
    )
    return f"{', '.join([taken, *only])}: {', '.join(measures)}, on {on}."


def choose_rule(view: View, run: qsovae.Run) -> qsovae.SelectionRule | None:
    """Show the run's rules to choose from; return the chosen one."""
    usable = {r.name: r.value for r in qsovae.list_rules(run) if r.value is not None}
    if not usable:
        view.rule = None
        st.caption("A rule saved beside the threshold could select rows here.")
        return None
    key = "score_rule"
    seed(key, view.rule)
    if st.session_state[key] not in usable:
        st.session_state[key] = None
    view.rule = st.selectbox(
        "Selection rule", list(usable), index=None, key=key, placeholder=_NONE
    )
    return None if view.rule is None else usable[view.rule]


def show_selected(scored: qsovae.ScoredCatalog, rule: qsovae.SelectionRule) -> None:
    """Show how many rows a rule takes, and what is expected of them."""
    taken = int(scored.rows["selected"].sum())
    cells = st.columns(3)
    cells[0].metric("Selected rows", f"{taken:,}", border=True)
    for cell, measure in zip(cells[1:], ("completeness", "purity"), strict=True):
        low, high = (rule.expected.get(f"{measure}_{end}") for end in ("low", "high"))
        cell.metric(
            f"{measure.capitalize()} expected", number(rule.expected[measure]),
            delta=f"{number(low)} to {number(high)}", delta_color="off",
            delta_arrow="off", border=True,
        )  # fmt: skip
    st.caption(
        f"{rule_sentence(rule)} So it is here if the sources are like those, and mixed "
        "as the rule supposes. The column `selected` of the files has the rows."
    )
