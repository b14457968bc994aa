"""The decoder's scatter, set so that its intervals hold what they promise.

Within training: lowest. What maximises the bound is too wide: it is fitted with
features hidden and latents drawn, and a few wild values widen a Gaussian.
"""

import math

import torch
from torch import Tensor

from qsovae.batch import Batch
from qsovae.model import SCATTER_FLOOR, Network

# Share of a normal distribution within one standard deviation.
_WITHIN_ONE = math.erf(math.sqrt(0.5))
_N_DRAWS = 16
_ROWS_AT_ONCE = 1024
# Fewest values that tell a feature's scatter, and the least that it may become, as a
# share of what it was.
_FEWEST_VALUES = 20
_LEAST_SHARE = 1e-4


@torch.no_grad()
def calibrate_scatter(network: Network, batch: Batch) -> None:
    """Scale each feature's scatter so that one standard deviation holds 68 %.

    The deviation is that of the posterior predictive: of the latent's draws decoded, of
    the scatter and of the measurement, added in squares.

    Parameters
    ----------
    network : Network
        Ready for inference; its scatter is changed in place.
    batch : Batch
        Training rows.
    """
    rows = torch.split(torch.arange(len(batch.values)), _ROWS_AT_ONCE)
    wanted = torch.cat([_wanted_shares(network, batch.take(some)) for some in rows])
    for i, shares in enumerate(wanted.T):
        told = shares[batch.observed[:, i]]
        if len(told) >= _FEWEST_VALUES:
            share = told.quantile(_WITHIN_ONE).clamp(min=_LEAST_SHARE)
            network.log_scatter[i] += 0.5 * share.log()


def _wanted_shares(network: Network, batch: Batch) -> Tensor:
    """Return how many times as large scatter squared must be, (n_objects, n_features).

    With it, each value lies one standard deviation from the predictive mean.
    """
    mean, log_variance = network.encode(batch)
    draws = torch.randn(_N_DRAWS, *mean.shape)
    decoded = network.decode(mean + draws * (0.5 * log_variance).exp())
    known = decoded.mean.var(dim=0) + batch.sigma.square() + SCATTER_FLOOR**2
    scatter = decoded.variance.mean(dim=0) - SCATTER_FLOOR**2
    pull = (batch.values - decoded.mean.mean(dim=0)).square()
    return (pull - known) / scatter
