"""Evidence lower bound for measurements with known errors and missing entries.

Layer: just above batch. Inputs are in one run's scaled feature units and results in
nats; files, magnitudes and devices are other modules' business.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from qsovae.batch import Batch
from qsovae.errors import ShapeError

_LOG_TWO_PI = math.log(2.0 * math.pi)


class ElboTerms(NamedTuple):
    """The bound's two terms, each (n_objects,) and in nats."""

    log_likelihood: Tensor
    divergence: Tensor

    def bound(self, divergence_weight: float = 1.0) -> Tensor:
        """Return the bound per object; a weight below one is a warm-up."""
        return self.log_likelihood - divergence_weight * self.divergence


def log_likelihood(
    batch: Batch, predicted: Tensor, intrinsic_variance: Tensor
) -> Tensor:
    """Return the Gaussian log-likelihood of the observed entries.

    The variance of an entry is its measurement variance plus the decoder's own,
    since what the decoder cannot predict and what the telescope could not measure
    add independently.

    Parameters
    ----------
    batch : Batch
        Measurements, each field (n_objects, n_features).
    predicted : Tensor
        Decoder means, (n_samples, n_objects, n_features).
    intrinsic_variance : Tensor
        Scatter about the decoder's mean in scaled units squared, (n_features,) or as
        ``predicted``.

    Returns
    -------
    Tensor
        Mean over samples of the sum over observed features, (n_objects,), in nats.

    Raises
    ------
    ShapeError
        If the last two axes of ``predicted`` differ from those of ``batch``.
    """
    if predicted.ndim != 3 or predicted.shape[1:] != batch.values.shape:
        raise ShapeError(
            f"decoder means have shape {tuple(predicted.shape)}, "
            f"measurements {tuple(batch.values.shape)}",
            "qsovae.elbo.log_likelihood",
            "Pass (n_samples, n_objects, n_features) from the batch's own run.",
        )
    # Fill before the arithmetic: masking a NaN afterwards leaves NaN gradients.
    values = torch.where(batch.observed, batch.values, 0.0)
    sigma = torch.where(batch.observed, batch.sigma, 0.0)
    variance = sigma.square() + intrinsic_variance
    pull = (values - predicted).square() / variance
    density = -0.5 * (pull + _LOG_TWO_PI + variance.log())
    return torch.where(batch.observed, density, 0.0).sum(dim=-1).mean(dim=0)


def divergence(latent_mean: Tensor, latent_log_variance: Tensor) -> Tensor:
    """Return KL(posterior || unit normal) per object, (n_objects,), in nats."""
    excess = torch.expm1(latent_log_variance) - latent_log_variance
    return 0.5 * (latent_mean.square() + excess).sum(dim=-1)


def elbo_terms(
    batch: Batch,
    predicted: Tensor,
    intrinsic_variance: Tensor,
    latent_mean: Tensor,
    latent_log_variance: Tensor,
) -> ElboTerms:
    """Return both terms of the bound (Kingma & Welling 2014, eq. 10)."""
    return ElboTerms(
        log_likelihood(batch, predicted, intrinsic_variance),
        divergence(latent_mean, latent_log_variance),
    )
