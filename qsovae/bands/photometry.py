"""Photometric bands.

Within bands: above definitions.
"""

from dataclasses import dataclass

from qsovae.bands.definitions import definitions_in, unusable

# nJy of each unit that a flux can be in, as files write them, in lower case.
FLUX_UNITS: dict[str, float] = {
    "njy": 1.0, "ujy": 1e3, "\u00b5jy": 1e3, "\u03bcjy": 1e3,
    "microjansky": 1e3, "mjy": 1e6, "jy": 1e9, "nanomaggy": 3631.0,
    "nanomaggies": 3631.0, "nmgy": 3631.0, "mgy": 3.631e12, "maggy": 3.631e12,
}  # fmt: skip
# A flux in counts gets its scale from rows that have the magnitude as well.
COUNT_UNITS = (
    "dn", "count", "counts", "adu", "ct", "electron.s**-1", "'electron'.s**-1",
    "electron / s", "electron s-1", "e-/s",
)  # fmt: skip


@dataclass(frozen=True)
class Band:
    """One photometric band.

    Attributes
    ----------
    name, label : str
        As in column names; as on an axis.
    wavelength_um : float
        Effective wavelength in µm.
    ab_minus_vega : float
        What turns a Vega magnitude into an AB magnitude, in mag.
    extinction : float or None
        R of A = R x E(B-V), SFD scale.
    ucd : str
        The part of the spectrum, in the IVOA's words.
    """

    name: str
    label: str
    wavelength_um: float
    ab_minus_vega: float
    extinction: float | None = None
    ucd: str = "em"


def _bands() -> dict[str, Band]:
    """Return the bands by name, bluest first."""
    entries = definitions_in("bands.toml")
    try:
        bands = [Band(name, **entry) for name, entry in entries.items()]
        return {b.name: b for b in sorted(bands, key=lambda b: b.wavelength_um)}
    except TypeError as error:
        raise unusable("bands.toml", error) from None


BANDS: dict[str, Band] = _bands()
