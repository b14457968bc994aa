"""What a fitted estimator says of rows.

Within estimator: beside saving, below classifier.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor

from qsovae.batch import Batch, FloatArray, Scaler, errors_of
from qsovae.class_mix import Prior, class_mix, with_class_mix
from qsovae.elbo import elbo_terms
from qsovae.estimator.checks import refuse_infinities
from qsovae.estimator.deciding import decide
from qsovae.estimator.uncertainty import Draws, Uncertainty, uncertainty_of
from qsovae.model import Network

# Rows scored at a time: large enough to keep the processor busy, small enough for its
# cache.
_CHUNK = 8192
# Draws of the latent that tell how far from its reconstruction a value may be.
_N_DRAWS = 32


class Inference(NamedTuple):
    """What a model says of each row.

    ``probabilities`` (n_objects, n_classes) and ``latent_mean`` (n_objects, n_latent)
    are float32; ``outlier_score`` (n_objects,) is in nats.
    """

    probabilities: NDArray[np.float32]
    latent_mean: NDArray[np.float32]
    outlier_score: NDArray[np.float32]


class Inferring(
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]  # scikit-learn has no types
    TransformerMixin,  # type: ignore[misc]  # scikit-learn has no types
    ClassifierMixin,  # type: ignore[misc]  # scikit-learn has no types
    BaseEstimator,  # type: ignore[misc]  # scikit-learn has no types
):
    """The methods that need a fit; ``VAEClassifier`` adds the fit itself."""

    classes_: NDArray[Any]
    class_prior_: NDArray[np.float64]
    scaler_: Scaler
    network_: Network

    def predict_proba(
        self,
        X: ArrayLike,
        sigma: ArrayLike | None = None,
        *,
        prior: Prior | None = None,
    ) -> NDArray[np.float32]:
        """Return class probabilities, (n_objects, n_classes), in ``classes_`` order.

        Parameters
        ----------
        X, sigma : array, (n_objects, n_features)
            As in ``fit``.
        prior : mapping or "estimate", optional
            The class mix of these rows, if it is not that of training: a share for each
            class, or how they are likeliest mixed by ``estimate_class_mix``. See
            ``class_prior_`` for the mix of training.

        Raises
        ------
        ConfigError
            If the prior does not state a positive share for each class, or they do not
            sum to one.
        """
        probabilities = np.concatenate(
            [self._probabilities(b, self.network_.encode(b)[0]).cpu().numpy()
             for b in self._chunks(X, sigma)]
        )  # fmt: skip
        if prior is None:
            return probabilities
        mix = class_mix(prior, self.classes_, probabilities, self.class_prior_)
        moved = with_class_mix(probabilities, self.class_prior_, mix.shares)
        return moved.astype(np.float32)

    def predict(
        self,
        X: ArrayLike,
        sigma: ArrayLike | None = None,
        *,
        prior: Prior | None = None,
        abstain: float | None = None,
    ) -> NDArray[Any]:
        """Return the most probable class of each row, (n_objects,).

        Parameters
        ----------
        X, sigma, prior
            As of ``predict_proba``.
        abstain : float, optional
            A row whose largest probability is below this gets no class but the mark
            that ``fit`` reads as unlabelled: -1 if the classes are numbers, else None,
            in an array of objects. (None, too, where -1 is a class.)

        Raises
        ------
        ConfigError
            If ``prior`` or ``abstain`` lies outside what it may be.
        """
        probabilities = self.predict_proba(X, sigma, prior=prior)
        return decide(probabilities, self.classes_, abstain)

    def uncertainty(
        self,
        X: ArrayLike,
        sigma: ArrayLike | None = None,
        *,
        prior: Prior | None = None,
        n_samples: int = 16,
        random_state: Any = 0,
    ) -> Uncertainty:
        """Return what makes the class of each row uncertain, in nats.

        Each row is measured anew ``n_samples`` times, by drawing from its errors, and
        for each time as many latents are drawn from their posterior.

        Parameters
        ----------
        X, sigma, prior
            As of ``predict_proba``. Errors of different columns are taken as
            independent; where one is unknown, the training rows' median stands in.
        n_samples : int, default 16
            The work grows with its square; the parts from noise and model come out too
            low by about one part in ``n_samples``.
        random_state : int, RandomState or None

        Returns
        -------
        Uncertainty
            ``total`` and its parts ``from_noise``, ``from_model``, ``from_overlap``.

        Raises
        ------
        ConfigError
            If ``prior`` or ``n_samples`` lies outside what it may be.
        """
        check_is_fitted(self)
        draws = Draws(n_samples, self.network_.config.n_latent, random_state)
        shares = self.class_prior_
        if prior is not None:
            rows = self.predict_proba(X, sigma)
            shares = class_mix(prior, self.classes_, rows, shares).shares
        weights = torch.from_numpy(shares / self.class_prior_).float()
        weights = weights.to(self.network_.device)

        def classify(batch: Batch, latent: Tensor) -> Tensor:
            weighted = self._probabilities(batch, latent) * weights
            return weighted / weighted.sum(dim=-1, keepdim=True)

        with torch.inference_mode():
            parts = [
                uncertainty_of(*rows, draws, self.scaler_, self.network_, classify)
                for rows in self._portions(X, sigma)
            ]
        return Uncertainty(*(np.concatenate(p) for p in zip(*parts, strict=True)))

    def transform(
        self, X: ArrayLike, sigma: ArrayLike | None = None
    ) -> NDArray[np.float32]:
        """Return posterior means, (n_objects, n_latent)."""
        return np.concatenate(
            [self.network_.encode(b)[0].cpu().numpy() for b in self._chunks(X, sigma)]
        )

    def reconstruct(
        self, X: ArrayLike, sigma: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Return decoder means at the posterior means, in the units and shape of X."""
        predicted = [
            self.network_.decode(self.network_.encode(b)[0]).mean
            for b in self._chunks(X, sigma)
        ]
        return self.scaler_.invert(torch.cat(predicted))

    def reconstruction_std(
        self, X: ArrayLike, sigma: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Return how far values lie from ``reconstruct``, in the units and shape of X.

        It is the standard deviation of values without noise. A measurement's error adds
        in squares; within one such deviation are 68 % of the measurements.
        """
        draws = Draws(_N_DRAWS, self.network_.config.n_latent, 0).latent[:, None, :]
        draws = draws.to(self.network_.device)
        parts = []
        for batch in self._chunks(X, sigma):
            predicted = self.network_.predict(*self.network_.encode(batch), draws)
            variance = predicted.from_latent + predicted.from_scatter
            parts.append(self.scaler_.invert_sigma(predicted.mean, variance.sqrt()))
        return np.concatenate(parts)

    def outlier_score(
        self, X: ArrayLike, sigma: ArrayLike | None = None
    ) -> NDArray[np.float32]:
        """Return how strange each row is, (n_objects,), in nats; higher is stranger.

        It is the negative bound, an observed feature, plus the negative log density of
        training rows around the row's latent mean, a latent dimension. Evaluated at
        the posterior mean, so that it has no noise.
        """
        return self.infer(X, sigma).outlier_score

    def infer(self, X: ArrayLike, sigma: ArrayLike | None = None) -> Inference:
        """Return probabilities, latent means and outlier scores from one pass."""
        parts = []
        for batch in self._chunks(X, sigma):
            mean, log_variance = self.network_.encode(batch)
            score = self._outlier_score(batch, mean, log_variance)
            parts.append((self._probabilities(batch, mean), mean, score))
        return Inference(
            *(torch.cat(p).cpu().numpy() for p in zip(*parts, strict=True))
        )

    def _portions(
        self, X: ArrayLike, sigma: ArrayLike | None
    ) -> Iterator[tuple[FloatArray, FloatArray | None]]:
        """Yield portions of the rows and their errors, checked."""
        check_is_fitted(self)
        values = validate_data(
            self, X, reset=False, dtype=[np.float64, np.float32],
            ensure_all_finite=False,
        )  # fmt: skip
        refuse_infinities(values, getattr(self, "feature_names_in_", None))
        errors = errors_of(values, sigma)
        for start in range(0, len(values), _CHUNK):
            rows = slice(start, start + _CHUNK)
            yield values[rows], None if errors is None else errors[rows]

    def _chunks(self, X: ArrayLike, sigma: ArrayLike | None) -> Iterator[Batch]:
        """Yield scaled portions of the rows, outside autograd."""
        with torch.inference_mode():
            for values, errors in self._portions(X, sigma):
                yield self.scaler_.apply(values, errors).to(self.network_.device)

    def _probabilities(self, batch: Batch, latent_mean: Tensor) -> Tensor:
        """Return class probabilities; the prior where nothing was observed."""
        probabilities = self.network_.classify(latent_mean).softmax(dim=-1)
        prior = torch.from_numpy(self.class_prior_).to(probabilities)
        seen = batch.observed.any(dim=-1, keepdim=True)
        return torch.where(seen, probabilities, prior)

    def _outlier_score(
        self, batch: Batch, latent_mean: Tensor, latent_log_variance: Tensor
    ) -> Tensor:
        """Return what ``outlier_score`` says; one term for networks without density."""
        decoded = self.network_.decode(latent_mean[None])
        terms = elbo_terms(batch, *decoded, latent_mean, latent_log_variance)
        score = -terms.bound() / batch.observed.sum(dim=-1).clamp(min=1)
        if self.network_.latent_density is None:
            return score
        density = self.network_.latent_density.log_density(latent_mean)
        return score - density / self.network_.config.n_latent
