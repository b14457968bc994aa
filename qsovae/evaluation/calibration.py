"""How far probabilities can be taken at their word, and how to mend them.

Within evaluation: above predictions and intervals.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from qsovae.errors import InputError
from qsovae.evaluation.intervals import share_interval
from qsovae.evaluation.predictions import Predictions

Floats = NDArray[np.float64]

N_BINS = 15
# Bounds on the temperature's logarithm: beyond them nothing but 0, 1 or even shares.
_LOG_TEMPERATURES = (-3.0, 3.0)
_N_PERTURBED = 200


def reliability_table(
    predictions: Predictions, name: str, n_bins: int = N_BINS
) -> pd.DataFrame:
    """Return how often a class is true where its probability is about so much.

    Bins hold about equal numbers of rows; rows of one probability are in one bin.

    Parameters
    ----------
    predictions : Predictions
    name : str
        The class.
    n_bins : int

    Returns
    -------
    DataFrame
        One line a bin, rising: ``probability`` (mean), ``share`` (of rows that are of
        the class), ``share_low`` and ``share_high`` (Wilson, 95 %), ``rows``.
    """
    k = predictions.classes.index(name)
    probability, is_class = predictions.probabilities[:, k], predictions.true == k
    bins = _equal_mass_bins(probability, n_bins)
    rows = np.bincount(bins)
    filled = rows > 0
    rows = rows[filled]
    hits = np.bincount(bins, is_class)[filled]
    low, high = share_interval(hits.astype(np.int64), rows)
    return pd.DataFrame({
        "probability": np.bincount(bins, probability)[filled] / rows,
        "share": hits / rows, "share_low": low, "share_high": high, "rows": rows,
    })  # fmt: skip


def _equal_mass_bins(probability: Floats, n_bins: int) -> NDArray[np.int64]:
    """Return the bin of each row."""
    if not probability.size:
        return np.zeros(0, dtype=np.int64)
    shares = np.arange(1, n_bins) / n_bins
    edges = np.unique(np.quantile(probability, shares, method="inverted_cdf"))
    return np.searchsorted(edges, probability, side="left")


def calibration_error(
    predictions: Predictions, name: str, n_bins: int = N_BINS
) -> float:
    """Return the expected calibration error of a class, without what chance adds.

    The mean distance of probability and share over bins of equal mass is too large by
    what shares scatter for want of rows. That scatter is drawn and taken off; the
    result is not below zero. NaN without rows.

    References
    ----------
    Kumar, Liang & Ma 2019, NeurIPS (equal mass, and the debiased estimate).
    """
    table = reliability_table(predictions, name, n_bins)
    if table.empty:
        return float("nan")
    weight = table["rows"].to_numpy(np.float64) / table["rows"].sum()
    probability, share = table["probability"].to_numpy(), table["share"].to_numpy()
    plain = float(weight @ np.abs(probability - share))
    scatter = np.sqrt(share * (1.0 - share) / table["rows"].to_numpy(np.float64))
    noise = np.random.default_rng(0).normal(size=(_N_PERTURBED, len(table)))
    perturbed = np.abs(probability - share - scatter * noise) @ weight
    return max(0.0, 2.0 * plain - float(perturbed.mean()))


@dataclass(frozen=True)
class Temperature:
    """A power that probabilities are raised to, and scaled to sum to one again.

    Above 1 it makes them more even, below 1 surer; the most probable class stays.

    References
    ----------
    Guo, Pleiss, Sun & Weinberger 2017, ICML.
    """

    value: float

    @classmethod
    def fit(cls, predictions: Predictions) -> "Temperature":
        """Return the temperature at which the rows' log loss is least.

        Parameters
        ----------
        predictions : Predictions
            Of rows that neither trained nor test: those of validation.

        Raises
        ------
        InputError
            If there is no row.
        """
        if not predictions.true.size:
            raise InputError(
                "there is no labelled row to calibrate by",
                "Temperature.fit",
                "Pass the validation rows.",
            )
        logits, rows = np.log(predictions.clipped()), np.arange(predictions.true.size)

        def loss(log_temperature: float) -> float:
            scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
            return float(-scaled[rows, predictions.true].mean())

        found = minimize_scalar(loss, bounds=_LOG_TEMPERATURES, method="bounded")
        return cls(float(np.exp(found.x)))

    def apply(self, predictions: Predictions) -> Predictions:
        """Return the rows with their probabilities at this temperature."""
        scaled = log_softmax(np.log(predictions.clipped()) / self.value, axis=1)
        return Predictions(predictions.true, np.exp(scaled), predictions.classes)
