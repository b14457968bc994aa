"""Addresses of sky viewers and archives at a position; nothing is fetched.

Layer: beside tables.
"""

import math

from qsovae.errors import InputError

# {ra} and {dec} in decimal degrees, ICRS. By what a reader calls them.
_PATTERNS = {
    "Legacy Surveys": "https://www.legacysurvey.org/viewer?ra={ra}&dec={dec}"
    "&layer=ls-dr10&zoom=16&mark={ra},{dec}",
    "Cut-out": "https://www.legacysurvey.org/viewer/jpeg-cutout?ra={ra}&dec={dec}"
    "&layer=ls-dr10&pixscale=0.262&size=256",
    "Aladin": "https://aladin.cds.unistra.fr/AladinLite/?target={ra}%20{dec}&fov=0.05"
    "&survey=P%2FDSS2%2Fcolor",
    "ESASky": "https://sky.esa.int/?target={ra}%20{dec}&hips=DSS2+color&fov=0.05"
    "&cooframe=J2000&sci=true",
    "SIMBAD": "https://simbad.cds.unistra.fr/simbad/sim-coo?Coord={ra}%20{dec}"
    "&CooFrame=ICRS&Radius=5&Radius.unit=arcsec",
    # The radius is in arcmin.
    "NED": "https://ned.ipac.caltech.edu/conesearch?search_type=Near%20Position%20Search"
    "&coordinates={ra}d%20{dec}d&radius=0.17&in_csys=Equatorial&in_equinox=J2000",
    "VizieR, Gaia DR3": "https://vizier.cds.unistra.fr/viz-bin/VizieR-4"
    "?-source=I/355/gaiadr3&-c={ra}%20{dec}&-c.rs=5",
    "SDSS": "https://skyserver.sdss.org/dr17/VisualTools/explore/summary"
    "?ra={ra}&dec={dec}",
}


def viewer_links(ra_deg: float, dec_deg: float) -> dict[str, str]:
    """Return addresses of viewers and archives at a position, by their names.

    Surveys have no image everywhere: some pages will say that there is none.

    Parameters
    ----------
    ra_deg, dec_deg : float
        ICRS, in degrees.

    Raises
    ------
    InputError
        If that is no place on the sphere.

    Examples
    --------
    >>> from qsovae import viewer_links
    >>> viewer_links(187.277915, 2.052388)["SDSS"].partition("?")[2]
    'ra=187.277915&dec=2.052388'
    """
    if not (math.isfinite(ra_deg) and 0.0 <= ra_deg <= 360.0 and abs(dec_deg) <= 90.0):
        raise InputError(
            f"right ascension {ra_deg} and declination {dec_deg} are no position",
            "qsovae.viewer_links",
            "Pass degrees: 0 to 360, and -90 to 90.",
        )
    # Six digits are 4 mas, and never an exponent.
    place = {"ra": f"{ra_deg:.6f}", "dec": f"{dec_deg:.6f}"}
    return {name: pattern.format(**place) for name, pattern in _PATTERNS.items()}
