"""Part of two pages: which rows are held out."""

from __future__ import annotations

import streamlit as st

import qsovae

SPLIT_WORDS = {
    "stratified": "At random",
    "sky": "Whole cells of the sky",
    "bright-to-faint": "From bright to faint",
    "column": "By the values of a column",
}
_BY_SIZE = "by size"


def possible_splits(mapping: qsovae.Mapping) -> list[str]:
    """Return the kinds of splits that a catalog's columns allow."""
    has_place = mapping.only("ra") is not None and mapping.only("dec") is not None
    has_magnitude = any(c.role in ("magnitude", "flux") for c in mapping.columns)
    lacking = {"sky": not has_place, "bright-to-faint": not has_magnitude}
    return [kind for kind in qsovae.SPLIT_KINDS if not lacking.get(kind)]


def choose_split(mapping: qsovae.Mapping, key: str) -> str | None:
    """Show the kinds of splits and their details; None until a column is chosen.

    ``key`` tells the widgets of one page from those of another.
    """
    kind = st.selectbox(
        "Rows held out", possible_splits(mapping), key=f"{key}_split",
        format_func=SPLIT_WORDS.__getitem__,
        help="Rows held out at random have neighbours in training: scores flatter.",
    )  # fmt: skip
    if kind == "sky":
        sizes = [_BY_SIZE, *(str(2**k) for k in range(2, 9))]
        nside = st.selectbox(
            "HEALPix NSIDE", sizes, key=f"{key}_nside",
            help="16, cells of 13.4 deg², or as fine as 20 cells with classes ask for.",
        )  # fmt: skip
        return kind if nside == _BY_SIZE else f"{kind}:{nside}"
    if kind == "column":
        column = st.selectbox(
            "Column of fields or surveys", _dividing(mapping), index=None,
            key=f"{key}_split_column", placeholder="Which column?",
        )  # fmt: skip
        values = st.text_input(
            "Values to hold out", key=f"{key}_split_values", max_chars=400,
            placeholder="some, drawn by the seed", help="Separated by commas",
        ).strip()  # fmt: skip
        if column is None:
            return None
        return f"{kind}:{column}={values}" if values else f"{kind}:{column}"
    return kind


def _dividing(mapping: qsovae.Mapping) -> list[str]:
    """Return the columns whose values could name fields, surveys or nights."""
    measured = ("ra", "dec", "id", "label", "redshift", "astrometry")
    return [
        c.name for c in mapping.columns
        if c.role not in measured and not c.is_measurement
    ]  # fmt: skip
