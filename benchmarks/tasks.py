"""What benchmarks time in processes of their own: `python benchmarks/tasks.py TASK …`.

A task imports only what it needs, so that its process costs what a person's would, and
prints one JSON object.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

_WARM_ROWS = 1000
_STATUS = Path("/proc/self/status")


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


def fit_qsovae(folder: str, n_rows: str) -> dict[str, Any]:
    """Fit a classifier with its defaults to the first rows, and score others."""
    import qsovae

    rows, test = _mapped_rows(folder, "train", n_rows), _mapped_rows(folder, "test")
    model = qsovae.VAEClassifier(random_state=0)
    with OwnMemory() as memory:
        _, seconds = _timed(
            lambda: model.fit(rows["x"], rows["y"], sigma=rows["sigma"])
        )
    known = test["y"] >= 0
    found = model.predict(test["x"][known], test["sigma"][known])
    return _fit_facts(seconds, memory, found == test["y"][known])


def fit_boosting(folder: str, n_rows: str) -> dict[str, Any]:
    """Fit gradient boosting to those of the first rows that have a class."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows, test = _mapped_rows(folder, "train", n_rows), _mapped_rows(folder, "test")
    booster = HistGradientBoostingClassifier(random_state=0)
    labelled = rows["y"] >= 0
    X, y = rows["x"][labelled], rows["y"][labelled]
    with OwnMemory() as memory:
        _, seconds = _timed(lambda: booster.fit(X, y))
    known = test["y"] >= 0
    found = booster.predict(test["x"][known])
    return _fit_facts(seconds, memory, found == test["y"][known])


def _mapped_rows(folder: str, name: str, n_rows: str | None = None) -> dict[str, Any]:
    """Return the first rows of features, errors and classes, mapped from files."""
    n = None if n_rows is None else int(n_rows)
    return {
        key: np.load(Path(folder) / f"{name}_{key}.npy", mmap_mode="r")[:n]
        for key in ("x", "sigma", "y")
    }


def _fit_facts(seconds: float, memory: "OwnMemory", right: Any) -> dict[str, Any]:
    return {"seconds": seconds, "mib_beyond_input": memory.most_mib,
            "accuracy": float(right.mean())}  # fmt: skip


class OwnMemory:
    """The most memory that is no file's, beyond that at the start, in MiB; of Linux.

    It is never less than a page, so that ratios can be taken of it.
    """

    _SECONDS_BETWEEN = 0.05
    _PAGE_MIB = 4.0 / 1024.0

    def __enter__(self) -> "OwnMemory":
        self._ends = threading.Event()
        self._before, self.most_mib = _status_mib("RssAnon"), self._PAGE_MIB
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._ends.wait(self._SECONDS_BETWEEN):
            self.most_mib = max(self.most_mib, _status_mib("RssAnon") - self._before)


def _status_mib(field: str) -> float:
    """Return what Linux says of this process's memory under a name, in MiB."""
    lines = _STATUS.read_text().splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith(f"{field}:"))
    return int(kib) / 1024


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what the work gives, and the seconds it took."""
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def peak_mib() -> float:
    """Return the most memory that this process held at once, in MiB."""
    if _STATUS.is_file():
        # getrusage would count the process that started this one, too.
        return _status_mib("VmHWM")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


TASKS = {
    "project-qsovae": project_qsovae,
    "project-umap": project_umap,
    "score-qsovae": score_qsovae,
    "score-boosting": score_boosting,
    "fit-qsovae": fit_qsovae,
    "fit-boosting": fit_boosting,
}


if __name__ == "__main__":
    print(json.dumps(TASKS[sys.argv[1]](*sys.argv[2:])))
