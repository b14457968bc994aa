"""The rows of a latent map: what colours them, which are shown, what is written.

Tables in, tables out; the Explore page puts widgets around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import qsovae
from dashboard.colours import Colours, as_colours
from dashboard.projected_columns import projected_words
from dashboard.state import View
from dashboard.theme import UNLABELLED

_MAGNITUDE = "mag:"
_COLUMN = "col:"
_TOLD = "told:"
_OF_RUNS = (
    "row", "object_id", "split", "class_label", "class_predicted", "outlier_score",
    "quality", "morphology", "fingerprint", "map_1", "map_2",
)  # fmt: skip


@dataclass(frozen=True)
class Colouring:
    """What the colour of rows says: a number or a category a row, and its name."""

    colours: Colours
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
    told |= {
        name: projected_words(name) or f"Joined column {name}"
        for name in table if not _is_known(name)
    }  # fmt: skip
    for name in columns:
        bit = qsovae.Quality.__members__.get(name.removeprefix("has_"))
        if name.startswith("sel_"):
            told[name] = f"Selection {name.removeprefix('sel_')}"
        elif name.startswith("residual_") and name not in table:
            told[name] = f"Residual of {name.removeprefix('residual_')}, sigma"
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
        return Colouring(as_colours(columns[key.removeprefix(_TOLD)]), words)
    if catalog is not None and key.startswith(_MAGNITUDE):
        magnitude = catalog.magnitude(key.removeprefix(_MAGNITUDE))[0]
        title = words.removesuffix(" (AB)") + ", AB mag"
        return Colouring(as_colours(pd.Series(magnitude)), title)
    if catalog is not None and key.startswith(_COLUMN):
        name = key.removeprefix(_COLUMN)
        column = catalog.mapping.column(name)
        if column.role.startswith(("magnitude", "feature")):
            values = pd.Series(catalog.values(name))
        else:
            values = catalog.raw.frame[name].reset_index(drop=True)
        unit = f", {column.unit}" if column.unit else ""
        return Colouring(as_colours(values), f"{name}{unit}")
    if key == "quality":
        # Few sums of bits occur: each is put into words once.
        return Colouring(as_colours(table[key].map(_words_by_sum(table[key]))), words)
    return Colouring(as_colours(table[key]), words)


def _words_by_sum(quality: pd.Series[int]) -> dict[int, str]:
    """Return the names of each sum of bits that rows have."""
    return {int(bits): quality_words(bits) for bits in pd.unique(quality)}


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


def hover_texts(
    table: pd.DataFrame, classes: Sequence[str],
    magnitude: tuple[str, NDArray[np.float64]] | None,
) -> NDArray[np.object_]:  # fmt: skip
    """Return what the pointer shows over each row, lines parted by tabs, (n_rows,)."""
    shares = table[[f"p_{name}" for name in classes]].max(axis="columns")
    predicted = _lines(table["class_predicted"], "?")
    parts = [
        _lines(table["object_id"], "no id"),
        "true: " + _lines(table["class_label"], UNLABELLED)
        if "class_label" in table else None,
        "predicted: " + predicted + shares.map(" (p = {:.3f})".format).to_numpy(object),
    ]  # fmt: skip
    if magnitude is not None:
        name, values = magnitude
        parts.append(np.array([f"{name} = {v:.2f}" for v in values], dtype=object))
    told = [part for part in parts if part is not None]
    return np.array(["\t".join(lines) for lines in zip(*told, strict=True)], object)


def _lines(values: pd.Series, missing: str) -> NDArray[np.object_]:
    """Return texts without the signs that part lines and rows."""
    texts = values.astype("string").fillna(missing).str.replace(r"\s+", " ", regex=True)
    lines: NDArray[np.object_] = texts.to_numpy(object)
    return lines
