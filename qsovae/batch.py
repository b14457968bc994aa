"""Measurements as the network sees them: scaled values, errors, what was observed.

Layer: above errors, below elbo. The scaler is fitted once, on training rows, and saved
with the run; nothing here knows what a feature means.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.utils.data import Dataset

from qsovae.errors import ConfigError, ShapeError

FloatArray = NDArray[np.floating]

# Scaled values are linear up to this many robust standard deviations and logarithmic
# beyond, so that one wild value can neither swamp the loss nor lose its sign and order.
KNEE = 4.0
# Rows that medians and widths are taken of at most: they are good to 1 % of a width.
_MOST_FITTED = 200_000
_ROWS_AT_ONCE = 1 << 17
# Interquartile range of the unit normal, which makes the scale a standard deviation.
_NORMAL_IQR = 1.3489795003921634


class Batch(NamedTuple):
    """Rows in scaled units, each field (n_objects, n_features).

    ``sigma`` is zero where no error is known; entries of ``values`` and ``sigma`` that
    were not observed may hold anything, NaN included.
    """

    values: Tensor
    sigma: Tensor
    observed: Tensor

    def take(self, rows: Tensor) -> "Batch":
        """Return the batch of these rows."""
        return Batch(self.values[rows], self.sigma[rows], self.observed[rows])

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        return Batch(*(field.to(device) for field in self))


def squash(scaled: FloatArray) -> FloatArray:
    """Return values that are linear within the knee and logarithmic beyond it."""
    beyond = np.maximum(np.abs(scaled) - KNEE, 0.0)
    within = np.clip(scaled, -KNEE, KNEE)
    squashed: FloatArray = within + np.sign(scaled) * np.log1p(beyond)
    return squashed


def unsquash(squashed: FloatArray) -> FloatArray:
    """Return the inverse of ``squash``."""
    beyond = np.maximum(np.abs(squashed) - KNEE, 0.0)
    within = np.clip(squashed, -KNEE, KNEE)
    scaled: FloatArray = within + np.sign(squashed) * np.expm1(beyond)
    return scaled


def squash_slope(scaled: FloatArray) -> FloatArray:
    """Return the derivative of ``squash``, by which errors shrink in the tails."""
    return 1.0 / (1.0 + np.maximum(np.abs(scaled) - KNEE, 0.0))


@dataclass(frozen=True)
class Scaler:
    """Median and robust width of each feature, from training rows only.

    Attributes
    ----------
    centre, width : ndarray, (n_features,)
        In the units of the features. A feature without spread has width one.
    typical_sigma : ndarray, (n_features,)
        Median known error, used where a row's own is missing; zero without errors.
    """

    centre: NDArray[np.float64]
    width: NDArray[np.float64]
    typical_sigma: NDArray[np.float64]

    @classmethod
    def fit(cls, values: FloatArray, sigma: FloatArray | None) -> Self:
        """Fit to training rows.

        Parameters
        ----------
        values : ndarray, (n_objects, n_features)
            NaN where unobserved.
        sigma : ndarray of the same shape, or None
            One standard error a value; NaN where unknown.
        """
        n_features = values.shape[1]
        centre, width = np.zeros(n_features), np.ones(n_features)
        typical = np.zeros(n_features)
        for i in range(n_features):
            seen = np.isfinite(values[:, i])
            column = values[seen, i].astype(np.float64)
            if column.size:
                centre[i] = np.median(column)
                width[i] = _robust_width(column)
            if sigma is not None:
                known = sigma[seen, i]
                known = known[np.isfinite(known)]
                typical[i] = np.median(known) if known.size else 0.0
        return cls(centre, width, typical)

    def apply(self, values: FloatArray, sigma: FloatArray | None) -> Batch:
        """Return float32 rows in scaled units; an unknown error is the typical one.

        Raises
        ------
        ShapeError
            If the number of features or the two shapes differ.
        ConfigError
            If an error is negative.
        """
        _check_features(values, self.centre.size)
        errors = errors_of(values, sigma)
        observed = np.isfinite(values)
        scaled = (np.where(observed, values, self.centre) - self.centre) / self.width
        known = np.nan if errors is None else errors
        filled = np.where(np.isfinite(known), known, self.typical_sigma)
        scaled_errors = filled / self.width * squash_slope(scaled)
        return Batch(
            torch.from_numpy(squash(scaled).astype(np.float32)),
            torch.from_numpy(scaled_errors.astype(np.float32)),
            torch.from_numpy(observed),
        )

    def invert(self, scaled: Tensor) -> NDArray[np.float64]:
        """Return scaled values in the units of the features."""
        return unsquash(scaled.cpu().double().numpy()) * self.width + self.centre

    def invert_sigma(self, scaled: Tensor, sigma: Tensor) -> NDArray[np.float64]:
        """Return standard errors of scaled values in the units of the features."""
        slope = squash_slope(unsquash(scaled.cpu().double().numpy()))
        errors: NDArray[np.float64] = sigma.cpu().double().numpy() / slope * self.width
        return errors

    def to_json(self) -> dict[str, list[float]]:
        """Return the statistics as plain lists."""
        return {
            "centre": self.centre.tolist(),
            "width": self.width.tolist(),
            "typical_sigma": self.typical_sigma.tolist(),
        }

    @classmethod
    def from_json(cls, saved: dict[str, list[float]]) -> Self:
        """Return the scaler that ``to_json`` described."""
        names = ("centre", "width", "typical_sigma")
        return cls(*(np.asarray(saved[name], dtype=np.float64) for name in names))


def rows_to_scale_by(rows: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return the rows to fit a scaler to, ascending: all, or of many some drawn."""
    if rows.size <= _MOST_FITTED:
        return rows
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(rows, _MOST_FITTED, replace=False))


def row_portions(n_rows: int) -> list[slice]:
    """Return the rows to look at together, so that no copy of a table is made."""
    starts = range(0, n_rows, _ROWS_AT_ONCE)
    return [slice(start, min(start + _ROWS_AT_ONCE, n_rows)) for start in starts]


class Measurements(Dataset[Batch]):
    """Rows of a table, scaled as they are taken, so that no copy of it is held.

    Parameters
    ----------
    values, sigma : ndarray, (n_objects, n_features)
        As of ``Scaler.apply``; memory maps of files may be larger than memory.
    scaler : Scaler
    """

    def __init__(
        self, values: FloatArray, sigma: FloatArray | None, scaler: Scaler
    ) -> None:
        self._values, self._sigma, self._scaler = values, sigma, scaler

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._values)

    def __getitem__(self, rows: Tensor) -> Batch:
        """Return the batch of these rows, by their numbers."""
        taken = rows.numpy()
        sigma = None if self._sigma is None else self._sigma[taken]
        return self._scaler.apply(self._values[taken], sigma)


def _robust_width(column: NDArray[np.float64]) -> float:
    """Return the interquartile width, else the standard deviation, else one."""
    lower, upper = np.percentile(column, [25.0, 75.0])
    for width in ((upper - lower) / _NORMAL_IQR, column.std()):
        # A spread below rounding noise is none: dividing by it would blow noise up.
        if width > 1e-9 * max(1.0, float(np.abs(column).max())):
            return float(width)
    return 1.0


def errors_of(values: FloatArray, sigma: ArrayLike | None) -> FloatArray | None:
    """Return standard errors as an array, checked against their values.

    Raises
    ------
    ShapeError
        If there is not one error for each value.
    ConfigError
        If an error is negative.
    """
    if sigma is None:
        return None
    errors: FloatArray = np.asarray(sigma)
    if errors.dtype.kind != "f":
        errors = errors.astype(np.float64)
    if errors.shape != values.shape:
        raise ShapeError(
            f"sigma has shape {errors.shape}, X has {values.shape}",
            "sigma",
            "Pass one standard error for each value.",
        )
    n_negative = sum(
        int(np.count_nonzero(errors[rows] < 0)) for rows in row_portions(len(errors))
    )
    if n_negative:
        raise ConfigError(
            f"{n_negative} standard errors are negative",
            "sigma",
            "Set unknown errors to NaN.",
        )
    return errors


def _check_features(values: FloatArray, n_features: int) -> None:
    if values.ndim != 2 or values.shape[1] != n_features:
        raise ShapeError(
            f"rows have shape {values.shape}, the model has {n_features} features",
            "X",
            "Pass the features in the order of the fit.",
        )
