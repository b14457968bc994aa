"""The methods by name, each fitted to features and class numbers in one thread.

Their libraries are imported when a method is first fitted.
"""

import json
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import qsovae
from board.cache import digest, model_version
from board.detectors import DETECTORS, Detector
from board.networks import Network
from board.search import Tree
from board.trees import TREES

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

NETWORKS = {
    "RealMLP": Network("RealMLP_TD_Classifier"),
    "TabM": Network("TabM_D_Classifier"),
}
METHODS = ("VAE", *TREES, *NETWORKS, *DETECTORS)


class Fitted(NamedTuple):
    """A fitted method, the settings that its search chose, and how it takes errors.

    Attributes
    ----------
    model
        Gives a probability for each class number.
    settings : dict
    takes_sigma : bool
        Whether errors are an argument of its own; else they are further columns.
    """

    model: Any
    settings: dict[str, Any]
    takes_sigma: bool = False

    def probabilities(self, X: Floats, sigma: Floats | None = None) -> Floats:
        """Return probabilities, (n_rows, n_classes)."""
        if self.takes_sigma:
            return self.model.predict_proba(X, sigma).astype(np.float64)
        return self.model.predict_proba(_beside(X, sigma))


def fit(
    method: str, X: Floats, y: Codes, seed: int,
    settings: dict[str, Any] | None = None, sigma: Floats | None = None,
) -> Fitted:  # fmt: skip
    """Fit a method; trees search their settings unless these are given."""
    if method == "VAE":
        model = qsovae.VAEClassifier(random_state=seed).fit(X, y, sigma=sigma)
        return Fitted(model, {}, takes_sigma=True)
    X = _beside(X, sigma)
    if method in NETWORKS:
        return Fitted(NETWORKS[method].fit(X, y, seed), {})
    tree = TREES[method]
    chosen = tree.search(X, y, seed) if settings is None else settings
    return Fitted(tree.fit(chosen, X, y, seed), chosen)


def _beside(X: Floats, sigma: Floats | None) -> Floats:
    """Return features, and errors as further columns where there are any."""
    return X if sigma is None else np.hstack([X, sigma])


def fit_few(method: str, X: Floats, y: Codes, seed: int) -> Fitted:
    """Fit a method where few rows have a class, -1 elsewhere."""
    if method == "VAE":
        return fit(method, X, y, seed)
    labelled = y >= 0
    return fit(method, X[labelled], y[labelled], seed, TREES[method].few)


def method_version(method: str) -> str:
    """Return what makes a measurement of a method stale when it changes."""
    if method == "VAE":
        return model_version()
    peer: Tree | Network | Detector = (TREES | NETWORKS | DETECTORS)[method]
    definition = json.dumps(peer.definition())
    return f"{peer.library} {version(peer.library)}, {digest([definition])}"
