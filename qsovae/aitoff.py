"""The whole sky on a plane: Aitoff's projection, east to the left.

Layer: lowest. Takes degrees, gives places.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_FINEST_DEG, _COARSEST_DEG = 0.1, 30.0
_N_LINES = 6  # about, across the rows


def aitoff_places(ra_deg: ArrayLike, dec_deg: ArrayLike) -> tuple[Floats, Floats]:
    """Return places on Aitoff's projection, right ascension 0 in the middle.

    Parameters
    ----------
    ra_deg, dec_deg : array_like, (n,)
        NaN where unknown.

    Returns
    -------
    tuple of ndarray, (n,) each
        In degrees along the equator and the middle meridian, -180 to 180 and -90 to
        90; right ascension grows to the left, as on the sky (Snyder & Voxland 1989,
        USGS Professional Paper 1453, p. 160).
    """
    longitude = np.radians((np.asarray(ra_deg, np.float64) + 180.0) % 360.0 - 180.0)
    latitude = np.radians(np.asarray(dec_deg, np.float64))
    along = np.arccos(np.clip(np.cos(latitude) * np.cos(longitude / 2.0), -1.0, 1.0))
    widening = 1.0 / np.sinc(along / np.pi)
    x = -2.0 * np.cos(latitude) * np.sin(longitude / 2.0) * widening
    return np.degrees(x), np.degrees(np.sin(latitude) * widening)


def graticule(
    ra_deg: ArrayLike, dec_deg: ArrayLike
) -> list[tuple[str, list[tuple[float, float]]]]:
    """Return lines of equal right ascension and declination about positions.

    Parameters
    ----------
    ra_deg, dec_deg : array_like, (n,)
        Their extent says how fine the lines are.

    Returns
    -------
    list
        Of each line what it is, in degrees, and its places on Aitoff's projection.
    """
    ra = (np.asarray(ra_deg, np.float64) + 180.0) % 360.0 - 180.0
    lines = []
    ra_range, dec_range = _range(ra, 180.0), _range(np.asarray(dec_deg), 90.0)
    for value in _values(*ra_range):
        dec = np.linspace(*dec_range, 61)
        lines.append((f"{value % 360:g}°", _places(np.full(61, value), dec)))
    for value in _values(*dec_range):
        ra = np.linspace(*ra_range, 61)
        lines.append((f"{value:+g}°", _places(ra, np.full(61, value))))
    return lines


def _range(values: Floats, most: float) -> tuple[float, float]:
    """Return where lines are drawn: a little beyond the values."""
    known = values[np.isfinite(values)]
    if not known.size:
        return -most, most
    low, high = float(known.min()), float(known.max())
    beyond = max(0.15 * (high - low), _FINEST_DEG)
    # Just within a half turn, for beyond it lies the other side.
    most -= 1e-6
    return max(low - beyond, -most), min(high + beyond, most)


def _values(low: float, high: float) -> Floats:
    """Return round values between two."""
    rough = max((high - low) / _N_LINES, _FINEST_DEG)
    steps = [m * 10.0**p for p in range(-1, 2) for m in (1, 2, 3, 5)]
    step = next((s for s in steps if s >= rough), _COARSEST_DEG)
    step = min(step, _COARSEST_DEG)
    return np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step


def _places(ra: Floats, dec: Floats) -> list[tuple[float, float]]:
    x, y = aitoff_places(ra, dec)
    return list(zip(x.tolist(), y.tolist(), strict=True))
