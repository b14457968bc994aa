"""Two classifiers on the same rows: by how much one is better, and whether by chance.

Within evaluation: above intervals and measures.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from qsovae.errors import ShapeError
from qsovae.evaluation.intervals import (
    N_RESAMPLES,
    Interval,
    drawn_counts,
    middle,
    resampled_means,
)
from qsovae.evaluation.measures import (
    completenesses,
    f1_scores,
    named_scores,
    purities,
)
from qsovae.evaluation.predictions import Predictions

Floats = NDArray[np.float64]
# Scores by name, (...) each, of confusion matrices, (..., n, n), and class names.
Measure = Callable[[Floats, Sequence[str]], dict[str, Floats]]
# A difference, and what it was in each resample.
Drawn = tuple[float, Floats]

_LOSSES = {"log_loss": Predictions.log_losses, "brier": Predictions.brier_losses}


class Difference(NamedTuple):
    """One classifier's score minus the other's, and the middle 95 % of resamples."""

    value: float
    interval: Interval


class McNemar(NamedTuple):
    """Rows that one alone classed rightly, the other alone, and how likely by chance.

    ``p_value`` is that of the exact test, two-sided (McNemar 1947): how often as uneven
    a division, or more, would come of a fair coin.
    """

    first_alone: int
    second_alone: int
    p_value: float


def mcnemar(first: Predictions, second: Predictions) -> McNemar:
    """Return McNemar's test of two classifiers on the same rows.

    Raises
    ------
    ShapeError
        If the rows are not the same.
    """
    _refuse_other_rows(first, second)
    right = [rows.predicted == rows.true for rows in (first, second)]
    alone = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    p_value = float(binomtest(alone[0], sum(alone)).pvalue) if sum(alone) else 1.0
    return McNemar(*alone, p_value)


def differences(
    first: Predictions, second: Predictions, seed: int = 0,
    n_resamples: int = N_RESAMPLES,
) -> dict[str, Difference]:  # fmt: skip
    """Return how much better each score of the first is, by the paired bootstrap.

    Rows are drawn with what both say of them, by true class as in
    ``resampled_intervals``. What some resample leaves undefined is left out.

    Returns
    -------
    dict
        By ``accuracy``, ``balanced_accuracy``, ``mcc``, ``log_loss``, ``brier`` and
        ``f1 CLASS``; first minus second.

    Raises
    ------
    ShapeError
        If the rows are not the same.
    """
    rng = np.random.default_rng(seed)
    return _defined(_of_all([first], second, rng, n_resamples, ("log_loss", "brier")))


def mean_differences(
    firsts: Sequence[Predictions], second: Predictions, seed: int = 0,
    n_resamples: int = N_RESAMPLES,
) -> dict[str, Difference]:  # fmt: skip
    """Return how much better several are than another on average.

    As ``differences``, without ``brier``: a row is drawn with what all say of it.

    Raises
    ------
    ShapeError
        If the rows are not the same.
    """
    rng = np.random.default_rng(seed)
    return _defined(_of_all(firsts, second, rng, n_resamples, ("log_loss",)))


def decided(predictions: Predictions, name: str) -> Predictions:
    """Return whether each row is, and is put, in a class: 1 is that it is, 0 not."""
    k = predictions.classes.index(name)
    is_put = (predictions.predicted == k).astype(np.int64)
    others = f"not {name}"
    return Predictions(
        (predictions.true == k).astype(np.int64), np.eye(2)[is_put], (others, name)
    )


def sample_differences(
    first: Predictions, second: Predictions, seed: int = 0,
    n_resamples: int = N_RESAMPLES,
) -> dict[str, Difference]:  # fmt: skip
    """Return how much better a sample of the first is, by the paired bootstrap.

    Parameters
    ----------
    first, second : Predictions
        As of ``decided``.

    Returns
    -------
    dict
        By ``completeness CLASS``, ``purity CLASS``, ``f1 CLASS``; as ``differences``.

    Raises
    ------
    ShapeError
        If the rows are not the same.
    """
    _refuse_other_rows(first, second)
    rng = np.random.default_rng(seed)
    return _defined(_of_confusions([first], second, rng, n_resamples, _of_sample))


def _of_sample(confusion: Floats, names: Sequence[str]) -> dict[str, Floats]:
    """Return the scores of the second of two classes."""
    measures = {"completeness": completenesses, "purity": purities, "f1": f1_scores}
    return {f"{n} {names[1]}": of(confusion)[..., 1] for n, of in measures.items()}


def _of_all(
    firsts: Sequence[Predictions], second: Predictions, rng: np.random.Generator,
    n_resamples: int, losses_of: Sequence[str],
) -> dict[str, Drawn]:  # fmt: skip
    """Return mean differences of scores and of some losses, and resampled ones."""
    for first in firsts:
        _refuse_other_rows(first, second)
    found = _of_confusions(firsts, second, rng, n_resamples, named_scores)
    for name in losses_of:
        theirs = _LOSSES[name](second)
        losses = np.mean([_LOSSES[name](f) - theirs for f in firsts], axis=0)
        mean = losses.mean() if losses.size else np.nan
        drawn = resampled_means(losses, second.true, rng, n_resamples)
        found[name] = float(mean), drawn
    return found


def _defined(found: dict[str, Drawn]) -> dict[str, Difference]:
    """Return differences with the middle of their resamples, where all are defined."""
    return {
        name: Difference(float(value), middle(drawn))
        for name, (value, drawn) in found.items()
        if np.isfinite(value) and np.isfinite(drawn).all()
    }


def _of_confusions(
    firsts: Sequence[Predictions], second: Predictions, rng: np.random.Generator,
    n_resamples: int, measure: Measure,
) -> dict[str, Drawn]:  # fmt: skip
    """Return mean differences that confusion matrices decide, and resampled ones."""
    sides, n = (second, *firsts), len(second.classes)
    # Rows of which all say the same are drawn together: numbered one side at a time,
    # so that numbers stay small.
    group = np.zeros(second.true.size, dtype=np.int64)
    for side in sides:
        group = np.unique(group * n + side.predicted, return_inverse=True)[1]
    counts = np.zeros((len(sides), n, n))
    drawn = np.zeros((len(sides), n_resamples, n, n))
    for k in range(n):
        own = np.flatnonzero(second.true == k)
        _, first_row, rows = np.unique(
            group[own], return_index=True, return_counts=True
        )
        several = drawn_counts(rows, rng, n_resamples)
        for number, side in enumerate(sides):
            put = np.eye(n)[side.predicted[own[first_row]]]
            counts[number, k], drawn[number, :, k] = rows @ put, several @ put
    values, many = measure(counts, second.classes), measure(drawn, second.classes)
    return {
        name: (
            float((values[name][1:] - values[name][0]).mean()),
            (many[name][1:] - many[name][0]).mean(axis=0),
        )
        for name in values
    }


def _refuse_other_rows(first: Predictions, second: Predictions) -> None:
    if first.classes != second.classes or not np.array_equal(first.true, second.true):
        raise ShapeError(
            f"{first.true.size} and {second.true.size} rows, of the classes "
            f"{first.classes} and {second.classes}, are not the same rows",
            "comparison",
            "Compare what two classifiers say of the same rows, in one order.",
        )
