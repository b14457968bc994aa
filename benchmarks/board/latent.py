"""What the classifier's latent space is worth, beside its classes."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from board.request import Request
from board.sets import Floats
from qsovae.batch import Batch

_NEIGHBOURS = 15
_ACTIVE = 0.01  # variance of the posterior means over rows
_DRAWS = 64
_CHUNK = 1024


def latent(request: Request) -> dict[str, Any]:
    """Return how classes lie in the latent space, and how well it tells the values."""
    sample, has_errors = request.sample, request.board.has_errors
    fitted = request.with_sigma if has_errors else request.plain.fitted
    model = fitted.model
    sigma_train = sample.sigma_train if has_errors else None
    sigma = sample.sigma_test if has_errors else None
    trained = model.transform(sample.x_train, sigma_train)
    tested = model.transform(sample.x_test, sigma)
    neighbours = KNeighborsClassifier(_NEIGHBOURS, n_jobs=1)
    right = neighbours.fit(trained, sample.y_train).score(tested, sample.y_test)
    predicted = fitted.probabilities(sample.x_test, sigma).argmax(axis=1)
    pulls, inside = told(model, sample.x_test, sigma, request.repeat)
    return {
        "scores": {
            "silhouette": float(silhouette_score(tested, sample.y_test)),
            "knn_minus_classifier": float(right - (predicted == sample.y_test).mean()),
            "active_dimensions": int((trained.var(axis=0) > _ACTIVE).sum()),
            "chi2_median": float(np.nanmedian(pulls**2)),
            "chi2_mean": float(np.nanmean(pulls**2)),
            "coverage_68": float(np.nanmean(inside)),
        },
        "features": {
            name: _of_feature(pulls[:, i], inside[:, i])
            for i, name in enumerate(sample.names)
            if np.isfinite(pulls[:, i]).any()
        },
    }


def _of_feature(pulls: Floats, inside: Floats) -> dict[str, float]:
    """Return the statistics of one feature."""
    return {
        "chi2_median": float(np.nanmedian(pulls**2)),
        "chi2_mean": float(np.nanmean(pulls**2)),
        "coverage_68": float(np.nanmean(inside)),
    }


def told(
    model: Any, X: Floats, sigma: Floats | None, seed: int
) -> tuple[Floats, Floats]:
    """Return pulls of the values, and whether each lies in its 68 % interval.

    Both are (n_rows, n_features), NaN where unobserved.
    """
    generator = torch.Generator().manual_seed(seed)
    batch = model.scaler_.apply(X, sigma)
    parts = []
    with torch.inference_mode():
        for rows in torch.arange(len(X)).split(_CHUNK):
            parts.append(_told(model.network_, batch.take(rows), generator))
    pulls, inside = (torch.cat(part).numpy() for part in zip(*parts, strict=True))
    return _observed(pulls, batch), _observed(inside, batch)


def _told(
    network: Any, batch: Batch, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return pulls from the predictive mean, and 1 in the 68 % interval, else 0."""
    mean, log_variance = network.encode(batch)
    sigma = torch.where(batch.observed, batch.sigma, 0.0)
    draws = torch.randn((_DRAWS, *mean.shape), generator=generator)
    decoded = network.decode(mean + draws * (0.5 * log_variance).exp())
    spread = (sigma.square() + decoded.variance).sqrt()
    noise = torch.randn(spread.shape, generator=generator)
    levels = torch.tensor([0.16, 0.84])
    low, high = torch.quantile(decoded.mean + noise * spread, levels, dim=0)
    inside = (batch.values >= low) & (batch.values <= high)
    total = (decoded.mean.var(dim=0) + spread.square().mean(dim=0)).sqrt()
    return (batch.values - decoded.mean.mean(dim=0)) / total, inside.float()


def _observed(values: NDArray[np.float32], batch: Batch) -> Floats:
    """Return values where something was observed, NaN elsewhere."""
    return np.where(batch.observed.numpy(), values, np.nan).astype(np.float64)
