"""Class mixes as numbers: probabilities moved to one, and one estimated from them.

Within class_mix: above priors and likelihood.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qsovae.class_mix.likelihood import likeliest_shares, standard_errors
from qsovae.class_mix.priors import ESTIMATE, SUM_TOLERANCE, Prior, stated_shares
from qsovae.errors import ConfigError, InputError, ShapeError

# Half the width of a 95 % interval, in standard errors.
_WIDTH_95 = 1.959963984540054


class ClassMix(NamedTuple):
    """Shares of the classes, (n_classes,) each, and where 95 % intervals begin and end.

    Of a stated mix all three are the same.
    """

    shares: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def class_mix(
    prior: Prior,
    classes: Iterable[Any],
    probabilities: ArrayLike,
    trained_prior: ArrayLike,
) -> ClassMix:
    """Return the mix that a prior states, or the one estimated from these rows.

    Parameters
    ----------
    prior : mapping or "estimate"
        A share above 0 for each class; they sum to one within 0.01, and are divided by
        their sum.
    classes : iterable, (n_classes,)
        The keys of a stated prior, in the order of the columns.
    probabilities : array, (n_objects, n_classes)
        As of ``estimate_class_mix``; not looked at if the mix is stated.
    trained_prior : array, (n_classes,)

    Raises
    ------
    ConfigError
        If the prior is neither, a class has no share or is unknown, or a share or
        their sum is out of range.
    """
    if is_estimate(prior):
        return estimate_class_mix(probabilities, trained_prior)
    return stated_mix(prior, classes)


def is_estimate(prior: Prior | None) -> bool:
    """Return whether a prior asks for an estimate."""
    return isinstance(prior, str) and prior == ESTIMATE


def stated_mix(prior: Prior, classes: Iterable[Any]) -> ClassMix:
    """Return the mix that a prior states, (n_classes,), before any row is scored.

    Raises
    ------
    ConfigError
        As ``class_mix``, of a prior that is not ``"estimate"``.
    """
    if not isinstance(prior, Mapping):
        raise ConfigError(
            f"the prior is {prior!r}",
            "prior",
            f"Pass the share of each class, or {ESTIMATE!r}.",
        )
    shares = stated_shares(prior, list(classes))
    return ClassMix(shares, shares, shares)


def with_class_mix(
    probabilities: ArrayLike, trained_prior: ArrayLike, shares: ArrayLike
) -> NDArray[np.float64]:
    """Return probabilities re-weighted to another class mix, (n_objects, n_classes).

    p'(k) is proportional to p(k) shares(k) / trained_prior(k). A row that has the
    trained prior, since nothing of it was observed, gets the shares.

    Parameters
    ----------
    probabilities : array, (n_objects, n_classes)
    trained_prior, shares : array, (n_classes,)
        Class mixes of the labelled training rows, and of the rows at hand.

    References
    ----------
    Saerens, Latinne & Decaestecker 2002, Neural Computation 14, 21, eq. 2.4.
    """
    ratios = _ratios(probabilities, trained_prior)
    weighted = ratios * np.asarray(shares, dtype=np.float64)
    rescaled: NDArray[np.float64] = weighted / weighted.sum(axis=1, keepdims=True)
    return rescaled


def estimate_class_mix(probabilities: ArrayLike, trained_prior: ArrayLike) -> ClassMix:
    """Return the class mix under which these rows are likeliest, with 95 % intervals.

    It supposes that each class looks as in training, that only their shares differ, and
    that the probabilities are calibrated. The intervals say how far the shares of what
    the rows were drawn from may be off for want of rows; what a broken supposition does
    is beyond them. Rows of which nothing was observed do not matter.

    Parameters
    ----------
    probabilities : array, (n_objects, n_classes)
        As the classifier gives them, with ``trained_prior`` in force.
    trained_prior : array, (n_classes,)
        Shares of the classes among the labelled training rows.

    Raises
    ------
    InputError
        If there is no row, or a row's probabilities are not finite, are negative or do
        not sum to one within 0.01.
    ShapeError
        If there is not one share for each column.
    ConfigError
        If a trained share is not above 0.

    Notes
    -----
    The shares are those that the EM of Saerens et al. 2002, eq. 2.9, converges to. The
    intervals are from the observed information of its likelihood, cut at 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from qsovae import estimate_class_mix
    >>> sure = np.repeat([[0.999, 0.001], [0.001, 0.999]], [180, 20], axis=0)
    >>> mix = estimate_class_mix(sure, [0.5, 0.5])
    >>> mix.shares.round(2), mix.low.round(2), mix.high.round(2)
    (array([0.9, 0.1]), array([0.86, 0.06]), array([0.94, 0.14]))
    """
    ratios = _ratios(probabilities, trained_prior)
    trained = np.asarray(trained_prior, dtype=np.float64)
    shares, relative = likeliest_shares(ratios, trained / trained.sum())
    width = _WIDTH_95 * standard_errors(relative)
    return ClassMix(
        shares, np.maximum(shares - width, 0.0), np.minimum(shares + width, 1.0)
    )


def _ratios(probabilities: ArrayLike, trained_prior: ArrayLike) -> NDArray[np.float64]:
    """Return p(k) / trained_prior(k): likelihoods of the classes, up to a factor a row.

    Both are checked on the way.
    """
    rows = np.asarray(probabilities, dtype=np.float64)
    prior = np.asarray(trained_prior, dtype=np.float64)
    if rows.ndim != 2 or prior.shape != rows.shape[1:]:
        raise ShapeError(
            f"probabilities have shape {rows.shape}, trained shares {prior.shape}",
            "trained_prior",
            "Pass one row for each object, and one share for each column.",
        )
    if not (prior > 0).all():
        raise ConfigError(
            f"the trained shares are {prior.tolist()}",
            "trained_prior",
            "Leave out classes that were not trained.",
        )
    valid = (rows >= 0).all(axis=1) & np.isclose(
        rows.sum(axis=1), 1.0, atol=SUM_TOLERANCE
    )
    if not valid.size or not valid.all():
        raise InputError(
            f"row {np.argmin(valid)} has the probabilities "
            f"{rows[np.argmin(valid)].tolist()}" if valid.size else "there are no rows",
            "probabilities",
            "Each row must be finite, not negative, and sum to one.",
        )  # fmt: skip
    ratios: NDArray[np.float64] = rows / prior
    return ratios
