"""Cached reads of a walk through the latent space: of a run's own rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import qsovae
from dashboard import cache

_N_STEPS = 21


@st.cache_resource(max_entries=4, show_spinner="Looking for neighbours …")
def _near(key: tuple[str, str, int], where: str, _table: pd.DataFrame) -> qsovae.Nearby:
    if where == "map":
        return qsovae.Nearby.on_map(_table)
    return qsovae.Nearby.in_latent(_table)


def near_in_latent(run: qsovae.Run, table: pd.DataFrame) -> qsovae.Nearby:
    """Return what finds a run's rows by their latent means."""
    return _near(cache.run_key(run), "latent", table)


def near_on_map(run: qsovae.Run, table: pd.DataFrame) -> qsovae.Nearby:
    """Return what finds a run's rows by their places on the map."""
    return _near(cache.run_key(run), "map", table)


@st.cache_resource(max_entries=8, show_spinner=False)
def _ranges(key: tuple[str, str, int], _table: pd.DataFrame) -> pd.DataFrame:
    return qsovae.latent_ranges(_table)


def latent_ranges(run: qsovae.Run, table: pd.DataFrame) -> pd.DataFrame:
    """Return where a run's rows lie along each latent dimension."""
    return _ranges(cache.run_key(run), table)


@st.cache_resource(max_entries=16, show_spinner="Decoding …")
def _between(
    key: tuple[str, str, int], ends: tuple[str, str], _run: qsovae.Run,
    _table: pd.DataFrame,
) -> list[dict[str, Any]]:  # fmt: skip
    first, last = (qsovae.find_object(_table, name) for name in ends)
    near = _near(key, "latent", _table)
    return qsovae.between_objects(_run, _table, first, last, _N_STEPS, near)


def places_between(
    run: qsovae.Run, table: pd.DataFrame, ends: tuple[str, str]
) -> list[dict[str, Any]]:
    """Return what lies between two objects, by their ids.

    Raises
    ------
    InputError
        If there is no such object, or both are one.
    """
    return _between(cache.run_key(run), ends, run, table)


@st.cache_resource(max_entries=16, show_spinner="Decoding …")
def _seds(
    key: tuple[str, str, int], ends: tuple[str, str], has_catalog: bool,
    _run: qsovae.Run, _table: pd.DataFrame, _catalog: qsovae.Catalog | None,
) -> pd.DataFrame:  # fmt: skip
    parts = []
    for place in _between(key, ends, _run, _table):
        bands = pd.DataFrame(place["bands"]).assign(along=place["along"])
        if _catalog is not None:
            near = [one["row"] for one in place["nearest"]]
            shares = qsovae.detected_shares(_catalog, near)
            bands["detected"] = bands["band"].map(shares)
        parts.append(bands)
    return pd.concat(parts, ignore_index=True)


def seds_between(
    run: qsovae.Run, table: pd.DataFrame, ends: tuple[str, str],
    catalog: qsovae.Catalog | None,
) -> pd.DataFrame:  # fmt: skip
    """Return each band of each place between two objects, one a line.

    With the catalog also ``detected``, the share of the rows near that was seen there.
    """
    return _seds(cache.run_key(run), ends, catalog is not None, run, table, catalog)
