"""The network: encoder, decoder with its own noise, and a classifier on the latent.

Layer: above elbo, below training. Rows come in scaled units; nothing here knows what a
feature or a class means.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Self

import torch
from torch import Tensor, nn

from qsovae.batch import Batch
from qsovae.errors import ConfigError

# Bounds on the posterior's log variance: beyond them exp() loses the gradient.
_LOG_VARIANCE_RANGE = (-12.0, 6.0)
# The decoder's scatter never falls below this many scaled units; without a floor a
# constant or exactly repeated feature would drive the likelihood to infinity.
_SCATTER_FLOOR = 0.03
# Initial spread of the waves' frequencies, in cycles a scaled unit, and how many
# mixtures of them the encoder sees of each value (docs/decisions, 0021).
_FREQUENCY_SPREAD = 0.3
_N_MIXTURES = 4


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of the network, saved with the run.

    Attributes
    ----------
    n_features, n_classes, n_latent : int
        Inputs, classes, latent dimensions.
    hidden : tuple of int
        Widths of the encoder's hidden layers; the decoder mirrors them.
    dropout : float
        Share of hidden units silenced in the encoder during training.
    n_frequencies : int
        Waves that the encoder sees of each value beside the value itself; none in
        networks from before there were any.
    """

    n_features: int
    n_classes: int
    n_latent: int = 8
    hidden: tuple[int, ...] = (128, 128)
    dropout: float = 0.1
    n_frequencies: int = 8

    def __post_init__(self) -> None:
        """Refuse sizes that make no network."""
        sizes = (self.n_features, self.n_classes, self.n_latent, *self.hidden)
        if min(sizes) < 1 or not self.hidden:
            raise ConfigError(
                f"layer sizes {sizes} include none or less than one",
                "n_latent, hidden",
                "Use at least one hidden layer and positive whole numbers.",
            )

    def to_json(self) -> dict[str, Any]:
        """Return the sizes as plain values."""
        return asdict(self) | {"hidden": list(self.hidden)}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """Return the config that ``to_json`` described."""
        known = {"n_frequencies": 0} | saved
        return cls(**(known | {"hidden": tuple(saved["hidden"])}))


def _layers(sizes: Sequence[int], dropout: float = 0.0) -> nn.Sequential:
    """Return linear layers joined by SiLU and dropout, the last one bare."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(sizes[:-1]):
        layers += [nn.Linear(n_in, n_out), nn.SiLU(), nn.Dropout(dropout)]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


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
        mixing = torch.randn(*shape, _N_MIXTURES) / math.sqrt(n_frequencies)
        self.mixing = nn.Parameter(mixing)
        self.offset = nn.Parameter(torch.zeros(n_features, _N_MIXTURES))

    def forward(self, values: Tensor) -> Tensor:
        """Return (..., n_features, 4) of (..., n_features)."""
        angle = 2.0 * math.pi * values[..., None] * self.frequency + self.phase
        return torch.einsum("...fk,fkm->...fm", angle.cos(), self.mixing) + self.offset


class Network(nn.Module):
    """A variational autoencoder with a classifier on its latent space."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        n_features, n_latent = config.n_features, config.n_latent
        # Values, errors, the observed mask and waves stand side by side.
        n_inputs = 3 + (_N_MIXTURES if config.n_frequencies else 0)
        self.waves = (
            Waves(n_features, config.n_frequencies) if config.n_frequencies else None
        )
        self.encoder = _layers(
            (n_inputs * n_features, *config.hidden, 2 * n_latent), config.dropout
        )
        self.decoder = _layers((n_latent, *reversed(config.hidden), n_features))
        self.classifier = _layers((n_latent, 64, config.n_classes))
        self.log_scatter = nn.Parameter(torch.full((n_features,), -1.0))

    def encode(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return posterior means and log variances, each (n_objects, n_latent)."""
        # Errors span decades; the square root lets the encoder tell 0.01 from 0.1.
        values = torch.where(batch.observed, batch.values, 0.0)
        inputs = [
            values,
            torch.where(batch.observed, batch.sigma, 0.0).sqrt(),
            batch.observed.to(batch.values.dtype),
        ]
        if self.waves is not None:
            waves = self.waves(values) * batch.observed[..., None]
            inputs.append(waves.flatten(start_dim=-2))
        latent = self.encoder(torch.cat(inputs, dim=-1))
        mean, log_variance = latent.split(self.config.n_latent, dim=-1)
        return mean, log_variance.clamp(*_LOG_VARIANCE_RANGE)

    def decode(self, latent: Tensor) -> Tensor:
        """Return predicted values, (..., n_features), in scaled units."""
        predicted: Tensor = self.decoder(latent)
        return predicted

    def classify(self, latent: Tensor) -> Tensor:
        """Return class logits, (..., n_classes)."""
        logits: Tensor = self.classifier(latent)
        return logits

    def intrinsic_variance(self) -> Tensor:
        """Return the decoder's scatter squared, (n_features,), in scaled units."""
        return self.log_scatter.exp().square() + _SCATTER_FLOOR**2
