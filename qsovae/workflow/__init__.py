"""Whole steps of the journey, one core for command line, dashboard and Python.

Layer: above inference and baseline, below cli.
"""

from qsovae.workflow.evaluate import evaluate_run, test_rows
from qsovae.workflow.project import make_map, project_catalog
from qsovae.workflow.request import TrainRequest
from qsovae.workflow.score import PRIOR_KINDS, ScoredCatalog, score_catalog
from qsovae.workflow.train import train_run

__all__ = [
    "PRIOR_KINDS",
    "ScoredCatalog",
    "TrainRequest",
    "evaluate_run",
    "make_map",
    "project_catalog",
    "score_catalog",
    "test_rows",
    "train_run",
]
