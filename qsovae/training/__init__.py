"""The training loop: yields one report an epoch; owns no files.

Layer: above model, below estimator. What was learnt stays usable whenever the caller
stops asking for epochs.
"""

from qsovae.training.portions import hide_features
from qsovae.training.reports import EpochReport, LossTerms, Plan
from qsovae.training.trainer import Trainer

__all__ = ["EpochReport", "LossTerms", "Plan", "Trainer", "hide_features"]
