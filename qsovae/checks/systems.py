"""Whether stars lie where the stated magnitude systems put them.

Within checks: above stars.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from qsovae.bands import BANDS
from qsovae.catalog import Catalog
from qsovae.checks.report import Finding
from qsovae.checks.stars import Floats, probable_stars
from qsovae.reference import BAND_COLUMNS, read_reference

# Colours that say where on the locus a star is, and between which values they do.
_PIVOTS = (
    ("g", "i", 0.3, 3.9), ("g", "r", 0.2, 1.2), ("r", "i", 0.12, 2.1),
    ("g", "z", 0.3, 4.8), ("r", "z", 0.15, 3.1), ("i", "z", 0.10, 0.95),
    ("gaia_bp", "gaia_rp", 0.3, 2.8),
)  # fmt: skip
_FEWEST_STARS = 100
_MOST_STARS = 4000
_LARGEST_ERROR = 0.1
_SMALLEST_SHIFT = 0.3
# How near to AB - Vega an offset must be: a quarter magnitude, as metallicity moves
# dwarfs; less for bands where dust alone does as much, more where nothing else could.
_TOLERANCE_MAG = 0.25
_TOLERANCE_SHARES = 0.15, 0.30

Magnitudes = Mapping[str, Floats]


def system_findings(catalog: Catalog) -> list[Finding]:
    """Return bands whose stars are off by what AB and Vega differ by."""
    stars = np.flatnonzero(probable_stars(catalog))
    if len(stars) < _FEWEST_STARS:
        return []
    step = max(1, -(-len(stars) // _MOST_STARS))
    magnitudes = _magnitudes(catalog, stars[::step])
    columns = {c.band: c for c in catalog.mapping.columns if c.role == "magnitude"}
    found = []
    for band, (offset, n_stars) in _wrong_bands(magnitudes, _shifts(catalog)).items():
        column = columns[band]
        side = "faint" if offset > 0 else "bright"
        other = "AB" if column.system == "Vega" else "Vega"
        found.append(
            Finding(
                "warning", column.name,
                f"stars lie {abs(offset):.2f} mag too {side} in {BANDS[band].label} "
                f"for {column.system} magnitudes (median of {n_stars:,} stars against "
                f"the stellar locus); AB - Vega is {BANDS[band].ab_minus_vega:.2f}",
                0, (),
                f"Set its system to {other} in the mapping.",
            )
        )  # fmt: skip
    return found


def _magnitudes(catalog: Catalog, rows: np.ndarray) -> dict[str, Floats]:
    """Return the stars' AB magnitudes by band, NaN where not well measured."""
    found = {}
    for band in catalog.bands:
        if band in BAND_COLUMNS:
            magnitude, error = (values[rows] for values in catalog.magnitude(band))
            found[band] = np.where(error > _LARGEST_ERROR, np.nan, magnitude)
    return found


def _shifts(catalog: Catalog) -> dict[str, float]:
    """Return what each band's magnitudes would change by in the other system."""
    systems = {
        c.band: c.system for c in catalog.mapping.columns if c.role == "magnitude"
    }
    return {
        band: BANDS[band].ab_minus_vega * (-1.0 if systems[band] == "Vega" else 1.0)
        for band in catalog.bands
        if band in BAND_COLUMNS and abs(BANDS[band].ab_minus_vega) >= _SMALLEST_SHIFT
    }


def _wrong_bands(
    magnitudes: dict[str, Floats], shifts: dict[str, float]
) -> dict[str, tuple[float, int]]:
    """Return offset and number of stars of each band that fits the other system.

    One band after another is changed, each time the one that brings the stars nearest
    to the locus: a wrong band spoils the colours of all others.
    """
    wrong: list[str] = []
    while True:
        trials = {
            band: _cost(magnitudes | {band: magnitudes[band] + shift})
            for band, shift in shifts.items()
            if band not in wrong
        }
        best = min(trials, key=lambda band: trials[band], default=None)
        if best is None or not _fits(magnitudes, best, shifts[best]):
            break
        magnitudes = magnitudes | {best: magnitudes[best] + shifts[best]}
        wrong.append(best)
    return {
        band: (offset - shifts[band], n)
        for band in wrong
        for offset, n in [_offset(magnitudes, band)]
    }


def _fits(magnitudes: Magnitudes, band: str, shift: float) -> bool:
    """Return whether a band's offset is that of the other system, not of this."""
    offset, n_stars = _offset(magnitudes, band)
    left = abs(offset + shift)
    least, most = (share * abs(shift) for share in _TOLERANCE_SHARES)
    tolerance = max(least, min(most, _TOLERANCE_MAG))
    return n_stars >= _FEWEST_STARS and left <= tolerance and left < abs(offset)


def _offset(magnitudes: Magnitudes, band: str) -> tuple[float, int]:
    """Return a band's median offset over all colours, and the most stars of one."""
    own = [(offset, n) for b, offset, n in _offsets(magnitudes) if b == band]
    if not own:
        return np.nan, 0
    return float(np.median([offset for offset, _ in own])), max(n for _, n in own)


def _cost(magnitudes: Magnitudes) -> float:
    """Return how far stars are from the locus, over all bands and colours."""
    return sum(abs(offset) for _, offset, _ in _offsets(magnitudes))


def _offsets(magnitudes: Magnitudes) -> Iterator[tuple[str, float, int]]:
    """Yield each band's median offset against each colour, and of how many stars."""
    locus = stellar_locus()
    for blue, red, low, high in _PIVOTS:
        if blue not in magnitudes or red not in magnitudes:
            continue
        colour = magnitudes[blue] - magnitudes[red]
        inside = (colour > low) & (colour < high)
        if np.count_nonzero(inside) < _FEWEST_STARS:
            continue
        knots = locus[blue] - locus[red]
        order = np.argsort(knots)
        for band in magnitudes:
            if band in (blue, red):
                continue
            expected = np.interp(
                colour[inside], knots[order], (locus[band] - locus[red])[order]
            )
            seen = magnitudes[band][inside] - magnitudes[red][inside]
            offset = (seen - expected)[np.isfinite(seen)]
            if len(offset) >= _FEWEST_STARS:
                yield band, float(np.median(offset)), len(offset)


def stellar_locus() -> dict[str, Floats]:
    """Return m_X - m_i of F to M6 dwarfs by band, in AB, hot to cool."""
    table = read_reference("stellar_locus")
    is_dwarf = table["spectral_type"].str.fullmatch(r"[FGKM][\d.]+V") & (
        table["system"] == "AB_DECam_VISTA_WISE_Gaia"
    )
    dwarfs = table[is_dwarf]
    return {
        band: np.zeros(len(dwarfs))
        if band == "i"
        else dwarfs[f"{name}_minus_i_ab"].to_numpy(dtype=np.float64)
        for band, name in BAND_COLUMNS.items()
    }
