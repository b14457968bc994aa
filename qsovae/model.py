"""The network: encoder, decoder with its own noise, and a classifier on the latent.

Layer: above elbo, below training. Rows come in scaled units; nothing here knows what a
feature or a class means.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn

from qsovae.batch import Batch
from qsovae.density import LatentDensity
from qsovae.errors import ConfigError
from qsovae.inputs import N_MIXTURES, NormalScores, Waves

# Bounds on the posterior's log variance: beyond them exp() loses the gradient.
_LOG_VARIANCE_RANGE = (-12.0, 6.0)
# The decoder's scatter never falls below this many scaled units; without a floor a
# constant or exactly repeated feature would drive the likelihood to infinity.
_SCATTER_FLOOR = 0.03
# Bounds on how a row's scatter differs from the usual one, as logarithms.
_SCATTER_RANGE = (-4.0, 2.0)


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
    n_frequencies, n_knots : int
        Waves that the encoder sees of each value beside the value itself, and knots of
        the normal scores that they are waves of.
    varies_scatter : bool
        Whether the decoder tells the scatter of each row, or one for all.
    n_components : int
        Normal distributions that describe how training rows lie in the latent space.
    """

    n_features: int
    n_classes: int
    n_latent: int = 8
    hidden: tuple[int, ...] = (128, 128)
    dropout: float = 0.25
    n_frequencies: int = 8
    n_knots: int = 128
    varies_scatter: bool = True
    n_components: int = 16

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
        """Return the config that ``to_json`` described.

        What networks from before did not know, they have not.
        """
        before = {
            "n_frequencies": 0, "n_knots": 0, "varies_scatter": False,
            "n_components": 0,
        }  # fmt: skip
        return cls(**(before | saved | {"hidden": tuple(saved["hidden"])}))


def _layers(sizes: Sequence[int], dropout: float = 0.0) -> nn.Sequential:
    """Return linear layers joined by SiLU and dropout, the last one bare."""
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(sizes[:-1]):
        layers += [nn.Linear(n_in, n_out), nn.SiLU(), nn.Dropout(dropout)]
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


def draw(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """Return draws of posteriors made of unit normal noise, (..., n_latent)."""
    return mean + noise * (0.5 * log_variance).exp()


class Decoded(NamedTuple):
    """Means and variances of values, (..., n_features), in scaled units.

    The variance is that about the mean for want of knowledge, without measurement's.
    """

    mean: Tensor
    variance: Tensor


class Predicted(NamedTuple):
    """Values at the posterior mean, and two parts of their variance about it.

    Each is (n_objects, n_features) in scaled units. ``from_latent`` is what not knowing
    the latent does, ``from_scatter`` what the latent does not tell.
    """

    mean: Tensor
    from_latent: Tensor
    from_scatter: Tensor


class Network(nn.Module):
    """A variational autoencoder with a classifier on its latent space."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        n_features, n_latent = config.n_features, config.n_latent
        # Values, errors, the observed mask and waves stand side by side.
        n_inputs = 3 + (N_MIXTURES if config.n_frequencies else 0)
        self.normal_scores = (
            NormalScores(n_features, config.n_knots) if config.n_knots else None
        )
        self.waves = (
            Waves(n_features, config.n_frequencies) if config.n_frequencies else None
        )
        self.encoder = _layers(
            (n_inputs * n_features, *config.hidden, 2 * n_latent), config.dropout
        )
        n_outputs = n_features * (2 if config.varies_scatter else 1)
        self.decoder = _layers((n_latent, *reversed(config.hidden), n_outputs))
        self.classifier = _layers((n_latent, 64, config.n_classes))
        self.log_scatter = nn.Parameter(torch.full((n_features,), -1.0))
        self.latent_density = (
            LatentDensity(n_latent, config.n_components)
            if config.n_components
            else None
        )
        # By how much the variance of intervals differs from that of the likelihood;
        # networks from before there was a density have it in their scatter.
        if config.n_components:
            self.register_buffer("interval_share", torch.ones(n_features))
            self.interval_share: Tensor

    @property
    def device(self) -> torch.device:
        """Where the network computes; batches must be there, too."""
        return self.log_scatter.device

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
            seen = (
                self.normal_scores(values) if self.normal_scores is not None else values
            )
            waves = self.waves(seen) * batch.observed[..., None]
            inputs.append(waves.flatten(start_dim=-2))
        latent = self.encoder(torch.cat(inputs, dim=-1))
        mean, log_variance = latent.split(self.config.n_latent, dim=-1)
        return mean, log_variance.clamp(*_LOG_VARIANCE_RANGE)

    def decode(self, latent: Tensor) -> Decoded:
        """Return what values the latent, (..., n_latent), makes likely."""
        decoded, log_scatter = self.decoder(latent), self.log_scatter
        if self.config.varies_scatter:
            decoded, differs = decoded.chunk(2, dim=-1)
            log_scatter = log_scatter + differs.clamp(*_SCATTER_RANGE)
        variance = (2.0 * log_scatter).exp() + _SCATTER_FLOOR**2
        return Decoded(decoded, variance.expand_as(decoded))

    def predict(self, mean: Tensor, log_variance: Tensor, noise: Tensor) -> Predicted:
        """Return what values posteriors make likely, and how far off they may be.

        Parameters
        ----------
        mean, log_variance : Tensor, (n_objects, n_latent)
            As ``encode`` returns them.
        noise : Tensor, (n_draws, n_objects, n_latent)
            Unit normal; objects may share draws, (n_draws, 1, n_latent).
        """
        expected = self.decode(mean).mean
        drawn = self.decode(draw(mean, log_variance, noise))
        scatter = drawn.variance.mean(dim=0)
        if self.config.n_components:
            scatter = scatter * self.interval_share
        return Predicted(
            expected, (drawn.mean - expected).square().mean(dim=0), scatter
        )

    def classify(self, latent: Tensor) -> Tensor:
        """Return class logits, (..., n_classes)."""
        logits: Tensor = self.classifier(latent)
        return logits
