"""What the encoder sees of a value beside the value itself: waves of its normal score.

Layer: above batch, below model. Each feature is looked at by itself.
"""

import math

import numpy as np
import torch
from scipy.stats import norm
from torch import Tensor, nn

from qsovae.batch import Batch

# Initial spread of the waves' frequencies, in cycles a unit, and how many mixtures of
# them the encoder sees of each value (docs/decisions, 0021).
_FREQUENCY_SPREAD = 0.3
N_MIXTURES = 4
# Values a knot rests on at least, so that few rows are not learnt by heart.
_ROWS_A_KNOT = 4
# Of a scaled value that a knot knows. Rounding errors, which a catalog in other types
# has others of, must not part values that are the same.
_DECIMALS = 3


class NormalScores(nn.Module):
    """Where a value stands among those of training, as a unit normal's quantile.

    Straight lines join knots at even quantiles, each ranked at the middle of its part
    ((k - 1/2)/n: Hazen 1914). Beyond the outermost knots the score stays what it is
    there.
    """

    def __init__(self, n_features: int, n_knots: int) -> None:
        super().__init__()
        knots = torch.arange(n_knots, dtype=torch.float32)
        self.register_buffer("knots", knots.repeat(n_features, 1))
        self.register_buffer("scores", torch.zeros(n_features, n_knots))
        self.knots: Tensor
        self.scores: Tensor

    def fit(self, batch: Batch) -> None:
        """Lay the knots through the observed values of training rows."""
        for i, (knots, scores) in enumerate(zip(self.knots, self.scores, strict=True)):
            seen = batch.values[batch.observed[:, i], i]
            if not len(seen):
                continue
            n_knots = min(len(knots), max(2, len(seen) // _ROWS_A_KNOT))
            places = np.linspace(0, len(seen) - 1, n_knots).round().astype(np.int64)
            # Of equal knots one is left, at the middle of their ranks.
            quantiles = np.sort(seen.double().numpy())[places].round(_DECIMALS)
            values, rank, n_equal = np.unique(
                quantiles, return_inverse=True, return_counts=True
            )
            shares = np.bincount(rank, (np.arange(n_knots) + 0.5) / n_knots) / n_equal
            normal = norm.ppf(shares)
            n_beyond = len(knots) - len(values)
            beyond = values[-1] + np.arange(1, n_beyond + 1)
            knots.copy_(torch.from_numpy(np.concatenate([values, beyond])))
            normal = np.concatenate([normal, np.full(n_beyond, normal[-1])])
            scores.copy_(torch.from_numpy(normal))

    def forward(self, values: Tensor) -> Tensor:
        """Return the scores of values, both (n_objects, n_features)."""
        by_feature = values.T.contiguous()
        upper = torch.searchsorted(self.knots, by_feature)
        upper = upper.clamp(1, self.knots.shape[1] - 1)
        left, right = self.knots.gather(1, upper - 1), self.knots.gather(1, upper)
        low, high = self.scores.gather(1, upper - 1), self.scores.gather(1, upper)
        share = ((by_feature - left) / (right - left)).clamp(0.0, 1.0)
        return torch.lerp(low, high, share).T


class Waves(nn.Module):
    """A few learnt mixtures of cosines of each value, each feature by itself.

    They let a network change its mind within a fraction of a feature's width, as trees
    do (Gorishniy, Rubachev & Babenko 2022; the initial frequencies' spread lies between
    theirs and that of Holzmüller, Grinsztajn & Steinwart 2024).
    """

    def __init__(self, n_features: int, n_frequencies: int) -> None:
        super().__init__()
        shape = (n_features, n_frequencies)
        self.frequency = nn.Parameter(torch.randn(shape) * _FREQUENCY_SPREAD)
        self.phase = nn.Parameter(torch.empty(shape).uniform_(-math.pi, math.pi))
        mixing = torch.randn(*shape, N_MIXTURES) / math.sqrt(n_frequencies)
        self.mixing = nn.Parameter(mixing)
        self.offset = nn.Parameter(torch.zeros(n_features, N_MIXTURES))

    def forward(self, values: Tensor) -> Tensor:
        """Return (..., n_features, 4) of (..., n_features)."""
        angle = 2.0 * math.pi * values[..., None] * self.frequency + self.phase
        return torch.einsum("...fk,fkm->...fm", angle.cos(), self.mixing) + self.offset
