"""A run is a folder: written whole or not at all, opened only if nothing disagrees.

Layer: above estimator and features, below inference.
"""

from qsovae.runs.layout import read_json_lines
from qsovae.runs.listing import RunListing, is_alive, list_runs, runs_folder
from qsovae.runs.run import Run, open_run
from qsovae.runs.watched import Watched
from qsovae.runs.writer import RunWriter, add_map

__all__ = [
    "Run",
    "RunListing",
    "RunWriter",
    "Watched",
    "add_map",
    "is_alive",
    "list_runs",
    "open_run",
    "read_json_lines",
    "runs_folder",
]
