"""Neural peers with their library's tuned defaults; missing values are filled."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


class Filler:
    """Medians of training rows for what is missing, and columns that say what was.

    A column of which nothing was seen in training is left out.
    """

    def __init__(self, X: Floats) -> None:
        observed = np.isfinite(X)
        self.seen = observed.any(axis=0)
        self.patchy = self.seen & ~observed.all(axis=0)
        self.median = np.nanmedian(X[:, self.seen], axis=0)

    def filled(self, X: Floats) -> Floats:
        """Return the seen columns without gaps."""
        seen = X[:, self.seen]
        return np.where(np.isfinite(seen), seen, self.median)

    def with_gaps(self, X: Floats) -> Floats:
        """Return the filled columns, and one of 0 and 1 for each that has gaps."""
        return np.hstack([self.filled(X), ~np.isfinite(X[:, self.patchy])])


@dataclass(frozen=True)
class Network:
    """A classifier of pytabkit.

    Attributes
    ----------
    name : str
        Of its class.
    """

    name: str
    library: str = "pytabkit"

    def definition(self) -> list[Any]:
        """Return what its settings are, ready for JSON."""
        return [self.name, "n_cv=1", "median and indicators"]

    def fit(self, X: Floats, y: Codes, seed: int) -> "FilledNetwork":
        """Return it fitted, in one thread."""
        import pytabkit

        filler = Filler(X)
        model = getattr(pytabkit, self.name)(
            device="cpu", random_state=seed, n_cv=1, n_threads=1
        )
        model.fit(filler.with_gaps(X).astype(np.float32), y)
        return FilledNetwork(model, filler)


@dataclass(frozen=True)
class FilledNetwork:
    """A fitted network that fills what is missing first."""

    model: Any
    filler: Filler

    def predict_proba(self, X: Floats) -> Floats:
        """Return probabilities that sum to one, (n_rows, n_classes)."""
        rows = self.filler.with_gaps(X).astype(np.float32)
        shares = self.model.predict_proba(rows).astype(np.float64)
        return shares / shares.sum(axis=1, keepdims=True)
