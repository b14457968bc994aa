"""Catalog: choose one, correct what its columns are taken for, see what is in it."""

from __future__ import annotations

import streamlit as st

import qsovae
from dashboard import cache
from dashboard.catalog_view import (
    show_head,
    show_pictures,
    show_quality,
    show_rows,
    show_rows_by_quality,
)
from dashboard.layout import page_head, refuse
from dashboard.mapping_editor import show_mapping
from dashboard.sources import (
    DEMO,
    Source,
    demo_source,
    find_source,
    keep_upload,
    server_sources,
)
from dashboard.state import View, current_view, seed

_PURPOSE = (
    "Open a catalog, correct what its columns were taken for, see how good it is."
)
_CHOICES = {"demo": "Demo", "upload": "Upload a file", "server": "On the server"}
_TYPES = ["fits", "fit", "fz", "gz", "vot", "xml", "votable", "ecsv", "csv", "parquet"]


def choose_source(view: View) -> None:
    """Show where a catalog can come from, and keep the choice."""
    key = view.catalog or DEMO
    kind = key if key == DEMO else "upload" if key.startswith("upload/") else "server"
    seed("catalog_source", kind)
    chosen = st.segmented_control(
        "Source", list(_CHOICES), format_func=lambda c: _CHOICES[c],
        key="catalog_source", required=True,
    )  # fmt: skip
    if chosen == "demo":
        demo = demo_source()
        view.catalog = demo.key if demo else None
        if demo is None:
            st.info("There is no demo catalog here: `make demo` makes it.")
    elif chosen == "upload":
        _upload(view)
    else:
        _choose_on_server(view)


def _upload(view: View) -> None:
    """Keep an uploaded file once, and choose it."""
    uploaded = st.file_uploader(
        "FITS, VOTable, ECSV, CSV or Parquet, also gzipped", type=_TYPES,
        key="catalog_upload",
    )  # fmt: skip
    if uploaded is not None and st.session_state.get("upload_seen") != uploaded.file_id:
        view.catalog = keep_upload(uploaded.name, uploaded.getbuffer()).key
        st.session_state["upload_seen"] = uploaded.file_id
    elif not (view.catalog or "").startswith("upload/"):
        view.catalog = None


def _choose_on_server(view: View) -> None:
    """Choose among the files that the server's owner has opened to visitors."""
    sources = server_sources()
    if not sources:
        st.info(
            "No folder on the server holds a catalog. Whoever runs it can name folders "
            "in `QSOVAE_CATALOGS`."
        )
    seed("catalog_file", view.catalog if view.catalog in sources else None)
    view.catalog = st.selectbox(
        "File", list(sources), index=None, key="catalog_file",
        placeholder="Choose a catalog", disabled=not sources,
    )  # fmt: skip


def show_catalog(view: View, source: Source) -> None:
    """Show one catalog; its mapping first, for all else follows from it."""
    raw = cache.raw_table(source)
    head = st.container()
    columns, quality, pictures, rows = st.tabs(
        ["Columns", "Quality", "Pictures", "Rows"]
    )
    with columns:
        mapping = show_mapping(source)
    with rows:
        show_rows(raw, source)
    with head:
        catalog = cache.catalog(source, mapping)
        report = cache.check_report(source, mapping)
        show_head(source, catalog, report)
    with quality:
        show_quality(source, report, catalog)
        show_rows_by_quality(view, source, catalog, report)
    with pictures:
        show_pictures(source, catalog)


def main() -> None:
    """Render the page."""
    view = current_view()
    page_head("Catalog", _PURPOSE)
    wanted = view.catalog
    choose_source(view)
    source = find_source(view.catalog)
    if source is not None:
        try:
            show_catalog(view, source)
        except qsovae.QsovaeError as error:
            refuse(error)
    elif view.catalog is not None or (wanted and find_source(wanted) is None):
        st.error("That catalog is not here any more: choose another.")
    else:
        st.info("Choose a catalog above to see what is in it.")
    view.to_address()


main()
