"""The estimator: scikit-learn's interface to training and inference.

Within estimator: highest.
"""

from collections.abc import Callable
from numbers import Integral
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data
from torch import Tensor

from qsovae.batch import Batch, Measurements, Scaler, errors_of, rows_to_scale_by
from qsovae.devices import choose_device, seeded_devices
from qsovae.estimator.checks import check_parameters, refuse_infinities
from qsovae.estimator.inferring import Inferring
from qsovae.estimator.saving import SavedModel, read_model, saved_files, write_model
from qsovae.model import Network, NetworkConfig
from qsovae.targets import encode_targets, held_out_rows, nulls_as_none
from qsovae.training import EpochReport, Plan, Trainer

OnEpoch = Callable[[EpochReport], bool | None]


class VAEClassifier(Inferring):
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
        Passes over the training rows; by default as many as make 20 √rows steps
        (300 at least, 8,000 at most).
    validation_fraction : float, default 0.15
        Share of the labelled rows held out, by class, to choose the best epoch; 20,000
        at most. Fewer than 30 such rows are not held out at all.
    random_state : int, RandomState or None
        One seed gives the same result twice on one machine.
    device : str, default "auto"
        Where to compute: ``"auto"`` takes a CUDA device where torch finds one. Is not
        saved; a loaded model is where ``"auto"`` puts it.

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
    In ``y``, -1 (also ``"-1"``, None and pandas' nulls) marks a row without a class.
    A ``y`` that holds nothing but -1 and one other number is read as the two classes
    of a -1/+1 problem, since one class alone could not be learnt.

    References
    ----------
    Kingma & Welling 2014 (the bound); Kingma et al. 2014 (unlabelled rows); what a
    forest adds where labels are few: docs/decisions, 0020.

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
        device: str = "auto",
    ) -> None:
        self.n_latent = n_latent
        self.hidden = hidden
        self.epochs = epochs
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.device = device

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
        on_epoch: OnEpoch | None = None,
    ) -> Self:
        """Train on labelled and unlabelled rows.

        Parameters
        ----------
        X : array, (n_objects, n_features)
            NaN where unobserved. A column that is all NaN or constant is carried along.
            Floats are not copied: a memory map of a file may be larger than memory.
        y : array, (n_objects,)
            Labels of any one type; -1, or null among text, where unlabelled.
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
            If a parameter or an error lies outside what it may be, or there is no such
            device.
        TrainingDivergedError
            If the loss becomes non-finite.
        """
        check_parameters(self.epochs, self.validation_fraction)
        device = choose_device(self.device)
        values, labels = validate_data(
            self, X, nulls_as_none(y), dtype=[np.float64, np.float32],
            ensure_all_finite=False, ensure_min_samples=2, force_writeable=False,
        )  # fmt: skip
        refuse_infinities(values, getattr(self, "feature_names_in_", None))
        errors = errors_of(values, sigma)
        self.classes_, targets = encode_targets(labels)
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        self.validation_rows_ = held_out_rows(targets, self.validation_fraction, seed)
        trained = np.setdiff1d(np.arange(len(values)), self.validation_rows_)
        counts = np.bincount(targets[targets >= 0], minlength=len(self.classes_))
        self.class_prior_ = counts / counts.sum()
        scaled_by = rows_to_scale_by(trained, seed)
        self.scaler_ = Scaler.fit(
            values[scaled_by], None if errors is None else errors[scaled_by]
        )
        measurements = Measurements(values, errors, self.scaler_)
        # Seeds the generators that dropout and sampling use, and puts back the
        # caller's afterwards.
        with torch.random.fork_rng(devices=seeded_devices(device)):
            torch.manual_seed(seed)
            self._build(measurements[torch.from_numpy(scaled_by)])
            self.network_.to(device)
            self._train(measurements, torch.from_numpy(targets), on_epoch)
        return self

    def _build(self, batch: Batch) -> None:
        """Make the network; it learns from the batch how values are distributed."""
        sizes = self.n_features_in_, len(self.classes_), int(self.n_latent)
        self.network_ = Network(NetworkConfig(*sizes, tuple(self.hidden)))
        if self.network_.normal_scores is not None:
            self.network_.normal_scores.fit(batch)

    def _train(
        self, measurements: Measurements, targets: Tensor, on_epoch: OnEpoch | None
    ) -> None:
        """Train the network until it is done or told to stop."""
        plan = Plan.for_size(len(targets) - len(self.validation_rows_), self.epochs)
        trainer = Trainer(
            self.network_, measurements, targets,
            torch.from_numpy(self.validation_rows_), plan,
        )  # fmt: skip
        self.history_: list[EpochReport] = []
        for report in trainer.epochs():
            self.history_.append(report)
            if on_epoch is not None and on_epoch(report):
                break
        trainer.finish()
        self.n_iter_ = len(self.history_)
        self._n_features_out = int(self.n_latent)

    def save(self, folder: Path | str) -> None:
        """Write ``SAVED_FILES`` (JSON and safetensors) to a folder, made if absent."""
        check_is_fitted(self)
        seed = self.random_state
        settings = {
            "parameters": {
                "n_latent": int(self.n_latent),
                "hidden": list(self.hidden),
                "epochs": self.epochs,
                "validation_fraction": self.validation_fraction,
            },
            # A generator's state is not saved.
            "random_state": int(seed) if isinstance(seed, Integral) else None,
            "feature_names": list(getattr(self, "feature_names_in_", [])) or None,
            "n_iter": self.n_iter_,
        }
        saved = SavedModel(
            settings, self.classes_, self.class_prior_, self.scaler_, self.network_
        )
        write_model(Path(folder), saved)

    @classmethod
    def load(cls, folder: Path | str) -> Self:
        """Return the model that ``save`` wrote.

        Raises
        ------
        RunError
            If a file is missing or damaged, or the files do not belong together.
        """
        with saved_files(Path(folder)):
            return cls._from_saved(read_model(Path(folder)))

    @classmethod
    def _from_saved(cls, saved: SavedModel) -> Self:
        """Return the estimator with its fitted state put back."""
        parameters = saved.settings["parameters"]
        model = cls(
            **parameters | {"hidden": tuple(parameters["hidden"])},
            random_state=saved.settings["random_state"],
        )
        model.classes_, model.class_prior_ = saved.classes, saved.class_prior
        model.scaler_ = saved.scaler
        model.network_ = saved.network.to(choose_device(model.device))
        model.n_features_in_ = model.network_.config.n_features
        model._n_features_out = model.network_.config.n_latent
        model.n_iter_ = saved.settings["n_iter"]
        names = saved.settings["feature_names"]
        if names:
            model.feature_names_in_ = np.array(names, dtype=object)
        return model
