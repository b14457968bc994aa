"""Part of the Explore page: how far the map can be trusted."""

from __future__ import annotations

from typing import Any

import streamlit as st

import qsovae
from dashboard import projecting
from dashboard.job_view import show_process
from dashboard.layout import refusals

# By key of the record: what it is called, and what a low value would mean.
_MEASURES = {
    "trustworthiness": (
        "Trustworthiness",
        "Low where the map shows rows as near that are far in latent space.",
    ),
    "continuity": (
        "Continuity",
        "Low where the map tears rows apart that are near in latent space.",
    ),
    "kept": (
        "Latent neighbours kept",
        "Of a row's nearest rows in latent space, how many are nearest on the map.",
    ),
    "agreement": (
        "Recurring over seeds",
        "Of a row's nearest rows on the map, how many are so on a map that differs by "
        "nothing but chance.",
    ),
}


_OTHERS = {
    "densmap": ("densMAP", "Keeps how dense rows lie, too."),
    "umap3d": ("UMAP in space", "Three axes, of which a plane shows two."),
}


def show_map_quality(run: qsovae.Run) -> None:
    """Show how far the run's map can be trusted, and make what is lacking when asked.

    That is its measures, and other projections than the map.
    """
    with st.expander("How far to trust this map"), refusals():
        found = qsovae.map_quality(run)
        if found is not None:
            _show_measures(found)
        if not show_making(run):
            if found is None:
                _offer(run)
            _offer_others(run)


def show_making(run: qsovae.Run) -> bool:
    """Show the process that makes a map or measures one; return whether it runs."""
    job = projecting.PROJECTING.job(run)
    is_busy = job is not None and job.is_busy
    st.fragment(show_process, run_every=1 if is_busy else None)(
        projecting.PROJECTING, run, "Laying out and measuring", "quality"
    )
    return is_busy


def _show_measures(found: dict[str, Any]) -> None:
    """Show the measures, and what they say in words."""
    for place, (key, (name, about)) in zip(
        st.columns(len(_MEASURES)), _MEASURES.items(), strict=True
    ):
        is_rank = key in found["plane"]
        value = f"{found[key]:.3f}" if is_rank else f"{found[key]:.0%}"
        place.metric(name, value, help=about)
        if is_rank:
            place.caption(
                f"plane of two principal components: {found['plane'][key]:.3f}"
            )
    st.markdown(quality_words(found))
    st.caption(
        f"{found['n_neighbors']} neighbours, of the {found['fitted_rows']:,} rows laid "
        f"out. Trustworthiness and continuity (Venna & Kaski 2001) are of "
        f"{found['scored_rows']:,} of them, drawn at random, among "
        f"{found['ranked_among']:,}; seeds {', '.join(map(str, found['seeds']))}. Row "
        "by row: columns map_stability (recurring) and map_kept."
    )


def quality_words(found: dict[str, Any]) -> str:
    """Return in a few words what may be read from a map, and what may not."""
    k = found["n_neighbors"]
    low = found["percentiles"]["agreement"]["5"]
    return (
        f"Of the {k} rows nearest to a row on this map, {found['agreement']:.0%} are "
        f"again when it is drawn by another seed (for one row in twenty {low:.0%} or "
        f"fewer), and {found['kept']:.0%} of its {k} nearest in latent space are among "
        "them. Which rows lie together means something; how far islands are apart, how "
        "large they are and how they are turned does not."
    )


def _offer(run: qsovae.Run) -> None:
    """Offer to measure the map."""
    st.caption(
        "The map is laid out twice more, by other seeds, and each row's neighbours are "
        "compared: half a minute for 20,000 rows."
    )
    if st.button("Measure", key="quality_start", icon=":material/straighten:"):
        _start(run, "quality")


def _offer_others(run: qsovae.Run) -> None:
    """Offer the projections that the run has not yet; they become planes."""
    kept = {record["name"] for record in qsovae.run_projections(run)}
    with st.container(horizontal=True):
        for key, (words, about) in _OTHERS.items():
            if key not in kept and st.button(
                f"Make {words}", key=f"project_{key}", type="tertiary",
                icon=":material/add:", help=f"{about} Half a minute for 20,000 rows.",
            ):  # fmt: skip
                _start(run, key)


def _start(run: qsovae.Run, what: str) -> None:
    with refusals():
        projecting.start(run, what)
        st.rerun()
