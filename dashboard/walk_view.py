"""Part of the Explore page: a walk through the latent space, decoded at each step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

import qsovae
from dashboard import cache, figures
from dashboard.layout import choose_one, escaped, refusals, show_figure
from dashboard.state import View, seed
from dashboard.walk_cache import latent_ranges, near_in_latent, near_on_map
from dashboard.walk_line_view import FEWEST_BANDS, show_line

# A row's number, a place of the map, or None for the mean of all rows.
Start = int | tuple[float, float] | None
OnOpen = Callable[[str], None]

_UNITS = {"mag": figures.MAGNITUDES, "flux": figures.FLUXES}
_STEP = 0.01


def show_walk(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    start: Start = None, on_open: OnOpen | None = None,
) -> None:  # fmt: skip
    """Show sliders on the latent dimensions, what is decoded there, and a line.

    Parameters
    ----------
    view : View
    run : Run
    table : DataFrame
        The run's rows, as of ``qsovae.run_table``.
    catalog : Catalog, optional
        That trained the run: it knows what was measured of the nearest row.
    start : int, (float, float) or None
        Where the walk begins; a new one begins a new walk.
    on_open : callable, optional
        Told the id of an object that somebody opens.
    """
    _begin_anew(view, run, start)
    seed("walk_on", bool(view.walk or view.walk_between))
    is_on = st.toggle(
        "Walk the latent space", key="walk_on", on_change=_go_back, args=(view,),
        help="Move along the dimensions that say anything, and see what is decoded "
        "there and which object is nearest.",
    )  # fmt: skip
    if not is_on:
        view.walk = view.walk_between = ()
        return
    _show_place(view, run, table, catalog, start, on_open)
    show_line(view, run, table, catalog)


def _begin_anew(view: View, run: qsovae.Run, start: Start) -> None:
    """Forget where the walk has come to if another start was chosen."""
    begun = (cache.run_key(run), start)
    before = st.session_state.get("walk_from")
    if before == begun:
        return
    st.session_state["walk_from"] = begun
    # At the beginning of a visit the address says where it has come to.
    if before is not None:
        _go_back(view)
        if isinstance(start, tuple):
            st.session_state["walk_on"] = True


def _go_back(view: View) -> None:
    """Put the sliders back to the start."""
    view.walk = ()
    st.session_state["walk_round"] = st.session_state.get("walk_round", 0) + 1


@st.fragment
def _show_place(
    view: View, run: qsovae.Run, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    start: Start, on_open: OnOpen | None,
) -> None:  # fmt: skip
    """Show the sliders, and what is decoded where they stand."""
    with refusals():
        near = near_in_latent(run, table)
        sliders, picture, beside = st.columns([2, 4, 2], gap="medium")
        with sliders:
            latent = _choose_latent(view, run, table, _start_latent(run, near, start))
        (place,) = qsovae.decode_latent(run, [latent], near)
        with picture:
            _show_sed(run, place, catalog)
        with beside:
            _show_classes(place)
            _show_nearest(place, on_open)
    view.to_address()


def _start_latent(
    run: qsovae.Run, near: qsovae.Nearby, start: Start
) -> NDArray[np.float64]:
    """Return where a walk begins, and say what that is."""
    if isinstance(start, tuple):
        found = qsovae.latent_at_map(near.rows, *start, near_on_map(run, near.rows))
        far = ", where no row is near: by the nearest there" if found.is_far else ""
        st.caption(f"From {start[0]:.2f}, {start[1]:.2f} of the map{far}.")
        return found.latent
    words, latent = "the mean of all rows", near.points.mean(axis=0)
    if start is not None:
        words = f"object {escaped(near.rows['object_id'].iloc[start])}"
        latent = near.points[start]
    st.caption(f"From {words}.")
    return np.asarray(latent)


def _choose_latent(
    view: View, run: qsovae.Run, table: pd.DataFrame, start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Show a slider for each dimension that says anything; return where they stand."""
    number = st.session_state.get("walk_round", 0)
    came = np.array(view.walk) if len(view.walk) == len(start) else start
    # The sliders' ends must not move while they are dragged.
    if st.session_state.get("walk_first", (None,))[0] != number:
        st.session_state["walk_first"] = (number, came)
    first = st.session_state["walk_first"][1]
    latent: NDArray[np.float64] = first.copy()
    ranges = latent_ranges(run, table)
    for k, line in enumerate(ranges.itertuples()):
        if not line.is_active:
            continue
        low = float(min(line.low, start[k], first[k]))
        high = float(max(line.high, start[k], first[k], low + _STEP))
        key = f"walk_{line.name}_{number}"
        seed(key, float(np.clip(came[k], low, high)))
        words = f"Latent dimension {k + 1}"
        latent[k] = st.slider(words, low, high, step=_STEP, key=key, format="%.2f")
    if not ranges["is_active"].any():
        st.info("No latent dimension says anything of these rows.")
    view.walk = tuple(latent.tolist())
    st.button(
        "Back to the start", key="walk_back", icon=":material/undo:",
        on_click=_go_back, args=(view,),
    )  # fmt: skip
    return latent


def _show_sed(
    run: qsovae.Run, place: dict[str, Any], catalog: qsovae.Catalog | None
) -> None:
    """Show what is decoded, over what was measured of the nearest row."""
    row = place["nearest"][0]["row"]
    if len(place["bands"]) < FEWEST_BANDS:
        features = pd.DataFrame(place["features"])
        if catalog is not None:
            beside = qsovae.measured_features(run, catalog, row)
            features["nearest row"] = [one["value"] for one in beside]
        st.caption("The features tell of too few bands for an SED. Decoded:")
        st.dataframe(features, hide_index=True, key="walk_features")
        return
    seed("walk_unit", "mag")
    unit = _UNITS[choose_one("Unit", _UNITS, "walk_unit", show_label=False)]
    bands = pd.DataFrame(place["bands"])
    measured = None
    if catalog is not None:
        measured = pd.DataFrame(qsovae.measured_bands(catalog, row))
        near = [one["row"] for one in place["nearest"]]
        bands["detected"] = bands["band"].map(qsovae.detected_shares(catalog, near))
    figure = figures.place_figure(bands, measured, unit, is_simulated=run.is_simulated)
    show_figure(figure, f"{run.name}_walk", bands)


def _show_classes(place: dict[str, Any]) -> None:
    """Show the class probabilities of a place as bars."""
    shares = pd.DataFrame(
        place["probabilities"].items(), columns=["class", "probability"]
    )
    st.dataframe(
        shares, hide_index=True, key="walk_probabilities",
        column_config={"probability": st.column_config.ProgressColumn(
            format="%.3f", min_value=0.0, max_value=1.0
        )},
    )  # fmt: skip


def _show_nearest(place: dict[str, Any], on_open: OnOpen | None) -> None:
    """Show the nearest row, with a way to open it."""
    nearest = place["nearest"][0]
    st.markdown(
        f"Nearest row: **{escaped(nearest['object_id'])}**, true class "
        f"**{escaped(nearest['class_label'] or 'unknown')}**, predicted "
        f"**{escaped(nearest['class_predicted'])}**, {nearest['distance']:.3g} away."
    )
    if place["is_far"]:
        st.warning(
            "No such objects are known: 99 % of the rows have another within "
            f"{place['far_distance']:.3g}.",
            icon=":material/explore_off:",
        )
    if on_open is not None and st.button(
        "Open it", key="walk_open", icon=":material/open_in_new:",
        on_click=on_open, args=(nearest["object_id"],),
    ):  # fmt: skip
        st.rerun()
