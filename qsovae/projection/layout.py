"""umap-learn's layout of a fuzzy graph in the plane, with progress and a stop.

Within projection: above graph, principal and radii.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from qsovae.projection.principal import principal_plane
from qsovae.projection.radii import LocalRadii, local_radii

# Range of each axis before the layout starts, and the noise that parts rows which
# start in one place; both as in umap-learn.
_START_RANGE = 10.0
_START_NOISE = 1e-4
# densMAP's weight of the densities, the share of epochs that heed them, and what is
# added to the variance of radii on the map; umap-learn's defaults.
_DENSITY = {"lambda": 2.0, "frac": 0.3, "var_shift": 0.1}


class _LayoutStopError(Exception):
    """Leaves umap-learn's loop between two epochs."""


class _EpochListener:
    """The stream that umap-learn's progress bar writes its epoch numbers to.

    ``let_go`` releases the lock of all bars: one that writes holds it, and keeps it for
    ever if an exception passes through it; layouts of other threads would wait for it.
    """

    def __init__(
        self, on_epoch: Callable[[int], bool], let_go: Callable[[], None]
    ) -> None:
        self.epoch = 0
        self._on_epoch, self._let_go = on_epoch, let_go
        self._is_open = True

    def write(self, text: str) -> None:
        """Take one epoch number; leave the loop when the callback says so."""
        number = text.strip("\r\n ")
        if not (self._is_open and number.isdigit()) or int(number) <= self.epoch:
            return
        self.epoch = int(number)
        # The bar writes once more when an exception closes it.
        self._is_open = False
        try:
            if self._on_epoch(self.epoch):
                raise _LayoutStopError
        except BaseException:
            self._let_go()
            raise
        self._is_open = True

    def flush(self) -> None:
        """Do nothing: each number is taken as it comes."""


def starting_places(
    latent: NDArray[np.float32], generator: np.random.Generator, n_dimensions: int = 2
) -> NDArray[np.float32]:
    """Return where the layout starts: the principal plane with a little noise."""
    plane = principal_plane(latent, n_dimensions)
    extent = np.abs(plane).max()
    plane *= _START_RANGE / extent if extent > 0 else 1.0
    plane += generator.normal(scale=_START_NOISE, size=plane.shape)
    plane -= plane.min(axis=0)
    spread = plane.max(axis=0)
    # An axis of nothing but noise keeps its size.
    wide = spread > 100 * _START_NOISE
    plane[:, wide] *= _START_RANGE / spread[wide]
    return np.ascontiguousarray(plane, dtype=np.float32)


def lay_out(
    graph: scipy.sparse.coo_matrix,
    start: NDArray[np.float32],
    n_epochs: int,
    min_dist: float,
    generator: np.random.Generator,
    on_epoch: Callable[[int], bool],
    dense_latent: NDArray[np.float32] | None = None,
) -> tuple[NDArray[np.float32], int]:
    """Return the laid-out coordinates and how many epochs were done.

    Parameters
    ----------
    graph : coo_matrix, (n_rows, n_rows)
        From `fuzzy_graph`.
    start : ndarray of float32, (n_rows, n_dimensions)
        Where the rows start.
    n_epochs : int
        Passes over the graph.
    min_dist : float
        How close the layout packs rows; in map units.
    generator : Generator
        Source of the random draws.
    on_epoch : callable
        Takes the epoch done; returns True to stop and keep the layout so far.
    dense_latent : ndarray, (n_rows, n_latent), optional
        Latent means whose local densities the layout shall keep, as densMAP does.
    """
    umap_layouts, umap_umap = _import_umap()
    graph = _strong_edges(graph, n_epochs)
    radii = None if dense_latent is None else local_radii(graph, dense_latent)
    rates = umap_umap.make_epochs_per_sample(graph.data, n_epochs)
    a, b = umap_umap.find_ab_params(1.0, min_dist)
    whole = np.iinfo(np.int32)
    state = generator.integers(whole.min + 1, whole.max - 1, 3, dtype=np.int64)
    places = start.copy()  # laid out in place
    listener = _EpochListener(on_epoch, umap_layouts.tqdm.get_lock().release)
    try:
        umap_layouts.optimize_layout_euclidean(
            places, places, graph.row, graph.col, n_epochs, len(places), rates, a, b,
            state, move_other=True, densmap=radii is not None,
            densmap_kwds=None if radii is None else _density_terms(radii),
            # One write an epoch at most; with miniters at one tqdm's monitor never
            # writes from a thread of its own.
            tqdm_kwds={
                "disable": False, "file": listener, "bar_format": "{n}",
                "mininterval": 0.2, "miniters": 1,
            },
        )  # fmt: skip
    except _LayoutStopError:
        return places, listener.epoch
    return places, n_epochs


def _strong_edges(
    graph: scipy.sparse.coo_matrix, n_epochs: int
) -> scipy.sparse.coo_matrix:
    """Return the edges that so many epochs would sample at least once."""
    strong = graph.data >= graph.data.max() / n_epochs
    kept = (graph.data[strong], (graph.row[strong], graph.col[strong]))
    return scipy.sparse.coo_matrix(kept, shape=graph.shape)


def _density_terms(radii: LocalRadii) -> dict[str, Any]:
    """Return local radii as umap-learn's loop takes them."""
    return _DENSITY | {
        "mu": radii.strengths, "mu_sum": radii.totals, "R": radii.radii
    }  # fmt: skip


def _import_umap() -> tuple[Any, Any]:
    """Return umap-learn's two modules, imported when first needed.

    The import takes a second, or a dozen where numba's cache is empty; it warns of
    optional packages that are absent.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import umap.layouts
        import umap.umap_
    return umap.layouts, umap.umap_
