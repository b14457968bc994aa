"""What speed.py times in processes of their own: `python benchmarks/tasks.py TASK …`.

A task imports only what it needs, so that its process costs what a person's would, and
prints one JSON object.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

_WARM_ROWS = 1000


def project_qsovae(latent: str) -> dict[str, Any]:
    """Lay out a map of latent means."""
    import qsovae

    return _map_facts(qsovae.fit_map(np.load(latent), 0).coordinates)


def project_umap(latent: str) -> dict[str, Any]:
    """Lay out the same map by umap-learn, with its defaults."""
    import umap

    return _map_facts(umap.UMAP().fit_transform(np.load(latent)))


def _map_facts(coordinates: Any) -> dict[str, Any]:
    if not np.isfinite(coordinates).all():
        raise SystemExit("the map has non-finite coordinates")
    return {"rows": len(coordinates), "peak_mib": peak_mib()}


def score_qsovae(catalog: str, runs: str, name: str) -> dict[str, Any]:
    """Score a catalog: first the whole table of outputs, then probabilities alone."""
    import qsovae

    run = qsovae.open_run(name, Path(runs))
    opened = qsovae.open_catalog(catalog)
    few = replace(opened.raw, frame=opened.raw.frame.head(_WARM_ROWS))
    qsovae.score_rows(run, qsovae.Catalog(few, opened.mapping))
    scored, seconds = _timed(lambda: qsovae.score_rows(run, opened))
    peak = peak_mib()
    table = qsovae.build_features(opened, run.features)
    values, sigma = table.values, table.sigma
    _, bare = _timed(lambda: run.estimator.predict_proba(values, sigma))
    return {"rows": len(scored), "features": len(run.features), "seconds": seconds,
            "probabilities_seconds": bare, "peak_mib": peak}  # fmt: skip


def score_boosting(catalog: str, runs: str, name: str) -> dict[str, Any]:
    """Score the same features of the same catalog by gradient boosting."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    import qsovae

    run = qsovae.open_run(name, Path(runs))
    opened = qsovae.open_catalog(catalog)
    values = qsovae.build_features(opened, run.features).values
    label = opened.labels(run.manifest["label"]).class_label
    is_labelled = np.array([name is not None for name in label])
    labelled = np.flatnonzero(is_labelled)[: run.manifest["split"]["train"]]
    # scikit-learn fails on a feature without a value, as a small catalog may have.
    values = values[:, np.isfinite(values[labelled]).any(axis=0)]
    booster = HistGradientBoostingClassifier(random_state=0)
    booster.fit(values[labelled], label[labelled].astype(str))
    booster.predict_proba(values[:_WARM_ROWS])
    scored, seconds = _timed(lambda: booster.predict_proba(values))
    return {"rows": len(scored), "iterations": booster.n_iter_,
            "seconds": seconds, "peak_mib": peak_mib()}  # fmt: skip


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what the work gives, and the seconds it took."""
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def peak_mib() -> float:
    """Return the most memory that this process held at once, in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():
        # getrusage would count the process that started this one, too.
        lines = status.read_text().splitlines()
        kib = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
        return int(kib) / 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


TASKS = {
    task.__name__.replace("_", "-"): task
    for task in (project_qsovae, project_umap, score_qsovae, score_boosting)
}


if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
