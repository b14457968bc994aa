"""The dashboard's entrance: `streamlit run dashboard/app.py`.

Puts the pages into the sidebar, with what is chosen, and nothing else.
"""

from pathlib import Path

import streamlit as st

from dashboard.layout import PAGES, START, escaped
from dashboard.sources import find_source
from dashboard.state import current_view

_SIDEBAR_WIDTH = 210
# What no option of Streamlit's can say: wide pages need less of a margin.
_STYLE = """<style>
.stMainBlockContainer {padding: 2.6rem 2.2rem 3rem;}
</style>"""


def _to_start() -> None:
    """Show the page where a visit begins, with what the address says."""
    parameters = {k: st.query_params.get_all(k) for k in st.query_params}
    st.switch_page(PAGES[START].path, query_params=parameters)


def main() -> None:
    """Render the frame and the page in it."""
    here = Path(__file__).parent
    st.set_page_config(
        page_title="qsovae",
        page_icon=str(here / "static" / "icon.svg"),
        layout="wide",
        initial_sidebar_state=_SIDEBAR_WIDTH,
    )
    st.logo(here / "static" / "wordmark.svg", size="large")
    st.html(_STYLE)
    view = current_view()
    pages = [
        st.Page(
            here / PAGES[name].path, title=PAGES[name].title, icon=PAGES[name].icon,
            url_path="start" if name == START else name, default=name == START,
        )
        for name in PAGES
    ]  # fmt: skip
    # The start's address is the root; its name must lead there as others' do.
    alias = st.Page(_to_start, url_path=START, visibility="hidden")
    st.navigation([*pages, alias]).run()
    source = find_source(view.catalog)
    with st.sidebar:
        if source:
            st.caption(f"Catalog: {escaped(source.path.name)}")
        if view.run:
            st.caption(f"Run: {escaped(view.run)}")


main()
