"""The class mix of some rows: stated, or estimated from their probabilities.

Layer: beside batch. Takes probabilities and shares of classes as arrays; what a model,
a run or a catalog is, it does not know.
"""

from qsovae.class_mix.mixes import (
    ClassMix,
    class_mix,
    estimate_class_mix,
    is_estimate,
    stated_mix,
    with_class_mix,
)
from qsovae.class_mix.priors import ESTIMATE, Prior, parse_prior

__all__ = [
    "ESTIMATE",
    "ClassMix",
    "Prior",
    "class_mix",
    "estimate_class_mix",
    "is_estimate",
    "parse_prior",
    "stated_mix",
    "with_class_mix",
]
