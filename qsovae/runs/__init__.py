"""A run is a folder: written whole or not at all, opened only if nothing disagrees.

Layer: above estimator and features, below inference.
"""

from qsovae.runs.layout import read_json_lines
from qsovae.runs.listing import RunListing, is_alive, list_runs, runs_folder
from qsovae.runs.rules import (
    RuleListing,
    SelectionRule,
    delete_rule,
    list_rules,
    open_rule,
    refuse_foreign,
    refuse_taken,
    weights_digest,
    write_rule,
)
from qsovae.runs.run import Run, open_run
from qsovae.runs.watched import Watched, now_utc
from qsovae.runs.writer import RunWriter, add_map

__all__ = [
    "RuleListing",
    "Run",
    "RunListing",
    "RunWriter",
    "SelectionRule",
    "Watched",
    "add_map",
    "delete_rule",
    "is_alive",
    "list_rules",
    "list_runs",
    "now_utc",
    "open_rule",
    "open_run",
    "read_json_lines",
    "refuse_foreign",
    "refuse_taken",
    "runs_folder",
    "weights_digest",
    "write_rule",
]
