"""What drives a run: the measurements and surveys that its scores rest on.

Within workflow: above catalogs, mixes, report and traversals.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from qsovae.catalog import Catalog
from qsovae.errors import InputError
from qsovae.evaluation import Dependence, Difference, defined, score
from qsovae.features import FeatureGroup, FeatureTable, feature_groups
from qsovae.inference import catalog_features
from qsovae.progress import Progress, Teller
from qsovae.runs import Run
from qsovae.workflow.catalogs import part_of, scored_catalog
from qsovae.workflow.mixes import sought_class
from qsovae.workflow.report import labelled
from qsovae.workflow.traversals import latent_traversals

MOST_ROWS = 5000
N_REPEATS = 5


def run_drivers(
    run: Run,
    rows: pd.DataFrame,
    catalog: Catalog | None = None,
    *,
    sought: str | None = None,
    most_rows: int = MOST_ROWS,
    n_repeats: int = N_REPEATS,
    seed: int = 0,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Return what a run's scores rest on, by rows that did not train it.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        As of ``evaluate_rows``, or some of them.
    catalog : Catalog, optional
        What the rows are of; by default the run's own, if it is where it was.
    sought : str, optional
        The class whose F1 is scored; by default the quasars, else the first.
    most_rows, n_repeats, seed : int
        Of more rows so many are drawn, without repetition; permutations of each group
        of features; what both are drawn with.
    on_progress, should_stop : callable, optional
        As of ``Teller``.

    Returns
    -------
    dict
        Ready for JSON. ``class``, ``rows``, ``rows_held_out``, ``n_repeats``, ``seed``,
        ``log_loss`` and ``f1`` as they are; ``permuted``, of each group of
        ``feature_groups``, and ``removed``, of each survey: ``name``, ``kind``,
        ``features``, and under ``log_loss`` (rise, nats) and ``f1`` (fall) what is
        lost, low and high (95 %; None where undefined), see ``Dependence``;
        ``latent``, see ``latent_traversals``.

    Raises
    ------
    CatalogError
        If the catalog is not at hand, is not that of the rows or lacks a feature.
    ConfigError
        If there is no such class, or it shall stop.
    InputError
        If no row has a class.
    """
    name = sought_class(run.classes, sought)
    kept = rows[labelled(rows["class_label"])]
    if kept.empty:
        raise InputError("no row has a class", run.name, "Choose other rows.")
    drawn = _drawn(kept, most_rows, seed)
    groups = feature_groups(run.features, run.mapping)
    surveys = [group for group in groups if group.kind == "survey"]
    n_steps = 2 + len(groups) + len(surveys)
    teller = Teller("drivers", n_steps, on_progress, should_stop)
    teller.step("drivers", "features")
    part = part_of(scored_catalog(run, drawn, catalog), drawn.index.to_numpy())
    table = catalog_features(run, part)
    depends = Dependence(
        run.estimator.predict_proba, table.values, table.sigma,
        drawn["class_label"].to_numpy(dtype=object), run.classes, name, seed,
    )  # fmt: skip
    losses: dict[str, list[dict[str, Any]]] = {"permuted": [], "removed": []}
    for group in groups:
        teller.step("permuting", group.name)
        found = depends.permuted(group.members, n_repeats)
        losses["permuted"].append(_loss(group, table, found))
    for group in surveys:
        teller.step("leaving out", group.name)
        losses["removed"].append(_loss(group, table, depends.without(group.members)))
    teller.step("drivers", "latent dimensions")
    latent = latent_traversals(run, drawn, part, name)
    teller.end()
    scores = score(depends.whole)
    return {
        "class": name,
        "rows": len(drawn),
        "rows_held_out": len(kept),
        "n_repeats": n_repeats,
        "seed": seed,
        "log_loss": scores.log_loss,
        "f1": scores.per_class[name].f1,
        **losses,
        "latent": latent,
    }


def _drawn(rows: pd.DataFrame, most_rows: int, seed: int) -> pd.DataFrame:
    """Return the rows, or so many of them, in their order."""
    if len(rows) <= most_rows:
        return rows
    rng = np.random.default_rng(seed)
    places = rng.choice(len(rows), most_rows, replace=False)
    return rows.iloc[np.sort(places)]


def _loss(
    group: FeatureGroup, table: FeatureTable, found: dict[str, Difference]
) -> dict[str, Any]:
    """Return what is lost without a group of features, ready for JSON."""
    losses = {
        name: [defined(number) for number in (loss.value, *loss.interval)]
        for name, loss in found.items()
    }
    return {
        "name": group.name,
        "kind": group.kind,
        "features": [table.names[place] for place in group.members],
        **{name: losses.get(name) for name in ("log_loss", "f1")},
    }
