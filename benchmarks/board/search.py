"""Trees and their search: a few configurations, judged on rows kept back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from board.scores import log_loss

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Settings = dict[str, Any]

# The library's own defaults, and as many drawn as make this number.
CONFIGURATIONS = 8
FRACTION = 0.2
# Boosting stops when so many rounds brought nothing.
MOST_ROUNDS, PATIENCE = 2000, 50
_SEED = 20


class Inner:
    """Training rows split once more: one part fits, the other judges."""

    def __init__(self, X: Floats, y: Codes, seed: int) -> None:
        self.X, self.X_judge, self.y, self.y_judge = train_test_split(
            X, y, test_size=FRACTION, stratify=y, random_state=seed
        )


class Forest:
    """A fitted estimator that never sees the columns without any training value."""

    def __init__(self, estimator: Any, X: Floats) -> None:
        self.estimator, self._seen = estimator, np.isfinite(X).any(axis=0)

    def fit(self, X: Floats, y: Codes, **options: Any) -> "Forest":
        """Fit to the columns that have values, and return itself."""
        self.estimator.fit(X[:, self._seen], y, **options)
        return self

    def seen(self, X: Floats) -> Floats:
        """Return the columns that it sees."""
        return X[:, self._seen]

    def predict_proba(self, X: Floats) -> Floats:
        """Return probabilities that sum to one, (n_rows, n_classes)."""
        shares = self.estimator.predict_proba(self.seen(X)).astype(np.float64)
        return shares / shares.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Tree:
    """A tree method, its search and its settings for few labels.

    Attributes
    ----------
    library : str
        Whose version counts.
    build : callable
        Takes settings and a seed, returns an estimator.
    default, space, few : dict
        The first configuration; ranges to draw the others from, a list of choices or
        (low, high) on a logarithmic scale; settings for few labels.
    stop : callable, optional
        Fits with early stopping to an ``Inner``; returns the best number of rounds.
    rounds : str
        The setting that the number of rounds goes into.
    """

    library: str
    build: Callable[[Settings, int], Any]
    default: Settings
    space: dict[str, list[Any] | tuple[float, float]]
    few: Settings
    stop: Callable[[Forest, Inner], int] | None = None
    rounds: str = "n_estimators"

    def definition(self) -> list[Any]:
        """Return what the search is, ready for JSON."""
        searched = [FRACTION, MOST_ROUNDS, PATIENCE, self.rounds]
        return [self.configurations(), searched, self.few]

    def configurations(self) -> list[Settings]:
        """Return the configurations to try, the same for all sets."""
        rng = np.random.default_rng(_SEED)
        drawn = [
            {name: _draw(choices, rng) for name, choices in self.space.items()}
            for _ in range(CONFIGURATIONS - 1)
        ]
        return [self.default, *(self.default | settings for settings in drawn)]

    def search(self, X: Floats, y: Codes, seed: int) -> Settings:
        """Return the configuration with the least log loss on rows kept back."""
        inner = Inner(X, y, seed)
        tried = [self._try(settings, inner, seed) for settings in self.configurations()]
        return min(tried, key=lambda one: one[0])[1]

    def _try(
        self, settings: Settings, inner: Inner, seed: int
    ) -> tuple[float, Settings]:
        """Return the log loss of a configuration, and it with its number of rounds."""
        if self.stop is None:
            forest = self.fit(settings, inner.X, inner.y, seed)
        else:
            forest = Forest(self.build(settings, seed), inner.X)
            settings = settings | {self.rounds: self.stop(forest, inner)}
        return log_loss(inner.y_judge, forest.predict_proba(inner.X_judge)), settings

    def fit(self, settings: Settings, X: Floats, y: Codes, seed: int) -> Forest:
        """Return the method fitted to all rows."""
        return Forest(self.build(settings, seed), X).fit(X, y)


def _draw(choices: list[Any] | tuple[float, float], rng: np.random.Generator) -> Any:
    if isinstance(choices, list):
        return choices[rng.integers(len(choices))]
    low, high = np.log(choices)
    return float(f"{np.exp(rng.uniform(low, high)):.3g}")
