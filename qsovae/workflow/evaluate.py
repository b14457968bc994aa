"""Scores of a finished run: on its own test rows, or on another catalog.

Within workflow: above report and saved.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from qsovae.catalog import Catalog, with_quality
from qsovae.errors import CatalogError
from qsovae.inference import catalog_features, infer_table, row_facts
from qsovae.runs import Run
from qsovae.splits import NO_FINGERPRINT, row_fingerprints
from qsovae.workflow.report import (
    labelled,
    scores_of,
    scores_report,
)
from qsovae.workflow.saved import run_report, split_results

Choose = Callable[[pd.DataFrame], pd.DataFrame]


class Evaluated(NamedTuple):
    """Scores, and the rows that they are of.

    ``rows`` has ``class_label`` and the columns of ``score_rows``.
    """

    report: dict[str, Any]
    rows: pd.DataFrame


def evaluate_rows(
    run: Run,
    catalog: Catalog | None = None,
    label: str | None = None,
    quality_choice: str = "without",
    quality: Sequence[str] = (),
) -> Evaluated:
    """Return what ``evaluate_run`` does, without the details, and the scored rows.

    Raises
    ------
    CatalogError, ConfigError
        As ``evaluate_run``.
    """

    def chosen(rows: pd.DataFrame) -> pd.DataFrame:
        return with_quality(rows, quality_choice, quality)

    if catalog is None:
        found = _on_test_rows(run, run.rows(), chosen)
    elif catalog.sha256 == run.manifest["catalog"]["sha256"]:
        found = _on_test_rows(run, _inferred_anew(run, catalog), chosen)
    else:
        found = _on_another(run, catalog, label or run.manifest["label"], chosen)
    found.report["quality"] = {"choice": quality_choice, "bits": list(quality)}
    return found


def _on_test_rows(run: Run, rows: pd.DataFrame, chosen: Choose) -> Evaluated:
    """Return the scores on the rows held out of the run's own catalog."""
    tested = rows[rows["split"] == "test"]
    scored = chosen(tested)
    scores = scores_report(scored, run.baseline(), run.classes)
    report = run_report(run.name, run.manifest | {"scores": scores})
    report |= {"rows_hidden": len(tested) - len(scored), "splits": split_results(run)}
    return Evaluated(report, scored)


def _inferred_anew(run: Run, catalog: Catalog) -> pd.DataFrame:
    """Return the saved split and labels with freshly inferred probabilities."""
    # The run's own reading of the columns: its rows were made with it.
    catalog = Catalog(catalog.raw, run.mapping)
    inferred = infer_table(
        run.estimator, run.classes, catalog_features(run, catalog), row_facts(catalog)
    )
    return pd.concat([run.rows()[["row", "split", "class_label"]], inferred], axis=1)


def _on_another(run: Run, catalog: Catalog, label: str, chosen: Choose) -> Evaluated:
    """Return the scores on a catalog that did not train the run."""
    labels = _labels_of(run, catalog, label)
    table = catalog_features(run, catalog)
    inferred = infer_table(run.estimator, run.classes, table, row_facts(catalog))
    inferred.insert(0, "class_label", pd.array(labels, dtype="string"))
    saved = run.rows()
    trained = saved[saved["split"].isin(["train", "validation"])]["fingerprint"]
    prints = row_fingerprints(table.values)
    seen = np.isin(prints, trained.to_numpy(dtype=np.uint64))
    seen &= prints != NO_FINGERPRINT
    has_label = labelled(inferred["class_label"])
    unseen = inferred[has_label & ~seen]
    scored = chosen(unseen)
    if unseen.empty:
        raise CatalogError(
            "no labelled row is left to score: "
            f"{int((has_label & seen).sum())} of {int(has_label.sum())} "
            "trained the run",
            catalog.name,
            "Give a catalog with labelled rows that the run has not seen.",
        )
    report = {
        "run": run.name,
        "catalog": catalog.name,
        "is_simulated": run.is_simulated or catalog.is_simulated,
        "label": label,
        "features": [f.name for f in run.features],
        "split": {"kind": "another catalog", "test": len(scored)},
        "rows_trained_on": int((has_label & seen).sum()),
        "rows_hidden": len(unseen) - len(scored),
        **scores_of(scored, run.classes),
        "baseline": None,
        "seconds": run.manifest["timings_seconds"]["train"],
        "notes": [],
    }
    return Evaluated(report, scored)


def _labels_of(run: Run, catalog: Catalog, label: str) -> Any:
    """Return the catalog's labels in the run's spelling."""
    found = catalog.labels(label)
    spelling = {c.casefold(): c for c in run.classes}
    unknown = sorted(c for c in found.classes if c.casefold() not in spelling)
    if unknown:
        raise CatalogError(
            f"the run knows no class {', '.join(unknown)}",
            f"{catalog.name}, column {label}",
            f"Its classes are {', '.join(run.classes)}; leave other rows unlabelled.",
        )
    return np.array(
        [None if c is None else spelling[c.casefold()] for c in found.class_label],
        dtype=object,
    )
