"""The mock catalog: sources observed tile by tile, in the combined-catalog columns.

Within simulation: highest.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qsovae.errors import ConfigError
from qsovae.simulation.tiles import observe_tile
from qsovae.tables import write_table

SIM_VERSION = "1"
KNOWN_GAPS = (
    "no broad-absorption or lensed quasars, no type-2 AGN, no carbon stars or compact "
    "post-starbursts, SED-to-filter mismatch up to 0.05 mag, W2 extrapolated at "
    "redshift < 0.4, no clustering"
)
_UNITS = {
    "ra_deg": "deg", "dec_deg": "deg", "gal_l_deg": "deg", "gal_b_deg": "deg",
    "epoch_jyr": "yr", "ebv_sfd": "mag", "pm_ra_masyr": "mas / yr",
    "pm_dec_masyr": "mas / yr", "pm_ra_masyr_err": "mas / yr",
    "pm_dec_masyr_err": "mas / yr", "parallax_mas": "mas", "parallax_mas_err": "mas",
}  # fmt: skip


def simulate(n_rows: int, seed: int, mix: str = "demo") -> pd.DataFrame:
    """Return a mock catalog of DELVE, VHS, CatWISE and Gaia, combined.

    Parameters
    ----------
    n_rows : int
        Rows of the catalog: sources detected at 5 sigma in r or i.
    seed : int
        The same seed gives the same table.
    mix : {"demo", "sky"}
        Shares of the classes among the sources drawn: ``DEMO_MIX``, or number counts.

    Returns
    -------
    DataFrame
        AB magnitudes not dereddened, NaN unless the band's status is ``ok``;
        ``class_true`` and ``z_true`` (a redshift) null where no spectrum was taken.

    Raises
    ------
    ConfigError
        If the number of rows or the mix cannot be.
    """
    check_request(n_rows, seed, mix)
    rng = np.random.default_rng(seed)
    tiles: list[pd.DataFrame] = []
    done = 0
    while done < n_rows:
        seen = observe_tile(mix, rng)
        tiles.append(seen.frame[seen.detected].head(n_rows - done))
        done += len(tiles[-1])
    table = pd.concat(tiles, ignore_index=True)
    table.insert(0, "object_id", np.arange(1, n_rows + 1, dtype=np.int64) + 10**12)
    table["is_simulated"] = True
    table["sim_version"] = SIM_VERSION
    return table


def check_request(n_rows: int, seed: int, mix: str) -> None:
    """Refuse a number of rows, a seed or a mix that cannot be.

    Raises
    ------
    ConfigError
        If so.
    """
    if n_rows < 1 or seed < 0 or mix not in ("demo", "sky"):
        raise ConfigError(
            f"{n_rows} rows, seed {seed}, mix {mix!r}",
            "simulate",
            "Use at least one row, a seed of 0 or more, and the mix demo or sky.",
        )


def write_simulation(
    path: Path | str, n_rows: int, seed: int, mix: str = "demo"
) -> None:
    """Write a mock catalog; its header says what it is."""
    table = simulate(n_rows, seed, mix)
    meta = simulation_meta(seed, mix)
    units = _UNITS | {
        c: "mag" for c in table.columns if c.endswith(("_mag_ab", "_mag_err"))
    }
    write_table(table, path, units=units, meta=meta)


def simulation_meta(seed: int, mix: str) -> dict[str, Any]:
    """Return what the header of a simulated file says of it."""
    return {
        "is_sim": True, "sim_ver": SIM_VERSION, "sim_seed": seed, "sim_mix": mix,
        "sim_gaps": KNOWN_GAPS,
    }  # fmt: skip
