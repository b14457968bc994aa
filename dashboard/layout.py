"""What every page shares: head, refusals in words, downloads, the simulated mark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import qsovae
from dashboard.figures.layout import picture_settings


class Page(NamedTuple):
    """A page: its script beside app.py, its title and icon."""

    path: str
    title: str
    icon: str


# By the last part of their addresses, in the order of the sidebar.
PAGES = {
    "combine": Page("screens/combine.py", "Combine", ":material/join_inner:"),
    "catalog": Page("screens/catalog.py", "Catalog", ":material/table_chart:"),
    "train": Page("screens/training.py", "Train", ":material/model_training:"),
    "evaluate": Page("screens/evaluation.py", "Evaluate", ":material/grid_on:"),
    "explore": Page("screens/latent_map.py", "Explore", ":material/scatter_plot:"),
}
# The page at the root address, where a visit begins.
START = "catalog"
_FORMATS = {".fits": "FITS", ".vot": "VOTable", ".csv": "CSV", ".parquet": "Parquet"}
_SIGNS = re.compile(r"([\\`*_\[\]<>#|~$&{}])")
_SHORTCODE = re.compile(r":(?=[A-Za-z0-9_+/-])")


def escaped(text: object) -> str:
    """Return text so that Streamlit's Markdown shows it exactly as it is."""
    line = " ".join(str(text).split())
    line = _SHORTCODE.sub(r"\:", _SIGNS.sub(r"\\\1", line))
    # A list or heading is made by what stands first.
    return re.sub(r"^(\d+)([.)])|^([-+])", _first_sign, line)


def _first_sign(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}"


def page_head(title: str, purpose: str) -> DeltaGenerator:
    """Show the page's name and what it is for; return the place beside them."""
    words, beside = st.columns([3, 2], vertical_alignment="bottom")
    with words:
        st.title(title, anchor=False)
        st.caption(purpose)
    return beside


def simulated_badge(key: str = "simulated") -> None:
    """Mark what follows as made from simulated data; a second mark has its own key."""
    with st.container(key=key, width="content"):
        st.badge("Simulated data", icon=":material/science:", color="orange")


@contextmanager
def refusals() -> Iterator[None]:
    """Show what a person can mend as a message; a bug keeps its traceback."""
    try:
        yield
    except qsovae.QsovaeError as error:
        refuse(error)


def refuse(error: qsovae.QsovaeError) -> None:
    """Show an error's words."""
    st.error(escaped(error), icon=":material/error:")


def page_link(name: str, label: str) -> None:
    """Show a link to another page."""
    st.page_link(PAGES[name].path, label=label, icon=PAGES[name].icon)


def download_table(
    table: Callable[[], pd.DataFrame], name: str, suffix: str = ".csv", *,
    key: str | None = None, label: str | None = None,
    meta: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Offer a table as a file, written only when somebody asks for it.

    ``meta`` goes into its header, if the format has one.
    """
    st.download_button(
        label or _FORMATS[suffix],
        data=lambda: qsovae.table_bytes(table(), suffix, meta=meta),
        file_name=f"{_safe(name)}{suffix}",
        mime="text/csv" if suffix == ".csv" else "application/octet-stream",
        key=key or f"download_{_safe(name)}{suffix.replace('.', '_')}",
        icon=":material/download:",
        on_click="ignore",
    )


def show_figure(
    figure: go.Figure, name: str, table: pd.DataFrame,
    clicked: Callable[[Any], None] | None = None,
) -> None:  # fmt: skip
    """Show a figure, and offer it and the numbers in it as files.

    The bar above the figure has it as PNG, too. ``clicked`` is told the ``customdata``
    of a mark that somebody clicks.
    """
    settings, key = picture_settings(name), f"figure_{_safe(name)}"

    def tell() -> None:
        points = st.session_state[key]["selection"]["points"]
        if clicked is not None and points:
            clicked(points[0]["customdata"])

    if clicked is None:
        st.plotly_chart(figure, key=key, config=settings)
    else:
        st.plotly_chart(
            figure, key=key, config=settings, on_select=tell, selection_mode="points"
        )
    with st.container(horizontal=True):
        download_table(lambda: table, name)
        download_figure(figure, name)


def download_figure(figure: go.Figure, name: str) -> None:
    """Offer a figure as one HTML file that needs no network."""

    def page() -> str:
        html: str = figure.to_html(include_plotlyjs=True, config=picture_settings(name))
        return html

    st.download_button(
        "Figure", data=page, file_name=f"{_safe(name)}.html", mime="text/html",
        key=f"download_{_safe(name)}_html", icon=":material/download:",
        on_click="ignore", help="One HTML file that zooms and needs no network",
    )  # fmt: skip


def choose_one(
    label: str, choices: Mapping[str, str], key: str, *, show_label: bool = True
) -> str:
    """Show a few choices side by side, of which one always holds; return its key."""
    chosen = st.segmented_control(
        label, list(choices), key=key, required=True,
        format_func=lambda choice: escaped(choices[choice]),
        label_visibility="visible" if show_label else "collapsed", wrap=True,
    )  # fmt: skip
    return str(chosen)


def number(value: Any, digits: int = 3) -> str:
    """Return a score as text, a dash where it is undefined."""
    return "—" if value is None or pd.isna(value) else f"{value:.{digits}f}"


def span(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)
