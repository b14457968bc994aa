"""How significantly a source moves.

Layer: beside bands.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Of a correlation of one the significance would be infinite.
_LARGEST_CORRELATION = 0.99


def motion_significance(
    along_ra: Floats, along_dec: Floats, correlation: Floats | None = None
) -> Floats:
    """Return the length of a proper motion in units of its own error ellipse.

    Parameters
    ----------
    along_ra, along_dec : ndarray, (n,)
        Each component over its error.
    correlation : ndarray, (n,), optional
        Of the two errors, as Gaia's ``pmra_pmdec_corr``; NaN counts as none.

    Returns
    -------
    ndarray, (n,)
        sqrt(mu^T C^-1 mu). Without motion it follows Rayleigh's distribution.
    """
    rho: Floats | float = 0.0
    if correlation is not None:
        limit = _LARGEST_CORRELATION
        rho = np.clip(np.nan_to_num(correlation), -limit, limit)
    squared = along_ra**2 - 2.0 * rho * along_ra * along_dec + along_dec**2
    length: Floats = np.sqrt(squared / (1.0 - np.square(rho)))
    return length
