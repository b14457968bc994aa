"""How far a map can be trusted: what it keeps of who is near whom.

Within projection: lowest.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

from qsovae.errors import InputError, ShapeError

Floats = NDArray[np.floating]

_CHUNK_ROWS = 200


class RankScores(NamedTuple):
    """What a map keeps of neighbourhoods, each from 0 to 1, where all is kept.

    Attributes
    ----------
    trustworthiness : float
        Low where the map shows rows as near that are far in latent space.
    continuity : float
        Low where the map tears rows apart that are near in latent space.
    """

    trustworthiness: float
    continuity: float


def rank_scores(
    latent: Floats, coordinates: Floats, n_neighbors: int = 15,
    rows: NDArray[np.integer] | None = None,
) -> RankScores:  # fmt: skip
    """Return trustworthiness and continuity (Venna & Kaski 2001, eqs. 1 and 2).

    Each is 1 less the ranks by which neighbours in one space fail to be neighbours in
    the other, where 0 would be the worst that can be.

    Parameters
    ----------
    latent : ndarray, (n_rows, n_latent)
        Latent means.
    coordinates : ndarray, (n_rows, n_dimensions)
        Places on the map.
    n_neighbors : int
        Neighbours of each row, less than half the rows.
    rows : ndarray of int, optional
        Rows whose neighbours are asked for, among all of them; all by default.

    Raises
    ------
    ShapeError
        If the two do not belong together.
    InputError
        If there are too few rows.
    """
    if latent.ndim != 2 or coordinates.ndim != 2 or len(latent) != len(coordinates):
        raise ShapeError(
            f"latent means have shape {latent.shape}, places {coordinates.shape}",
            "qsovae.rank_scores",
            "Pass both of the same rows.",
        )
    if not 1 <= n_neighbors < len(latent) / 2:
        raise InputError(
            f"{len(latent)} distinct rows are too few for {n_neighbors} neighbours",
            "qsovae.rank_scores",
            "Take fewer neighbours, at most less than half the rows.",
        )
    scored = np.arange(len(latent)) if rows is None else np.asarray(rows)
    return RankScores(
        _kept(latent, coordinates, n_neighbors, scored),
        _kept(coordinates, latent, n_neighbors, scored),
    )


def _kept(
    space: Floats, picture: Floats, n_neighbors: int, scored: NDArray[np.integer]
) -> float:
    """Return how truly neighbours on a picture are neighbours in a space."""
    tree, excess = KDTree(picture), 0
    for begin in range(0, len(scored), _CHUNK_ROWS):
        own = scored[begin : begin + _CHUNK_ROWS]
        near = nearest_others(tree, picture[own], own, n_neighbors)
        away = cdist(space[own], space, "sqeuclidean")
        away[np.arange(len(own)), own] = np.inf
        for far in np.take_along_axis(away, near, axis=1).T:
            ranks = 1 + np.count_nonzero(away < far[:, None], axis=1)
            excess += int(np.maximum(ranks - n_neighbors, 0).sum())
    n_rows = len(space)
    worst = len(scored) * n_neighbors * (2 * n_rows - 3 * n_neighbors - 1) / 2
    return 1.0 - excess / worst


def nearest_others(
    tree: KDTree, places: Floats, own: NDArray[np.integer], n_neighbors: int
) -> NDArray[np.int64]:
    """Return who is nearest to each place, (n_places, n_neighbors).

    Parameters
    ----------
    tree : KDTree
        More than ``n_neighbors`` rows.
    places : ndarray, (n_places, n_dimensions)
    own : ndarray of int, (n_places,)
        The row of the tree that is the place's own and no neighbour; -1 for none.
    n_neighbors : int
    """
    _, rows = tree.query(places, k=range(1, n_neighbors + 2), workers=-1)
    is_out = rows == own[:, None]
    # Of one that has no row of its own, or shares its place with many: the farthest.
    is_out[~is_out.any(axis=1), -1] = True
    others: NDArray[np.int64] = rows[~is_out].reshape(len(places), n_neighbors)
    return others


def shared_neighbours(
    first: NDArray[np.integer], second: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Return the share of each row's neighbours that are so a second time, (n_rows,).

    Parameters
    ----------
    first, second : ndarray of int, (n_rows, n_neighbors)
        None twice in a row.
    """
    found = (first[:, :, None] == second[:, None, :]).any(axis=2)
    share: NDArray[np.float64] = found.mean(axis=1)
    return share
