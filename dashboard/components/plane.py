"""A plane of rows: the component of ours that draws every one of them.

Its parts are joined to one script, so that all planes of a page share what they hold.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent
_SCRIPTS = ("points.js", "paint.js", "axes.js", "legend.js", "plane.js")
# What a person did on it, as the keyword of what is called then.
EVENTS = ("outlined", "picked", "placed", "toggled", "viewed")

_mount: Any = st.components.v2.component(
    "qsovae.plane",
    html=(_FOLDER / "plane.html").read_text("utf-8"),
    css=(_FOLDER / "plane.css").read_text("utf-8"),
    js="\n".join((_FOLDER / name).read_text("utf-8") for name in _SCRIPTS),
)


def send_places(key: str, content: bytes) -> None:
    """Send where rows are; nothing is sent again while it stays the same."""
    _mount(key=key, data=b"h" + content, height=0)


def show_plane(
    key: str, content: bytes, height: int, on: Callable[[str, Any], None]
) -> None:
    """Show a plane whose places have been sent; ``on`` is told what a person does.

    ``content`` is a pack with codes, which rows are shown, which are selected, and
    texts, or nothing, of the rows.
    """

    def heard(event: str) -> Callable[[], None]:
        def tell() -> None:
            value = st.session_state[key].get(event)
            if value is not None:
                on(event, value)

        return tell

    _mount(
        key=key, data=b"p" + content, height=height,
        **{f"on_{event}_change": heard(event) for event in EVENTS},
    )  # fmt: skip
