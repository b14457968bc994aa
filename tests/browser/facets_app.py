"""A page with the facets of the run `tiny` alone, and what they let through."""

import numpy as np
import streamlit as st

import qsovae
from dashboard import cache, facets_view
from dashboard.join_view import joined_table
from dashboard.run_choice import opened_run
from dashboard.state import current_view

st.set_page_config(layout="wide")
st.title("Facets")
view = current_view()
run = opened_run(view.run or "tiny")
table, found = cache.latent_table(run), cache.run_catalog(run, None)
table = joined_table(view, run, table)
catalog = found and found.catalog
every = np.ones(len(table), dtype=bool)
inside = facets_view.brushed_rows(view, run, table, catalog)
shown = every if inside is None else inside
selected = shown & qsovae.query_mask(run, "p_QSO > 0.8", table)
st.metric("Shown", f"{shown.sum():,}")
with st.container(width=330):
    facets_view.show_facets(view, run, table, catalog, every, selected)
view.to_address()
