"""A look at every column and row.

Within checks: above findings and column_table.
"""

import numpy as np
import pandas as pd

from qsovae.bands import Quality
from qsovae.catalog import Catalog
from qsovae.checks.column_table import COUNTS, column_line
from qsovae.checks.findings import column_findings, table_findings
from qsovae.checks.report import CheckReport, Finding


def check_catalog(catalog: Catalog) -> CheckReport:
    """Return what a look at every column and row of a catalog finds."""
    columns = [column_line(catalog, c) for c in catalog.mapping.columns]
    table = pd.DataFrame(columns).astype(dict.fromkeys(COUNTS, "Int64"))
    findings = [
        *table_findings(catalog),
        *column_findings(catalog, table),
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
