"""The mock catalog: sources as observed, in the combined-catalog columns.

Within simulation: above rows.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qsovae.catalog import STATUSES
from qsovae.simulation.described import combined_columns
from qsovae.simulation.observed import observe
from qsovae.simulation.population import DEMO_MIX
from qsovae.simulation.reference import BAND_NAMES
from qsovae.simulation.request import SimulationRequest
from qsovae.simulation.rows import SPECTRUM, combined_rows
from qsovae.tables import TableWriter

SIM_VERSION = "2"
KNOWN_GAPS = (
    "no broad-absorption or lensed quasars, no type-2 AGN, no giants, no carbon stars "
    "or compact post-starbursts, hosts as every survey sees them alike, galaxies and "
    "stars from tables of colours, no clustering"
)
_FIRST_ID = 10**12 + 1


def simulate(
    n_rows: int, seed: int, mix: str = "demo", *, label_bias: bool = False
) -> pd.DataFrame:
    """Return a mock catalog of DELVE, VHS, CatWISE and Gaia, combined.

    Parameters
    ----------
    n_rows, seed, mix, label_bias
        As of ``SimulationRequest``.

    Returns
    -------
    DataFrame
        Sources detected at 5 sigma in r or i. AB magnitudes not dereddened, NaN unless
        the band's status is ``ok``; fluxes in nJy, NaN unless ``ok`` or ``nondetect``;
        ``class_true`` and ``z_true`` (a redshift) null where no spectrum was taken.

    Raises
    ------
    ConfigError
        If the number of rows, the seed or the mix cannot be.
    """
    request = SimulationRequest(n_rows, seed, mix, label_bias)
    return pd.concat(_portions(request), ignore_index=True)


def write_simulation(
    path: Path | str,
    n_rows: int,
    seed: int,
    mix: str = "demo",
    *,
    label_bias: bool = False,
) -> None:
    """Write a mock catalog portion by portion; its header says what it is.

    Raises
    ------
    ConfigError
        As ``simulate``.
    CatalogError
        If the suffix names no format that can be written, or the disk refuses.
    """
    request = SimulationRequest(n_rows, seed, mix, label_bias)
    described = combined_columns()
    widths = dict.fromkeys(
        (f"{band}_status" for band in BAND_NAMES), max(map(len, STATUSES))
    )
    writer = TableWriter(
        Path(path), n_rows,
        units={name: d.unit for name, d in described.items() if d.unit},
        ucds={name: d.ucd for name, d in described.items()},
        descriptions={name: d.about for name, d in described.items()},
        meta=simulation_meta(request),
        text_widths=widths | {
            "spread_band": 1, "class_true": max(map(len, DEMO_MIX)),
            "class_source": len(SPECTRUM),
        },
    )  # fmt: skip
    with writer:
        for portion in _portions(request):
            writer.append(portion)


def simulation_meta(request: SimulationRequest) -> dict[str, Any]:
    """Return what the header of a simulated file says of it."""
    return {
        "is_sim": True, "sim_ver": SIM_VERSION, "sim_seed": request.seed,
        "sim_mix": request.mix, "sim_bias": request.label_bias, "sim_gaps": KNOWN_GAPS,
    }  # fmt: skip


def _portions(request: SimulationRequest) -> Iterator[pd.DataFrame]:
    """Yield the rows that DELVE lists, some patches at a time."""
    done = 0
    for observed in observe(request, crowded=request.mix == "sky"):
        rows = combined_rows(observed)[observed.detected].head(request.n_rows - done)
        ids = np.arange(done, done + len(rows), dtype=np.int64) + _FIRST_ID
        rows.insert(0, "object_id", ids)
        rows["is_simulated"] = True
        rows["sim_version"] = SIM_VERSION
        done += len(rows)
        yield rows.reset_index(drop=True)
