"""VAEClassifier: model and training behind scikit-learn's interface.

Layer: above training. Knows arrays, not astronomy: the catalog layer makes X and sigma.
"""

import json
from collections.abc import Callable, Iterator
from numbers import Integral
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor

from qsovae.batch import Batch, Scaler
from qsovae.elbo import elbo_terms
from qsovae.errors import ConfigError, RunError
from qsovae.model import Network, NetworkConfig
from qsovae.targets import encode_targets, held_out_rows
from qsovae.training import EpochReport, Plan, Trainer

SAVED_FILES = ("config.json", "scaler.json", "weights.safetensors")

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


class VAEClassifier(
    ClassNamePrefixFeaturesOutMixin,  # type: ignore[misc]
    TransformerMixin,  # type: ignore[misc]
    ClassifierMixin,  # type: ignore[misc]
    BaseEstimator,  # type: ignore[misc]
):
    """Variational autoencoder with a classifier on its latent space.

    Missing values are NaN in ``X`` and need no filling; rows without a class, marked
    -1 in ``y``, shape the latent space as well.

    Parameters
    ----------
    n_latent : int, default 8
        Latent dimensions. More reconstruct better and are harder to look at.
    hidden : tuple of int, default (128, 128)
        Widths of the encoder's hidden layers; the decoder mirrors them.
    epochs : int, optional
        Passes over the training rows; by default as many as make 80 √rows steps
        (300 at least, 8,000 at most).
    validation_fraction : float, default 0.15
        Share of the labelled rows held out, by class, to choose the best epoch.
        Fewer than ten such rows are not held out at all.
    random_state : int, RandomState or None
        One seed gives the same result twice on one machine.

    Attributes
    ----------
    classes_ : ndarray
        Sorted labels, without the mark for unlabelled rows.
    class_prior_ : ndarray, (n_classes,)
        Shares of the classes among the labelled rows; what a row gets of which
        nothing was observed.
    history_ : list of EpochReport
        Losses of each epoch.
    n_iter_ : int
        Epochs done.
    validation_rows_ : ndarray of int
        Rows of ``X`` that were held out to choose the best epoch.
    n_features_in_, feature_names_in_
        As in scikit-learn.

    Notes
    -----
    In ``y``, -1 (also ``"-1"`` and None) marks a row without a class. A ``y`` that
    holds nothing but -1 and one other number is read as the two classes of a
    -1/+1 problem, since one class alone could not be learnt.

    References
    ----------
    Kingma & Welling 2014 (the bound); Kingma et al. 2014 (unlabelled rows).

    Examples
    --------
    >>> import numpy as np
    >>> from qsovae import VAEClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 3)) + np.repeat([[0.0], [4.0]], 100, axis=0)
    >>> y = np.repeat(["STAR", "QSO"], 100)
    >>> model = VAEClassifier(random_state=0).fit(X, y)
    >>> model.predict([[4.0, 4.0, np.nan]])
    array(['QSO'], dtype='<U4')
    """

    def __init__(
        self,
        *,
        n_latent: int = 8,
        hidden: tuple[int, ...] = (128, 128),
        epochs: int | None = None,
        validation_fraction: float = 0.15,
        random_state: Any = None,
    ) -> None:
        self.n_latent = n_latent
        self.hidden = hidden
        self.epochs = epochs
        self.validation_fraction = validation_fraction
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn that NaN is welcome and dtypes are not preserved."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        sigma: ArrayLike | None = None,
        on_epoch: Callable[[EpochReport], bool | None] | None = None,
    ) -> Self:
        """Train on labelled and unlabelled rows.

        Parameters
        ----------
        X : array, (n_objects, n_features)
            NaN where unobserved. A column that is all NaN or constant is carried along.
        y : array, (n_objects,)
            Labels of any one type; -1 where unlabelled.
        sigma : array like X, optional
            One standard error a value, NaN where unknown.
        on_epoch : callable, optional
            Called with an ``EpochReport`` after each epoch; returning True stops the
            training and keeps what was learnt.

        Returns
        -------
        VAEClassifier
            Itself.

        Raises
        ------
        InputError
            If X holds infinities, or fewer than two classes are labelled.
        ConfigError
            If a parameter or an error lies outside what it may be.
        TrainingDivergedError
            If the loss becomes non-finite.
        """
        self._check_parameters()
        X, y = validate_data(
            self, X, y, dtype=np.float64, ensure_all_finite="allow-nan",
            ensure_min_samples=2, force_writeable=False,
        )  # fmt: skip
        self.classes_, targets = encode_targets(y)
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        self.validation_rows_ = held_out_rows(targets, self.validation_fraction, seed)
        trained = np.setdiff1d(np.arange(len(X)), self.validation_rows_)
        counts = np.bincount(targets[targets >= 0], minlength=len(self.classes_))
        self.class_prior_ = counts / counts.sum()
        sigma = None if sigma is None else np.asarray(sigma, dtype=np.float64)
        self.scaler_ = Scaler.fit(X[trained], None if sigma is None else sigma[trained])
        batch = self.scaler_.apply(X, sigma)
        # Seeds the generators that dropout and sampling use, and puts back the
        # caller's afterwards.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._train(batch, torch.from_numpy(targets), on_epoch)
        return self

    def _train(
        self,
        batch: Batch,
        targets: Tensor,
        on_epoch: Callable[[EpochReport], bool | None] | None,
    ) -> None:
        """Build the network and train it until it is done or told to stop."""
        self.network_ = Network(
            NetworkConfig(
                batch.values.shape[1],
                len(self.classes_),
                int(self.n_latent),
                tuple(self.hidden),
            )
        )
        plan = Plan.for_size(len(targets) - len(self.validation_rows_), self.epochs)
        trainer = Trainer(
            self.network_, batch, targets, torch.from_numpy(self.validation_rows_), plan
        )
        self.history_: list[EpochReport] = []
        for report in trainer.epochs():
            self.history_.append(report)
            if on_epoch is not None and on_epoch(report):
                break
        trainer.finish()
        self.n_iter_ = len(self.history_)
        self._n_features_out = int(self.n_latent)

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

    def save(self, folder: Path | str) -> None:
        """Write ``SAVED_FILES`` (JSON and safetensors) to a folder, made if absent."""
        check_is_fitted(self)
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        saved = {
            "parameters": {
                "n_latent": int(self.n_latent),
                "hidden": list(self.hidden),
                "epochs": self.epochs,
                "validation_fraction": self.validation_fraction,
            },
            "random_state": _plain_seed(self.random_state),
            "network": self.network_.config.to_json(),
            "classes": self.classes_.tolist(),
            "classes_dtype": self.classes_.dtype.str,
            "class_prior": self.class_prior_.tolist(),
            "feature_names": list(getattr(self, "feature_names_in_", [])) or None,
            "n_iter": self.n_iter_,
        }
        (folder / "config.json").write_text(json.dumps(saved, indent=1))
        (folder / "scaler.json").write_text(json.dumps(self.scaler_.to_json()))
        weights = folder / "weights.safetensors"
        save_file(self.network_.state_dict(), weights)
        weights.chmod(0o644)  # safetensors keeps it to the owner; a run is for sharing

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Return the model that ``save`` wrote.

        Raises
        ------
        RunError
            If a file is missing, or the files do not belong together.
        """
        folder = Path(folder)
        missing = [f for f in SAVED_FILES if not (folder / f).is_file()]
        if missing:
            raise RunError(
                f"there is no {', '.join(missing)}",
                str(folder),
                f"A saved model holds {', '.join(SAVED_FILES)}: restore the files.",
            )
        try:
            saved = json.loads((folder / "config.json").read_text())
            statistics = json.loads((folder / "scaler.json").read_text())
            weights = load_file(folder / "weights.safetensors")
            return cls._from_saved(saved, statistics, weights)
        # Whatever a damaged file makes its reader say ends here in one sentence.
        except (
            KeyError, TypeError, ValueError, RuntimeError, OSError, SafetensorError,
        ) as error:  # fmt: skip
            raise RunError(
                f"the saved model cannot be read: {_first_line(error)}",
                str(folder),
                "Restore the folder from a copy, or train again.",
            ) from None

    @classmethod
    def _from_saved(
        cls, saved: dict[str, Any], statistics: dict[str, Any], weights: Any
    ) -> Self:
        """Return the estimator with its fitted state put back."""
        parameters = saved["parameters"] | {
            "hidden": tuple(saved["parameters"]["hidden"]),
            "random_state": saved["random_state"],
        }
        model = cls(**parameters)
        model.classes_ = np.array(
            saved["classes"], dtype=np.dtype(saved["classes_dtype"])
        )
        model.class_prior_ = np.array(saved["class_prior"])
        model.scaler_ = Scaler.from_json(statistics)
        model.network_ = Network(NetworkConfig.from_json(saved["network"]))
        model.network_.load_state_dict(weights)
        model.network_.eval()
        model.n_features_in_ = model.network_.config.n_features
        model._n_features_out = model.network_.config.n_latent
        model.n_iter_ = saved["n_iter"]
        if saved["feature_names"]:
            model.feature_names_in_ = np.array(saved["feature_names"], dtype=object)
        return model

    def _check_parameters(self) -> None:
        """Refuse parameters that make no training."""
        if self.epochs is not None and (
            not isinstance(self.epochs, Integral) or self.epochs < 1
        ):
            raise ConfigError(
                f"epochs is {self.epochs!r}", "epochs", "Use a whole number above 0."
            )
        if not 0.0 <= self.validation_fraction < 1.0:
            raise ConfigError(
                f"validation_fraction is {self.validation_fraction!r}",
                "validation_fraction",
                "Use a share of at least 0 and below 1.",
            )

    def _chunks(self, X: ArrayLike, sigma: ArrayLike | None) -> Iterator[Batch]:
        """Yield scaled portions of the rows, outside autograd."""
        check_is_fitted(self)
        X = validate_data(
            self, X, reset=False, dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan",
        )  # fmt: skip
        errors = None if sigma is None else np.asarray(sigma)
        with torch.inference_mode():
            for start in range(0, len(X), _CHUNK):
                rows = slice(start, start + _CHUNK)
                yield self.scaler_.apply(
                    X[rows], None if errors is None else errors[rows]
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


def _plain_seed(random_state: Any) -> int | None:
    """Return the seed if it is a number; a generator's state is not saved."""
    return int(random_state) if isinstance(random_state, Integral) else None


def _first_line(error: Exception) -> str:
    """Return the first line of an error's text."""
    return (str(error) or type(error).__name__).splitlines()[0]
