"""What is asked of the simulator.

Within simulation: lowest.
"""

from dataclasses import dataclass

from qsovae.errors import ConfigError

MIXES = ("demo", "sky")


@dataclass(frozen=True)
class SimulationRequest:
    """What to simulate.

    Parameters
    ----------
    n_rows : int
        Rows that DELVE lists.
    seed : int
        The same request with the same seed gives the same table.
    mix : {"demo", "sky"}
        Shares of the classes among the sources drawn: enriched in quasars, or by number
        counts.
    label_bias : bool
        Whether spectra were taken of what spectroscopic surveys choose by its look,
        rather than by class and magnitude alone.

    Raises
    ------
    ConfigError
        If the number of rows, the seed or the mix cannot be.
    """

    n_rows: int
    seed: int
    mix: str = "demo"
    label_bias: bool = False

    def __post_init__(self) -> None:
        if self.n_rows < 1 or self.seed < 0 or self.mix not in MIXES:
            raise ConfigError(
                f"{self.n_rows} rows, seed {self.seed}, mix {self.mix!r}",
                "simulate",
                "Use at least one row, a seed of 0 or more, and the mix demo or sky.",
            )
