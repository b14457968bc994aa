"""A look at every column and row.

Within checks: above flags, column_table and the modules of findings.
"""

from collections.abc import Callable
from pathlib import Path

from qsovae.catalog import Catalog, CatalogPortions
from qsovae.checks.column_table import ColumnTable
from qsovae.checks.findings import note_findings, table_findings
from qsovae.checks.flags import RowChecks, quality_counts
from qsovae.checks.leaks import leak_findings
from qsovae.checks.report import CheckReport, Finding
from qsovae.checks.spikes import Spikes
from qsovae.checks.systems import system_findings
from qsovae.checks.units import unit_findings
from qsovae.columns import Mapping
from qsovae.progress import Progress, Teller


def check_catalog(
    subject: Catalog | Path | str,
    mapping: Mapping | None = None,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> CheckReport:
    """Return what a look at every column and row of a catalog finds.

    A file is gone through twice in portions, so that it may be larger than memory.
    Counts, minima and maxima are of all rows. Of more than 100,000 rows, a uniform
    sample of that many says what is usual (medians, spikes, colours, magnitude systems,
    how errors rise, what gives the class away); rows are then held against that, every
    one.

    Parameters
    ----------
    subject : Catalog, Path or str
        A catalog in memory, or a file.
    mapping : Mapping, optional
        Of a file's columns; recognised without one.
    on_progress : callable, optional
        Called with ``{"phase", "message", "fraction"}``.
    should_stop : callable, optional
        Asked with each portion; True ends it.

    Raises
    ------
    CatalogError
        If the file cannot be read, or the mapping does not fit it.
    ConfigError
        If it was stopped.
    """
    tell = check_teller(on_progress, should_stop)
    return check_portions(CatalogPortions(subject, mapping, tell))


def check_teller(
    on_progress: Progress | None = None, should_stop: Callable[[], bool] | None = None
) -> Teller:
    """Return what the portions of a catalog to check tell of; see ``check_catalog``."""
    # Reading, going through every row, comparing rows with each other.
    return Teller("check", 3, on_progress, should_stop)


def check_portions(portions: CatalogPortions) -> CheckReport:
    """Return what a look at every column and row finds; see ``check_catalog``."""
    sample, tell = portions.sample, portions.tell
    rows_seen, columns, spikes = (
        RowChecks(portions),
        ColumnTable(sample),
        Spikes(sample),
    )
    is_simulated = False
    tell.step("check", f"checking {portions.name}")
    for rows, portion in portions:
        rows_seen.see(portion, rows)
        columns.see(portion, rows.start)
        spikes.see(portion, rows.start)
        is_simulated |= portion.is_simulated
    tell.step("check", "comparing rows")
    rows_seen.compare_rows()
    quality = rows_seen.quality
    counts = quality_counts(quality)
    findings: list[Finding] = [
        *table_findings(portions, quality),
        *columns.findings(),
        *unit_findings(sample),
        *system_findings(sample),
        *spikes.findings(),
        *rows_seen.findings(),
        *leak_findings(sample),
        *note_findings(portions),
    ]
    order = {"error": 0, "warning": 1, "note": 2}
    findings.sort(key=lambda f: order[f.severity])
    tell.end()
    return CheckReport(
        portions.name, portions.sha256, portions.n_rows, is_simulated,
        columns.table(counts), tuple(findings), counts, quality, sample,
    )  # fmt: skip
