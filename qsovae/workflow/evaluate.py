"""Scores of a finished run: on its own test rows, or on another catalog.

Within workflow: above report, saved, mixes, asked, details and slices.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from qsovae.catalog import Catalog, with_quality
from qsovae.errors import CatalogError
from qsovae.inference import catalog_features, infer_table, row_facts
from qsovae.runs import Run
from qsovae.splits import NO_FINGERPRINT, row_fingerprints
from qsovae.workflow.asked import asked_of
from qsovae.workflow.details import baseline_details, details_of
from qsovae.workflow.mixes import mix_of, sought_class
from qsovae.workflow.report import (
    labelled,
    scores_of,
    scores_report,
)
from qsovae.workflow.row_slices import slicing_columns
from qsovae.workflow.saved import run_report, split_results
from qsovae.workflow.slices import evaluation_slices

Choose = Callable[[pd.DataFrame], pd.DataFrame]


def evaluate_run(
    run: Run,
    catalog: Catalog | None = None,
    label: str | None = None,
    quality_choice: str = "without",
    quality: Sequence[str] = (),
    *,
    prior: Mapping[str, float] | str | None = None,
    sought: str | None = None,
) -> dict[str, Any]:
    """Return a run's scores, never on rows that trained it.

    Without a catalog: from the saved test rows. With the run's own catalog: the same
    rows, inferred anew from the weights. With another: all its labelled rows except
    those whose feature values trained the run, which are counted.

    Parameters
    ----------
    run : Run
    catalog : Catalog, optional
    label : str, optional
        Label column of another catalog; the run's by default.
    quality_choice, quality : str, sequence of str
        Only rows without, or with, any of these quality bits are scored; how many
        others there are stands under ``rows_hidden``.
    prior : mapping or str, optional
        Class mix at which samples above thresholds are judged: a share for each class,
        or ``sky``, that of the sky down to r = 22, or ``sky:21.5``; by default that of
        the scored rows.
    sought : str, optional
        The class that samples are of; by default the quasars, else the first.

    Returns
    -------
    dict
        As ``qsovae evaluate --json`` prints it. Under ``details``: what
        ``evaluation_details`` returns, and in it ``slices`` as ``evaluation_slices``
        does; ``baseline``, of the same kind, None on other rows than the run's own test
        rows; and ``asked``, with the command that gives the same again. Under
        ``splits`` what ``split_results`` does.

    Raises
    ------
    CatalogError
        If the catalog lacks features or labels of the run's classes.
    ConfigError
        If there is no such quality bit or class, or the prior does not suit.
    """
    # Refused before the rows are scored, which may take long.
    mix_of(prior, run.classes), sought_class(run.classes, sought)
    found = evaluate_rows(run, catalog, label, quality_choice, quality)
    return full_report(run, found, catalog, prior=prior, sought=sought)


class Evaluated(NamedTuple):
    """Scores, and the rows that they are of.

    ``rows`` has ``class_label`` and the columns of ``score_rows``.
    """

    report: dict[str, Any]
    rows: pd.DataFrame


def full_report(
    run: Run,
    found: Evaluated,
    catalog: Catalog | None = None,
    *,
    prior: Mapping[str, float] | str | None = None,
    sought: str | None = None,
) -> dict[str, Any]:
    """Return the scores of some rows with all that surrounds them.

    Parameters
    ----------
    run : Run
    found : Evaluated
        As of ``evaluate_rows``.
    catalog : Catalog, optional
        The one whose rows these are; the run's own by default.
    prior, sought
        As of ``evaluate_run``, which returns this.

    Raises
    ------
    ConfigError
        If there is no such class, or the prior does not suit.
    """
    mix, name = mix_of(prior, run.classes), sought_class(run.classes, sought)
    slicing = slicing_columns(run, found.rows, catalog)
    slices = evaluation_slices(run, found.rows, slicing, name)
    asked = asked_of(run, catalog, found.report, prior, sought)
    details = details_of(run, found.rows, mix, name) | {
        "baseline": baseline_details(run, found.rows),
        "slices": slices,
        "asked": asked,
    }
    return found.report | {"details": details}


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
