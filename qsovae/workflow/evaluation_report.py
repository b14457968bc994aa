"""Everything that is said of a run's scores, in one report.

Within workflow: above evaluate, details, slices, rivals, drivers and beside.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qsovae.catalog import Catalog
from qsovae.progress import Progress
from qsovae.runs import Run
from qsovae.workflow.areas import over_area
from qsovae.workflow.asked import asked_of
from qsovae.workflow.beside import Beside
from qsovae.workflow.details import baseline_details, details_of
from qsovae.workflow.drivers import run_drivers
from qsovae.workflow.evaluate import Evaluated, evaluate_rows
from qsovae.workflow.mixes import mix_of, sought_class
from qsovae.workflow.rivals import compare_rivals
from qsovae.workflow.row_slices import slicing_columns
from qsovae.workflow.slices import evaluation_slices

_NOTHING = Beside()


def evaluate_run(
    run: Run,
    catalog: Catalog | None = None,
    label: str | None = None,
    quality_choice: str = "without",
    quality: Sequence[str] = (),
    *,
    prior: Mapping[str, float] | str | None = None,
    sought: str | None = None,
    beside: Beside = _NOTHING,
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
    beside : Beside
        Rivals, drivers and an area, if they are asked for.

    Returns
    -------
    dict
        As ``qsovae evaluate --json`` prints it. Under ``details``: what
        ``evaluation_details`` returns, and in it ``slices`` as ``evaluation_slices``
        does; ``baseline``, of the same kind, None on other rows than the run's own test
        rows; ``asked``, with the command that gives the same again; and of what was
        asked beside, ``rivals`` and ``drivers`` as ``compare_rivals`` and
        ``run_drivers`` return them. Under ``splits`` what ``split_results`` does.

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
    return full_report(run, found, catalog, prior=prior, sought=sought, beside=beside)


def full_report(
    run: Run,
    found: Evaluated,
    catalog: Catalog | None = None,
    *,
    prior: Mapping[str, float] | str | None = None,
    sought: str | None = None,
    beside: Beside = _NOTHING,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Return the scores of some rows with all that surrounds them.

    Parameters
    ----------
    run : Run
    found : Evaluated
        As of ``evaluate_rows``.
    catalog : Catalog, optional
        The one whose rows these are; the run's own by default.
    prior, sought, beside
        As of ``evaluate_run``, which returns this.
    on_progress, should_stop : callable, optional
        As of ``Teller``, told of rivals and drivers.

    Raises
    ------
    CatalogError
        If a catalog is needed and not at hand, or lacks what is needed.
    ConfigError
        If there is no such class, the prior or area does not suit, or it shall stop.
    """
    mix, name = mix_of(prior, run.classes), sought_class(run.classes, sought)
    slicing = slicing_columns(run, found.rows, catalog)
    asked = asked_of(run, catalog, found.report, prior, sought)
    if beside.words():
        asked["command"] += f" {shlex.join(beside.words())}"
    details = details_of(run, found.rows, mix, name) | {
        "baseline": baseline_details(run, found.rows),
        "slices": evaluation_slices(run, found.rows, slicing, name),
        "asked": asked,
    }
    if beside.area_deg2 is not None:
        details["thresholds"] = over_area(details["thresholds"], beside.area_deg2)
    if beside.has_rivals:
        details["rivals"] = compare_rivals(
            run, found.rows, catalog, found.report["label"], sought=sought,
            runs=beside.runs, columns=beside.columns, cuts=beside.cuts,
            on_progress=on_progress, should_stop=should_stop,
        )  # fmt: skip
    if beside.drivers:
        details["drivers"] = run_drivers(
            run, found.rows, catalog, sought=sought, most_rows=beside.driver_rows,
            n_repeats=beside.n_repeats, on_progress=on_progress,
            should_stop=should_stop,
        )  # fmt: skip
    return found.report | {"details": details}
