"""A run beside its rivals, on the same rows: colour cuts, runs, another's columns.

Within workflow: above evaluate, rival_columns and catalogs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from qsovae.catalog import Catalog
from qsovae.colour_cuts import COLOUR_CUTS, ColourCut
from qsovae.errors import ConfigError
from qsovae.evaluation import Predictions, decided, is_quasar
from qsovae.inference import probability_matrix
from qsovae.progress import Progress, Teller
from qsovae.runs import Run
from qsovae.workflow.catalogs import is_own, read_as, scored_catalog
from qsovae.workflow.details import baseline_of, predictions_of
from qsovae.workflow.evaluate import evaluate_rows
from qsovae.workflow.mixes import sought_class
from qsovae.workflow.report import labelled
from qsovae.workflow.rival_columns import column_probabilities
from qsovae.workflow.rival_entries import Pair, rival_entry
from qsovae.workflow.saved import test_rows

Answer = Callable[[], Pair | None]


def compare_rivals(
    run: Run,
    rows: pd.DataFrame,
    catalog: Catalog | None = None,
    label: str | None = None,
    *,
    sought: str | None = None,
    runs: Sequence[Run] = (),
    columns: Mapping[str, str] | None = None,
    cuts: bool = False,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> list[dict[str, Any]]:
    """Return how a run stands beside its rivals, each on rows that both answer.

    Parameters
    ----------
    run : Run
    rows : DataFrame
        Rows that did not train it, as of ``evaluate_rows``, or some of them.
    catalog : Catalog, optional
        What the rows are of; by default the run's own, found again if it is needed.
    label : str, optional
        Label column of another catalog; the run's by default.
    sought : str, optional
        The class that samples are of; by default the quasars, else the first.
    runs : sequence of Run
        Compared on the rows that trained neither. Trained on the same catalog, they
        are those that both held out.
    columns : mapping, optional
        By class, columns of the catalog with a rival's probabilities: of all classes,
        or of the class sought alone.
    cuts : bool
        Whether to compare with ``COLOUR_CUTS`` that the catalog has bands for; these
        are of quasars, and not of another class that is sought.
    on_progress, should_stop : callable, optional
        As of ``Teller``, told of each rival.

    Returns
    -------
    list of dict
        The baseline first, on the run's own test rows; see ``rival_entry``.

    Raises
    ------
    CatalogError
        If a catalog that is needed is not at hand or lacks what a rival needs.
    ConfigError
        If classes do not agree, no row is in common, or it shall stop.
    InputError
        If a column holds what are no probabilities.
    """
    kept = rows[labelled(rows["class_label"])]
    name = sought_class(run.classes, sought)
    scored = _Scored(run, kept, name, label, catalog)
    answers = list(_answers(scored, runs, columns, cuts=cuts))
    teller = Teller("comparison", max(len(answers), 1), on_progress, should_stop)
    entries = []
    for words, answer in answers:
        teller.step("rivals", words)
        pair = answer()
        if pair is not None and pair.ours.true.size:
            entries.append(rival_entry(pair, name))
    teller.end()
    return entries


@dataclass(frozen=True)
class _Scored:
    """The rows to compare on; their index is their place in the catalog."""

    run: Run
    rows: pd.DataFrame
    sought: str
    label: str | None
    given: Catalog | None

    @cached_property
    def catalog(self) -> Catalog:
        """What the rows are of."""
        return scored_catalog(self.run, self.rows, self.given)

    @cached_property
    def ours(self) -> Predictions:
        """What the run says of them."""
        return predictions_of(self.rows, self.run.classes)


def _answers(
    scored: _Scored, runs: Sequence[Run], columns: Mapping[str, str] | None,
    *, cuts: bool,
) -> Iterator[tuple[str, Answer]]:  # fmt: skip
    """Yield a name and what gives the answers of each rival."""
    yield "baseline", partial(_of_baseline, scored)
    if cuts and is_quasar(scored.sought) and len(scored.rows):
        for cut in COLOUR_CUTS.values():
            yield cut.title, partial(_of_cut, scored, cut)
    for run in runs:
        yield run.name, partial(_of_run, scored, run)
    if columns:
        yield "columns", partial(_of_columns, scored, columns)


def _of_baseline(scored: _Scored) -> Pair | None:
    """Return the answers of the run's baseline to its own test rows, None of others."""
    theirs = baseline_of(scored.run, scored.rows)
    if theirs is None:
        return None
    return Pair("gradient boosting", "baseline", scored.ours, theirs)


def _of_cut(scored: _Scored, cut: ColourCut) -> Pair | None:
    """Return whom a cut selects; None if the catalog has not its bands."""
    if not set(cut.bands) <= set(scored.catalog.bands):
        return None
    places = scored.rows.index
    magnitudes = {b: scored.catalog.magnitude(b)[0][places] for b in cut.bands}
    selected = cut.select(magnitudes)
    missing = np.isnan(list(magnitudes.values())).any(axis=0)
    ours = decided(scored.ours, scored.sought)
    theirs = Predictions(ours.true, np.eye(2)[selected.astype(int)], ours.classes)
    notes = [cut.about]
    if missing.any():
        notes.append(
            f"{missing.sum():,} rows lack a band of it and count as not selected"
        )
    return Pair(cut.title, "colour cut", ours, theirs, notes, has_probabilities=False)


def _of_run(scored: _Scored, other: Run) -> Pair:
    """Return the answers of another run to the rows that trained neither."""
    names = _spelt_as(scored.run, other)
    theirs = _held_out(scored, other)
    both = scored.rows.index.intersection(theirs.index)
    if both.empty:
        raise ConfigError(
            f"no row was held out by both {scored.run.name} and {other.name}",
            "comparison",
            "Train them with the same split, or score a catalog that trained neither.",
        )
    columns = {f"p_{theirs}": f"p_{ours}" for theirs, ours in names.items()}
    answers = theirs.loc[both].rename(columns=columns)
    answers = answers.assign(class_label=scored.rows.loc[both, "class_label"])
    notes = []
    alone = len(scored.rows) - len(both), len(theirs) - len(both)
    if any(alone):
        notes.append(
            f"{len(both):,} rows trained neither; {alone[0]:,} rows of "
            f"{scored.run.name} and {alone[1]:,} of {other.name} are left out"
        )
    if other.is_simulated and not scored.run.is_simulated:
        notes.append(f"{other.name} was trained on simulated data")
    classes = scored.run.classes
    return Pair(
        other.name, "run", predictions_of(scored.rows.loc[both], classes),
        predictions_of(answers, classes), notes,
    )  # fmt: skip


def _spelt_as(run: Run, other: Run) -> dict[str, str]:
    """Return the run's spelling of each class of another run."""
    spelling = {name.casefold(): name for name in run.classes}
    if {name.casefold() for name in other.classes} != set(spelling):
        raise ConfigError(
            f"{other.name} knows the classes {', '.join(other.classes)}, {run.name} "
            f"{', '.join(run.classes)}",
            "comparison",
            "Compare runs of the same classes, spelt alike.",
        )
    return {name: spelling[name.casefold()] for name in other.classes}


def _held_out(scored: _Scored, other: Run) -> pd.DataFrame:
    """Return what another run says of rows of the catalog that did not train it."""
    shared = other.manifest["catalog"]["sha256"]
    if is_own(scored.rows) and shared == scored.run.manifest["catalog"]["sha256"]:
        return test_rows(other)
    catalog = read_as(other, scored.catalog)
    label = scored.label or scored.run.manifest["label"]
    return evaluate_rows(other, catalog, label).rows


def _of_columns(scored: _Scored, columns: Mapping[str, str]) -> Pair:
    """Return the answers that stand in columns of the catalog."""
    given = column_probabilities(
        scored.catalog, scored.rows.index.to_numpy(), columns, scored.run.classes,
        scored.sought,
    )  # fmt: skip
    name = ", ".join(columns.values())
    rows = scored.rows[given.is_given]
    ours = predictions_of(rows, scored.run.classes)
    if given.is_of_one:
        k = ours.classes.index(scored.sought)
        share = probability_matrix(rows, scored.run.classes)[:, k]
        alone = decided(ours, scored.sought)
        shares = np.column_stack([1.0 - share, share])
        ours = Predictions(alone.true, shares, alone.classes)
    theirs = Predictions(ours.true, given.probabilities, ours.classes)
    return Pair(name, "columns", ours, theirs, given.notes)
