"""Galaxies: types with luminosity functions of their own, and templates.

Within sources: above counts, cosmos and table.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from qsovae.simulation.reference import (
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
from qsovae.simulation.sources.filters import (
    CURVES,
    LOG_STEP_REDSHIFT,
    REST_UM,
    photometry,
)
from qsovae.simulation.sources.table import Sources, at_r_magnitudes


class _Type(NamedTuple):
    """A type of galaxy: a Schechter function in r, and what it has of emission lines.

    Density is relative, at redshift zero, and goes with this power of 1 + redshift; M*
    is AB for H0 70 and brightens by so many magnitudes to redshift one; the width is
    that of H alpha and [N II], um. Dimmer is by how many magnitudes the template's
    light is too bright at ``_INFRARED_UM``.
    """

    density: float
    brightest: float
    slope: float
    evolution: float
    growth: float
    halpha_um: float
    dimmer: tuple[float, float, float]


# After Baldry et al. (2004), whose red galaxies are E here and whose blue ones are the
# others; widths after Kennicutt (1992); dimmer is adjusted to VST ATLAS and AllWISE,
# whose profile fit also loses some light of extended galaxies.
_INFRARED_UM = (1.5, 2.4, 3.3, 4.2)
_TYPES = {
    "E": _Type(2.2, -21.5, -0.6, 1.0, -1.0, 0.0, (0.12, 0.15, 0.15)),
    "Sbc": _Type(2.2, -21.1, -1.0, 1.0, 0.0, 0.0020, (0.15, 0.25, 0.18)),
    "Scd": _Type(2.2, -20.5, -1.2, 1.0, 0.0, 0.0045, (0.30, 0.50, 0.25)),
    "Im": _Type(2.0, -19.4, -1.4, 1.0, 0.0, 0.0060, (0.15, 0.25, 0.05)),
}
# Lines of gas that stars ionise, um, and their widths relative to H alpha's.
_LINES = ((0.6565, 1.0), (0.5000, 0.3), (0.4862, 0.12), (0.3727, 0.3))
_LINES_DEX = 0.2
_LINE_SD_UM = 0.001
_REDSHIFT_STEP = 0.01
_REDSHIFTS = np.arange(0.015, 1.5, _REDSHIFT_STEP)
# The stars of an E were younger, which the template's are not: so many magnitudes at
# rest 0.25 um at redshift 0.9, none from 0.38 um on or up to redshift 0.3.
_YOUNGER_MAG = 0.35
# The templates are bluer in r-i than SDSS galaxies of r < 17.77 are, g-r and i-z being
# the same: so much brighter from rest 0.7 um on, none up to 0.6 um; adjusted to them.
_REDDER_MAG = 0.04
_MOST_REDDENING = 0.3
_COLOUR_SD = 0.015
_INFRARED_SD = 0.15  # of the warm dust of all but E


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
    relative += _lines(position, redshift, rng)
    relative += rng.normal(0.0, _COLOUR_SD, relative.shape)
    warm = (
        np.clip((rest_um - 1.5) / 1.5, 0.0, 1.0) * np.clip(position, 0.0, 1.0)[:, None]
    )
    relative += warm * rng.normal(0.0, _INFRARED_SD, (n, 1))
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
    for name, kind in _TYPES.items():
        lines = track[track["type"] == name]
        shift = np.interp(_REDSHIFTS, lines["z"], lines["kcorr_r"])
        absolute = r_mag - distance_moduli(_REDSHIFTS) - shift
        evolved = kind.brightest - kind.evolution * _REDSHIFTS
        density = kind.density * (1.0 + _REDSHIFTS) ** kind.growth
        number = schechter(absolute, evolved, kind.slope) * density
        parts.append(number * volumes_mpc3(_REDSHIFTS))
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
def _line_light() -> Floats:
    """Return the light of lines of a unit H alpha width, the continuum's being one."""
    spectrum = sum(
        share * np.exp(-0.5 * ((REST_UM - centre) / _LINE_SD_UM) ** 2)
        for centre, share in _LINES
    ) / (_LINE_SD_UM * np.sqrt(2.0 * np.pi))
    return photometry(np.atleast_2d(spectrum), tuple(CURVES.values()))[:, 0]


def _lines(position: Floats, redshift: Floats, rng: np.random.Generator) -> Floats:
    """Return what emission lines add to the magnitudes, (n, n_bands)."""
    widths = [kind.halpha_um for kind in _TYPES.values()]
    width = np.interp(position, np.arange(len(widths)), widths)
    width = width * 10.0 ** rng.normal(0.0, _LINES_DEX, len(width))
    place = np.rint(np.log1p(redshift) / LOG_STEP_REDSHIFT).astype(int)
    light: Floats = 1.0 + width[:, None] * _line_light()[place]
    return -2.5 * np.log10(light)


@cache
def _tracks() -> tuple[Floats, float]:
    """Return the templates, (n_types, n_redshifts, n_bands), and the redshift step."""
    track = read_reference("galaxy_colour_track")
    lines = [track[track["type"] == name] for name in _TYPES]
    step = float(np.diff(lines[0]["z"].to_numpy()[:2])[0])
    table = np.stack([colours(part) for part in lines])
    redshift = lines[0]["z"].to_numpy()[:, None]
    age = np.clip((redshift - 0.3) / 0.6, 0.0, 1.5)
    rest_um = WAVELENGTH_UM / (1.0 + redshift)
    below = np.clip((0.38 - rest_um) / 0.13, 0.0, 1.0)
    table[0] -= _YOUNGER_MAG * age * below
    table -= _REDDER_MAG * np.clip((rest_um - 0.60) / 0.10, 0.0, 1.0)
    for k, kind in enumerate(_TYPES.values()):
        table[k] += np.interp(rest_um, _INFRARED_UM, (0.0, *kind.dimmer))
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
    both = (1.0 - share) * 10.0 ** (-0.4 * low) + share * 10.0 ** (-0.4 * high)
    mixed: Floats = -2.5 * np.log10(both)
    return mixed
