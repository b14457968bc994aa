"""What is wrong or doubtful in a catalog: a table by column, and findings in words.

Layer: above catalog, beside features. Only looks; nothing is changed.
"""

from qsovae.checks.check import check_catalog
from qsovae.checks.page import check_page, write_check_page
from qsovae.checks.report import CheckReport, Finding

__all__ = [
    "CheckReport",
    "Finding",
    "check_catalog",
    "check_page",
    "write_check_page",
]
