"""How long rows near an object take to find exactly, beside trees and graphs.

A run of many rows is drawn from another. Each query is asked of all its rows, as pages
and the command line ask; the peers are built from the same latent means and asked for
as many rows. Prints one JSON object: seconds, and the share of the exact neighbours
that each peer finds.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import report
from pynndescent import NNDescent
from resampled import write_resampled
from scipy.spatial import cKDTree

import qsovae

_NEAR, _LIKE = 50, 200


def seconds_of(work: Callable[[], Any], repeats: int) -> float:
    """Return the median time of something."""
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return round(float(np.median(taken)), 4)


def measure(run: qsovae.Run, repeats: int, *, has_peers: bool) -> dict[str, Any]:
    """Return what queries of nearness take on a run's rows, and what peers do."""
    rows = qsovae.run_table(run)
    place = len(rows) // 3
    near = f"near('{rows['object_id'][place]}', {_NEAR})"
    queries = {
        "near_s": near, "like_s": f"like(p_QSO > 0.9, {_LIKE})",
        "slice_s": "slice_magnitude = '19 to 19.5'", "unsure_s": "p_max < 0.6",
    }  # fmt: skip
    found: dict[str, Any] = {"rows": len(rows)}
    for name, query in queries.items():
        found[name] = seconds_of(
            lambda q=query: qsovae.query_mask(run, q, rows), repeats
        )
        report.say(f"{query}: {found[name]} s")
    names = [name for name in rows if name.startswith("latent_")]
    latent = rows[names].to_numpy(np.float32)
    found["latent"] = len(names)
    if has_peers:
        exact = np.flatnonzero(qsovae.query_mask(run, near, rows))
        found["peers"] = _peers(latent, latent[[place]], exact, repeats)
    return found


def _peers(
    latent: np.ndarray, centre: np.ndarray, exact: np.ndarray, repeats: int
) -> dict[str, dict[str, float]]:
    """Return what building and asking each peer takes, and what it finds."""
    count = len(exact)
    makers: dict[str, tuple[Callable[[], Any], Callable[[Any], np.ndarray]]] = {
        "scipy cKDTree": (
            lambda: cKDTree(latent), lambda tree: tree.query(centre, count)[1]
        ),
        "pynndescent": (
            lambda: NNDescent(latent, random_state=1, n_jobs=1),
            lambda index: index.query(centre, count)[0],
        ),
    }  # fmt: skip
    found = {}
    for name, (build, ask) in makers.items():
        started = time.perf_counter()
        built = build()
        placed = ask(built)  # of a graph the first time prepares it
        first = time.perf_counter() - started
        found[name] = {
            "build_s": round(first, 2),
            "ask_s": seconds_of(lambda a=ask, b=built: a(b), repeats),
            "found": round(float(np.isin(exact, placed).mean()), 3),
        }
        report.say(f"{name}: {found[name]}")
    return found


def main() -> int:
    """Measure on drawn rows, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default="demo", help="whose rows are drawn, demo")
    parser.add_argument("--rows", type=report.positive, default=1_000_000)
    parser.add_argument("--repeats", type=report.positive, default=5)
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args()
    run = qsovae.open_run(options.run)
    with tempfile.TemporaryDirectory() as folder:
        report.say(f"drawing {options.rows:,} rows")
        catalog = qsovae.own_catalog(run)
        many = write_resampled(run, catalog, options.rows, Path(folder))
        found = measure(many, options.repeats, has_peers=not options.without_peers)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
