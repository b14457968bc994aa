"""Planes on which rows are looked at: the latent map, colours, magnitudes, the sky.

Within workflow: above run_columns. A plane is two formulas over the columns of a run,
and so is whatever is outlined on it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qsovae.aitoff import graticule
from qsovae.bands import BANDS
from qsovae.catalog import Catalog
from qsovae.colour_cuts import COLOUR_CUTS
from qsovae.queries import formula_values

Floats = NDArray[np.float64]

# In pairs of bands: a colour each, or a magnitude alone.
_COLOUR_PLANES = (
    ("mid_infrared", ("w2",), ("w1", "w2")),
    ("wu", ("g", "z"), ("z", "w1")),
    ("gri", ("g", "r"), ("r", "i")),
    ("izy", ("i", "z"), ("z", "y")),
    ("infrared_excess", ("g", "j"), ("j", "ks")),
    ("colour_magnitude", ("g", "i"), ("i",)),
)
_PROJECTIONS = (
    ("pca", "Principal components"), ("densmap", "densMAP"),
    ("umap3d", "UMAP in space"), ("densmap3d", "densMAP in space"),
)  # fmt: skip
# Where the lines of cuts are asked for, in mag: along the first axis and the second.
_W2 = np.arange(13.0, 22.0, 0.05)
_G_MINUS_Z = np.arange(-1.0, 5.0, 0.05)
_COLOURS = np.arange(-2.0, 6.0, 0.004)


@dataclass(frozen=True)
class Plane:
    """Two formulas, and how they are drawn.

    Attributes
    ----------
    key, title : str
        ``key`` is empty for a plane of a person's own.
    x, y : str
        Formulas, as ``formula_values`` takes them.
    x_name, y_name : str
        What stands at the axes.
    is_equal : bool
        Whether both have one scale.
    is_flipped : bool
        Whether the second grows downwards, as magnitudes do.
    depth : str
        Of a projection in space, the axis that the plane does not show.
    """

    key: str
    title: str
    x: str
    y: str
    x_name: str
    y_name: str
    is_equal: bool = False
    is_flipped: bool = False
    depth: str = ""


@dataclass(frozen=True)
class Guide:
    """A line on a plane.

    Attributes
    ----------
    name : str
    line : tuple of (float, float)
        Places along it; where one is NaN, the line is broken.
    is_faint : bool
        Whether it is of the paper rather than of the literature.
    """

    name: str
    line: tuple[tuple[float, float], ...]
    is_faint: bool = False


MAP = Plane("map", "Latent map", "map_1", "map_2", "map_1", "map_2", is_equal=True)
SKY = Plane(
    "sky", "Sky", "sky_x", "sky_y", "right ascension, east to the left",
    "declination", is_equal=True,
)  # fmt: skip


def standard_planes(columns: Mapping[str, Any]) -> dict[str, Plane]:
    """Return the planes that columns allow, by key.

    Parameters
    ----------
    columns : mapping
        As ``RunColumns``.
    """
    planes = [MAP] if "map_1" in columns else []
    planes += _projected_planes(columns)
    if "latent_2" in columns:
        planes.append(_latent_plane(columns))
    planes += [
        _colour_plane(key, x, y)
        for key, x, y in _COLOUR_PLANES
        if all(f"{band}_mag_ab" in columns for band in (*x, *y))
    ]
    if "sky_x" in columns:
        planes.append(SKY)
    return {plane.key: plane for plane in planes}


def turned_plane(plane: Plane, angle_deg: float) -> Plane:
    """Return the plane of a projection in space, turned about its upright axis.

    Its first formula is the sum of the two level axes by which it is turned.
    """
    angle = np.radians(angle_deg)
    cos, sin = (f"{value:.4f}" for value in (np.cos(angle), np.sin(angle)))
    x = f"({cos}) * {plane.x} + ({sin}) * {plane.depth}"
    name = f"{plane.x_name}, turned by {angle_deg:g}°"
    return replace(plane, x=x, x_name=name) if angle_deg else plane


def own_plane(x: str, y: str) -> Plane:
    """Return the plane of two formulas of one's own."""
    return Plane("", f"{y} against {x}", x, y, x, y)


def plane_places(
    plane: Plane, columns: Mapping[str, Any], n_rows: int
) -> tuple[Floats, Floats]:
    """Return where rows are on a plane, (n_rows,) each, NaN where unknown.

    Raises
    ------
    QueryError
        If a formula cannot be read, or a column is unknown.
    """
    first = formula_values(plane.x, columns, n_rows)
    return first, formula_values(plane.y, columns, n_rows)


def plane_guides(plane: Plane, catalog: Catalog | None = None) -> list[Guide]:
    """Return the lines of a plane: published cuts, or those of the catalog's sky."""
    if plane.key == "mid_infrared":
        keys = ("stern", "assef_r90", "wu_infrared")
        return [_cut_line(key, _W2, _mid_infrared) for key in keys]
    if plane.key == "wu":
        return [_cut_line("wu_optical", _G_MINUS_Z, _wu)]
    if plane.key != "sky" or catalog is None or catalog.position is None:
        return []
    lines = graticule(*catalog.position)
    return [Guide(name, tuple(line), is_faint=True) for name, line in lines]


def _mid_infrared(w2: Floats, colour: Floats) -> dict[str, Floats]:
    return {"w1": w2 + colour, "w2": w2}


def _wu(colour: Floats, other: Floats) -> dict[str, Floats]:
    return {"g": 20.0 + colour, "z": np.full_like(colour, 20.0), "w1": 20.0 - other}


def _cut_line(
    key: str, along: Floats, magnitudes: Callable[[Floats, Floats], dict[str, Floats]]
) -> Guide:
    """Return the least colour that a cut selects, along the first axis of a plane.

    It is asked of the cut itself, so that what is drawn is what selects.
    """
    cut = COLOUR_CUTS[key]
    x, y = np.meshgrid(along, _COLOURS, indexing="ij")
    selected = cut.select(magnitudes(x.ravel(), y.ravel())).reshape(x.shape)
    least = np.where(selected.any(axis=1), _COLOURS[selected.argmax(axis=1)], np.nan)
    return Guide(cut.title, tuple(zip(along.tolist(), least.tolist(), strict=True)))


def _projected_planes(columns: Mapping[str, Any]) -> list[Plane]:
    """Return the planes of projections beside the map."""
    planes = []
    for key, title in _PROJECTIONS:
        x, y, depth = (f"{key}_{axis}" for axis in (1, 2, 3))
        if y in columns:
            plane = Plane(key, title, x, y, x, y, is_equal=True)
            planes.append(replace(plane, depth=depth) if depth in columns else plane)
    return planes


def _latent_plane(columns: Mapping[str, Any]) -> Plane:
    """Return the plane of the two latent dimensions in which rows differ most."""
    names = [name for name in columns if name.startswith("latent_")]
    spread = [float(np.var(columns[name])) for name in names]
    first, second = sorted(np.argsort(spread)[-2:])
    x, y = names[first], names[second]
    return Plane("latent", "Latent dimensions", x, y, x, y)


def _colour_plane(key: str, x: tuple[str, ...], y: tuple[str, ...]) -> Plane:
    first, second = _axis_name(x), _axis_name(y)
    return Plane(
        key, f"{second} against {first}", _formula(x), _formula(y),
        f"{first}, AB mag", f"{second}, AB mag", is_flipped=len(y) == 1,
    )  # fmt: skip


def _formula(bands: tuple[str, ...]) -> str:
    return " - ".join(f"{band}_mag_ab" for band in bands)


def _axis_name(bands: tuple[str, ...]) -> str:
    return " \N{MINUS SIGN} ".join(BANDS[band].label for band in bands)
