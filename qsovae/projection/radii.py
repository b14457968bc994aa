"""Local radii of rows, which densMAP keeps on its map.

Within projection: lowest. The quantities are those of Narayan, Berger & Cho 2021
(Nature Biotechnology 39, 765, eqs. 5 to 9), as umap-learn defines them.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

# Keeps finite the logarithm of a row whose neighbours all lie in its place, and the
# radii of rows that all have the same.
_SMALLEST = 1e-8


class LocalRadii(NamedTuple):
    """What the layout needs to know of the rows' surroundings.

    Attributes
    ----------
    strengths : ndarray of float32, (n_edges,)
        Of the edges of the graph, in its order.
    totals : ndarray of float32, (n_rows,)
        Sum of the strengths of each row's edges.
    radii : ndarray of float32, (n_rows,)
        Logarithm of the mean squared distance to neighbours, standardised.
    """

    strengths: NDArray[np.float32]
    totals: NDArray[np.float32]
    radii: NDArray[np.float32]


def local_radii(
    graph: scipy.sparse.coo_matrix, latent: NDArray[np.float32]
) -> LocalRadii:
    """Return the local radii of the rows of a symmetric graph.

    Parameters
    ----------
    graph : coo_matrix, (n_rows, n_rows)
        Strengths of the edges that are laid out.
    latent : ndarray, (n_rows, n_latent)
        Where the rows lie.
    """
    n_rows = graph.shape[0]
    across = latent[graph.row].astype(np.float64) - latent[graph.col]
    squared = np.square(across).sum(axis=1)
    # umap-learn counts an edge for both its ends, and it stands in the graph in both
    # directions.
    totals = 2.0 * np.bincount(graph.row, graph.data, n_rows)
    sums = 2.0 * np.bincount(graph.row, graph.data * squared, n_rows)
    mean = np.divide(sums, totals, out=np.zeros(n_rows), where=totals > 0)
    logarithms = np.log(_SMALLEST + mean)
    # Rounding alone is no spread.
    spread = max(logarithms.std(), _SMALLEST)
    radii = (logarithms - logarithms.mean()) / spread
    return LocalRadii(
        graph.data.astype(np.float32), totals.astype(np.float32),
        radii.astype(np.float32),
    )  # fmt: skip
