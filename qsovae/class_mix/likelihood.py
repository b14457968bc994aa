"""The likelihood of class shares, given how likely each row is under each class.

Within class_mix: beside priors.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

# The estimate is final when no other mix is likelier by more than this, in nats of all
# rows together: an offset of a twentieth of a standard error.
_LIKELIHOOD_GAP = 1e-3
# Newton's step is tried in full and shortened: far from the goal it may lead too far.
_STEPS = 0.5 ** np.arange(0.0, 12.0, 3.0)
# A share of exactly zero could never grow again.
_SMALLEST_SHARE = 1e-15
_PRECISION = float(np.finfo(np.float64).eps)


def likeliest_shares(
    ratios: NDArray[np.float64], start: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the likeliest shares, and the rows' likelihoods relative to these.

    The log likelihood, sum over rows of log(ratios . shares), is concave. A pass takes
    the better of two steps: EM's (Saerens, Latinne & Decaestecker 2002, eq. 2.9), which
    always climbs but takes thousands of passes where a class is absent; and Newton's
    with no share below zero (Kim, Carbonetto, Stephens & Anitescu 2020, Journal of
    Computational and Graphical Statistics 29, 261).

    Parameters
    ----------
    ratios : ndarray, (n_objects, n_classes)
        Likelihood of each row under each class, up to a factor a row.
    start : ndarray, (n_classes,)
        Shares above zero with the sum one.

    Returns
    -------
    shares : ndarray, (n_classes,)
    relative : ndarray, (n_objects, n_classes)
        ``ratios`` over their mean under ``shares``.
    """
    shares = start
    while True:
        relative = ratios / (ratios @ shares)[:, None]
        slope = relative.mean(axis=0)
        # Being concave it nowhere rises above its tangent, which ends here.
        if len(ratios) * (slope.max() - 1.0) < _LIKELIHOOD_GAP:
            return shares, relative
        newton = _STEPS[:, None] * (_newton_goal(relative, slope) - shares)
        tried = np.maximum(
            np.vstack([shares * slope, shares + newton]), _SMALLEST_SHARE
        )
        tried /= tried.sum(axis=1, keepdims=True)
        shares = tried[np.log(relative @ tried.T).mean(axis=0).argmax()]


def _newton_goal(
    relative: NDArray[np.float64], slope: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the shares, none negative, that maximise the local quadratic."""
    curvature, axes = np.linalg.eigh(relative.T @ relative / len(relative))
    # Classes that look the same everywhere leave a direction without curvature.
    floor = _PRECISION * len(curvature) * curvature[-1]
    root = np.sqrt(np.maximum(curvature, floor))
    goal: NDArray[np.float64] = nnls(
        root[:, None] * axes.T, axes.T @ (2.0 * slope - 1.0) / root
    )[0]
    return goal


def standard_errors(relative: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each share's standard error, (n_classes,), from the observed information.

    Where the rows say nothing of a share it is larger than 1.
    """
    n_classes = relative.shape[1]
    # The shares' sum is fixed: only directions that keep it can be off.
    along = np.linalg.svd(np.ones((1, n_classes)))[2][1:].T
    information, axes = np.linalg.eigh(along.T @ (relative.T @ relative) @ along)
    floor = _PRECISION * len(relative)
    variances = ((along @ axes) ** 2 / np.maximum(information, floor)).sum(axis=1)
    errors: NDArray[np.float64] = np.sqrt(variances)
    return errors
