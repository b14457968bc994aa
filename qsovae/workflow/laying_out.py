"""Laying out a map or another projection, and how that is told and kept.

Within workflow: above progress.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.errors import ConfigError
from qsovae.projection import MapProgress, MapResult, fit_map
from qsovae.workflow.progress import Progress

LAID_OUT = ("umap", "densmap")
MAP_NAME = "map"
_MOST_FITTED = 20_000


@dataclass(frozen=True)
class MapSettings:
    """How a projection is laid out; ``qsovae.fit_map`` says what each means.

    Attributes
    ----------
    seed : int
    method : str
        ``umap`` or ``densmap``.
    n_dimensions : int
        2 or 3.
    max_fit_rows : int
    n_neighbors : int
    min_dist : float
    """

    seed: int
    method: str = "umap"
    n_dimensions: int = 2
    max_fit_rows: int = _MOST_FITTED
    n_neighbors: int = 15
    min_dist: float = 0.1

    @property
    def name(self) -> str:
        """The projection's name: ``map``, ``umap3d``, ``densmap`` or ``densmap3d``."""
        return projection_name(self.method, self.n_dimensions)

    @property
    def columns(self) -> list[str]:
        """Names of its coordinates."""
        return [f"{self.name}_{i}" for i in range(1, self.n_dimensions + 1)]


def projection_name(method: str, n_dimensions: int) -> str:
    """Return what a projection is called; the run's map is UMAP in the plane.

    Raises
    ------
    ConfigError
        If there is no such projection.
    """
    if method not in LAID_OUT or n_dimensions not in (2, 3):
        raise ConfigError(
            f"no projection {method} of {n_dimensions} dimensions is laid out",
            "projection",
            f"Choose {' or '.join(LAID_OUT)}, and 2 or 3 dimensions.",
        )
    if (method, n_dimensions) == ("umap", 2):
        return MAP_NAME
    return method if n_dimensions == 2 else f"{method}3d"


def lay_out(
    latent: NDArray[np.float32],
    settings: MapSettings,
    tell: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> MapResult:
    """Return the projection of latent means, telling of each percent."""
    last: dict[str, float] = {}

    def on_progress(progress: MapProgress) -> None:
        share = round(progress.fraction, 2)
        if tell is not None and share != last.get(progress.step):
            last[progress.step] = share
            tell({"phase": "map", "message": progress.step, "fraction": share})

    return fit_map(
        latent, settings.seed, settings.n_neighbors, settings.min_dist,
        settings.max_fit_rows, n_dimensions=settings.n_dimensions,
        keeps_density=settings.method == "densmap",
        on_progress=on_progress, should_stop=should_stop,
    )  # fmt: skip


def map_table(result: MapResult, settings: MapSettings) -> pd.DataFrame:
    """Return ``row``, the coordinates and ``is_fitted`` for every row of a run."""
    n_rows = len(result.coordinates)
    is_fitted = np.zeros(n_rows, dtype=bool)
    is_fitted[result.fitted_rows] = True
    places = dict(zip(settings.columns, result.coordinates.T, strict=True))
    return pd.DataFrame({"row": np.arange(n_rows), **places, "is_fitted": is_fitted})


def map_record(result: MapResult, settings: MapSettings) -> dict[str, Any]:
    """Return how a projection was laid out, as it is kept beside the table."""
    return {
        "name": settings.name,
        "columns": settings.columns,
        **asdict(settings),
        "rows": len(result.coordinates),
        "fitted_rows": len(result.fitted_rows),
        "n_epochs": result.n_epochs,
        "epochs": result.epochs,
        "versions": {"umap-learn": version("umap-learn")},
    }


def refuse_stopped(result: MapResult) -> None:
    """Refuse a layout that was stopped.

    Raises
    ------
    ConfigError
        If epochs are missing.
    """
    if result.epochs < result.n_epochs:
        raise stopped()


def stopped() -> ConfigError:
    """Return what to say of what was stopped before it was done."""
    return ConfigError("it was stopped", "projection", "Nothing of it is kept.")
