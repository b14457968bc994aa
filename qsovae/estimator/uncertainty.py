"""How much of a doubt comes from the measurement, from the model, from the classes.

Within estimator: beside checks.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils import check_random_state
from torch import Tensor

from qsovae.batch import Batch, FloatArray, Scaler
from qsovae.errors import ConfigError
from qsovae.model import Network, draw


class Uncertainty(NamedTuple):
    """What each row's class is uncertain for, each (n_objects,) and in nats.

    ``total`` is the entropy of the mean probabilities over draws of the measurement and
    of the latent. It is the sum of three parts, none negative: what would go without
    noise; what would go if the model knew the latent for certain; and what is left,
    since classes overlap.
    """

    total: NDArray[np.float32]
    from_noise: NDArray[np.float32]
    from_model: NDArray[np.float32]
    from_overlap: NDArray[np.float32]


class Draws:
    """Unit normal draws from one seed.

    Parameters
    ----------
    n_samples, n_latent : int
    random_state : int, RandomState or None

    Attributes
    ----------
    latent : Tensor, (n_samples, n_latent)
        Shared by all rows and measurements, so that what their spread does is told from
        what the measurement's does.

    Raises
    ------
    ConfigError
        If ``n_samples`` is not above 1.
    """

    def __init__(self, n_samples: int, n_latent: int, random_state: Any) -> None:
        if n_samples < 2:
            raise ConfigError(
                f"n_samples is {n_samples!r}", "n_samples", "Use a number above 1."
            )
        self._rng = check_random_state(random_state)
        latent = self._rng.normal(size=(n_samples, n_latent))
        self.latent = torch.from_numpy(latent.astype(np.float32))

    def measurements(
        self, values: FloatArray, sigma: FloatArray
    ) -> Iterator[FloatArray]:
        """Yield what the measurement might have been, once for each of the latents."""
        for _ in self.latent:
            yield values + self._rng.normal(size=values.shape) * sigma


def uncertainty_of(
    values: FloatArray, errors: FloatArray | None, draws: Draws,
    scaler: Scaler, network: Network, classify: Callable[[Batch, Tensor], Tensor],
) -> Uncertainty:  # fmt: skip
    """Return the uncertainty of some rows, split by mutual information.

    H[E p] = (H[E p] - E_x H[E_z p]) + (E_x H[E_z p] - E H[p]) + E H[p], with x the
    measurement and z the latent (as Depeweg et al. 2018, ICML, do for weights alone).

    Parameters
    ----------
    values : ndarray, (n_objects, n_features)
        NaN where unobserved.
    errors : ndarray of the same shape, or None
        One standard error a value; where unknown it is the scaler's typical one.
    classify : callable
        Takes a batch and latents, (n_samples, n_objects, n_latent); returns
        probabilities, (n_samples, n_objects, n_classes).
    """
    known = np.nan if errors is None else errors
    sigma = np.where(np.isfinite(known), known, scaler.typical_sigma)
    means, inner, overlap = [], [], []
    noise = draws.latent[:, None, :].to(network.device)
    for measured in draws.measurements(values, sigma):
        batch = scaler.apply(measured, errors).to(network.device)
        mean, log_variance = network.encode(batch)
        latent = draw(mean, log_variance, noise)
        probabilities = classify(batch, latent)
        means.append(probabilities.mean(dim=0))
        inner.append(_entropy(means[-1]))
        overlap.append(_entropy(probabilities).mean(dim=0))
    total = _entropy(torch.stack(means).mean(dim=0))
    without_noise, left = (
        torch.stack(inner).mean(dim=0),
        torch.stack(overlap).mean(dim=0),
    )
    # Rounding may leave a part that is zero a little below.
    parts = total, (total - without_noise).clamp(min=0.0), (
        without_noise - left
    ).clamp(min=0.0), left  # fmt: skip
    return Uncertainty(*(part.cpu().numpy() for part in parts))


def _entropy(probabilities: Tensor) -> Tensor:
    """Return the entropy over the last axis, in nats."""
    entropy: Tensor = torch.special.entr(probabilities).sum(dim=-1)
    return entropy
