"""Which rows of a map lie inside outlines drawn on it.

Within projection: beside graph.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.path import Path
from numpy.typing import ArrayLike, NDArray

from qsovae.errors import InputError, ShapeError

Outline = Sequence[tuple[float, float]]


def inside_outline_mask(
    map_1: ArrayLike, map_2: ArrayLike, outlines: Sequence[Outline]
) -> NDArray[np.bool_]:
    """Return whether each row lies inside any of the outlines.

    Parameters
    ----------
    map_1, map_2 : array_like, (n_rows,)
        Map coordinates; a row without finite coordinates lies outside.
    outlines : sequence of outlines
        Each a sequence of corners (map_1, map_2), closed by itself. Fewer than three
        corners enclose nothing. Where an outline crosses itself, what it goes round
        an even number of times is outside.

    Returns
    -------
    ndarray of bool, (n_rows,)

    Raises
    ------
    ShapeError
        If the coordinates differ in length.
    InputError
        If an outline is not a sequence of pairs of finite numbers.
    """
    points = _points(map_1, map_2)
    # Not-a-number compares as outside of any box.
    inside = np.zeros(len(points), dtype=np.bool_)
    for outline in outlines:
        corners = _corners(outline)
        if len(corners) < 3:
            continue
        boxed = np.flatnonzero(
            ((points >= corners.min(axis=0)) & (points <= corners.max(axis=0))).all(
                axis=1
            )
        )
        # Radius zero: any other grows or shrinks the outline by its direction.
        enclosed = Path(corners).contains_points(points[boxed], radius=0.0)
        inside[boxed[enclosed]] = True
    return inside


def inside_outline(table: pd.DataFrame, outlines: Sequence[Outline]) -> pd.DataFrame:
    """Return the rows of a table with map_1 and map_2 that lie inside the outlines.

    Parameters
    ----------
    table : DataFrame
        Has columns map_1 and map_2.
    outlines : sequence of outlines
        As in `inside_outline_mask`.

    Raises
    ------
    InputError
        If a column is missing, or an outline is not a sequence of corners.
    """
    missing = [name for name in ("map_1", "map_2") if name not in table]
    if missing:
        raise InputError(
            f"the table has no column {', '.join(missing)}",
            "qsovae.inside_outline",
            "Join the map's coordinates first.",
        )
    return table[inside_outline_mask(table["map_1"], table["map_2"], outlines)]


def _points(map_1: ArrayLike, map_2: ArrayLike) -> NDArray[np.float64]:
    """Return both coordinates as one table, (n_rows, 2)."""
    first = np.asarray(map_1, dtype=np.float64)
    second = np.asarray(map_2, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise ShapeError(
            f"map_1 has shape {first.shape}, map_2 {second.shape}",
            "qsovae.inside_outline_mask",
            "Pass one value of each for every row.",
        )
    return np.column_stack([first, second])


def _corners(outline: Outline) -> NDArray[np.float64]:
    """Return the corners of an outline, (n_corners, 2)."""
    if len(outline) == 0:
        return np.empty((0, 2))
    try:
        corners = np.asarray(outline, dtype=np.float64)
    except (TypeError, ValueError):
        corners = np.empty(0)
    if corners.ndim != 2 or corners.shape[1] != 2 or not np.isfinite(corners).all():
        raise InputError(
            "an outline is not a sequence of corners, each two finite numbers",
            "qsovae.inside_outline_mask",
            "Draw it again.",
        )
    return corners
