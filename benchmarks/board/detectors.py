"""Outlier detectors of PyOD, on filled and standardised features."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler

from board.networks import Filler

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Detector:
    """A detector of PyOD with its defaults.

    Attributes
    ----------
    module, name : str
        Of its class.
    options : dict
    is_drawn : bool
        Whether it takes a seed.
    """

    module: str
    name: str
    options: dict[str, Any] = field(default_factory=dict)
    is_drawn: bool = False
    library: str = "pyod"

    def definition(self) -> list[Any]:
        """Return what its settings are, ready for JSON."""
        return [self.name, self.options, "median, standardised"]

    def strangeness(self, X: Floats, rows: Floats, seed: int) -> Floats:
        """Return how strange some rows are after fitting to others, higher stranger."""
        filler = Filler(X)
        scaler = StandardScaler().fit(filler.filled(X))
        seeded = {"random_state": seed} if self.is_drawn else {}
        detector = getattr(import_module(self.module), self.name)
        model = detector(**self.options, **seeded)
        model.fit(scaler.transform(filler.filled(X)))
        return model.decision_function(scaler.transform(filler.filled(rows)))


DETECTORS = {
    "isolation forest": Detector("pyod.models.iforest", "IForest", is_drawn=True),
    "LOF": Detector("pyod.models.lof", "LOF"),
    "kNN": Detector("pyod.models.knn", "KNN"),
}
