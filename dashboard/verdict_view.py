"""Part of the Explore page: a person's verdict on one object."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

import qsovae
from dashboard import cache
from dashboard.layout import download_table, escaped, refusals
from dashboard.state import seed

# By its key: a class and what people call it.
_QUICK = {
    "Q": ("QSO", "quasar"), "S": ("STAR", "star"), "G": ("GALAXY", "galaxy"),
    "U": ("unknown", "unknown"),
}  # fmt: skip
# Where what stays from one object to the next is kept: closed widgets forget it.
_WHO, _QUICK_QUALITY, _SAID_LAST = "said_by", "said_quality", "said_last"
_WORDS = {"": "No issue"} | {k: f"{k}: {v}" for k, v in qsovae.VERDICT_ISSUES.items()}


def show_verdict(
    run: qsovae.Run, object_id: str, open_next: Callable[[], None]
) -> None:
    """Show what was said of an object, and take one more verdict.

    After one that is said by a key the next object is opened.
    """
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
        seed("verdict_scanner", st.session_state.get(_WHO, ""))
        who = st.text_input("Your name", key="verdict_scanner", autocomplete="name")
        st.session_state[_WHO] = who
        _take_quick(run, object_id, who.strip(), open_next)
        _take(run, object_id, who.strip())


def _take_quick(
    run: qsovae.Run, object_id: str, who: str, open_next: Callable[[], None]
) -> None:
    """Show a button and a key for each class; append what was said, and go on."""
    qualities = list(qsovae.VERDICT_QUALITIES)
    seed("verdict_quick_quality", st.session_state.get(_QUICK_QUALITY))
    quality = st.segmented_control(
        "Quality of quick verdicts", qualities, key="verdict_quick_quality",
        help="Stays from one object to the next.",
    )  # fmt: skip
    st.session_state[_QUICK_QUALITY] = quality
    is_ready = bool(who) and quality is not None
    chosen = None
    with st.container(horizontal=True):
        for key, (vi_class, words) in _QUICK.items():
            # Named by the object, so that a key pressed twice says nothing of the next.
            if st.button(
                words.capitalize(), key=f"verdict_quick_{vi_class}_{object_id}",
                shortcut=key, disabled=not is_ready,
            ):  # fmt: skip
                chosen = vi_class
    keys = ", ".join(f"{key} {words}" for key, (_, words) in _QUICK.items())
    first = "" if is_ready else "First give your name and a quality. "
    st.caption(f"{first}Keys: {keys}; the next object opens.")
    if _SAID_LAST in st.session_state:
        st.caption(f"Said last: {escaped(st.session_state[_SAID_LAST])}.")
    if chosen is None or quality is None:
        return
    qsovae.add_verdict(run, qsovae.Verdict(object_id, chosen, int(quality), who))
    st.session_state[_SAID_LAST] = f"{object_id} is {chosen}, quality {quality}"
    open_next()
    st.rerun()


def _take(run: qsovae.Run, object_id: str, who: str) -> None:
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
        if not st.form_submit_button("Say it", icon=":material/gavel:"):
            return
    if vi_class is None or quality is None:
        st.warning("Choose a class and a quality.")
        return
    said = qsovae.Verdict(
        object_id, vi_class, int(quality), who, "".join(issues), None, comment
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
