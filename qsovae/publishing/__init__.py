"""A run's evaluation as others read it: a page, a table for a paper, a model card.

Layer: beside inference, above runs and evaluation. Takes what `evaluate_run` returns;
computes no score. The same run and scores give the same bytes.
"""

from qsovae.publishing.latex import scores_latex
from qsovae.publishing.page import evaluation_page, model_card, write_evaluation

__all__ = ["evaluation_page", "model_card", "scores_latex", "write_evaluation"]
