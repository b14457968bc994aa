"""The filter by quality bits that Evaluate and Explore share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

import qsovae
from dashboard.layout import choose_one
from dashboard.state import View, seed

_CHOICES = {"without": "Hide rows with", "with": "Only rows with"}


def choose_quality(view: View, quality: pd.Series[int], page: str) -> None:
    """Show the bits that rows have, to filter by; say how many rows that hides.

    ``quality`` has the bits of each row that the page could show.
    """
    meanings = {bit.name: text for bit, text in qsovae.QUALITY_DESCRIPTIONS.items()}
    rows = _rows_by_bit(quality)
    # What an address asks for is offered even if no row has it.
    offered = [n for n in rows if rows[n] or n in view.quality]
    if not offered:
        view.quality = ()
        return
    seed(f"{page}_quality_choice", view.quality_choice)
    view.quality_choice = choose_one("Quality", _CHOICES, f"{page}_quality_choice")
    key = f"{page}_quality"
    kept = [n for n in st.session_state.get(key, view.quality) if n in offered]
    st.session_state[key] = kept
    view.quality = tuple(st.multiselect(
        "Quality bits", offered, key=key, placeholder="Any quality",
        format_func=lambda name: f"{name} ({rows[name]:,})",
        label_visibility="collapsed",
        help="; ".join(f"{n}: {meanings[n]}" for n in offered),
    ))  # fmt: skip
    shown = qsovae.quality_mask(quality, view.quality_choice, view.quality)
    if view.quality:
        st.caption(f"Hides {int((~shown).sum()):,} of {len(quality):,} rows.")


def _rows_by_bit(quality: pd.Series[int]) -> dict[str, int]:
    """Return how many rows have each bit; of their few sums each is looked at once."""
    sums, counts = np.unique(quality.to_numpy(), return_counts=True)
    return {
        str(bit.name): int(counts[(sums & int(bit)) > 0].sum())
        for bit in qsovae.QUALITY_DESCRIPTIONS
    }
