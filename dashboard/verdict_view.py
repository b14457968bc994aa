"""Part of the Explore page: a person's verdict on one object."""

from __future__ import annotations

import streamlit as st

import qsovae
from dashboard import cache
from dashboard.layout import download_table, escaped, refusals

_WORDS = {"": "No issue"} | {k: f"{k}: {v}" for k, v in qsovae.VERDICT_ISSUES.items()}


def show_verdict(run: qsovae.Run, object_id: str) -> None:
    """Show what was said of an object, and take one more verdict."""
    with refusals():
        said = cache.verdicts(run)
        own = said[said["object_id"] == object_id]
        for line in own.to_dict("records"):
            issue = f", {line['vi_issue']}" if line["vi_issue"] else ""
            comment = f": {escaped(line['vi_comment'])}" if line["vi_comment"] else ""
            st.caption(
                f"**{escaped(line['vi_class'])}**, quality {line['vi_quality']}{issue},"
                f" says {escaped(line['vi_scanner'])} at {line['vi_time_utc']}{comment}"
            )
        _take(run, object_id)


def _take(run: qsovae.Run, object_id: str) -> None:
    """Show the form of a verdict, and append what was said."""
    with st.form(f"verdict_{object_id}", border=True):
        vi_class = st.segmented_control(
            "Verdict", qsovae.VERDICT_CLASSES, key=f"verdict_class_{object_id}"
        )
        quality = st.segmented_control(
            "Quality", list(qsovae.VERDICT_QUALITIES),
            key=f"verdict_quality_{object_id}",
            help="; ".join(f"{k}: {v}" for k, v in qsovae.VERDICT_QUALITIES.items()),
        )  # fmt: skip
        issues = st.multiselect(
            "Issues", list(qsovae.VERDICT_ISSUES), key=f"verdict_issue_{object_id}",
            format_func=_WORDS.__getitem__, placeholder="None",
        )  # fmt: skip
        comment = st.text_input("Comment", key=f"verdict_comment_{object_id}")
        # Who looks stays the same from one object to the next.
        who = st.text_input("Your name", key="verdict_scanner", autocomplete="name")
        if not st.form_submit_button("Say it", icon=":material/gavel:"):
            return
    if vi_class is None or quality is None:
        st.warning("Choose a class and a quality.")
        return
    said = qsovae.Verdict(
        object_id, vi_class, int(quality), who.strip(), "".join(issues), None, comment
    )
    qsovae.add_verdict(run, said)
    st.rerun()


def download_verdicts(run: qsovae.Run) -> None:
    """Offer all verdicts on objects of a run, once there are any."""
    with refusals():
        said = cache.verdicts(run)
        if said.empty:
            return
        st.caption(f"{len(said):,} verdicts on objects of this run.")
        download_table(lambda: said, f"{run.name}_verdicts", ".csv", label="Verdicts")
