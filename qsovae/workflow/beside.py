"""What a report tells beside the scores when it is asked for.

Within workflow: above drivers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from qsovae.runs import Run
from qsovae.workflow.drivers import MOST_ROWS, N_REPEATS


@dataclass(frozen=True)
class Beside:
    """What a report tells beside the scores: nothing, unless it is asked for.

    Attributes
    ----------
    area_deg2 : float or None
        Over how many square degrees samples are counted, as of ``over_area``.
    runs, cuts, columns : tuple of Run, bool, mapping or None
        Rivals, as of ``compare_rivals``.
    drivers : bool
        Whether to find what drives the run.
    driver_rows, n_repeats : int
        As of ``run_drivers``.
    """

    area_deg2: float | None = None
    runs: tuple[Run, ...] = ()
    cuts: bool = False
    columns: Mapping[str, str] | None = None
    drivers: bool = False
    driver_rows: int = MOST_ROWS
    n_repeats: int = N_REPEATS

    @property
    def has_rivals(self) -> bool:
        """Whether any rival is asked for."""
        return bool(self.runs or self.cuts or self.columns)

    def words(self) -> list[str]:
        """Return the options of ``qsovae evaluate`` that ask for the same."""
        words: list[str] = []
        if self.area_deg2 is not None:
            words += ["--area", f"{self.area_deg2:.15g}"]
        if self.runs:
            words += ["--against", *(run.name for run in self.runs)]
        if self.cuts:
            words.append("--against-cuts")
        if self.columns:
            pairs = (f"{name}={column}" for name, column in self.columns.items())
            words += ["--against-columns", ",".join(pairs)]
        if self.drivers:
            words += ["--drivers", "--driver-rows", str(self.driver_rows)]
            words += ["--repeats", str(self.n_repeats)]
        return words
