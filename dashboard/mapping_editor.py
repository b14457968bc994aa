"""What each column is: the guesses, as a table that a visitor corrects.

The choice of a mapping belongs to the session and is kept as TOML, by catalog; saved
mappings are found again by the same column names.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard.cache import raw_table
from dashboard.layout import refuse
from dashboard.sources import Source, mappings_folder

_EDITOR = "mapping_cells"
_CHOSEN = "mappings"
_BASE = "mapping_base"
EDITED, SAVED, RECOGNISED = "edited", "saved", "recognised"


def active_mapping(source: Source) -> tuple[qsovae.Mapping, str]:
    """Return a catalog's mapping and where it is from: edited, saved or recognised.

    Raises
    ------
    CatalogError
        If the catalog or a saved mapping cannot be read.
    """
    chosen: dict[str, str] = st.session_state.get(_CHOSEN, {})
    if source.key in chosen:
        return qsovae.Mapping.from_toml(chosen[source.key], source.path.name), EDITED
    raw = raw_table(source)
    store = qsovae.MappingStore(mappings_folder())
    found = store.find(list(raw.frame.columns))
    return (found, SAVED) if found else (qsovae.recognise_columns(raw), RECOGNISED)


def show_mapping(source: Source) -> qsovae.Mapping:
    """Show the mapping to be corrected, saved and downloaded; return it."""
    _, origin = active_mapping(source)
    if origin == SAVED:
        st.success(
            "A saved mapping for the same columns was found and applied.",
            icon=":material/bookmark_added:",
        )
    st.caption(
        "Every guess can be corrected in place: double-click a cell. A magnitude needs "
        "its band and system; Vega magnitudes are converted to AB."
    )
    mapping = edit_mapping(source)
    with st.container(horizontal=True):
        if st.button("Save mapping", key="mapping_save", icon=":material/save:"):
            save_mapping(source, mapping)
            st.toast("Saved: catalogs with the same columns will find it.")
            st.rerun()
        if st.button("Undo changes", key="mapping_undo", icon=":material/undo:"):
            forget_edits(source)
            st.rerun()
        st.download_button(
            "Mapping (TOML)", mapping.to_toml(), f"{source.path.stem}.mapping.toml",
            "application/toml", key="download_mapping", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
    return mapping


def edit_mapping(source: Source) -> qsovae.Mapping:
    """Show the table of columns and return the mapping as corrected so far."""
    mapping, _ = active_mapping(source)
    base = st.session_state.get(_BASE)
    # The table's first state must stay put while cells are edited, and start from the
    # latest mapping whenever the table is shown anew.
    if _editor_key() not in st.session_state or not base or base[0] != source.key:
        base = (source.key, mapping.to_toml())
        st.session_state[_BASE] = base
        st.session_state["mapping_round"] = st.session_state.get("mapping_round", 0) + 1
    first = qsovae.Mapping.from_toml(base[1], source.path.name)
    with st.container(key="mapping_editor"):
        cells = st.data_editor(
            mapping_table(first), key=_editor_key(), hide_index=True, height=420,
            column_config=_columns(first), disabled=["column", "reason"],
            placeholder="",
        )  # fmt: skip
    try:
        edited = mapping_of(cells, first)
    except qsovae.QsovaeError as error:
        refuse(error)
        st.caption("Until this is mended, the last mapping that fits stays in force.")
        return mapping
    if edited != first or source.key in st.session_state.get(_CHOSEN, {}):
        st.session_state.setdefault(_CHOSEN, {})[source.key] = edited.to_toml()
    return edited


def forget_edits(source: Source) -> None:
    """Go back to the saved or recognised mapping."""
    st.session_state.get(_CHOSEN, {}).pop(source.key, None)
    st.session_state.pop(_BASE, None)


def save_mapping(source: Source, mapping: qsovae.Mapping) -> None:
    """Save a mapping, to be found by catalogs with the same columns."""
    qsovae.MappingStore(mappings_folder()).save(mapping)
    forget_edits(source)


def _editor_key() -> str:
    return f"{_EDITOR}_{st.session_state.get('mapping_round', 0)}"


def mapping_table(mapping: qsovae.Mapping) -> pd.DataFrame:
    """Return a mapping as the table that is edited."""
    lines = [
        {
            "column": c.name, "role": c.role, "band": c.band, "system": c.system,
            "unit": c.unit, "sentinels": _listed(c.sentinels),
            "nondetections": _listed(c.nondetections),
            "error_of": c.error_of, "reason": c.reason,
        }
        for c in mapping.columns
    ]  # fmt: skip
    return pd.DataFrame(lines, dtype="object")


def mapping_of(cells: pd.DataFrame, first: qsovae.Mapping) -> qsovae.Mapping:
    """Return the mapping that an edited table describes.

    Raises
    ------
    CatalogError
        If a cell says what no column can be.
    """
    columns = []
    for was, line in zip(first.columns, cells.to_dict("records"), strict=True):
        role = str(line["role"])
        has_band = role in qsovae.BAND_ROLES
        system = _text(line["system"])
        now = replace(
            was, role=role,
            band=_text(line["band"]) if has_band else None,
            # Most surveys write AB; a person who means Vega says so.
            system=(system or "AB") if role == "magnitude" else system,
            unit=_text(line["unit"]),
            sentinels=_numbers(line["sentinels"], was.name),
            nondetections=_numbers(line["nondetections"], was.name),
            error_of=_text(line["error_of"]) if role.endswith("error") else None,
        )  # fmt: skip
        changed = (now.role, now.band, now.system) != (was.role, was.band, was.system)
        columns.append(replace(now, reason="set by hand") if changed else now)
    return qsovae.Mapping(tuple(columns)).checked()


def _listed(codes: tuple[float, ...]) -> str:
    return ", ".join(f"{code:.10g}" for code in codes)


def _text(cell: Any) -> str | None:
    return None if cell is None or pd.isna(cell) or not str(cell).strip() else str(cell)


def _numbers(cell: Any, name: str) -> tuple[float, ...]:
    """Return the numbers in a cell, parted by commas, semicolons or blanks."""
    words = (_text(cell) or "").replace(",", " ").replace(";", " ").split()
    try:
        numbers = tuple(float(word) for word in words)
    except ValueError:
        numbers = (math.nan,)
    if any(map(math.isnan, numbers)):
        raise qsovae.CatalogError(
            f"the codes {cell!r} are not numbers",
            f"column {name}",
            "Write numbers with commas between them; NaN is missing by itself.",
        )
    return numbers


def _columns(mapping: qsovae.Mapping) -> dict[str, Any]:
    """Return how each column of the table is shown."""
    errors_of = [c.name for c in mapping.columns if not c.role.endswith("error")]
    choose = st.column_config.SelectboxColumn
    text = st.column_config.TextColumn
    return {
        "column": text("Column", width=170, pinned=True),
        "role": choose("Role", options=list(qsovae.ROLES), required=True, width=130),
        "band": choose("Band", options=list(qsovae.BANDS), width=85),
        "system": choose("System", options=["AB", "Vega"], width=85),
        "unit": text("Unit", width=75),
        "sentinels": text("Missing", help="Codes such as -9999, 99", width=95),
        "nondetections": text(
            "Not seen", help="Codes that mean looked for, and not seen", width=95
        ),
        "error_of": choose("Error of", options=errors_of, width=110),
        "reason": text("Why this guess", width="large"),
    }
