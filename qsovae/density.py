"""How densely the rows of training lie around a point of the latent space.

Layer: beside inputs, below model. Imports nothing of ours.
"""

import warnings

import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from torch import Tensor, nn
from torch.distributions import Categorical, MixtureSameFamily, MultivariateNormal

# Rows that one normal distribution rests on at least.
_ROWS_A_COMPONENT = 50
# Added to variances in the latent space, where the prior has 1: no component shrinks to
# a point.
_LEAST_VARIANCE = 1e-3


class LatentDensity(nn.Module):
    """A mixture of normal distributions; before ``fit`` it is the unit normal prior."""

    def __init__(self, n_latent: int, n_components: int) -> None:
        super().__init__()
        shares = torch.zeros(n_components)
        shares[0] = 1.0
        self.register_buffer("shares", shares)
        self.register_buffer("means", torch.zeros(n_components, n_latent))
        lower = torch.eye(n_latent).repeat(n_components, 1, 1)
        self.register_buffer("lower", lower)
        self.shares: Tensor
        self.means: Tensor
        self.lower: Tensor

    def fit(self, latent: Tensor) -> None:
        """Fit the mixture to (n_objects, n_latent), with fewer components to few rows.

        Parameters
        ----------
        latent : Tensor
            Posterior means of training rows.
        """
        n_fitted = min(len(self.shares), max(1, len(latent) // _ROWS_A_COMPONENT))
        mixture = GaussianMixture(
            n_fitted, reg_covar=_LEAST_VARIANCE,
            random_state=int(torch.randint(2**31 - 1, ())),
        )  # fmt: skip
        with warnings.catch_warnings():
            # A density that is nearly as likely as it can be will do.
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture.fit(latent.cpu().double().numpy())
        self.shares.zero_()
        self.shares[:n_fitted] = torch.from_numpy(mixture.weights_)
        self.means[:n_fitted] = torch.from_numpy(mixture.means_)
        covariances = torch.from_numpy(mixture.covariances_)
        self.lower[:n_fitted] = torch.linalg.cholesky(covariances)

    def log_density(self, latent: Tensor) -> Tensor:
        """Return the log density at (n_objects, n_latent), in nats."""
        mixture = MixtureSameFamily(
            Categorical(self.shares, validate_args=False),
            MultivariateNormal(self.means, scale_tril=self.lower, validate_args=False),
            validate_args=False,
        )
        density: Tensor = mixture.log_prob(latent)  # type: ignore[no-untyped-call]
        return density
