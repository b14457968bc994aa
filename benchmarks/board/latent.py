"""What the classifier's latent space is worth, beside its classes."""

from typing import Any

import numpy as np
from sklearn.metrics import silhouette_score
from sklearn.neighbors import KNeighborsClassifier

from board.request import Request
from board.sets import Floats

_NEIGHBOURS = 15
_ACTIVE = 0.01  # variance of the posterior means over rows


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
    pulls, inside = told(model, sample.x_test, sigma)
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


def told(model: Any, X: Floats, sigma: Floats | None) -> tuple[Floats, Floats]:
    """Return pulls of the values, and whether each lies in its 68 % interval.

    Both are (n_rows, n_features), NaN where unobserved.
    """
    known = (
        0.0
        if sigma is None
        else np.where(np.isfinite(sigma), sigma, model.scaler_.typical_sigma)
    )
    spread = np.hypot(model.reconstruction_std(X, sigma), known)
    pulls = (X - model.reconstruct(X, sigma)) / spread
    return pulls, np.where(np.isfinite(pulls), np.abs(pulls) < 1.0, np.nan)
