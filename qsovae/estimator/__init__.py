"""VAEClassifier: model and training behind scikit-learn's interface.

Layer: above training. Knows arrays, not astronomy: the catalog layer makes X and sigma.
"""

from qsovae.estimator.classifier import VAEClassifier
from qsovae.estimator.deciding import decide, refuse_abstention
from qsovae.estimator.inferring import Inference
from qsovae.estimator.saving import SAVED_FILES
from qsovae.estimator.uncertainty import Uncertainty

__all__ = [
    "SAVED_FILES",
    "Inference",
    "Uncertainty",
    "VAEClassifier",
    "decide",
    "refuse_abstention",
]
