"""What is wrong or doubtful in a catalog: a table by column, findings, bits by row.

Layer: above catalog, beside features. Only looks; nothing is changed. A catalog larger
than memory is gone through in portions.
"""

from qsovae.checks.check import check_catalog, check_portions
from qsovae.checks.flags import flag_table, row_flags, write_flags
from qsovae.checks.page import check_page, write_check_page
from qsovae.checks.portions import CatalogPortions
from qsovae.checks.report import CheckReport, Finding

__all__ = [
    "CatalogPortions",
    "CheckReport",
    "Finding",
    "check_catalog",
    "check_page",
    "check_portions",
    "flag_table",
    "row_flags",
    "write_check_page",
    "write_flags",
]
