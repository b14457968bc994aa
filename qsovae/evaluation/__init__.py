"""How well class probabilities match the spectroscopic classes.

Layer: beside runs and projection, above estimator. Takes arrays, gives scores; which
rows are test rows is the caller's business. What a row count leaves undefined is
None, never zero and never NaN.
"""

from qsovae.evaluation.calibration import (
    Temperature,
    calibration_error,
    reliability_table,
)
from qsovae.evaluation.curve_tables import curve_table
from qsovae.evaluation.curves import exact_areas
from qsovae.evaluation.importance import Dependence
from qsovae.evaluation.intervals import Interval, resampled_intervals, share_interval
from qsovae.evaluation.measures import matthews
from qsovae.evaluation.predictions import Predictions
from qsovae.evaluation.ranking import top_table
from qsovae.evaluation.rivals import (
    Difference,
    McNemar,
    decided,
    differences,
    mcnemar,
    mean_differences,
    sample_differences,
)
from qsovae.evaluation.scores import ClassScores, Scores, defined
from qsovae.evaluation.scoring import (
    score,
    score_by_morphology,
    score_predictions,
)
from qsovae.evaluation.seds import mean_sed
from qsovae.evaluation.sky import DEFAULT_LIMIT, SkyMix, is_quasar, sky_mix
from qsovae.evaluation.slice_finder import (
    FEWEST_FOUND,
    WorstSlices,
    worst_slices,
)
from qsovae.evaluation.slices import FEWEST_ROWS, SliceColumn, slice_table
from qsovae.evaluation.suspects import LabelDoubts, label_doubts
from qsovae.evaluation.tables import confusion_table, scores_table
from qsovae.evaluation.thresholds import threshold_table

__all__ = [
    "DEFAULT_LIMIT",
    "FEWEST_FOUND",
    "FEWEST_ROWS",
    "ClassScores",
    "Dependence",
    "Difference",
    "Interval",
    "LabelDoubts",
    "McNemar",
    "Predictions",
    "Scores",
    "SkyMix",
    "SliceColumn",
    "Temperature",
    "WorstSlices",
    "calibration_error",
    "confusion_table",
    "curve_table",
    "decided",
    "defined",
    "differences",
    "exact_areas",
    "is_quasar",
    "label_doubts",
    "matthews",
    "mcnemar",
    "mean_differences",
    "mean_sed",
    "reliability_table",
    "resampled_intervals",
    "sample_differences",
    "score",
    "score_by_morphology",
    "score_predictions",
    "scores_table",
    "share_interval",
    "sky_mix",
    "slice_table",
    "threshold_table",
    "top_table",
    "worst_slices",
]
