"""The mock as four tables, each as its survey writes it, and the truth behind them.

Within simulation: beside mock.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import BANDS, COMBINED_SURVEYS, SurveyDefinition
from qsovae.crossmatch import Floats, moved
from qsovae.simulation.mock import check_request, simulation_meta
from qsovae.simulation.sources import class_counts_per_deg2
from qsovae.simulation.tiles import ObservedTile, observe_tile
from qsovae.tables import write_table

TRUTH = "truth.parquet"
_EPOCH_JYR = 2018.0  # of the mock's own positions
# Scatter of positions an axis: DELVE's and VHS's release papers, Gaia's at its limit.
_SCATTER_ARCSEC = {"delve": 0.022, "vhs": 0.1, "gaia": 0.001}
_WISE_FWHM_ARCSEC, _WISE_FLOOR_ARCSEC = 6.1, 0.03
# Ids of each survey begin here: 64 bits that a float would spoil.
_FIRST_ID = {"delve": 10**12, "vhs": 4 * 10**14, "catwise": 10**15, "gaia": 4 * 10**18}


def simulate_separately(
    n_rows: int, seed: int, mix: str = "demo"
) -> dict[str, pd.DataFrame]:
    """Return a table a survey, and ``truth``: which rows are one source.

    Parameters
    ----------
    n_rows : int
        Rows of DELVE's table; the others list what they detect in the same sky, also
        where DELVE does not.
    seed, mix : int, str
        As of ``simulate``.

    Returns
    -------
    dict of DataFrame
        By survey, in its own columns, magnitude system, epoch and codes; rows in no
        order but DELVE's. ``truth`` has a line a source that any survey lists: its id
        in each, blank where not listed, class, redshift and true r magnitude.

    Raises
    ------
    ConfigError
        If the number of rows or the mix cannot be.
    """
    check_request(n_rows, seed, mix)
    rng = np.random.default_rng(seed)
    # Of its own, so that the sources are those of ``simulate``.
    scatter = np.random.default_rng([seed, 1])
    parts: list[dict[str, pd.DataFrame]] = []
    n_listed = n_sources = 0
    while n_listed < n_rows:
        tile = observe_tile(mix, rng)
        parts.append(_tile_tables(tile, n_sources, n_rows - n_listed, scatter))
        n_listed += len(parts[-1]["delve"])
        n_sources += len(tile.frame)
    tables = {
        key: pd.concat([part[key] for part in parts], ignore_index=True)
        for key in parts[0]
    }
    for key in tables:
        if key not in ("delve", "truth"):
            order = scatter.permutation(len(tables[key]))
            tables[key] = tables[key].iloc[order].reset_index(drop=True)
    return tables


def write_separately(
    folder: Path | str, n_rows: int, seed: int, mix: str = "demo"
) -> dict[str, int]:
    """Write ``delve.fits`` and so on, and ``truth.parquet``; return rows of each."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    meta = simulation_meta(seed, mix)
    rows = {}
    for key, table in simulate_separately(n_rows, seed, mix).items():
        name = TRUTH if key == "truth" else f"{key}.fits"
        write_table(table, folder / name, meta=meta)
        rows[name] = len(table)
    return rows


def _tile_tables(
    tile: ObservedTile, first: int, most: int, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Return each survey's rows of one tile, and the truth."""
    n = len(tile.frame)
    number = first + np.arange(n)
    ra, dec = _crowded(tile)
    tables: dict[str, pd.DataFrame] = {}
    ids: dict[str, Any] = {}
    for key, definition in COMBINED_SURVEYS.items():
        listed = _listed(tile, definition)
        if key == "delve":
            listed &= np.cumsum(listed) <= most
        years = definition.epoch_jyr - _EPOCH_JYR
        m = tile.motions
        place = moved(ra, dec, m.true_pm_ra, m.true_pm_dec, years)
        table = _survey_columns(tile, definition, _FIRST_ID[key] + number)
        table |= _measured_place(place, _position_errors(tile, key), definition, rng)
        tables[key] = pd.DataFrame(table)[listed]
        ids[f"{key}_id"] = np.where(listed, _FIRST_ID[key] + number, -1)
    frame = pd.DataFrame(ids).replace(-1, pd.NA).astype("Int64")
    frame["class_true"] = tile.sources.kind
    frame["z_true"] = tile.sources.redshift
    frame["r_true_mag_ab"] = tile.sources.magnitudes[:, 1].astype(np.float32)
    tables["truth"] = frame[frame[list(ids)].notna().any(axis=1)]
    return tables


def _crowded(tile: ObservedTile) -> tuple[Floats, Floats]:
    """Return positions drawn together until sources are as dense as on the sky."""
    ra = tile.frame["ra_deg"].to_numpy(dtype=np.float64)
    dec = tile.frame["dec_deg"].to_numpy(dtype=np.float64)
    latitude = float(tile.frame["gal_b_deg"].iloc[0])
    per_deg2 = sum(class_counts_per_deg2(latitude).values())
    shrink = np.sqrt(len(ra) / per_deg2)  # the tile is a degree wide
    middle_dec = np.median(dec)
    middle_ra = ra[np.argmin(np.abs(dec - middle_dec))]
    from_middle = (ra - middle_ra + 180.0) % 360.0 - 180.0
    return (middle_ra + shrink * from_middle) % 360.0, (
        middle_dec + shrink * (dec - middle_dec)
    )


def _listed(tile: ObservedTile, definition: SurveyDefinition) -> NDArray[np.bool_]:
    """Return which sources a survey lists."""
    if definition.key == "delve":
        return tile.detected.copy()
    bands = ["gaia_g"] if definition.key == "gaia" else definition.bands
    statuses = tile.frame[[f"{band}_status" for band in bands]]
    is_seen = (statuses == "ok").any(axis="columns")
    listed: NDArray[np.bool_] = is_seen.to_numpy(dtype=bool)
    return listed


def _position_errors(tile: ObservedTile, key: str) -> Floats:
    """Return the scatter of a survey's positions, arcsec an axis."""
    if key != "catwise":
        return np.full(len(tile.frame), _SCATTER_ARCSEC[key])
    errors = tile.frame[["w1_mag_err", "w2_mag_err"]].min(axis="columns")
    snr = 1.0857 / errors.to_numpy(dtype=np.float64)
    centroid = _WISE_FWHM_ARCSEC / 2.355 / snr
    scatter: Floats = np.hypot(np.nan_to_num(centroid, nan=1.0), _WISE_FLOOR_ARCSEC)
    return scatter


def _measured_place(
    place: tuple[Floats, Floats],
    sigma_arcsec: Floats,
    definition: SurveyDefinition,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return positions as measured, under the survey's names."""
    ra, dec = place
    east, north = rng.normal(size=(2, len(ra))) * sigma_arcsec / 3600.0
    names = definition.writes
    return {
        names["ra"]: (ra + east / np.cos(np.radians(dec))) % 360.0,
        names["dec"]: np.clip(dec + north, -90.0, 90.0),
    }


def _survey_columns(
    tile: ObservedTile, definition: SurveyDefinition, ids: np.ndarray
) -> dict[str, Any]:
    """Return ids, photometry and the rest under the survey's names."""
    frame, names = tile.frame, definition.writes
    columns: dict[str, Any] = {names["id"]: ids.astype(np.int64)}
    for band in (b for b in definition.bands if f"{b}_mag_ab" in frame):
        is_vega = definition.key != "delve"
        shift = BANDS[band].ab_minus_vega if is_vega else 0.0
        magnitude = frame[f"{band}_mag_ab"].to_numpy(dtype=np.float64) - shift
        error = frame[f"{band}_mag_err"].to_numpy(dtype=np.float64)
        known = np.isfinite(magnitude)
        written = {"magnitude": (names["magnitude"], magnitude)}
        if definition.snr is not None:
            written["error"] = (definition.snr, 1.0857 / error)
        else:
            written["error"] = (names["error"], error)
        for pattern, values in written.values():
            columns[definition.spelt(pattern, band)] = np.where(
                known, values, names["missing"]
            ).astype(np.float32)
    return columns | _other_columns(tile, definition.key)


def _other_columns(tile: ObservedTile, key: str) -> dict[str, Any]:
    """Return what a survey lists beside photometry."""
    frame = tile.frame
    if key == "delve":
        taken = {
            "spread_model_i": "spread_model", "spreaderr_model_i": "spread_model_err",
            "ext_coadd": "ext_class", "class_true": "class_true", "z_true": "z_true",
            "ebv_sfd": "ebv_sfd",
        }  # fmt: skip
    elif key == "gaia":
        taken = {
            "pmra": "pm_ra_masyr", "pmra_error": "pm_ra_masyr_err",
            "pmdec": "pm_dec_masyr", "pmdec_error": "pm_dec_masyr_err",
            "parallax": "parallax_mas", "parallax_error": "parallax_mas_err",
        }  # fmt: skip
    elif key == "vhs":
        extended = frame["ext_class"] >= 2
        return {"mergedclass": np.where(extended, 1, -1).astype(np.int16)}
    else:
        taken = {}
    return {name: frame[source].to_numpy() for name, source in taken.items()}
