"""Galaxies.

Within sources: above counts and table.
"""

import numpy as np

from qsovae.simulation.reference import (
    WAVELENGTH_UM,
    Floats,
    colours,
    interpolate,
    read_reference,
)
from qsovae.simulation.sources.counts import draw_cells, magnitudes_in, number_counts
from qsovae.simulation.sources.table import Sources, at_r_magnitudes


def draw_galaxies(n: int, rng: np.random.Generator) -> Sources:
    """Return galaxies: counts, types that change with magnitude, template colours."""
    line, _ = draw_cells(number_counts()[["galaxy_all"]].to_numpy(), n, rng)
    r_mag = magnitudes_in(line, rng)
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
    rest_um = WAVELENGTH_UM / (1.0 + redshift[:, None])
    inner = np.where(position > 0.5, rng.uniform(0.0, 0.3, n), 0.0)
    relative += inner[:, None] * 2.2 * (0.55 / rest_um) ** 0.7
    relative += rng.normal(0.0, 0.04, relative.shape)
    size = np.interp(r_mag, [18, 20, 22, 24], [1.5, 0.9, 0.56, 0.34])
    size = size * 10.0 ** rng.normal(0.0, 0.2, n)
    magnitudes = at_r_magnitudes(relative, r_mag)
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
    low, high = stacked[lower, rows], stacked[lower + 1, rows]
    mixed: Floats = (1 - share) * low + share * high
    return mixed
