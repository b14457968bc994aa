"""How large the sample above a threshold is over an area of the sky.

Within workflow: lowest.
"""

import math
from typing import Any

from qsovae.errors import ConfigError

_WHOLE_SKY_DEG2 = 4.0 * math.pi * (180.0 / math.pi) ** 2


def over_area(thresholds: dict[str, Any], area_deg2: float) -> dict[str, Any]:
    """Return what is known of samples with what to expect over an area.

    Parameters
    ----------
    thresholds : dict
        Under ``thresholds`` of ``evaluation_details``, at the mix of the sky.
    area_deg2 : float
        Above 0, up to the whole sky.

    Returns
    -------
    dict
        The same with ``area_deg2``, and in its table ``expected`` (sources above each
        threshold) and ``expected_sought``, ``expected_sought_low`` and
        ``expected_sought_high`` (those of the class, by the purity and its 95 %
        interval). What the counts of the sky are off by is not in these.

    Raises
    ------
    ConfigError
        If the area is none, or the mix has no number of sources per square degree.
    """
    if not 0.0 < area_deg2 <= _WHOLE_SKY_DEG2:
        raise ConfigError(
            f"the area is {area_deg2} deg2", "area",
            f"Choose one above 0 and up to {_WHOLE_SKY_DEG2:.0f}, the whole sky.",
        )  # fmt: skip
    table = thresholds["table"]
    if "per_deg2" not in table:
        raise ConfigError(
            "nobody knows how many sources there are per square degree at this mix",
            "area", 'Use the mix of the sky: --prior sky, or prior="sky" in Python.',
        )  # fmt: skip
    expected = [density * area_deg2 for density in table["per_deg2"]]
    columns = {"expected": expected}
    for end in ("", "_low", "_high"):
        columns[f"expected_sought{end}"] = [
            None if purity is None else sources * purity
            for sources, purity in zip(expected, table[f"purity{end}"], strict=True)
        ]
    return thresholds | {"area_deg2": area_deg2, "table": table | columns}
