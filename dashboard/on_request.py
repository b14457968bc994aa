"""What takes long and is made only when somebody asks for it, with a way to stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import qsovae
from dashboard.layout import escaped, refuse

Tell = Callable[[dict[str, Any]], None]


class Request(NamedTuple):
    """What can be asked for: a name for its widgets, and what its button says."""

    name: str
    button: str
    icon: str
    about: str


def made(request: Request, key: tuple[object, ...], make: Callable[[Tell], Any]) -> Any:
    """Return what ``make`` made of a key, or None: then a button is shown to ask.

    ``key`` tells it from all others; what was made is shared by all visitors. While it
    is made a bar tells how far it is, and a click on Stop runs the page anew, which
    ends it at the next step.
    """
    kept = _kept((request.name, *key))
    if "made" in kept:
        return kept["made"]
    asked = st.session_state.get(_key(request)) == key
    place = st.container()
    place.caption(request.about)
    place.button(
        request.button, key=f"{request.name}_start", icon=request.icon,
        on_click=_ask, args=(request, key), disabled=asked,
    )  # fmt: skip
    if asked and _make(request, kept, make):
        st.rerun()
    return None


def _make(request: Request, kept: dict[str, Any], make: Callable[[Tell], Any]) -> bool:
    """Make it, telling how far it is; return whether it was made."""
    bar = st.progress(0.0, "Reading …")
    st.button(
        "Stop", key=f"{request.name}_stop", icon=":material/stop_circle:",
        on_click=_ask, args=(request, None),
    )  # fmt: skip
    try:
        kept["made"] = make(telling(bar))
    except qsovae.QsovaeError as error:
        refuse(error)
        return False
    finally:
        _ask(request, None)
    return True


def telling(bar: DeltaGenerator) -> Tell:
    """Return what moves a bar when it is told of progress."""

    def tell(entry: dict[str, Any]) -> None:
        words = f"{entry['phase'].capitalize()}: {entry['message']}"
        bar.progress(min(entry.get("fraction", 0.0), 1.0), escaped(words))

    return tell


@st.cache_resource(max_entries=32)
def _kept(key: tuple[object, ...]) -> dict[str, Any]:
    """Return where something is kept; empty until it is made."""
    return {}


def _key(request: Request) -> str:
    return f"{request.name}_asked"


def _ask(request: Request, key: tuple[object, ...] | None) -> None:
    st.session_state[_key(request)] = key
