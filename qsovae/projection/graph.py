"""The fuzzy graph of neighbours that the map is laid out from.

Within projection: lowest. This is the graph of umap-learn (McInnes et al. 2018,
arXiv:1802.03426, section 3.1), from exact neighbours and in plain arrays: compiling
umap-learn's own takes a fresh process four seconds, and its parallel loops end the
whole process when two threads enter them at once.
"""

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.spatial import KDTree

from qsovae.errors import InputError, ShapeError

Floats = NDArray[np.floating]

# umap-learn's constants: how closely the bisection meets its target, and the
# smallest kernel width as a share of the mean distance.
_TOLERANCE = 1e-5
_SMALLEST_WIDTH = 1e-3
_BISECTIONS = 64


def checked_latent(latent: NDArray[np.floating], where: str) -> NDArray[np.float32]:
    """Return the latent means as float32, as runs save them.

    Raises
    ------
    ShapeError
        If ``latent`` is not a table with a column.
    InputError
        If a value is not finite.
    """
    table = np.asarray(latent)
    if table.ndim != 2 or table.shape[1] == 0:
        raise ShapeError(
            f"latent means have shape {table.shape}",
            where,
            "Pass a table, (n_rows, n_latent).",
        )
    with np.errstate(over="ignore"):
        # Adding zero makes -0 and 0 one value.
        table = table.astype(np.float32) + np.float32(0.0)
    finite = np.isfinite(table).all(axis=1)
    if not finite.all():
        raise InputError(
            f"{np.count_nonzero(~finite)} rows have non-finite latent means, "
            f"the first is row {int(np.argmin(finite))}",
            where,
            "Train the run again, or look for what is wrong with those rows.",
        )
    return table


def neighbour_distances(
    latent: NDArray[np.float32], n_neighbors: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return each row's nearest rows, itself first, and how far they are.

    Parameters
    ----------
    latent : ndarray, (n_rows, n_latent)
        Distinct rows.
    n_neighbors : int
        At most n_rows; the row itself counts.
    """
    distances, rows = KDTree(latent, leafsize=32).query(
        latent, k=range(1, n_neighbors + 1), workers=-1
    )
    return rows.astype(np.int64), distances


def fuzzy_graph(
    rows: NDArray[np.int64], distances: NDArray[np.float64]
) -> scipy.sparse.coo_matrix:
    """Return how strongly each two rows are connected, symmetric, between 0 and 1.

    Parameters
    ----------
    rows, distances : ndarray, (n_rows, n_neighbors)
        Neighbours of each row, itself first, as `neighbour_distances` gives them.
    """
    n_rows, n_neighbors = rows.shape
    widths, nearest = _kernel(distances)
    with np.errstate(under="ignore"):
        strengths = np.exp(
            -np.maximum(distances - nearest[:, None], 0.0) / widths[:, None]
        )
    strengths[rows == np.arange(n_rows)[:, None]] = 0.0
    directed = scipy.sparse.csr_matrix(
        (
            strengths.ravel().astype(np.float32),
            rows.ravel(),
            np.arange(0, rows.size + 1, n_neighbors),
        ),
        shape=(n_rows, n_rows),
    )
    directed.eliminate_zeros()
    both_ways = directed.multiply(directed.T)
    graph = (directed + directed.T - both_ways).tocoo()
    graph.sum_duplicates()
    return graph


def _kernel(
    distances: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each row's kernel width and its distance to the nearest other row.

    The widths make the strengths of the neighbours sum to log2(n_neighbors).
    """
    target = np.log2(distances.shape[1])
    away = np.where(distances > 0.0, distances, np.inf)
    nearest = away.min(axis=1)
    nearest[np.isinf(nearest)] = 0.0
    excess = np.maximum(distances[:, 1:] - nearest[:, None], 0.0)
    low = np.zeros(len(distances))
    high = np.full(len(distances), np.inf)
    widths = np.ones(len(distances))
    for _ in range(_BISECTIONS):
        with np.errstate(under="ignore"):
            surplus = np.exp(-excess / widths[:, None]).sum(axis=1) - target
        if (np.abs(surplus) < _TOLERANCE).all():
            break
        high = np.where(surplus > 0, widths, high)
        low = np.where(surplus > 0, low, widths)
        middle = np.where(np.isinf(high), 2 * widths, (low + high) / 2)
        widths = np.where(np.abs(surplus) < _TOLERANCE, widths, middle)
    mean = np.where(nearest > 0, distances.mean(axis=1), distances.mean())
    return np.maximum(widths, _SMALLEST_WIDTH * mean), nearest
