"""A run with as many test rows as one wants: those of another, drawn and scattered.

Nothing is trained: the weights stay, and what the pages show are the drawn rows.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

import qsovae

_SEED = 1
# Of the logarithms of probabilities, and of latent means.
_SCATTER = 0.5
_LATENT_SCATTER = 0.1
# Of the numbers in the catalog, relative.
_CATALOG_SCATTER = np.float32(1e-4)


def write_resampled(
    run: qsovae.Run, catalog: Path, n_test: int, folder: Path
) -> qsovae.Run:
    """Write a run and its catalog; return the run.

    Parameters
    ----------
    run : Run
    catalog : Path
        The one that trained it.
    n_test : int
        Test rows to draw; the rows that trained and validated stay as they are.
    folder : Path
        Gets ``checkpoints/many`` and ``data/many.parquet``.
    """
    rng = np.random.default_rng(_SEED)
    rows = run.rows()
    tested = np.flatnonzero(rows["split"] == "test")
    kept = np.flatnonzero(rows["split"].isin(("train", "validation")))
    drawn = rng.choice(tested, n_test)
    places = np.concatenate([drawn, kept])
    target = folder / "checkpoints" / "many"
    target.mkdir(parents=True)
    for name in run.manifest["artifacts"]:
        if not name.startswith("map."):  # has a place for each row of the first run
            shutil.copy(run.folder / name, target / name)
    table = _drawn_rows(run, rows, places, n_test, rng)
    table.to_parquet(target / "rows.parquet", index=False)
    slices = pq.read_table(run.slices_file).take(places)
    pq.write_table(slices, target / run.slices_file.name)
    baseline = run.baseline().set_index("row").loc[rows["row"].iloc[drawn]]
    baseline = _scattered(baseline.reset_index(drop=True), run.classes, n_test, rng)
    baseline.insert(0, "row", np.arange(n_test))
    baseline.to_parquet(target / "baseline.parquet", index=False)
    path = folder / "data" / "many.parquet"
    path.parent.mkdir(exist_ok=True)
    _write_catalog(catalog, places, table["object_id"].to_numpy(), path, rng)
    return _described(run, target, path, table)


def _drawn_rows(
    run: qsovae.Run, rows: pd.DataFrame, places: np.ndarray, n_test: int,
    rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """Return the rows of a run at some places, the first of them scattered."""
    table = rows.iloc[places].reset_index(drop=True)
    table = _scattered(table, run.classes, n_test, rng)
    table["row"] = np.arange(len(table))
    table["object_id"] = np.arange(1, len(table) + 1)
    shares = table[[f"p_{name}" for name in run.classes]].to_numpy()
    table["class_predicted"] = np.array(run.classes)[shares.argmax(axis=1)]
    latent = [name for name in table if name.startswith("latent_")]
    table.loc[: n_test - 1, latent] += rng.normal(
        scale=_LATENT_SCATTER, size=(n_test, len(latent))
    ).astype(np.float32)
    prints = rng.integers(1, 2**63, n_test, dtype=np.uint64)
    table.loc[: n_test - 1, "fingerprint"] = prints
    return table


def _scattered(
    table: pd.DataFrame, classes: tuple[str, ...], n_rows: int,
    rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """Return a table whose first rows have scattered probabilities."""
    names = [f"p_{name}" for name in classes]
    shares = table[names].to_numpy(dtype=np.float64, copy=True)
    shares[:n_rows] *= np.exp(_SCATTER * rng.normal(size=(n_rows, len(names))))
    shares /= shares.sum(axis=1, keepdims=True)
    return table.assign(
        **dict(zip(names, shares.T.astype(np.float32), strict=True))
    )  # fmt: skip


def _write_catalog(
    catalog: Path, places: np.ndarray, ids: np.ndarray, path: Path,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Write rows of a catalog, scattered, each with an id of its own."""
    raw = qsovae.open_catalog(catalog).raw
    frame = raw.frame.iloc[places].reset_index(drop=True).assign(object_id=ids)
    # Values that repeat would be smaller in the file, and quicker to read, than real
    # ones are.
    for name in frame.select_dtypes("float32"):
        off = rng.standard_normal(len(frame), dtype=np.float32)
        frame[name] *= 1 + _CATALOG_SCATTER * off
    said = {k: v for k, v in raw.meta.items() if k == "IS_SIM" or k.startswith("SIM_")}
    qsovae.write_table(frame, path, units=raw.units, meta=said)


def _described(
    run: qsovae.Run, folder: Path, catalog: Path, table: pd.DataFrame
) -> qsovae.Run:
    """Return the run of a folder, its manifest written to agree with its files."""
    files = set(run.manifest["artifacts"]) - {"map.parquet", "map.json"}
    manifest: dict[str, Any] = run.manifest | {
        "run": folder.name,
        "catalog": {
            "name": catalog.name, "path": str(catalog), "sha256": _digest(catalog),
            "rows": len(table),
        },
        "class_counts": table["class_label"].value_counts().sort_index().to_dict(),
        "split": run.manifest["split"] | {
            "unlabelled": 0, **table["split"].value_counts().to_dict()
        },
        "artifacts": {name: _digest(folder / name) for name in sorted(files)},
    }  # fmt: skip
    described = qsovae.Run(folder.name, folder, manifest)
    report = qsovae.evaluate_rows(described).report
    manifest["scores"] = {name: report[name] for name in manifest["scores"]}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return qsovae.open_run(folder.name, folder.parent)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
