"""What is wrong or doubtful in a catalog: a table by column, findings, bits by row.

Layer: above catalog, beside features. Only looks; nothing is changed. A catalog larger
than memory is gone through in portions.
"""

from qsovae.checks.check import check_catalog, check_portions, check_teller
from qsovae.checks.flags import RowChecks, flag_table, row_flags, write_flags
from qsovae.checks.page import check_page, write_check_page
from qsovae.checks.report import CheckReport, Finding

__all__ = [
    "CheckReport",
    "Finding",
    "RowChecks",
    "check_catalog",
    "check_page",
    "check_portions",
    "check_teller",
    "flag_table",
    "row_flags",
    "write_check_page",
    "write_flags",
]
