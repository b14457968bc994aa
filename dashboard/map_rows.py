"""The rows of a latent map: what colours them, which are shown, what is written.

Tables in, tables out; the Explore page puts widgets around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import qsovae
from dashboard.figures import MapPoints
from dashboard.figures.layout import plain
from dashboard.state import View
from dashboard.theme import UNLABELLED

MOST_DRAWN = 30_000
_MOST_HIDDEN = 6_000  # of the marks drawn, for rows that filters hide
_MOST_CATEGORIES = 20
OTHER = "other"
_MAGNITUDE = "mag:"
_COLUMN = "col:"
_TOLD = "told:"
_OF_RUNS = (
    "row", "object_id", "split", "class_label", "class_predicted", "outlier_score",
    "quality", "morphology", "fingerprint", "map_1", "map_2",
)  # fmt: skip


@dataclass(frozen=True)
class Colouring:
    """What the marks' colour says: a number or a category a row, and its name."""

    series: pd.Series
    title: str


def colour_choices(
    table: pd.DataFrame, catalog: qsovae.Catalog | None,
    columns: Iterable[str] = (), *, is_judged: bool = False,
) -> dict[str, str]:  # fmt: skip
    """Return what can colour the map: a key for the address, and words.

    ``columns`` are names of `qsovae.RunColumns`; ``is_judged`` says whether there is
    any verdict.
    """
    named = {
        "class_label": "True class", "class_predicted": "Predicted class",
        "outlier_score": "Outlier score", "morphology": "Morphology",
        "split": "Part of the split", "quality": "Quality bits",
    }  # fmt: skip
    choices = {key: words for key, words in named.items() if key in table}
    choices |= {c: f"Probability of {c[2:]}" for c in table if c.startswith("p_")}
    if catalog is not None:
        choices |= {f"{_MAGNITUDE}{b}": f"Magnitude {b} (AB)" for b in catalog.bands}
        choices |= {f"{_COLUMN}{c}": f"Column {c}" for c in catalog.raw.frame.columns}
    latent = [c for c in table if c.startswith("latent_")]
    choices |= {c: f"Latent dimension {c[7:]}" for c in latent}
    told = {"entropy": "Entropy of the classes, nats", "p_max": "Largest probability"}
    if is_judged:
        told |= {"vi_class": "Last verdict", "vi_quality": "Quality of the verdict"}
    present = np.bitwise_or.reduce(table["quality"].to_numpy(), initial=0)
    told |= {name: f"Joined column {name}" for name in table if not _is_known(name)}
    for name in columns:
        bit = qsovae.Quality.__members__.get(name.removeprefix("has_"))
        if name.startswith("sel_"):
            told[name] = f"Selection {name.removeprefix('sel_')}"
        elif bit is not None and present & int(bit):
            told[name] = f"Quality bit {bit.name}"
    return choices | {f"{_TOLD}{name}": told[name] for name in columns if name in told}


def _is_known(name: str) -> bool:
    """Return whether a column is one that a run's rows have."""
    return name in _OF_RUNS or name.startswith(("p_", "latent_"))


def colouring(
    key: str, words: str, table: pd.DataFrame, catalog: qsovae.Catalog | None,
    columns: Mapping[str, pd.Series] | None = None,
) -> Colouring:  # fmt: skip
    """Return what a choice of ``colour_choices`` gives each row."""
    if columns is not None and key.startswith(_TOLD):
        return Colouring(as_colour(columns[key.removeprefix(_TOLD)]), words)
    if catalog is not None and key.startswith(_MAGNITUDE):
        magnitude = catalog.magnitude(key.removeprefix(_MAGNITUDE))[0]
        return Colouring(pd.Series(magnitude), words.removesuffix(" (AB)") + ", AB mag")
    if catalog is not None and key.startswith(_COLUMN):
        name = key.removeprefix(_COLUMN)
        column = catalog.mapping.column(name)
        if column.role.startswith(("magnitude", "feature")):
            values = pd.Series(catalog.values(name))
        else:
            values = catalog.raw.frame[name].reset_index(drop=True)
        unit = f", {column.unit}" if column.unit else ""
        return Colouring(as_colour(values), f"{name}{unit}")
    if key == "quality":
        return Colouring(as_colour(table[key].map(quality_words)), words)
    return Colouring(as_colour(table[key]), words)


def as_colour(values: pd.Series) -> pd.Series:
    """Return floats for a continuous scale, or at most 21 categories as text.

    Numbers with more than 20 different values are continuous; of text with more, the
    commonest are told apart and the rest is ``other``.
    """
    number = pd.api.types.is_numeric_dtype(values.dtype)
    is_truth = pd.api.types.is_bool_dtype(values.dtype)
    distinct = values.nunique(dropna=True)
    if number and not is_truth and (
        distinct > _MOST_CATEGORIES or pd.api.types.is_float_dtype(values.dtype)
    ):  # fmt: skip
        floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return pd.Series(np.where(np.isfinite(floats), floats, np.nan))
    names = values.astype("string").str.strip()
    names = names.mask(names == "")
    if distinct > _MOST_CATEGORIES:
        common = names.value_counts().index[: _MOST_CATEGORIES - 1]
        names = names.where(names.isin(common) | names.isna(), OTHER)
    return names.astype(object).where(names.notna(), None).reset_index(drop=True)


def quality_words(bits: int) -> str:
    """Return the names of quality bits."""
    names = [
        b.name for b in qsovae.QUALITY_DESCRIPTIONS if int(bits) & int(b) and b.name
    ]
    return " + ".join(names) or "none"


def shown_mask(
    table: pd.DataFrame, view: View, magnitude: NDArray[np.float64] | None
) -> NDArray[np.bool_]:
    """Return which rows the filters let through, (n_rows,).

    ``magnitude`` is that of the view's band; a row without it is not in any range.
    """
    shown = np.ones(len(table), dtype=bool)
    if view.morphology != "all":
        shown &= (table["morphology"] == view.morphology).to_numpy(dtype=bool)
    shown &= qsovae.quality_mask(table["quality"], view.quality_choice, view.quality)
    if view.classes:
        names = table[view.class_kind].astype("string").fillna(UNLABELLED)
        shown &= names.isin(view.classes).to_numpy(dtype=bool)
    if magnitude is not None and view.magnitudes is not None:
        low, high = view.magnitudes
        with np.errstate(invalid="ignore"):
            shown &= (magnitude >= low) & (magnitude <= high)
    return shown


def drawn_rows(
    placed: NDArray[np.bool_], shown: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the rows to draw: all, or a seeded sample with few of the hidden ones."""
    rng = np.random.default_rng(0)
    through, hidden = np.flatnonzero(placed & shown), np.flatnonzero(placed & ~shown)
    if through.size + hidden.size > MOST_DRAWN:
        n_hidden = min(hidden.size, max(_MOST_HIDDEN, MOST_DRAWN - through.size))
        hidden = rng.choice(hidden, n_hidden, replace=False)
        n_through = min(through.size, MOST_DRAWN - n_hidden)
        through = rng.choice(through, n_through, replace=False)
    return np.sort(np.concatenate([through, hidden])).astype(np.int64)


def map_points(
    table: pd.DataFrame, rows: NDArray[np.int64], shown: NDArray[np.bool_],
    coloured: Colouring, magnitude: tuple[str, NDArray[np.float64]] | None,
) -> MapPoints:  # fmt: skip
    """Return the marks of some rows."""
    drawn = table.iloc[rows]
    return MapPoints(
        drawn["map_1"].to_numpy(dtype=np.float64),
        drawn["map_2"].to_numpy(dtype=np.float64),
        shown[rows],
        hover_texts(drawn, magnitude and (magnitude[0], magnitude[1][rows])),
        coloured.series.iloc[rows].reset_index(drop=True),
        coloured.title,
    )  # fmt: skip


def hover_texts(
    drawn: pd.DataFrame, magnitude: tuple[str, NDArray[np.float64]] | None
) -> pd.Series:
    """Return what the pointer shows over each mark: id, classes, probability."""
    shares = drawn[[c for c in drawn if c.startswith("p_")]].max(axis="columns")
    true = drawn["class_label"].astype("string").fillna(UNLABELLED).map(plain)
    predicted = drawn["class_predicted"].astype("string").map(plain)
    text = (
        drawn["object_id"].astype("string").fillna("no id").map(plain)
        + "<br>true: " + true
        + "<br>predicted: " + predicted
        + " (p = " + shares.map("{:.3f}".format) + ")"
    )  # fmt: skip
    if magnitude is not None:
        name, values = magnitude
        text += [
            f"<br>{plain(name)} = {v:.2f}" if np.isfinite(v) else "" for v in values
        ]
    return text.reset_index(drop=True)
