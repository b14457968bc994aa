from .mock import KNOWN_GAPS as KNOWN_GAPS
from .mock import SIM_VERSION as SIM_VERSION
from .mock import simulate as simulate
from .mock import write_simulation as write_simulation
from .pairs import score_pairs as score_pairs
from .request import SimulationRequest as SimulationRequest
from .separate import simulate_separately as simulate_separately
from .separate import write_separately as write_separately
