"""The rows nearest to any place of the latent space or of the map, and what is far.

Within workflow: above one_object.
"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from qsovae.errors import ConfigError, InputError
from qsovae.inference import latent_matrix, latent_names
from qsovae.projection import mean_of_midst

_MAP = ("map_1", "map_2")
# A place farther from every row than this share of rows is from its nearest: none is
# known there.
_FAR_SHARE = 99.0
# Rows whose nearest are looked up to learn that, at most.
_MOST_ASKED = 4000
_N_ON_MAP = 8


class Nearby:
    """Finds the rows nearest to places, exactly.

    Parameters
    ----------
    rows : DataFrame
        As of ``run_table``.
    names : sequence of str
        The columns in which places are told; rows without them are not found.

    Attributes
    ----------
    rows : DataFrame
    points : ndarray, (n_rows, n_dimensions)
        The columns.
    far_distance : float
        99 % of the rows have another one within it (of more than 4,000, those drawn
        with a seed); infinite of fewer than two rows.

    Raises
    ------
    InputError
        If no row has all of the columns.
    """

    def __init__(self, rows: pd.DataFrame, names: Sequence[str]) -> None:
        self.rows = rows
        self.points: NDArray[np.float64] = rows[list(names)].to_numpy(dtype=np.float64)
        self._placed = np.flatnonzero(np.isfinite(self.points).all(axis=1))
        if not self._placed.size:
            raise InputError(
                f"no row has {', '.join(names)}", "qsovae.Nearby", "Give other rows."
            )
        self._tree = KDTree(self.points[self._placed], leafsize=32)
        self.far_distance = self._far()

    @classmethod
    def in_latent(cls, rows: pd.DataFrame) -> Self:
        """Return what finds rows by their latent means."""
        return cls(rows, latent_names(rows))

    @classmethod
    def on_map(cls, rows: pd.DataFrame) -> Self:
        """Return what finds rows by their places on the map.

        Raises
        ------
        ConfigError
            If the run has no map.
        """
        if not set(_MAP) <= set(rows.columns):
            raise ConfigError(
                "the rows have no places on the map", "map_1, map_2",
                "Make the map first (qsovae project RUN).",
            )  # fmt: skip
        return cls(rows, _MAP)

    def nearest(
        self, places: ArrayLike, n_rows: int = 1
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the numbers of the nearest rows, the nearest first, and how far.

        Parameters
        ----------
        places : array_like, (n_places, n_dimensions)
        n_rows : int
            Most rows of each place.

        Returns
        -------
        tuple of ndarray, (n_places, n_rows)
            Numbers from 0, in the order of ``rows``; Euclidean distances.
        """
        n_found = min(n_rows, self._placed.size)
        distance, found = self._tree.query(places, k=range(1, n_found + 1))
        return self._placed[found], distance

    def _far(self) -> float:
        n_rows = self._placed.size
        if n_rows < 2:
            return float("inf")
        rng = np.random.default_rng(0)
        asked = rng.choice(n_rows, min(n_rows, _MOST_ASKED), replace=False)
        distance = self.nearest(self.points[self._placed[asked]], 2)[1]
        return float(np.percentile(distance[:, 1], _FAR_SHARE))


class MapPlace(NamedTuple):
    """The latent that belongs to a place of the map, (n_latent,).

    ``distance`` is that to the nearest row on the map; ``is_far`` says that this is
    farther than 99 % of the rows are from their nearest.
    """

    latent: NDArray[np.float64]
    distance: float
    is_far: bool


def latent_at_map(
    rows: pd.DataFrame, map_1: float, map_2: float, near: Nearby | None = None
) -> MapPlace:
    """Return the latent that belongs to a place of the map.

    The map cannot be undone: it is the mean of the latent means of the eight rows that
    are nearest on the map, each the heavier the nearer, but only of the half that lies
    around the one in their midst in the latent space, so that it does not lie between
    two groups whose borders meet on the map. The place of a row has the row's own.

    Parameters
    ----------
    rows : DataFrame
        As of ``run_table``.
    map_1, map_2 : float
    near : Nearby, optional
        ``Nearby.on_map`` of these rows, if it is to be asked more than once.

    Raises
    ------
    ConfigError
        If the run has no map.
    InputError
        If the place is not finite.
    """
    if not np.isfinite([map_1, map_2]).all():
        raise InputError(
            f"{map_1:g}, {map_2:g} is no place of the map", "map", "Give two numbers."
        )
    near = Nearby.on_map(rows) if near is None else near
    found, distance = near.nearest([[map_1, map_2]], _N_ON_MAP)
    latent = latent_matrix(rows.iloc[found[0]]).astype(np.float64)
    first = float(distance[0, 0])
    mean = latent[0] if first == 0.0 else mean_of_midst(latent[None], distance)[0]
    return MapPlace(mean, first, first > near.far_distance)
