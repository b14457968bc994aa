"""Whole steps of the journey, one core for command line, dashboard and Python.

Layer: above inference and baseline, below cli.
"""

from qsovae.workflow.areas import over_area
from qsovae.workflow.catalogs import own_catalog
from qsovae.workflow.cells import (
    baseline_rows,
    cell_objects,
    cell_seds,
    label_suspects,
    run_catalog,
)
from qsovae.workflow.details import evaluation_details
from qsovae.workflow.drivers import run_drivers
from qsovae.workflow.evaluate import (
    Evaluated,
    evaluate_rows,
    evaluate_run,
    full_report,
    test_rows,
)
from qsovae.workflow.mixes import SKY, sought_class
from qsovae.workflow.project import make_map, project_catalog
from qsovae.workflow.request import TrainRequest
from qsovae.workflow.resplit import evaluate_splits, split_results
from qsovae.workflow.rival_columns import parse_rival_columns
from qsovae.workflow.rivals import compare_rivals
from qsovae.workflow.rules import refuse_rule, rule_mask, save_rule
from qsovae.workflow.score import PRIOR_KINDS, ScoredCatalog, score_catalog
from qsovae.workflow.slices import evaluation_slices
from qsovae.workflow.slicing import Slicing, slicing_columns
from qsovae.workflow.train import train_run

__all__ = [
    "PRIOR_KINDS",
    "SKY",
    "Evaluated",
    "ScoredCatalog",
    "Slicing",
    "TrainRequest",
    "baseline_rows",
    "cell_objects",
    "cell_seds",
    "compare_rivals",
    "evaluate_rows",
    "evaluate_run",
    "evaluate_splits",
    "evaluation_details",
    "evaluation_slices",
    "full_report",
    "label_suspects",
    "make_map",
    "over_area",
    "own_catalog",
    "parse_rival_columns",
    "project_catalog",
    "refuse_rule",
    "rule_mask",
    "run_catalog",
    "run_drivers",
    "save_rule",
    "score_catalog",
    "slicing_columns",
    "sought_class",
    "split_results",
    "test_rows",
    "train_run",
]
