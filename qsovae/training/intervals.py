"""How wide intervals must be to hold what they promise.

Within training: lowest. The scatter that maximises the bound is too wide for them: it
is fitted with features hidden and latents drawn, and few wild values widen a Gaussian.
"""

import math

import torch
from torch import Tensor

from qsovae.batch import Batch
from qsovae.model import Network

# Share of a normal distribution within one standard deviation.
_WITHIN_ONE = math.erf(math.sqrt(0.5))
_N_DRAWS = 16
_ROWS_AT_ONCE = 1024
# Fewest values that tell a feature's width, and the least share of its variance that
# may be left.
_FEWEST_VALUES = 20
_LEAST_SHARE = 1e-4


@torch.no_grad()
def calibrate_intervals(network: Network, batch: Batch) -> None:
    """Scale each feature's scatter so that one standard deviation holds 68 %.

    The deviation is that of what is predicted and of the measurement, added in squares.

    Parameters
    ----------
    network : Network
        Ready for inference; its ``interval_share`` is set, its likelihood left alone.
    batch : Batch
        Training rows.
    """
    rows = torch.split(torch.arange(len(batch.values)), _ROWS_AT_ONCE)
    wanted = torch.cat([_wanted_shares(network, batch.take(some)) for some in rows])
    for i, shares in enumerate(wanted.T):
        told = shares[batch.observed[:, i]]
        if len(told) >= _FEWEST_VALUES:
            share = told.quantile(_WITHIN_ONE).clamp(min=_LEAST_SHARE)
            network.interval_share[i] *= share


def _wanted_shares(network: Network, batch: Batch) -> Tensor:
    """Return how many times as large scatter squared must be, (n_objects, n_features).

    With it, each value lies one standard deviation from what is predicted.
    """
    mean, log_variance = network.encode(batch)
    noise = torch.randn(_N_DRAWS, *mean.shape, device=mean.device)
    predicted = network.predict(mean, log_variance, noise)
    pull = (batch.values - predicted.mean).square()
    known = predicted.from_latent + batch.sigma.square()
    return (pull - known) / predicted.from_scatter
