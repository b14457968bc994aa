"""How far a run's map can be trusted, measured once and kept with the run.

Within workflow: above laying_out and projections.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree

from qsovae.errors import ConfigError
from qsovae.inference import latent_matrix
from qsovae.projection import (
    Projector,
    nearest_others,
    principal_axes,
    rank_scores,
    shared_neighbours,
)
from qsovae.runs import Run, keep_table, kept_record
from qsovae.workflow.laying_out import MapSettings, lay_out, stopped
from qsovae.workflow.progress import Progress
from qsovae.workflow.projections import MAP_QUALITY, map_digest

N_SEEDS = 3
_N_NEIGHBORS = 15
_MOST_SCORED, _MOST_RANKED = 5_000, 20_000
_CHUNK_ROWS = 10_000
_PERCENTILES = (5, 25, 50, 75, 95)

Stop = Callable[[], bool]


class _Places(NamedTuple):
    """A map: where the rows lie that were laid out, and where all of them do."""

    fitted: NDArray[np.float32]
    all_rows: NDArray[np.float32]


def map_quality(run: Run) -> dict[str, Any] | None:
    """Return how far a run's map can be trusted; None until ``evaluate_map`` told it.

    Returns
    -------
    dict or None
        As of ``evaluate_map``, of the map that the run has now.
    """
    record = kept_record(run, MAP_QUALITY)
    if record is None or record["map_sha256"] != map_digest(run):
        return None
    return record


def evaluate_map(
    run: Run,
    on_progress: Progress | None = None,
    should_stop: Stop | None = None,
    n_seeds: int = N_SEEDS,
) -> dict[str, Any]:
    """Measure how far a run's map can be trusted, and keep it with the run.

    Neighbours are the 15 nearest of the rows that were laid out. Trustworthiness and
    continuity are of at most 5,000 of these, drawn at random and ranked among at most
    20,000; what is told row by row is of all rows of the run.

    Parameters
    ----------
    run : Run
        With a map.
    on_progress : callable, optional
        Takes ``phase``, ``message`` and ``fraction``.
    should_stop : callable, optional
        Asked many times a second; True ends it, and nothing is kept.
    n_seeds : int
        Maps that are compared, the run's own among them; at least 2.

    Returns
    -------
    dict
        ``trustworthiness`` and ``continuity`` of the map, the same of the principal
        ``plane``, ``kept`` (share of a row's latent neighbours that are its neighbours
        on the map, mean), ``agreement`` (share of its neighbours on the map that recur
        on one of another seed, mean over rows and pairs), ``percentiles`` of both over
        the rows, ``n_neighbors``, ``scored_rows``, ``ranked_among``, ``seeds``.

    Raises
    ------
    ConfigError
        If the run has no map, or it was stopped.
    InputError
        If the map has too few distinct rows, 31 at least.
    """
    table = run.map()
    if table is None:
        raise ConfigError(
            "the run has no map", run.name, "Make it first (qsovae project RUN)."
        )
    if n_seeds < 2:
        raise ConfigError(f"n_seeds is {n_seeds}", "evaluate_map", "Take at least 2.")
    digest = map_digest(run)
    tell, is_stopped = on_progress or (lambda _: None), should_stop or (lambda: False)
    latent = latent_matrix(run.rows())
    fitted = np.flatnonzero(table["is_fitted"].to_numpy(dtype=bool))
    places = table[["map_1", "map_2"]].to_numpy(dtype=np.float32)
    first = int(run.map_record().get("seed", run.manifest["seed"]))
    seeds = [first + i for i in range(n_seeds)]
    tell({"phase": "quality", "message": "ranks", "fraction": 0.0})
    scores = _scores(latent[fitted], places[fitted])
    maps = [_Places(places[fitted], places)]
    for seed in seeds[1:]:
        settings = _like(run, seed, len(fitted))
        maps.append(_laid_out(latent, fitted, settings, tell, is_stopped))
    told = pd.concat(_rows(latent, fitted, maps, tell, is_stopped), ignore_index=True)
    told.insert(0, "row", table["row"].to_numpy())
    record = scores | _summary(told) | {
        "n_neighbors": _N_NEIGHBORS, "fitted_rows": len(fitted), "rows": len(latent),
        "seeds": seeds, "map_sha256": digest,
    }  # fmt: skip
    return keep_table(run, MAP_QUALITY, record, told)


def _like(run: Run, seed: int, n_fitted: int) -> MapSettings:
    """Return the settings of a run's map, but for the seed and which rows it draws."""
    record = run.map_record()
    usual = MapSettings(seed)
    return MapSettings(
        seed, max_fit_rows=n_fitted,
        n_neighbors=record.get("n_neighbors", usual.n_neighbors),
        min_dist=record.get("min_dist", usual.min_dist),
    )  # fmt: skip


def _scores(latent: NDArray[np.float32], places: NDArray[np.float32]) -> dict[str, Any]:
    """Return trustworthiness and continuity of a map and of the principal plane."""
    rng = np.random.default_rng(0)
    if len(latent) > _MOST_RANKED:
        drawn = np.sort(rng.choice(len(latent), _MOST_RANKED, replace=False))
        latent, places = latent[drawn], places[drawn]
    n_scored = min(_MOST_SCORED, len(latent))
    scored = np.sort(rng.choice(len(latent), n_scored, replace=False))
    plane = principal_axes(latent, 2).apply(latent)
    found, flat = (
        rank_scores(latent, picture, _N_NEIGHBORS, scored)
        for picture in (places, plane)
    )
    return found._asdict() | {
        "plane": flat._asdict(), "scored_rows": n_scored, "ranked_among": len(latent)
    }  # fmt: skip


def _laid_out(
    latent: NDArray[np.float32], fitted: NDArray[np.int64], settings: MapSettings,
    tell: Progress, is_stopped: Stop,
) -> _Places:  # fmt: skip
    """Return the map of the same rows by another seed."""

    def tell_seed(entry: dict[str, Any]) -> None:
        tell(entry | {"message": f"seed {settings.seed}: {entry['message']}"})

    result = lay_out(latent[fitted], settings, tell_seed, is_stopped)
    if result.epochs < result.n_epochs:
        raise stopped()
    if len(fitted) == len(latent):
        return _Places(result.coordinates, result.coordinates)
    projector = Projector(latent[fitted], result.coordinates)
    return _Places(result.coordinates, projector.apply(latent))


def _rows(
    latent: NDArray[np.float32], fitted: NDArray[np.int64], maps: list[_Places],
    tell: Progress, is_stopped: Stop,
) -> Iterator[pd.DataFrame]:  # fmt: skip
    """Yield, portion by portion, how stable each row is and what it keeps."""
    space = KDTree(latent[fitted])
    pictures = [KDTree(one.fitted) for one in maps]
    for begin in range(0, len(latent), _CHUNK_ROWS):
        if is_stopped():
            raise stopped()
        tell({"phase": "quality", "message": "neighbours of each row",
              "fraction": round(begin / len(latent), 2)})  # fmt: skip
        chunk = slice(begin, begin + _CHUNK_ROWS)
        away, nearest = space.query(latent[chunk], workers=-1)
        # A row that was not laid out may have the latent mean of one that was.
        own = np.where(away == 0.0, nearest, -1)
        near = nearest_others(space, latent[chunk], own, _N_NEIGHBORS)
        seen = [
            nearest_others(picture, one.all_rows[chunk], own, _N_NEIGHBORS)
            for picture, one in zip(pictures, maps, strict=True)
        ]
        shares = [
            shared_neighbours(seen[i], seen[j])
            for j in range(len(seen)) for i in range(j)
        ]  # fmt: skip
        yield pd.DataFrame({
            "map_stability": np.mean(shares, axis=0, dtype=np.float32),
            "map_kept": shared_neighbours(near, seen[0]).astype(np.float32),
        })  # fmt: skip


def _summary(told: pd.DataFrame) -> dict[str, Any]:
    """Return means and percentiles over the rows."""
    named = {"agreement": told["map_stability"], "kept": told["map_kept"]}
    return {key: float(values.mean()) for key, values in named.items()} | {
        "percentiles": {
            key: dict(zip(map(str, _PERCENTILES),
                          np.percentile(values, _PERCENTILES).tolist(), strict=True))
            for key, values in named.items()
        }
    }  # fmt: skip
