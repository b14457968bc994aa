"""Galaxies: types with luminosity functions of their own, and templates.

Within sources: above counts, cosmos and table.
"""

from functools import cache

import numpy as np

from qsovae.simulation.reference import (
    BAND_NAMES,
    WAVELENGTH_UM,
    Floats,
    colours,
    read_reference,
)
from qsovae.simulation.sources.cosmos import distance_moduli, volumes_mpc3
from qsovae.simulation.sources.counts import (
    BIN_MAG,
    draw_cells,
    magnitudes_in,
    number_counts,
)
from qsovae.simulation.sources.table import Sources, at_r_magnitudes

# Schechter functions in r at redshift zero: density, M* (AB, H0 70), faint slope, and
# by how many magnitudes M* brightens to redshift one. After Baldry et al. (2004), whose
# red galaxies are E here and whose blue ones the other three.
_TYPES = {
    "E": (2.2, -21.5, -0.6, 1.2), "Sbc": (2.2, -21.1, -1.0, 1.0),
    "Scd": (2.2, -20.5, -1.2, 1.0), "Im": (3.0, -19.4, -1.4, 1.0),
}  # fmt: skip
_REDSHIFT_STEP = 0.01
_REDSHIFTS = np.arange(0.015, 1.5, _REDSHIFT_STEP)
# Old stars get younger with redshift, which the template does not: mag in g and BP of
# an E from redshift 0.3 to 0.9.
_YOUNGER_MAG = 0.35
_MOST_REDDENING = 0.3
_COLOUR_SD = 0.03


def draw_galaxies(n: int, rng: np.random.Generator) -> Sources:
    """Return galaxies: counts, types and redshifts by luminosity, template colours."""
    line, _ = draw_cells(number_counts()[["galaxy_all"]].to_numpy(), n, rng)
    r_mag = magnitudes_in(line, rng)
    kind, redshift = _types_and_redshifts(line, rng)
    # A continuous type, so that templates are not the only colours there are.
    position = np.clip(kind + rng.uniform(-0.5, 0.5, n), 0.0, len(_TYPES) - 1.0)
    relative = _galaxy_colours(position, redshift)
    rest_um = WAVELENGTH_UM / (1.0 + redshift[:, None])
    spread = np.clip(position, 0.0, 1.0) * _MOST_REDDENING
    inner = rng.random(n) * spread - 0.5 * spread
    # A(V) = 2.2 E(B-V) of light that is half in front of the dust.
    relative += inner[:, None] * 2.2 * (0.55 / rest_um) ** 0.7
    relative += rng.normal(0.0, _COLOUR_SD, relative.shape)
    size = np.interp(r_mag, [18, 20, 22, 24], [1.5, 0.9, 0.56, 0.34])
    size = size * 10.0 ** rng.normal(0.0, 0.2, n)
    unknown = np.full(n, np.nan)
    return Sources(
        np.full(n, "GALAXY"), redshift, unknown, size, np.zeros(n),
        at_r_magnitudes(relative, r_mag),
    )  # fmt: skip


def schechter(magnitude: Floats, brightest: Floats, slope: float) -> Floats:
    """Return galaxies per magnitude, up to a factor (Schechter 1976)."""
    luminosity = 10.0 ** (-0.4 * (magnitude - brightest))
    density: Floats = luminosity ** (slope + 1.0) * np.exp(-luminosity)
    return density


@cache
def _shares() -> Floats:
    """Return cumulative shares of type and redshift in each bin of r.

    (n_bins, n_types * n_redshifts), rising to one in each line.
    """
    r_mag = number_counts()["r_ab_lo"].to_numpy()[:, None] + BIN_MAG / 2
    track = read_reference("galaxy_colour_track")
    parts = []
    for name, (density, brightest, slope, evolution) in _TYPES.items():
        lines = track[track["type"] == name]
        shift = np.interp(_REDSHIFTS, lines["z"], lines["kcorr_r"])
        absolute = r_mag - distance_moduli(_REDSHIFTS) - shift
        evolved = brightest - evolution * _REDSHIFTS
        number = schechter(absolute, evolved, slope) * volumes_mpc3(_REDSHIFTS)
        parts.append(density * number)
    shares = np.concatenate(parts, axis=1).cumsum(axis=1)
    result: Floats = shares / shares[:, -1:]
    return result


def _types_and_redshifts(
    line: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, Floats]:
    """Return a type and a redshift for galaxies in these bins of r."""
    shares = _shares()
    steps = (shares + np.arange(len(shares))[:, None]).ravel()
    cell = np.searchsorted(steps, line + rng.random(len(line)), side="right")
    cell = np.minimum(cell - line * shares.shape[1], shares.shape[1] - 1)
    kind, place = np.divmod(cell, len(_REDSHIFTS))
    jitter = _REDSHIFT_STEP * rng.uniform(-0.5, 0.5, len(line))
    return kind, _REDSHIFTS[place] + jitter


@cache
def _tracks() -> tuple[Floats, float]:
    """Return colours of the templates, (n_types, n_redshifts, n_bands), and the step."""
    track = read_reference("galaxy_colour_track")
    lines = [track[track["type"] == name] for name in _TYPES]
    step = float(np.diff(lines[0]["z"].to_numpy()[:2])[0])
    table = np.stack([colours(part) for part in lines])
    ages = np.clip((lines[0]["z"].to_numpy() - 0.3) / 0.6, 0.0, 1.5)
    for band in ("g", "gaia_bp"):
        table[0, :, BAND_NAMES.index(band)] -= _YOUNGER_MAG * ages
    return table, step


def _galaxy_colours(position: Floats, redshift: Floats) -> Floats:
    """Return colours between neighbouring templates and redshifts, (n, n_bands)."""
    table, step = _tracks()
    lower = np.minimum(position.astype(int), len(table) - 2)
    place = np.clip(redshift / step, 0.0, table.shape[1] - 1.001)
    near = place.astype(int)
    share, along = (position - lower)[:, None], (place - near)[:, None]
    low, high = (
        (1.0 - along) * table[kind, near] + along * table[kind, near + 1]
        for kind in (lower, lower + 1)
    )
    mixed: Floats = (1.0 - share) * low + share * high
    return mixed
