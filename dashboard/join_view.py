"""Part of the Explore page: columns of another file, joined by id."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache
from dashboard.layout import escaped, refusals
from dashboard.sources import Source, find_source, keep_upload
from dashboard.state import View, seed

_SUFFIXES = [suffix.removeprefix(".") for suffix in qsovae.READABLE_SUFFIXES]


def joined_table(view: View, run: qsovae.Run, table: pd.DataFrame) -> pd.DataFrame:
    """Offer to join a file; return the rows with its columns, if one is joined."""
    source = find_source(view.joined[0]) if view.joined else None
    with st.expander("Join a file by id", expanded=source is not None):
        uploaded = st.file_uploader(
            "File with further columns", type=_SUFFIXES, key="explore_join",
            help="Its columns colour the map and can be named in queries; nothing is "
            "trained again.",
        )  # fmt: skip
        if uploaded is not None:
            source = keep_upload(uploaded.name, uploaded.getvalue())
        if source is None:
            view.joined = ()
            return table
        with refusals():
            found = _choose(view, run, table, source)
            if found is not None:
                return found
    return table


def joined_file(
    view: View, run: qsovae.Run, table: pd.DataFrame
) -> qsovae.JoinedFile | None:
    """Return the file whose columns the rows have, None where nothing was joined."""
    source = find_source(view.joined[0]) if view.joined else None
    if source is None or len(table.columns) == len(cache.latent_table(run).columns):
        return None
    raw = cache.raw_table(source)
    return qsovae.JoinedFile(raw.name, raw.sha256, view.joined[1])


def _choose(
    view: View, run: qsovae.Run, table: pd.DataFrame, source: Source
) -> pd.DataFrame | None:
    """Show the columns of ids to choose from; return the rows with what was joined."""
    names = [str(name) for name in cache.raw_table(source).frame.columns]
    usual = view.joined[1] if len(view.joined) == 2 else "object_id"
    seed("explore_join_on", usual if usual in names else None)
    on = st.selectbox("Its ids", names, index=None, key="explore_join_on")
    view.joined = (source.key, on or usual)
    if on is None:
        st.info("Choose the column with the catalog's ids.")
        return None
    found = _joined(cache.run_key(run), cache.stamp(source.path), on, table, source)
    st.caption(f"{escaped(source.path.name)}: {found.sentence()}.")
    return found.rows


@st.cache_resource(max_entries=4, show_spinner="Joining …")
def _joined(
    key: tuple[str, str, int], of: cache.Stamp, on: str, _table: pd.DataFrame,
    _source: Source,
) -> qsovae.Joined:  # fmt: skip
    return qsovae.join_columns(_table, cache.raw_table(_source).frame, on)
