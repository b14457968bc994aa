"""Fit the latent map of a run.

Within projection: above graph, layout, principal and projector.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsovae.errors import ConfigError
from qsovae.projection.graph import checked_latent, fuzzy_graph, neighbour_distances
from qsovae.projection.layout import lay_out, starting_places
from qsovae.projection.principal import principal_plane
from qsovae.projection.projector import Projector

# With fewer distinct rows the principal plane shows them all.
_FEWEST_LAID_OUT = 4

# umap-learn's numbers of epochs, and up to how many rows the larger one holds.
_EPOCHS_SMALL, _EPOCHS_LARGE, _SMALL = 500, 200, 10_000
_EPOCHS_MORE_FOR_DENSITY = 200
_DIMENSIONS = (2, 3)


class MapProgress(NamedTuple):
    """How far a map is: the step, and the share of that step which is done."""

    step: str
    fraction: float


@dataclass(frozen=True)
class MapResult:
    """A fitted latent map.

    Parameters
    ----------
    coordinates : ndarray of float32, (n_rows, n_dimensions)
        Place of every row: map_1 and map_2, and a third where one was asked for.
    fitted_rows : ndarray of int, (n_fitted,)
        Rows that were laid out; the others were placed among them.
    n_epochs : int
        Epochs of the layout that were asked for; 0 where the principal plane is
        the map.
    epochs : int
        Epochs done; fewer after a stop.
    """

    coordinates: NDArray[np.float32]
    fitted_rows: NDArray[np.int64]
    n_epochs: int
    epochs: int


def fit_map(
    latent: NDArray[np.floating],
    seed: int,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    max_fit_rows: int = 20_000,
    on_progress: Callable[[MapProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    *,
    n_dimensions: int = 2,
    keeps_density: bool = False,
) -> MapResult:
    """Return the UMAP of the latent means, the same for one seed on one machine.

    Rows of one latent mean share one place. Above ``max_fit_rows`` a random sample
    is laid out and the other rows are placed by the projector.

    Parameters
    ----------
    latent : ndarray, (n_rows, n_latent)
        Posterior means, never samples.
    seed : int
        Seed of the sample and of the layout.
    n_neighbors : int
        Neighbours that a row is kept near to, itself included.
    min_dist : float
        How closely rows are packed, from 0 to 1.
    max_fit_rows : int
        Rows that are laid out at most.
    on_progress : callable, optional
        Takes a `MapProgress` several times a second while the layout runs.
    should_stop : callable, optional
        Returns True to end the layout and keep it as it is.
    n_dimensions : int
        2 or 3.
    keeps_density : bool
        Whether crowded rows stay crowded, by densMAP (Narayan et al. 2021); UMAP
        spreads them evenly.

    Raises
    ------
    ShapeError, InputError
        If ``latent`` is not a table of finite numbers.
    ConfigError
        If a parameter lies outside what it may be.
    """
    _check_parameters(seed, n_neighbors, min_dist, max_fit_rows, n_dimensions)
    table = checked_latent(latent, "qsovae.fit_map")
    report = on_progress or (lambda progress: None)
    generator = np.random.default_rng(seed)
    fitted_rows = _distinct_rows(table, max_fit_rows, generator)
    fitted = table[fitted_rows]
    n_epochs = _n_epochs(len(fitted), keeps_density)

    def on_epoch(epoch: int) -> bool:
        report(MapProgress("layout", epoch / n_epochs))
        return should_stop is not None and should_stop()

    if n_epochs == 0:
        places = principal_plane(fitted, n_dimensions).astype(np.float32)
        epochs = 0
    else:
        report(MapProgress("neighbours", 0.0))
        rows, distances = neighbour_distances(fitted, min(n_neighbors, len(fitted)))
        report(MapProgress("graph", 0.0))
        graph = fuzzy_graph(rows, distances)
        start = starting_places(fitted, generator, n_dimensions)
        report(MapProgress("layout", 0.0))
        dense = fitted if keeps_density else None
        places, epochs = lay_out(
            graph, start, n_epochs, min_dist, generator, on_epoch, dense
        )
    if len(fitted) < len(table):
        report(MapProgress("placing", 0.0))
    coordinates = _all_places(table, fitted_rows, places)
    return MapResult(coordinates, fitted_rows, n_epochs, epochs)


def _all_places(
    table: NDArray[np.float32], fitted_rows: NDArray[np.int64],
    places: NDArray[np.float32],
) -> NDArray[np.float32]:  # fmt: skip
    """Return the places of all rows: those not laid out are placed among the others."""
    coordinates = np.empty((len(table), places.shape[1]), dtype=np.float32)
    coordinates[fitted_rows] = places
    others = np.setdiff1d(np.arange(len(table)), fitted_rows)
    if others.size:
        coordinates[others] = Projector(table[fitted_rows], places).apply(table[others])
    return coordinates


def _n_epochs(n_rows: int, keeps_density: bool) -> int:
    """Return umap-learn's number of epochs; none where the plane shows every row."""
    if n_rows < _FEWEST_LAID_OUT:
        return 0
    usual = _EPOCHS_SMALL if n_rows <= _SMALL else _EPOCHS_LARGE
    return usual + (_EPOCHS_MORE_FOR_DENSITY if keeps_density else 0)


def _distinct_rows(
    table: NDArray[np.float32], max_fit_rows: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Return a sample of at most that many rows, the first of each that are equal."""
    rows = np.arange(len(table))
    if len(rows) > max_fit_rows:
        rows = np.sort(generator.choice(len(rows), max_fit_rows, replace=False))
    _, first = np.unique(table[rows], axis=0, return_index=True)
    return rows[np.sort(first)]


def _check_parameters(
    seed: int, n_neighbors: int, min_dist: float, max_fit_rows: int, n_dimensions: int
) -> None:
    """Refuse parameters that no map can be fitted with."""
    for name, value, valid, advice in (
        ("seed", seed, seed >= 0, "a whole number, at least 0"),
        ("n_neighbors", n_neighbors, n_neighbors >= 2, "at least 2"),
        ("min_dist", min_dist, 0.0 <= min_dist <= 1.0, "from 0 to 1"),
        ("max_fit_rows", max_fit_rows, max_fit_rows >= 1, "at least 1"),
        ("n_dimensions", n_dimensions, n_dimensions in _DIMENSIONS, "2 or 3"),
    ):
        if not valid:
            raise ConfigError(
                f"{name} is {value}", "qsovae.fit_map", f"Choose {advice}."
            )
