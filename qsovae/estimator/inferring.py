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

from qsovae.batch import Batch, Scaler, errors_of
from qsovae.elbo import elbo_terms
from qsovae.estimator.checks import refuse_infinities
from qsovae.model import Network

# Rows scored at a time: large enough to keep the processor busy, small enough for its
# cache.
_CHUNK = 8192


class Inference(NamedTuple):
    """What a model says of each row.

    ``probabilities`` (n_objects, n_classes) and ``latent_mean`` (n_objects, n_latent)
    are float32; ``outlier_score`` (n_objects,) is in nats an observed feature.
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
        self, X: ArrayLike, sigma: ArrayLike | None = None
    ) -> NDArray[np.float32]:
        """Return class probabilities, (n_objects, n_classes), in ``classes_`` order."""
        return np.concatenate(
            [self._probabilities(b, self.network_.encode(b)[0]).numpy()
             for b in self._chunks(X, sigma)]
        )  # fmt: skip

    def predict(self, X: ArrayLike, sigma: ArrayLike | None = None) -> NDArray[Any]:
        """Return the most probable class of each row, (n_objects,)."""
        best = self.predict_proba(X, sigma).argmax(axis=1)
        predicted: NDArray[Any] = self.classes_[best]
        return predicted

    def transform(
        self, X: ArrayLike, sigma: ArrayLike | None = None
    ) -> NDArray[np.float32]:
        """Return posterior means, (n_objects, n_latent)."""
        return np.concatenate(
            [self.network_.encode(b)[0].numpy() for b in self._chunks(X, sigma)]
        )

    def reconstruct(
        self, X: ArrayLike, sigma: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Return decoder means at the posterior means, in the units and shape of X."""
        predicted = [
            self.network_.decode(self.network_.encode(b)[0])
            for b in self._chunks(X, sigma)
        ]
        return self.scaler_.invert(torch.cat(predicted))

    def outlier_score(
        self, X: ArrayLike, sigma: ArrayLike | None = None
    ) -> NDArray[np.float32]:
        """Return the negative bound an observed feature, (n_objects,), in nats.

        Higher is stranger. Evaluated at the posterior mean, so that it has no noise.
        """
        return self.infer(X, sigma).outlier_score

    def infer(self, X: ArrayLike, sigma: ArrayLike | None = None) -> Inference:
        """Return probabilities, latent means and outlier scores from one pass."""
        parts = []
        for batch in self._chunks(X, sigma):
            mean, log_variance = self.network_.encode(batch)
            score = self._outlier_score(batch, mean, log_variance)
            parts.append((self._probabilities(batch, mean), mean, score))
        return Inference(*(torch.cat(p).numpy() for p in zip(*parts, strict=True)))

    def _chunks(self, X: ArrayLike, sigma: ArrayLike | None) -> Iterator[Batch]:
        """Yield scaled portions of the rows, outside autograd."""
        check_is_fitted(self)
        values = validate_data(
            self, X, reset=False, dtype=[np.float64, np.float32],
            ensure_all_finite=False,
        )  # fmt: skip
        refuse_infinities(values, getattr(self, "feature_names_in_", None))
        errors = errors_of(values, sigma)
        with torch.inference_mode():
            for start in range(0, len(values), _CHUNK):
                rows = slice(start, start + _CHUNK)
                yield self.scaler_.apply(
                    values[rows], None if errors is None else errors[rows]
                )

    def _probabilities(self, batch: Batch, latent_mean: Tensor) -> Tensor:
        """Return class probabilities; the prior where nothing was observed."""
        probabilities = self.network_.classify(latent_mean).softmax(dim=-1)
        prior = torch.from_numpy(self.class_prior_).to(probabilities.dtype)
        seen = batch.observed.any(dim=-1, keepdim=True)
        return torch.where(seen, probabilities, prior)

    def _outlier_score(
        self, batch: Batch, latent_mean: Tensor, latent_log_variance: Tensor
    ) -> Tensor:
        """Return the negative bound at the posterior mean, an observed feature."""
        terms = elbo_terms(
            batch,
            self.network_.decode(latent_mean)[None],
            self.network_.intrinsic_variance(),
            latent_mean,
            latent_log_variance,
        )
        return -terms.bound() / batch.observed.sum(dim=-1).clamp(min=1)
