"""A look at every column and row.

Within checks: above column_table and the modules of findings.
"""

import numpy as np
import pandas as pd

from qsovae.bands import Quality
from qsovae.catalog import Catalog
from qsovae.checks.column_table import COUNTS, MEASURES, column_line
from qsovae.checks.contradictions import contradiction_findings
from qsovae.checks.error_columns import error_findings
from qsovae.checks.findings import column_findings, table_findings
from qsovae.checks.leaks import leak_findings
from qsovae.checks.repeats import repeat_findings
from qsovae.checks.report import CheckReport, Finding
from qsovae.checks.systems import system_findings
from qsovae.checks.units import unit_findings


def check_catalog(catalog: Catalog) -> CheckReport:
    """Return what a look at every column and row of a catalog finds."""
    columns = [column_line(catalog, c) for c in catalog.mapping.columns]
    kinds = dict.fromkeys(COUNTS, "Int64") | dict.fromkeys(MEASURES, "float64")
    table = pd.DataFrame(columns).astype(kinds)
    findings = [
        *table_findings(catalog),
        *column_findings(catalog, table),
        *unit_findings(catalog),
        *system_findings(catalog),
        *error_findings(catalog),
        *repeat_findings(catalog),
        *contradiction_findings(catalog),
        *leak_findings(catalog),
        *(Finding("note", None, note, 0, (), "") for note in catalog.raw.notes),
    ]
    order = {"error": 0, "warning": 1, "note": 2}
    findings.sort(key=lambda f: order[f.severity])
    quality = catalog.quality
    counts = {
        str(bit.name): int(np.count_nonzero(quality & bit))
        for bit in Quality
        if bit is not Quality.NOTHING_OBSERVED
    }
    return CheckReport(
        catalog.name,
        catalog.n_rows,
        catalog.is_simulated,
        table,
        tuple(findings),
        counts,
    )
