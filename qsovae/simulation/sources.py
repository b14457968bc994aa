"""True sources: class, redshift or type, and true magnitudes in every band.

Within simulation: above reference. Recipe: number counts by class and magnitude, mean
colour tracks, and scatter about them; see docs/simulator.md for what each number is.
"""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from qsovae.bands import BANDS
from qsovae.simulation.reference import (
    BAND_NAMES,
    GAIA,
    INFRARED,
    OPTICAL,
    WISE,
    Floats,
    colours,
    interpolate,
    read_reference,
)

R_RANGE = (16.0, 23.0)
_WAVELENGTH_UM = np.array([BANDS[b].wavelength_um for b in BAND_NAMES])
_R, _I = BAND_NAMES.index("r"), BAND_NAMES.index("i")
# Quasar counts by redshift, with the factors that bring them to published ones.
_QSO_BINS = (
    ("qso_z0.3_1", 0.3, 1.0, 1.5), ("qso_z1_2.2", 1.0, 2.2, 1.15),
    ("qso_z2.2_3.5", 2.2, 3.5, 1.05), ("qso_z3.5_5.5", 3.5, 5.0, 1.0),
)  # fmt: skip
# Absolute i magnitudes between which the stellar types of the counts lie.
_STAR_TYPES = {
    "F": (2.59, 4.2), "G": (4.2, 5.3), "K": (5.3, 7.3), "M0-M3": (7.5, 9.7),
    "M4-M6": (9.7, 13.7), "M7+": (13.7, 19.0), "WD": (11.0, 13.5),
}  # fmt: skip
_LATITUDES = np.array([30.0, 45.0, 60.0])
# Surveys look at different times; a quasar varies in between.
_EPOCH_GROUPS = (OPTICAL, INFRARED, WISE, GAIA)


@dataclass
class Sources:
    """True sources, each field (n,) but ``magnitudes`` (n, n_bands), AB.

    ``redshift`` is NaN for stars; ``absolute_i`` is NaN but for stars;
    ``half_light_arcsec`` is the radius of an extended source, zero for a point;
    ``host_fraction`` is a quasar's.
    """

    kind: np.ndarray
    redshift: Floats
    absolute_i: Floats
    half_light_arcsec: Floats
    host_fraction: Floats
    magnitudes: Floats

    def take(self, rows: np.ndarray) -> "Sources":
        """Return some of the sources."""
        return Sources(*(getattr(self, f.name)[rows] for f in fields(self)))


def join(parts: list[Sources]) -> Sources:
    """Return sources one after another."""
    return Sources(
        *(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Sources))
    )


def class_counts_per_deg2(latitude_deg: float = 60.0) -> dict[str, float]:
    """Return the sources a square degree in ``R_RANGE``, by class."""
    counts = _counts()
    column = f"_b-{_nearest_latitude(latitude_deg)}"
    return {
        "QSO": float(sum((counts[c] * f).sum() for c, _, _, f in _QSO_BINS)),
        "GALAXY": float(counts["galaxy_all"].sum()),
        "STAR": float(sum(counts[f"star_{t}{column}"].sum() for t in _STAR_TYPES)),
    }


def _counts() -> pd.DataFrame:
    table = read_reference("number_counts")
    inside = (table["r_ab_lo"] >= R_RANGE[0]) & (table["r_ab_hi"] <= R_RANGE[1])
    return table[inside].reset_index(drop=True)


def _nearest_latitude(latitude_deg: float) -> int:
    return int(_LATITUDES[np.abs(_LATITUDES - abs(latitude_deg)).argmin()])


def _draw_cells(
    weights: np.ndarray, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return n cells of a table of weights: line and column numbers."""
    flat = rng.choice(weights.size, n, p=(weights / weights.sum()).ravel())
    return np.divmod(flat, weights.shape[1])


def _magnitudes_in(lines: np.ndarray, rng: np.random.Generator) -> Floats:
    """Return r magnitudes spread evenly over each line's bin."""
    return _counts()["r_ab_lo"].to_numpy()[lines] + rng.uniform(0, 0.5, len(lines))


def draw_quasars(n: int, rng: np.random.Generator) -> Sources:
    """Return type-1 quasars: luminosity function, mean track, and scatter about it."""
    counts = _counts()
    weights = np.column_stack([counts[c] * f for c, _, _, f in _QSO_BINS])
    line, which = _draw_cells(weights, n, rng)
    r_mag = _magnitudes_in(line, rng)
    lower, upper = np.array([b[1:3] for b in _QSO_BINS])[which].T
    redshift = lower + (upper - lower) * rng.random(n)
    track = read_reference("quasar_colour_track")
    relative = interpolate(redshift, track["z"].to_numpy(), colours(track))
    rest_um = _WAVELENGTH_UM / (1.0 + redshift[:, None])
    relative += _slopes(redshift, rest_um, rng) + _dust(rest_um, rng)
    relative += _hot_dust(rest_um, rng) + _lines(rest_um, rng) + _forest(redshift, rng)
    for group in _EPOCH_GROUPS:
        shift = rng.normal(0.0, 0.15 / np.sqrt(2.0), n)
        relative[:, [BAND_NAMES.index(b) for b in group]] += shift[:, None]
    # Host light: much at low redshift and luminosity, none to be seen beyond one.
    host = np.clip(rng.normal(0.45 - 0.45 * redshift, 0.12, n), 0.0, 0.8)
    magnitudes = relative - relative[:, [_R]] + r_mag[:, None]
    unknown = np.full(n, np.nan)
    return Sources(
        np.full(n, "QSO"), redshift, unknown, np.full(n, 0.7), host, magnitudes
    )


def _slopes(redshift: Floats, rest_um: Floats, rng: np.random.Generator) -> Floats:
    """Return what a continuum of another slope (s.d. 0.3) adds to the magnitudes."""
    slope = rng.normal(0.0, 0.3, len(redshift))[:, None]
    # Beyond 1 um hot dust takes over, whose scatter is its own.
    return 2.5 * slope * np.log10(np.minimum(rest_um, 1.0) / 0.3)


def _dust(rest_um: Floats, rng: np.random.Generator) -> Floats:
    """Return reddening: SMC-like, A = 1.39 E(B-V) / um^1.2, a tail to E(B-V) 0.3.

    Counted from the median, for the track is that of the median quasar, dust and all.
    """
    n = len(rest_um)
    excess = rng.exponential(0.03, n) - 0.03 * np.log(2.0)
    tail = rng.random(n) < 0.05
    excess[tail] = rng.uniform(0.05, 0.3, tail.sum())
    return excess[:, None] * 1.39 * rest_um**-1.2


def _hot_dust(rest_um: Floats, rng: np.random.Generator) -> Floats:
    """Return what more or less hot dust (0.25 dex) adds, by its share of the light."""
    share = 1.0 / (1.0 + (1.3 / rest_um) ** 4)
    factor = 10.0 ** rng.normal(0.0, 0.25, len(rest_um))[:, None]
    return -2.5 * np.log10(1.0 + share * (factor - 1.0))


def _lines(rest_um: Floats, rng: np.random.Generator) -> Floats:
    """Return what stronger or weaker emission lines add (0.3 dex of a tenth)."""
    share = np.where(rest_um < 0.75, 0.1, 0.02)
    factor = 10.0 ** rng.normal(0.0, 0.3, rest_um.shape)
    return -2.5 * np.log10(1.0 + share * (factor - 1.0))


def _forest(redshift: Floats, rng: np.random.Generator) -> Floats:
    """Return what a thicker or thinner forest (15 %) adds bluewards of Lyman alpha."""
    share = np.clip(
        (0.1216 * (1 + redshift[:, None]) - (_WAVELENGTH_UM - 0.07)) / 0.14, 0.0, 1.0
    )
    return rng.normal(0.0, 0.15, (len(redshift), 1)) * share * 1.5


def draw_galaxies(n: int, rng: np.random.Generator) -> Sources:
    """Return galaxies: counts, types that change with magnitude, template colours."""
    line, _ = _draw_cells(_counts()[["galaxy_all"]].to_numpy(), n, rng)
    r_mag = _magnitudes_in(line, rng)
    median = np.interp(r_mag, [17.8, 19.5, 21, 22, 23], [0.10, 0.22, 0.35, 0.50, 0.65])
    # n(z) ~ z^2 exp(-(z/z0)^1.5): (z/z0)^1.5 follows a gamma law of shape 2, median
    # 1.678.
    redshift = median * (rng.gamma(2.0, 1.0, n) / 1.678) ** (2 / 3)
    redshift = np.clip(redshift, 0.01, 1.5)
    faint = np.clip((r_mag - 20.0) / 3.0, 0.0, 1.0)[:, None]
    shares = (1 - faint) * [0.35, 0.30, 0.25, 0.10] + faint * [0.15, 0.25, 0.30, 0.30]
    kind = (rng.random((n, 1)) > shares.cumsum(axis=1)).sum(axis=1).clip(0, 3)
    # A continuous type, so that templates are not the only colours there are.
    position = np.clip(kind + rng.uniform(-0.5, 0.5, n), 0.0, 3.0)
    position[(position < 0.5) & (redshift > 1.0) & (r_mag < 22.0)] = 2.0
    relative = _galaxy_colours(position, redshift)
    rest_um = _WAVELENGTH_UM / (1.0 + redshift[:, None])
    inner = np.where(position > 0.5, rng.uniform(0.0, 0.3, n), 0.0)
    relative += inner[:, None] * 2.2 * (0.55 / rest_um) ** 0.7
    relative += rng.normal(0.0, 0.04, relative.shape)
    size = np.interp(r_mag, [18, 20, 22, 24], [1.5, 0.9, 0.56, 0.34])
    size = size * 10.0 ** rng.normal(0.0, 0.2, n)
    magnitudes = relative - relative[:, [_R]] + r_mag[:, None]
    unknown = np.full(n, np.nan)
    return Sources(
        np.full(n, "GALAXY"), redshift, unknown, size, np.zeros(n), magnitudes
    )


def _galaxy_colours(position: Floats, redshift: Floats) -> Floats:
    """Return colours between neighbouring templates, (n, n_bands)."""
    track = read_reference("galaxy_colour_track")
    by_type = []
    for name in ("E", "Sbc", "Scd", "Im"):
        lines = track[track["type"] == name]
        by_type.append(interpolate(redshift, lines["z"].to_numpy(), colours(lines)))
    stacked = np.stack(by_type)
    lower = np.minimum(position.astype(int), 2)
    rows, share = np.arange(len(position)), (position - lower)[:, None]
    return (1 - share) * stacked[lower, rows] + share * stacked[lower + 1, rows]


def draw_stars(n: int, latitude_deg: float, rng: np.random.Generator) -> Sources:
    """Return stars: types by counts at this latitude, the locus, binaries, dwarfs."""
    suffix = f"_b-{_nearest_latitude(latitude_deg)}"
    names = list(_STAR_TYPES)
    weights = _counts()[[f"star_{t}{suffix}" for t in names]].to_numpy()
    line, which = _draw_cells(weights, n, rng)
    r_mag = _magnitudes_in(line, rng)
    lower, upper = np.array(list(_STAR_TYPES.values()))[which].T
    absolute = lower + (upper - lower) * rng.random(n)
    relative = _locus(absolute)
    is_wd = which == names.index("WD")
    relative[is_wd] = _white_dwarfs(int(is_wd.sum()), rng)
    blue = ("gaia_bp", "g")
    metallicity = rng.normal(0.0, 0.06, n) - 0.1 * (rng.random(n) < 0.2)
    for band in blue:
        relative[:, BAND_NAMES.index(band)] += metallicity
    relative += rng.normal(0.0, 0.02, relative.shape)
    relative = _with_companions(relative, absolute, ~is_wd, rng)
    magnitudes = relative - relative[:, [_R]] + r_mag[:, None]
    return Sources(
        np.full(n, "STAR"), np.full(n, np.nan), absolute, np.zeros(n), np.zeros(n),
        magnitudes,
    )  # fmt: skip


def _dwarfs() -> pd.DataFrame:
    table = read_reference("stellar_locus")
    dwarfs = table[table["spectral_type"].str.endswith("V") & table["M_i_ab"].notna()]
    return dwarfs.sort_values("M_i_ab")


def _locus(absolute_i: Floats) -> Floats:
    """Return the main sequence's colours at absolute i magnitudes, (n, n_bands)."""
    dwarfs = _dwarfs()
    relative = interpolate(absolute_i, dwarfs["M_i_ab"].to_numpy(), colours(dwarfs))
    # The table ends at M6 bluewards of i: later types go on reddening about as fast.
    later = np.clip(absolute_i - 13.1, 0.0, None)
    for band in ("g", "gaia_bp"):
        relative[:, BAND_NAMES.index(band)] += 0.35 * later
    return relative


def _white_dwarfs(n: int, rng: np.random.Generator) -> Floats:
    """Return colours of 8 to 12 kK white dwarfs: A0 to F0, 0.1 bluer in g-r."""
    relative = _locus(rng.uniform(1.36, 2.59, n))
    relative[:, BAND_NAMES.index("g")] -= 0.1
    return relative


def _with_companions(
    relative: Floats, absolute_i: Floats, may: np.ndarray, rng: np.random.Generator
) -> Floats:
    """Return colours with an unresolved, less massive companion for 30 %."""
    n = len(absolute_i)
    fainter = np.minimum(absolute_i + rng.exponential(3.0, n), 19.0)
    companion = _locus(fainter) + (fainter - absolute_i)[:, None]
    both = -2.5 * np.log10(10.0 ** (-0.4 * relative) + 10.0 ** (-0.4 * companion))
    has = may & (rng.random(n) < 0.3)
    return np.where(has[:, None], both, relative)
