"""Real rows for mock.py, and mock rows with their magnitudes, noise and selection.

Quasars are seen through the real catalog's own filter curves; magnitudes of stars and
galaxies in DECam's bands become SDSS's by published relations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import astropy.units as u
import numpy as np
import pandas as pd
from astropy.coordinates import SkyCoord
from numpy.typing import NDArray

from qsovae.simulation.reference import BAND_NAMES
from qsovae.simulation.sources import (
    R_RANGE,
    Sources,
    class_counts_per_deg2,
    draw_galaxies,
    draw_quasars,
    draw_stars,
    draw_traits,
    join,
    quasar_magnitudes,
)

Floats = NDArray[np.float64]
FIRST_REDSHIFT = 0.5
_MOCK_PER_QUASAR = 4
_DES_PATCHES, _DES_PATCH_DEG2 = 12, 15.0
_BIN_MAG, _N_BINS = 0.25, 28
_DRAWN, _MOST_DRAWS = 100_000, 100
# A / E(B-V) of SFD: Schlafly & Finkbeiner (2011), R_V 3.1; Gaia as the simulator has.
_EXTINCTION = {
    "panstarrs_g": 3.172, "panstarrs_r": 2.271, "panstarrs_i": 1.682,
    "panstarrs_z": 1.322, "panstarrs_y": 1.087, "sdss_g0": 3.303, "sdss_r0": 2.285,
    "sdss_i0": 1.698, "sdss_z0": 1.263, "wise_w1": 0.184, "wise_w2": 0.113,
    "gaia_g": 2.3, "gaia_bp": 2.7, "gaia_rp": 1.6,
}  # fmt: skip
# Magnitudes of the noise: 5 sigma depth, AB, and floor. SDSS DR7, Pan-STARRS 3pi stack
# and AllWISE release notes; Gaia's own errors are below the floor.
_NOISE = {
    "sdss_g0": (23.1, 0.012), "sdss_r0": (22.7, 0.012), "sdss_i0": (22.2, 0.012),
    "sdss_z0": (20.7, 0.015), "panstarrs_g": (23.3, 0.02), "panstarrs_r": (23.2, 0.02),
    "panstarrs_i": (23.1, 0.02), "panstarrs_z": (22.3, 0.02),
    "panstarrs_y": (21.3, 0.02), "wise_w1": (19.6, 0.024), "wise_w2": (19.34, 0.02),
    "gaia_g": (23.0, 0.005), "gaia_bp": (21.5, 0.015), "gaia_rp": (21.5, 0.015),
}  # fmt: skip
# DES to SDSS by g-i in g, r-i in the others: DES DR2's own relations, of stars.
_SDSS_TERMS = {
    "g": (0.060, -0.005), "r": (0.150, 0.014), "i": (0.167, -0.027),
    "z": (0.054, -0.024),
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """Rows of one kind, real and mock, in the same bands.

    Attributes
    ----------
    about : str
        What the table calls them.
    real, mock : DataFrame
        AB magnitudes by band, bluest first.
    redshift, mock_redshift : ndarray, (n_rows,), optional
        Of the rows, if they are quasars.
    """

    about: str
    real: pd.DataFrame
    mock: pd.DataFrame
    redshift: Floats | None = None
    mock_redshift: Floats | None = None


def galactic_ebv(rows: pd.DataFrame, rng: np.random.Generator) -> Floats:
    """Return E(B-V) at places, by the simulator's own law of latitude."""
    place = SkyCoord(rows["ra"].to_numpy() * u.deg, rows["dec"].to_numpy() * u.deg)
    sine = np.sin(np.radians(np.maximum(np.abs(place.galactic.b.deg), 10.0)))
    dust = 0.03 / sine * 10.0 ** rng.normal(0.0, 0.15, len(rows))
    return np.minimum(dust, 0.3)


def observed(
    magnitudes: Floats, curves: tuple[str, ...], rng: np.random.Generator
) -> Floats:
    """Return magnitudes with the noise of their surveys, normal in flux, as asinh."""
    depth, floor = np.array([_NOISE[name] for name in curves]).T
    flux, sky = 10.0 ** (-0.4 * magnitudes), 10.0 ** (-0.4 * depth) / 5.0
    flux = flux + rng.normal(size=flux.shape) * np.hypot(sky, floor * flux)
    return -2.5 / np.log(10) * (np.arcsinh(flux / (2 * sky)) + np.log(sky))


def quasars(
    rows: pd.DataFrame, bands: dict[str, str], anchor: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Return a mock quasar for each real one: its redshift, and magnitude in a band."""
    curves = tuple(bands)
    traits = draw_traits(
        rows["redshift"].to_numpy(np.float64), rows["r"].to_numpy(np.float64), rng
    )
    magnitudes, _ = quasar_magnitudes(traits, curves, rng)
    factors = np.array([_EXTINCTION[name] for name in curves])
    magnitudes += galactic_ebv(rows, rng)[:, None] * factors
    column = list(bands.values()).index(anchor)
    shift = rows[anchor].to_numpy(np.float64) - magnitudes[:, column]
    seen = observed(magnitudes + shift[:, None], curves, rng)
    return pd.DataFrame(seen, columns=list(bands.values()))


def sample_voss(path: Path, rng: np.random.Generator) -> list[Sample]:
    """Return bright quasars in Pan-STARRS, Gaia and AllWISE."""
    rows = pd.read_parquet(path).rename(
        columns={"z_spec": "redshift", **{f"ps1_{b}": b for b in "grizy"}}
    )
    vega = {"w1": 2.699, "w2": 3.339, "gaia_g": 0.114, "gaia_bp": 0.015,
            "gaia_rp": 0.356}  # fmt: skip
    for band, offset in vega.items():
        rows[band] = rows[band] + offset
    keep = rows["redshift"].between(0.1, 5.4) & rows["r"].between(*R_RANGE)
    rows = rows[keep].reset_index(drop=True)
    bands = {f"panstarrs_{b}": b for b in "grizy"}
    bands |= {"wise_w1": "w1", "wise_w2": "w2", "gaia_g": "gaia_g",
              "gaia_bp": "gaia_bp", "gaia_rp": "gaia_rp"}  # fmt: skip
    near = rows["redshift"] < FIRST_REDSHIFT
    return [
        _quasar_sample(f"bright quasars, redshift {what}", rows[part], bands, "y", rng)
        for what, part in (("0.5 and more", ~near), ("below 0.5", near))
        if part.any()
    ]


def _quasar_sample(
    about: str,
    rows: pd.DataFrame,
    bands: dict[str, str],
    anchor: str,
    rng: np.random.Generator,
) -> Sample:
    """Return real quasars and several mock ones for each: medians are less noisy."""
    again = rows.loc[rows.index.repeat(_MOCK_PER_QUASAR)]
    mock = quasars(again, bands, anchor, rng)
    redshift, mock_redshift = (
        part["redshift"].to_numpy(np.float64) for part in (rows, again)
    )
    return Sample(about, rows[list(mock)], mock, redshift, mock_redshift)


def sample_sdss(path: Path, rng: np.random.Generator) -> list[Sample]:
    """Return SDSS quasars, galaxies and stars in griz."""
    rows = pd.read_parquet(path)
    rows = rows[rows["r"].between(*R_RANGE)]
    kind = rows["class"].to_numpy(dtype=object)
    active = rows[(kind == "QSO") & rows["redshift"].between(0.1, 5.4)]
    bands = {f"sdss_{b}0": b for b in "griz"}
    samples = [_quasar_sample("SDSS quasars", active, bands, "i", rng)]
    draws = {
        "SDSS galaxies, r < 17.77": (rows[(kind == "GALAXY") & (rows["r"] < 17.77)],
                                     draw_galaxies),
        "SDSS galaxies, all": (rows[kind == "GALAXY"], draw_galaxies),
        "SDSS stars": (rows[kind == "STAR"], partial(_stars, 60.0)),
    }  # fmt: skip
    for about, (real, draw) in draws.items():
        real = real.reset_index(drop=True)
        see = partial(_as_sdss_sees, places=real[["ra", "dec"]], rng=rng)
        mock = _matched(real, draw, see, rng)
        samples.append(Sample(about, real[list("griz")], mock))
    return samples


def _stars(latitude_deg: float, n: int, rng: np.random.Generator) -> Sources:
    return draw_stars(n, latitude_deg, rng)


def _matched(
    real: pd.DataFrame,
    draw: Callable[[int, np.random.Generator], Sources],
    see: Callable[[Sources], pd.DataFrame],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return mock rows as a survey sees them, as many as real ones in each bin of r."""
    missing = np.bincount(_bins(real["r"]), minlength=_N_BINS)
    kept = []
    for _ in range(_MOST_DRAWS):
        seen = see(draw(_DRAWN, rng))
        seen = seen[seen["r"].between(*R_RANGE)]
        place = pd.Series(_bins(seen["r"]), index=seen.index)
        wanted = place.groupby(place).cumcount() < missing[place]
        kept.append(seen[wanted])
        missing = missing - np.bincount(place[wanted], minlength=_N_BINS)
        if not missing.any():
            break
    return pd.concat(kept, ignore_index=True)


def _as_sdss_sees(
    sources: Sources, places: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return griz of the sources behind the dust of such places."""
    curves = tuple(f"sdss_{b}0" for b in "griz")
    rows = places.iloc[rng.integers(0, len(places), len(sources.kind))]
    factors = np.array([_EXTINCTION[name] for name in curves])
    magnitudes = to_sdss(sources) + galactic_ebv(rows, rng)[:, None] * factors
    return pd.DataFrame(observed(magnitudes, curves, rng), columns=list("griz"))


def _bins(r_mag: pd.Series) -> NDArray[np.int64]:
    return ((r_mag.to_numpy() - R_RANGE[0]) / _BIN_MAG).astype(np.int64)


def to_sdss(sources: Sources) -> Floats:
    """Return griz of SDSS from those of DECam."""
    mags = {b: sources.magnitudes[:, BAND_NAMES.index(b)] for b in "griz"}
    g_i, r_i = mags["g"] - mags["i"], mags["r"] - mags["i"]
    return np.column_stack(
        [
            mags[b] + slope * (g_i if b == "g" else r_i) + constant
            for b, (slope, constant) in _SDSS_TERMS.items()
        ]
    )


def sample_des(path: Path, rng: np.random.Generator) -> list[Sample]:
    """Return red sources without labels in DES, VHS and AllWISE, r < 23."""
    rows = pd.read_parquet(path)
    names = {**{f"{b}_mag": b for b in "rizj"}, "k_mag": "ks", "w1_mag": "w1",
             "w2_mag": "w2"}  # fmt: skip
    errors = {b: rows[name.replace("_mag", "_magerr")] for name, b in names.items()}
    rows = rows.rename(columns=names)
    seen = [
        _as_des_sees(_red_patch(rng), rows, errors, rng) for _ in range(_DES_PATCHES)
    ]
    real = rows.loc[rows["r"].between(*R_RANGE), list(errors)]
    mock = pd.concat(seen, ignore_index=True)
    return [Sample("unlabelled, i - z > 1, DES + VHS + AllWISE", real, mock)]


def _red_patch(rng: np.random.Generator) -> Sources:
    """Return the sources of a patch of sky that could pass the selection."""
    numbers = {
        name: rng.poisson(count * _DES_PATCH_DEG2)
        for name, count in class_counts_per_deg2(45.0).items()
    }
    patch = join(
        [
            draw_quasars(numbers["QSO"], rng),
            draw_galaxies(numbers["GALAXY"], rng),
            draw_stars(numbers["STAR"], 45.0, rng),
        ]
    )
    i_mag, z_mag = (patch.magnitudes[:, BAND_NAMES.index(b)] for b in "iz")
    return patch.take(np.flatnonzero((i_mag - z_mag > 0.8) & (z_mag < 21.2)))


def _as_des_sees(
    sources: Sources, real: pd.DataFrame, errors: dict[str, pd.Series],
    rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """Return the sources with errors as real ones have, if selected as those were."""
    magnitudes = {}
    for band, sigma in errors.items():
        true = sources.magnitudes[:, BAND_NAMES.index(band)]
        order = np.argsort(real[band].to_numpy())
        sigma_here = np.interp(
            true, real[band].to_numpy()[order], sigma.to_numpy(np.float64)[order]
        )
        shift = 1.0 + rng.normal(size=len(true)) * sigma_here * 0.921
        magnitudes[band] = true - 2.5 * np.log10(np.where(shift > 0, shift, np.nan))
    seen = pd.DataFrame(magnitudes)
    return seen[
        (seen["i"] - seen["z"] > 1.0) & (seen["z"] < 21.0) & (seen["j"] < 21.02)
        & (seen["w1"] - seen["w2"] > -0.14) & (seen["ks"] < 20.71)
        & (seen["w1"] < 21.25) & (seen["w2"] < 21.39) & seen["r"].between(*R_RANGE)
    ]  # fmt: skip


def sample_vst(path: Path, rng: np.random.Generator) -> list[Sample]:
    """Return stars and galaxies of VST ATLAS with WISE colours, in g, r, W1 and W2.

    i is left out: its zero point is 0.1 mag off that of SDSS, or the other way round.
    """
    rows = pd.read_parquet(path)
    rows = rows[rows["wise_detected"]]
    rows["r"] = rows["rmagc"]
    rows["g"] = rows["r"] + rows["gmr"]
    rows["w1"] = rows["r"] - rows["rmw1"]
    rows["w2"] = rows["w1"] - rows["w1m2"]
    samples = []
    draws = {"stars": ("Star", partial(_stars, 60.0)),
             "galaxies": ("Galaxy", draw_galaxies)}  # fmt: skip
    for name, (kind, draw) in draws.items():
        real = rows[rows["class"] == kind].reset_index(drop=True)
        see = partial(_as_vst_sees, rng=rng)
        mock = _matched(real, draw, see, rng)
        about = f"VST ATLAS + AllWISE {name}"
        samples.append(Sample(about, real[list(mock)], mock))
    return samples


def _as_vst_sees(sources: Sources, rng: np.random.Generator) -> pd.DataFrame:
    """Return g, r, W1 and W2 of the sources that AllWISE lists."""
    columns = [BAND_NAMES.index(b) for b in ("w1", "w2")]
    magnitudes = np.hstack([to_sdss(sources)[:, :2], sources.magnitudes[:, columns]])
    curves = ("sdss_g0", "sdss_r0", "wise_w1", "wise_w2")
    dust = 0.03 * np.array([_EXTINCTION[name] for name in curves])
    seen = pd.DataFrame(
        observed(magnitudes + dust, curves, rng), columns=["g", "r", "w1", "w2"]
    )
    return seen[seen["w1"] < _NOISE["wise_w1"][0]]


SETS = {
    "voss_qubrics_qso": sample_voss,
    "sdss17_10k": sample_sdss,
    "vst_atlas_wise_dev": sample_vst,
    "des_vhs_wise_unlabelled": sample_des,
}
