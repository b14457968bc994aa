"""Part of the Combine page: which files, how to match them, what to name the result."""

from __future__ import annotations

import streamlit as st

import qsovae
from dashboard import cache
from dashboard.combined import free_name, is_taken
from dashboard.combining import PRIMARY, CombineChoice
from dashboard.layout import choose_one, escaped
from dashboard.sources import (
    find_source,
    keep_upload,
    keep_uploads,
    server_sources,
)
from dashboard.state import seed

_MATCHES = {"best": "Nearest partner", "mutual": "Mutually nearest"}
_MATCH_WORDS = (
    "Nearest partner: each row of the primary takes the nearest source within the "
    "radius. Mutually nearest: only if that source has no nearer row."
)
_TYPES = list(dict.fromkeys(s.split(".")[-1] for s in qsovae.READABLE_SUFFIXES))
_LARGEST_RADIUS_ARCSEC = 120.0
_MOST_READ = 64 * 2**20  # bytes of a primary that is read for its columns' names


def current_choice() -> CombineChoice:
    """Return what the visitor has chosen so far; the pages' widgets forget it."""
    choice: CombineChoice = st.session_state.setdefault(
        "combine_choice", CombineChoice()
    )
    return choice


def show_form(choice: CombineChoice) -> bool:
    """Show all choices and keep them; return whether to combine now."""
    sources = server_sources()
    uploads: dict[str, str] = st.session_state.setdefault("combine_uploads", {})
    names = {key: key for key in sources} | uploads
    for survey in qsovae.COMBINED_SURVEYS:
        _choose_files(choice, survey, names)
    if not choice.files.get(PRIMARY):
        title = qsovae.COMBINED_SURVEYS[PRIMARY].title
        how = "choose or upload" if sources else "upload"
        st.info(
            f"Begin with {title}: {how} its files, one for each area. Then add the "
            "surveys to match with it."
        )
    _choose_dust_map(choice, {key: key for key in sources})
    return _choose_settings(choice)


def _choose_files(choice: CombineChoice, survey: str, names: dict[str, str]) -> None:
    """Show one survey's files and match radius."""
    definition = qsovae.COMBINED_SURVEYS[survey]
    files, upload, radius = st.columns([6, 1.4, 2], vertical_alignment="bottom")
    needed = ", required" if survey == PRIMARY else ""
    bands = " ".join(definition.bands)
    with upload, st.popover("Upload", icon=":material/upload:", width="stretch"):
        st.file_uploader(
            f"{definition.title}: FITS, VOTable, ECSV, CSV or Parquet, also gzipped",
            type=_TYPES, accept_multiple_files=True, key=f"combine_upload_{survey}",
            on_change=_keep_uploads, args=(survey,),
        )  # fmt: skip
    with files:
        seed(f"combine_files_{survey}", choice.files.get(survey, []))
        choice.files[survey] = st.multiselect(
            f"{definition.title}{needed} · {escaped(bands)}", list(names),
            format_func=lambda key: names[key], key=f"combine_files_{survey}",
            placeholder="Choose a file, or upload one" if names else "Upload a file",
            select_all=False,
        )  # fmt: skip
    with radius:
        if survey == PRIMARY:
            choice.ebv_column = _choose_ebv(choice)
            return
        usual = choice.radii_arcsec.get(survey, definition.radius_arcsec)
        seed(f"combine_radius_{survey}", usual)
        choice.radii_arcsec[survey] = st.number_input(
            "Match radius, arcsec", 0.01, _LARGEST_RADIUS_ARCSEC, step=0.1,
            format="%.2f", key=f"combine_radius_{survey}",
            help=f"{definition.radius_arcsec:g}″ by default: "
            f"{escaped(definition.radius_reason)}",
        )  # fmt: skip


def _keep_uploads(survey: str) -> None:
    """Keep new uploads, and choose them for their survey."""
    uploads: dict[str, str] = st.session_state.setdefault("combine_uploads", {})
    seen: list[str] = st.session_state.setdefault("combine_seen", [])
    chosen = list(st.session_state.get(f"combine_files_{survey}", []))
    for uploaded in st.session_state[f"combine_upload_{survey}"] or []:
        if uploaded.file_id in seen:
            continue
        seen.append(uploaded.file_id)
        source = keep_upload(uploaded.name, uploaded.getbuffer())
        uploads[source.key] = f"{source.path.name} (uploaded)"
        if source.key not in chosen:
            chosen.append(source.key)
    st.session_state[f"combine_files_{survey}"] = chosen


def _choose_ebv(choice: CombineChoice) -> str | None:
    """Show which of the primary's columns has E(B-V); a name can be typed, too."""
    options = _columns(choice.files.get(PRIMARY, []))
    if choice.ebv_column and choice.ebv_column not in options:
        options.append(choice.ebv_column)
    seed("combine_ebv", choice.ebv_column)
    has_map = st.session_state.get("combine_dust", choice.dust_map) is not None
    chosen = st.selectbox(
        "E(B-V) column", options, index=None, key="combine_ebv",
        accept_new_options=True, placeholder="None", disabled=has_map,
        help="On the SFD scale. With it, the result has each band's extinction.",
    )  # fmt: skip
    return None if chosen is None else str(chosen)


def _choose_dust_map(choice: CombineChoice, names: dict[str, str]) -> None:
    """Show which file has E(B-V) over the sky, in place of a column."""
    maps: dict[str, str] = st.session_state.setdefault("combine_dust_uploads", {})
    chosen, upload = st.columns([6, 3.4], vertical_alignment="bottom")
    with upload, st.popover("Upload", icon=":material/upload:"):
        st.file_uploader(
            "A HEALPix map, or SFD's two images together: FITS, also gzipped",
            type=["fits", "gz"], accept_multiple_files=True, key="combine_upload_dust",
            on_change=_keep_dust_map,
        )  # fmt: skip
    names = {key: n for key, n in names.items() if ".fit" in key.lower()} | maps
    seed("combine_dust", choice.dust_map)
    if st.session_state["combine_dust"] not in names:
        st.session_state["combine_dust"] = None
    with chosen:
        choice.dust_map = st.selectbox(
            "Dust map", list(names), index=None, key="combine_dust",
            format_func=lambda key: names[key], placeholder="None",
            help="E(B-V) on the SFD scale from a map instead of a column: either of "
            "SFD's images, with the other one beside it, or a HEALPix map.",
        )  # fmt: skip


def _keep_dust_map() -> None:
    """Keep an uploaded map, and choose it; SFD's images belong together."""
    files = st.session_state["combine_upload_dust"] or []
    if files:
        source = keep_uploads([(f.name, f.getbuffer()) for f in files])
        maps = st.session_state.setdefault("combine_dust_uploads", {})
        maps[source.key] = f"{source.path.name} (uploaded)"
        st.session_state["combine_dust"] = source.key


def _columns(keys: list[str]) -> list[str]:
    """Return the columns of the first file, none where that is not cheap to know."""
    source = find_source(keys[0]) if keys else None
    try:
        if source is None or cache.stamp(source.path).size > _MOST_READ:
            return []
        return [str(name) for name in cache.raw_table(source).frame.columns]
    except qsovae.CatalogError:
        return []  # said when the files are combined


def _choose_settings(choice: CombineChoice) -> bool:
    """Show how to match and what to name the result; return whether to begin."""
    match, name, begin = st.columns([4, 4, 2], vertical_alignment="bottom")
    with match:
        seed("combine_match", choice.match)
        choice.match = choose_one("Partners", _MATCHES, "combine_match")
    with name:
        seed("combine_name", choice.name or free_name())
        choice.name = st.text_input(
            "Name of the result", key="combine_name", max_chars=64
        ).strip()
    ready = bool(choice.files.get(PRIMARY))
    with begin:
        asked = st.button(
            "Combine", key="combine_start", type="primary", disabled=not ready,
            icon=":material/join_inner:", width="stretch",
        )  # fmt: skip
    st.caption(_MATCH_WORDS)
    choice.replace = is_taken(choice.name) and st.checkbox(
        "Replace the result of this name", key="combine_replace"
    )
    return asked
