"""Part of the Evaluate page: the objects of a matrix cell, or doubtful labels."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache, cells_cache, figures
from dashboard.layout import (
    choose_one,
    download_table,
    escaped,
    show_figure,
)
from dashboard.mapping_editor import active_mapping
from dashboard.sources import find_source
from dashboard.state import View, seed

OBJECTS = {"cell": "Of a cell", "suspects": "Doubtful labels"}
_MOST_LINES = 1000
_MOST_BENEATH = 30_000
_MOST_MARKS = 5000
_SUFFIXES = (".csv", ".parquet", ".fits")
_HELP = {
    "cell": "Choose a cell here, or click it in the matrix.",
    "suspects": "Scored rows that are classed otherwise than labelled, those first of "
    "which the model is surest. Where is_suspect, confident learning holds the label "
    "for wrong; a rare or strange object looks the same.",
}


class _Shown(NamedTuple):
    """What the section is about: run, rows, their catalog if at hand, and a name."""

    run: qsovae.Run
    rows: cells_cache.Rows
    catalog: qsovae.Catalog | None
    name: str
    is_simulated: bool

    @property
    def sha256(self) -> str | None:
        return None if self.catalog is None else self.catalog.sha256


def show_objects(
    view: View, run: qsovae.Run, of: cache.Scored, scores: qsovae.Scores, name: str, *,
    is_simulated: bool,
) -> None:  # fmt: skip
    """Show the objects behind the matrix of ``scores``.

    ``of`` says whose rows are scored.
    """
    st.subheader("Objects", anchor=False)
    seed("evaluate_objects", view.objects)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view.objects = choose_one(
            "Objects", OBJECTS, "evaluate_objects", show_label=False
        )
        cell = _choose_cell(view, scores) if view.objects == "cell" else None
    st.caption(_HELP[view.objects])
    if view.objects == "cell" and cell is None:
        return
    rows = cells_cache.Rows(
        cache.run_key(run), of, view.quality_choice, view.quality, view.morphology,
        view.model,
    )  # fmt: skip
    catalog = _catalog_of(view, run, of)
    shown = _Shown(run, rows, catalog, f"{name}_{view.model}", is_simulated)
    found = cells_cache.objects(rows, cell, shown.sha256, run, catalog)
    if catalog is None:
        st.caption(
            "The catalog of this run is not at hand: open it under Catalog to see "
            "positions, magnitudes and links."
        )
    if found.empty:
        st.info("No object is here.")
        return
    _show(shown, cell, found)


def _choose_cell(view: View, scores: qsovae.Scores) -> tuple[str, str] | None:
    """Show the cells to choose from, with their numbers of rows; return the choice."""
    counts = qsovae.confusion_table(scores)
    cells = [(true, put) for true in scores.classes for put in scores.classes]
    key = "evaluate_cell"
    seed(key, view.cell or None)
    if st.session_state[key] not in cells:
        st.session_state[key] = None
    chosen: tuple[str, str] | None = st.selectbox(
        "Cell", cells, index=None, key=key, placeholder="No cell chosen",
        format_func=lambda c: f"{c[0]} classed as {c[1]} ({counts.loc[c]:,})",
    )  # fmt: skip
    view.cell = chosen or ()
    return chosen


def _catalog_of(view: View, run: qsovae.Run, of: cache.Scored) -> qsovae.Catalog | None:
    """Return the catalog that the scored rows are of, if it is at hand."""
    source = find_source(view.catalog)
    if of is None or source is None:
        found = cache.run_catalog(run, source)
        return None if found is None else found.catalog
    return cache.catalog(source, active_mapping(source)[0])


def _show(shown: _Shown, cell: tuple[str, str] | None, found: pd.DataFrame) -> None:
    """Show the table of objects; SED, map and links of the one chosen in it."""
    said = "suspects" if cell is None else f"{cell[0]}_as_{cell[1]}"
    at = _show_table(found, said)
    meta = {"run": shown.run.name, "is_sim": shown.is_simulated, "rows_are": said}
    with st.container(horizontal=True):
        for suffix in _SUFFIXES:
            download_table(
                lambda: found, f"{shown.name}_{said}", suffix, meta=meta,
                key=f"download_objects_{suffix.removeprefix('.')}",
            )  # fmt: skip
    line = None if at is None else found.iloc[at]
    if line is not None:
        _show_links(line)
    left, right = st.columns(2, gap="medium")
    # Of doubtful labels, each object has a cell of its own.
    first = found.iloc[0] if line is None else line
    of = cell or (str(first["class_label"]), str(first["class_predicted"]))
    with left:
        _show_seds(shown, of, line)
    with right:
        _show_map(shown, found, at)


def _show_table(found: pd.DataFrame, said: str) -> int | None:
    """Show the first objects; return which of them is chosen."""
    lines = found.head(_MOST_LINES)
    # A browser's numbers would spoil the last digits of a 64-bit id.
    table = lines.assign(
        object_id=lines["object_id"].astype("string"),
        quality=[_bits(int(bits)) for bits in lines["quality"]],
    )
    fixed = st.column_config.NumberColumn
    formats = {"ra_deg": "%.5f", "dec_deg": "%.5f", "outlier_score": "%.2f",
               "map_1": "%.2f", "map_2": "%.2f"}  # fmt: skip
    formats |= {c: "%.2f" for c in table if c.endswith("_mag_ab")}
    shares = ("probability", "self_confidence", "normalised_margin")
    formats |= {c: "%.3f" for c in table if c.startswith("p_") or c in shares}
    with st.container(key="evaluate_object_table"):
        event: Any = st.dataframe(
            table, hide_index=True, key=f"objects_{said}", placeholder="",
            on_select="rerun", selection_mode="single-row", height=280,
            column_config={
                name: fixed(format=form)
                for name, form in formats.items()
                if name in table
            },
        )  # fmt: skip
    said_of = f"{len(found):,} objects"
    if len(found) > _MOST_LINES:
        said_of = f"The first {_MOST_LINES:,} of {len(found):,}; files have them all"
    st.caption(f"{said_of}. Choose a line to find it on the map and on the sky.")
    chosen = [k for k in event.selection.rows if k < len(table)]
    return chosen[0] if chosen else None


def _bits(quality: int) -> str:
    """Return the names of an object's quality bits."""
    return ", ".join(
        str(bit.name) for bit in qsovae.QUALITY_DESCRIPTIONS if quality & bit
    )


def _show_links(line: pd.Series[Any]) -> None:
    """Show where to look at an object on the sky."""
    named = f"**{escaped(line['object_id'])}**"
    try:
        links = qsovae.viewer_links(
            float(line.get("ra_deg", np.nan)), float(line.get("dec_deg", np.nan))
        )
    except qsovae.InputError:
        st.markdown(f"{named}: no position is known of it.")
        return
    with st.container(key="evaluate_object_links"):
        words = " · ".join(f"[{escaped(name)}]({url})" for name, url in links.items())
        st.markdown(f"{named} on the sky: {words}")


def _show_seds(
    shown: _Shown, cell: tuple[str, str], line: pd.Series[Any] | None
) -> None:
    """Show the mean SED of a cell, and that of the object chosen."""
    if shown.catalog is None or shown.sha256 is None:
        return
    seds = cells_cache.seds(shown.rows, cell, shown.sha256, shown.run, shown.catalog)
    st.caption(
        "Mean AB magnitudes of the rows seen; bars: 68 % of them; open: few were seen."
    )
    show_figure(
        figures.sed_figure(seds, _own_sed(line), is_simulated=shown.is_simulated),
        f"{shown.name}_sed_{cell[0]}_as_{cell[1]}",
        seds,
    )


def _own_sed(line: pd.Series[Any] | None) -> pd.DataFrame | None:
    """Return one object's magnitudes by wavelength, bluest first."""
    if line is None:
        return None
    bands = [
        {"band": band.name, "wavelength_um": band.wavelength_um,
         "mag_ab": float(line[f"{band.name}_mag_ab"])}
        for band in qsovae.BANDS.values()
        if f"{band.name}_mag_ab" in line
    ]  # fmt: skip
    return pd.DataFrame(bands, columns=["band", "wavelength_um", "mag_ab"])


def _show_map(shown: _Shown, found: pd.DataFrame, at: int | None) -> None:
    """Show where the objects lie on the run's map, over all its rows in grey."""
    if "map_1" not in found:
        return
    drawn = found.head(_MOST_MARKS)
    which = "The objects" if len(drawn) == len(found) else f"The first {len(drawn):,}"
    st.caption(f"{which} on the latent map, over all rows of the run in grey.")
    places = cache.latent_table(shown.run)[["map_1", "map_2"]].to_numpy(np.float64)
    placed = np.flatnonzero(np.isfinite(places).all(axis=1))
    if len(placed) > _MOST_BENEATH:
        placed = np.random.default_rng(0).choice(placed, _MOST_BENEATH, replace=False)
    beneath = places[placed]
    show_figure(
        figures.places_figure(beneath, drawn, at, is_simulated=shown.is_simulated),
        f"{shown.name}_objects_map",
        drawn[["object_id", "map_1", "map_2", "row"]],
    )
