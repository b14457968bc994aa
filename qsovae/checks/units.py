"""Units in the file that do not fit what the columns are taken for.

Within checks: above report.
"""

import re

from qsovae.catalog import Catalog
from qsovae.checks.report import Finding

_FITTING = {
    "magnitude": (r"(ab|st|vega)?[ _]?mag(s|nitudes?)?[ _]?\(?(ab|st|vega)?\)?", "mag"),
    "ra": (r"deg(rees?)?|d|°", "deg"),
    "dec": (r"deg(rees?)?|d|°", "deg"),
}
_UNSTATED = {"", "-", "--", "---", "none", "unitless", "dimensionless", "1"}


def unit_findings(catalog: Catalog) -> list[Finding]:
    """Return columns whose stated unit is none of their role."""
    found = []
    for column in catalog.mapping.columns:
        role = "magnitude" if column.role == "magnitude_error" else column.role
        stated = str(catalog.raw.units.get(column.name) or "").strip()
        if role not in _FITTING or stated.casefold() in _UNSTATED:
            continue
        pattern, wanted = _FITTING[role]
        if not re.fullmatch(pattern, stated.casefold()):
            found.append(
                Finding("warning", column.name,
                        f"the file states the unit {stated!r}, but the role "
                        f"{column.role!r} wants {wanted}", 0, (),
                        "Correct the role, or convert the values.")
            )  # fmt: skip
    return found
