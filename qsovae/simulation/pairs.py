"""How many true pairs a combined catalog has, where the truth is known.

Within simulation: beside mock.
"""

from typing import Any

import numpy as np
import pandas as pd
from astropy.stats import binom_conf_interval
from numpy.typing import NDArray

from qsovae.bands import COMBINED_SURVEYS
from qsovae.errors import CatalogError

_PRIMARY = "delve"
_MAGNITUDE = "r_true_mag_ab"
_FEWEST = 10  # a share of fewer is not told
_LEVEL = 0.95


def score_pairs(combined: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return completeness and purity of a combined catalog's pairs by magnitude.

    Parameters
    ----------
    combined : DataFrame
        What ``combine_surveys`` wrote of simulated surveys.
    truth : DataFrame
        The ``truth`` of these surveys.

    Returns
    -------
    DataFrame
        A line a survey and magnitude of true r, AB, from ``r_from`` up to ``r_to``, and
        one for all, where these are NaN. ``true`` counts rows with a partner in the
        survey, ``found`` rows that were given one, ``right`` those given the true one.
        ``completeness`` is right of true, ``purity`` right of found, each with the 95 %
        interval of Wilson (1927) in ``_low`` and ``_high``; NaN for fewer than ten.

    Raises
    ------
    CatalogError
        If columns are missing, or the two are not of the same simulation.
    """
    known = _truth_of(combined, truth)
    magnitude = known[_MAGNITUDE].to_numpy(dtype=np.float64)
    lowest, highest = np.floor(magnitude.min()), np.floor(magnitude.max())
    bins = [(r, r + 1.0) for r in np.arange(lowest, highest + 1.0)]
    lines = []
    for key in _surveys(combined, truth):
        partner = _texts(known[f"{key}_id"])
        given = _texts(combined[f"{key}_id"])
        is_true, is_found = partner != "", given != ""
        counts = np.column_stack([is_true, is_found, is_true & (partner == given)])
        for r_from, r_to in bins:
            inside = (magnitude >= r_from) & (magnitude < r_to)
            lines.append(_line(key, r_from, r_to, counts[inside]))
        lines.append(_line(key, np.nan, np.nan, counts))
    return pd.DataFrame(lines)


def _truth_of(combined: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return the truth of each combined row; refuse tables that are something else."""
    _refuse_others(combined, truth)
    by_id = truth.dropna(subset=[f"{_PRIMARY}_id"]).set_index(f"{_PRIMARY}_id")
    known = by_id.reindex(combined["object_id"].to_numpy())
    if known[_MAGNITUDE].isna().any():
        raise CatalogError(
            f"{int(known[_MAGNITUDE].isna().sum()):,} ids are not in the truth",
            "object_id",
            "Take truth.parquet of the folder that the surveys are from.",
        )
    return known


def _surveys(combined: pd.DataFrame, truth: pd.DataFrame) -> list[str]:
    """Return the surveys whose partners both tables name."""
    return [
        key for key in COMBINED_SURVEYS
        if key != _PRIMARY and {f"{key}_id"} <= {*combined.columns} & {*truth.columns}
    ]  # fmt: skip


def _refuse_others(combined: pd.DataFrame, truth: pd.DataFrame) -> None:
    """Refuse tables that are something else."""
    for where, table, needed in (
        ("combined catalog", combined, ["object_id"]),
        ("truth", truth, [f"{_PRIMARY}_id", _MAGNITUDE]),
    ):
        missing = [name for name in needed if name not in table]
        if missing:
            raise CatalogError(
                f"there is no column {', '.join(missing)}",
                where,
                "Give what combine wrote, and truth.parquet of the same simulation.",
            )
    if not _surveys(combined, truth):
        raise CatalogError(
            "no survey's partners are named in both tables",
            "combined catalog",
            "Combine DELVE with another survey of the simulation.",
        )


def _texts(ids: "pd.Series[Any]") -> NDArray[np.object_]:
    """Return ids as text, blank where null."""
    texts: NDArray[np.object_] = ids.astype("string").to_numpy(
        dtype=object, na_value=""
    )
    return texts


def _line(
    key: str, r_from: float, r_to: float, counts: NDArray[np.bool_]
) -> dict[str, Any]:
    """Return one line of the scores."""
    true, found, right = (int(number) for number in counts.sum(axis=0))
    line: dict[str, Any] = {
        "survey": key, "r_from": r_from, "r_to": r_to, "rows": len(counts),
        "true": true, "found": found, "right": right,
    }  # fmt: skip
    for name, total in (("completeness", true), ("purity", found)):
        low = high = share = np.nan
        if total >= _FEWEST:
            share = right / total
            low, high = binom_conf_interval(right, total, _LEVEL, interval="wilson")
        line |= {name: share, f"{name}_low": low, f"{name}_high": high}
    return line
