"""The mock as four tables, each as its survey writes it, and the truth behind them.

Within simulation: above mock and survey_columns.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.bands import COMBINED_SURVEYS, SurveyDefinition
from qsovae.catalog import OK
from qsovae.crossmatch import Floats, moved
from qsovae.simulation import observing
from qsovae.simulation.described import Description
from qsovae.simulation.mock import simulation_meta
from qsovae.simulation.observed import Observed, observe, observe_crowd
from qsovae.simulation.reference import WISE
from qsovae.simulation.request import SimulationRequest
from qsovae.simulation.rows import EPOCH_JYR
from qsovae.simulation.survey_columns import Columns, SurveyColumn, survey_columns
from qsovae.tables import TableWriter

TRUTH = "truth.parquet"
# Scatter of positions an axis: DELVE's and VHS's release papers, Gaia's at its limit.
_SCATTER_ARCSEC = {"delve": 0.022, "vhs": 0.1, "gaia": 0.001}
_WISE_FWHM_ARCSEC, _WISE_FLOOR_ARCSEC = 6.1, 0.03
# Ids of each survey begin here: 64 bits that a float would spoil.
_FIRST_ID = {"delve": 10**12, "vhs": 4 * 10**14, "catwise": 10**15, "gaia": 4 * 10**18}
_TRUTH_ABOUT = {
    "class_true": Description("", "src.class", "what the source is"),
    "z_true": Description("", "src.redshift", "its redshift; missing for stars"),
    "r_true_mag_ab": Description("mag", "phot.mag;em.opt.R", "its r, AB, without dust"),
}


@dataclass(frozen=True)
class _Table:
    """A table with what is said of its columns."""

    frame: pd.DataFrame
    about: dict[str, Description]


def simulate_separately(
    n_rows: int, seed: int, mix: str = "demo", *, label_bias: bool = False
) -> dict[str, pd.DataFrame]:
    """Return a table a survey, and ``truth``: which rows are one source.

    Sources are as dense as on the sky, and leak into each other's WISE beams.

    Parameters
    ----------
    n_rows, seed, mix, label_bias
        As of ``SimulationRequest``. The other surveys list what they detect in the sky
        that DELVE's rows are from, also where DELVE does not.

    Returns
    -------
    dict of DataFrame
        By survey, in its own columns, magnitude system, epoch and codes; rows in no
        order but DELVE's. ``truth`` has a line a source that any survey lists: its id
        in each, blank where not listed, class, redshift and true r magnitude. In
        CatWISE a source within 3 arcsec of a brighter one shares that one's row.

    Raises
    ------
    ConfigError
        If the number of rows, the seed or the mix cannot be.
    """
    request = SimulationRequest(n_rows, seed, mix, label_bias)
    return {key: table.frame for key, table in _tables(request).items()}


def write_separately(
    folder: Path | str,
    n_rows: int,
    seed: int,
    mix: str = "demo",
    *,
    label_bias: bool = False,
) -> dict[str, int]:
    """Write ``delve.fits`` and so on, and ``truth.parquet``; return rows of each.

    Raises
    ------
    ConfigError
        As ``simulate_separately``.
    CatalogError
        If the disk refuses.
    """
    folder = Path(folder)
    request = SimulationRequest(n_rows, seed, mix, label_bias)
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for key, table in _tables(request).items():
        name = TRUTH if key == "truth" else f"{key}.fits"
        rows[name] = len(table.frame)
        writer = TableWriter(
            folder / name, rows[name],
            units={name: d.unit for name, d in table.about.items() if d.unit},
            ucds={name: d.ucd for name, d in table.about.items()},
            descriptions={name: d.about for name, d in table.about.items()},
            meta=simulation_meta(request), text_widths={},
        )  # fmt: skip
        with writer:
            writer.append(table.frame)
    return rows


def _tables(request: SimulationRequest) -> dict[str, _Table]:
    """Return the table of each survey, and the truth."""
    # Of its own, so that the sources are those of ``simulate``.
    rng = np.random.default_rng([request.seed, 1])
    parts: list[dict[str, _Table]] = []
    n_listed = n_sources = 0
    for observed in observe(request, crowded=True):
        most = request.n_rows - n_listed
        parts.append(_portion(observed, n_sources, most, rng))
        n_listed += len(parts[-1]["delve"].frame)
        n_sources += len(observed.detected)
        if observed.scene.crowd is not None:
            crowd = observe_crowd(observed.scene.crowd, rng)
            parts.append(_portion(crowd, n_sources, 0, rng))
            n_sources += len(crowd.detected)
    tables = {}
    for key in parts[0]:
        first = parts[0][key]
        # Parts without rows know no types.
        frames = [part[key].frame for part in parts if len(part[key].frame)]
        frame = pd.concat(frames or [first.frame], ignore_index=True)
        if key not in ("delve", "truth"):
            frame = frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
        tables[key] = _Table(frame, first.about)
    tables["truth"] = replace(tables["truth"], frame=_listed_truth(tables))
    return tables


def _listed_truth(tables: dict[str, _Table]) -> pd.DataFrame:
    """Return the truth without what outshines a source and is not listed itself."""
    truth = tables["truth"].frame
    listed = tables["catwise"].frame[COMBINED_SURVEYS["catwise"].writes["id"]]
    truth["catwise_id"] = truth["catwise_id"].where(truth["catwise_id"].isin(listed))
    ids = truth[[f"{key}_id" for key in COMBINED_SURVEYS]]
    return truth[ids.notna().any(axis=1)].reset_index(drop=True)


def _portion(
    observed: Observed, first: int, most: int, rng: np.random.Generator
) -> dict[str, _Table]:
    """Return each survey's rows of some patches, and the truth."""
    number = first + np.arange(len(observed.detected))
    tables: dict[str, _Table] = {}
    ids: dict[str, Any] = {}
    about = dict(_TRUTH_ABOUT)
    for key, definition in COMBINED_SURVEYS.items():
        listed = _listed(observed, definition)
        if key == "delve":
            listed &= np.cumsum(listed) <= most
        own = _FIRST_ID[key] + number
        names = definition.writes
        columns: Columns = {
            names["id"]: SurveyColumn(own, Description("", "meta.id;meta.main", "id")),
            **_measured_places(observed, definition, rng),
            **survey_columns(key, observed, rng),
        }
        frame = pd.DataFrame({name: c.values for name, c in columns.items()})
        tables[key] = _Table(frame[listed], {n: c.about for n, c in columns.items()})
        ids[f"{key}_id"] = np.where(listed, own, -1)
        if key == "catwise":
            shared = observed.scene.shares_row_with
            of_brighter = np.where(shared >= 0, _FIRST_ID[key] + first + shared, -1)
            is_apart = observed.scene.outshone_by < 0
            ids["catwise_id"] = np.where(is_apart, ids["catwise_id"], of_brighter)
        about[f"{key}_id"] = Description(
            "", "meta.id", f"id in {definition.title}; blank where not listed"
        )
    tables["truth"] = _Table(_truth(observed, ids), about)
    return tables


def _truth(observed: Observed, ids: dict[str, Any]) -> pd.DataFrame:
    """Return which rows are one source."""
    sources = observed.scene.sources
    frame = pd.DataFrame(ids).replace(-1, pd.NA).astype("Int64")
    frame["class_true"] = sources.kind
    frame["z_true"] = sources.redshift
    r_band = observing.columns_of(("r",))[0]
    frame["r_true_mag_ab"] = sources.magnitudes[:, r_band].astype(np.float32)
    return frame


def _listed(observed: Observed, definition: SurveyDefinition) -> NDArray[np.bool_]:
    """Return which sources a survey lists."""
    if definition.key == "delve":
        return observed.detected.copy()
    bands = ("gaia_g",) if definition.key == "gaia" else definition.bands
    is_seen = observed.status[:, observing.columns_of(bands)] == OK
    listed: NDArray[np.bool_] = is_seen.any(axis=1)
    if definition.key == "catwise":
        # One beam has one row: that of the brightest.
        listed &= observed.scene.outshone_by < 0
    return listed


def _measured_places(
    observed: Observed, definition: SurveyDefinition, rng: np.random.Generator
) -> Columns:
    """Return positions as measured at the survey's epoch, under its names."""
    scene, motions, names = observed.scene, observed.motions, definition.writes
    ra, dec = moved(
        scene.ra_deg, scene.dec_deg, motions.true_pm_ra, motions.true_pm_dec,
        definition.epoch_jyr - EPOCH_JYR,
    )  # fmt: skip
    sigma_deg = _position_errors(observed, definition.key) / 3600.0
    east, north = rng.normal(size=(2, len(ra))) * sigma_deg
    epoch = f"ICRS, epoch {definition.epoch_jyr:g}"
    return {
        names["ra"]: SurveyColumn(
            (ra + east / np.cos(np.radians(dec))) % 360.0,
            Description("deg", "pos.eq.ra;meta.main", f"right ascension, {epoch}"),
        ),
        names["dec"]: SurveyColumn(
            np.clip(dec + north, -90.0, 90.0),
            Description("deg", "pos.eq.dec;meta.main", f"declination, {epoch}"),
        ),
    }


def _position_errors(observed: Observed, key: str) -> Floats:
    """Return the scatter of a survey's positions, arcsec an axis."""
    if key != "catwise":
        return np.full(len(observed.detected), _SCATTER_ARCSEC[key])
    snr = (observed.flux / observed.sigma)[:, observing.columns_of(WISE)].max(axis=1)
    centroid = _WISE_FWHM_ARCSEC / 2.355 / np.maximum(snr, 1.0)
    scatter: Floats = np.hypot(centroid, _WISE_FLOOR_ARCSEC)
    return scatter
