"""A mock of four surveys: what DELVE, VHS, CatWISE and Gaia would list of sources.

Layer: beside checks and features. Everything follows from one seed, and everything it
makes says that it was simulated.
"""

from qsovae.simulation.mock import KNOWN_GAPS, SIM_VERSION, simulate, write_simulation
from qsovae.simulation.pairs import score_pairs
from qsovae.simulation.request import SimulationRequest
from qsovae.simulation.separate import simulate_separately, write_separately

__all__ = [
    "KNOWN_GAPS",
    "SIM_VERSION",
    "SimulationRequest",
    "score_pairs",
    "simulate",
    "simulate_separately",
    "write_separately",
    "write_simulation",
]
