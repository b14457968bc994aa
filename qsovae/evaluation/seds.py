"""Mean spectral energy distributions of some rows.

Within evaluation: lowest.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qsovae.bands import BANDS

# One standard deviation, of normal scatter.
_SCATTER = (15.87, 84.13)
_COLUMNS = ("mag_ab", "mag_ab_low", "mag_ab_high")


def mean_sed(magnitudes: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """Return mean magnitudes by wavelength, and how they scatter.

    Rows that were not seen in a band do not count there: where sources are missing
    because they are faint, the mean is that of the brighter ones.

    Parameters
    ----------
    magnitudes : mapping of array_like, (n_rows,)
        AB magnitudes by band; NaN where unknown.

    Returns
    -------
    DataFrame
        One line a band, bluest first: ``band``, ``wavelength_um``, ``mag_ab`` (mean),
        ``mag_ab_low`` and ``mag_ab_high`` (between which 68 % of rows lie) and
        ``rows`` with a magnitude. NaN where there is none.
    """
    lines = []
    for name in sorted(magnitudes, key=lambda band: BANDS[band].wavelength_um):
        given = np.asarray(magnitudes[name], dtype=np.float64)
        seen = given[np.isfinite(given)]
        numbers = (
            (seen.mean(), *np.percentile(seen, _SCATTER))
            if seen.size
            else (np.nan, np.nan, np.nan)
        )
        lines.append(
            {"band": name, "wavelength_um": BANDS[name].wavelength_um}
            | dict(zip(_COLUMNS, map(float, numbers), strict=True))
            | {"rows": seen.size}
        )
    return pd.DataFrame(lines, columns=["band", "wavelength_um", *_COLUMNS, "rows"])
