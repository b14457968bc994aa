"""Place new rows on a fitted map, without fitting it again.

Within projection: above graph.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from qsovae.errors import InputError, ShapeError
from qsovae.projection.graph import checked_latent
from qsovae.threads import n_cores

_N_NEIGHBORS = 8
# A neighbour may be so much farther than the true one, relative to it: the places are
# as true, and many rows are done in half the time. What lies in the row's own place is
# found all the same.
_SLACK = 0.5
_CHUNK_ROWS = 5_000


class Projector:
    """Interpolates the map between the rows it was fitted on.

    Parameters
    ----------
    latent : ndarray, (n_fitted, n_latent)
        Latent means of rows on the map.
    coordinates : ndarray, (n_fitted, n_dimensions)
        Where they lie.

    Raises
    ------
    ShapeError
        If the two do not belong together.
    InputError
        If there is no row, or a value is not finite.
    """

    def __init__(
        self, latent: NDArray[np.floating], coordinates: NDArray[np.floating]
    ) -> None:
        table = checked_latent(latent, "qsovae.Projector")
        places = np.asarray(coordinates, dtype=np.float32)
        if places.ndim != 2 or len(places) != len(table):
            raise ShapeError(
                f"coordinates have shape {places.shape}, for {len(table)} rows",
                "qsovae.Projector",
                "Pass the place of each row.",
            )
        if len(table) == 0 or not np.isfinite(places).all():
            raise InputError(
                "the map has no rows, or non-finite coordinates",
                "qsovae.Projector",
                "Fit the map again.",
            )
        # Rows of one latent mean share one place; the first stands for them.
        table, first = np.unique(table, axis=0, return_index=True)
        self._places = places[first]
        self._n_latent = table.shape[1]
        self._tree = KDTree(table, leafsize=32)

    def apply(self, latent: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return map coordinates of each row, (n_rows, n_dimensions).

        A row whose latent mean equals a fitted one's lands on its place.

        Parameters
        ----------
        latent : ndarray, (n_rows, n_latent)
            Posterior means by the same run.

        Raises
        ------
        ShapeError, InputError
            If ``latent`` is not a table of finite numbers of the map's width.
        """
        table = checked_latent(latent, "qsovae.Projector.apply")
        if table.shape[1] != self._n_latent:
            raise ShapeError(
                f"latent means have {table.shape[1]} dimensions, "
                f"the map was fitted on {self._n_latent}",
                "qsovae.Projector.apply",
                "Infer the latent means with the map's own run.",
            )
        coordinates = np.empty((len(table), self._places.shape[1]), dtype=np.float32)

        def place_from(begin: int) -> None:
            chunk = slice(begin, begin + _CHUNK_ROWS)
            coordinates[chunk] = self._place(table[chunk])

        with ThreadPoolExecutor(n_cores()) as pool:
            list(pool.map(place_from, range(0, len(table), _CHUNK_ROWS)))
        return coordinates

    def _place(self, latent: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return where each row belongs among its latent neighbours' places."""
        n_neighbors = min(_N_NEIGHBORS, len(self._places))
        distances, rows = self._tree.query(
            latent, k=range(1, n_neighbors + 1), eps=_SLACK
        )
        mean = mean_of_midst(self._places[rows], distances)
        known = distances[:, 0] == 0.0
        mean[known] = self._places[rows[known, 0]]
        return mean


def mean_of_midst(
    places: NDArray[np.floating], distances: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return a mean of neighbours' places that does not lie between groups of them.

    Neighbours in one space may lie on several islands of another, and their mean in the
    void between. So the one in their midst is found first, and the mean is taken of
    the half that lies around it, each the heavier the nearer.

    Parameters
    ----------
    places : ndarray, (n_rows, n_neighbors, n_dimensions)
        In the other space.
    distances : ndarray, (n_rows, n_neighbors)
        To the neighbours, in the space they are neighbours in.

    Returns
    -------
    ndarray, (n_rows, n_dimensions)
    """
    n_neighbors = distances.shape[1]
    places = places.astype(np.float64)
    weights = 1.0 / np.maximum(distances, np.finfo(np.float32).tiny)
    apart = np.zeros((*distances.shape, n_neighbors))
    for axis in range(places.shape[2]):
        along = places[:, :, axis]
        apart += np.square(along[:, :, None] - along[:, None, :])
    apart = np.sqrt(apart, out=apart)
    cost = np.einsum("njk,nk->nj", apart, weights)
    from_medoid = apart[np.arange(len(places)), cost.argmin(axis=1)]
    weights[from_medoid > np.median(from_medoid, axis=1, keepdims=True)] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    mean: NDArray[np.float64] = np.einsum("nk,nkd->nd", weights, places)
    return mean
