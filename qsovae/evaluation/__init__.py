"""How well class probabilities match the spectroscopic classes.

Layer: beside runs and projection, above estimator. Takes arrays, gives scores; which
rows are test rows is the caller's business. What a row count leaves undefined is
None, never zero and never NaN.
"""

from qsovae.evaluation.scores import ClassScores, Scores
from qsovae.evaluation.scoring import score_by_morphology, score_predictions
from qsovae.evaluation.tables import confusion_table, scores_table

__all__ = [
    "ClassScores",
    "Scores",
    "confusion_table",
    "score_by_morphology",
    "score_predictions",
    "scores_table",
]
