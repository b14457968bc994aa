"""Errors that no measurement has.

Within checks: above report.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from qsovae.catalog import Catalog
from qsovae.checks.report import Finding

Floats = NDArray[np.float64]

_FEWEST = 20
_FEWEST_FOR_A_TREND = 200
_TOO_SMALL = 1e-4
_PER_LN = 2.5 / np.log(10.0)  # error = this over the signal to noise
_WIDE_MAG = 2.0
_WEAK_TREND = 0.2


def error_findings(catalog: Catalog) -> list[Finding]:
    """Return magnitude errors that are made up, constant, too small or unrelated."""
    found = []
    for band in catalog.bands:
        columns = [c for c in catalog.mapping.columns if c.band == band]
        magnitudes = [c.name for c in columns if c.role == "magnitude"]
        errors = [c.name for c in columns if c.role == "magnitude_error"]
        if errors:
            magnitude = catalog.values(magnitudes[0])
            error = catalog.values(errors[0])
            finding = _finding(errors[0], magnitudes[0], magnitude, error)
            if finding is not None:
                found.append(finding)
    return found


def _finding(
    name: str, of_name: str, magnitude: Floats, error: Floats
) -> Finding | None:
    """Return the first thing that is wrong with one column of errors."""
    known = np.isfinite(error)
    n_known = np.count_nonzero(known)
    if n_known < _FEWEST:
        return None
    repeats = np.abs(error * magnitude / _PER_LN - 1.0) < 1e-3
    if np.count_nonzero(repeats) >= max(_FEWEST, 0.1 * n_known):
        return Finding.on_rows(
            "warning", name,
            f"errors are 1.0857 / {of_name}, not 1.0857 / signal-to-noise: they repeat "
            f"the magnitude ({np.mean(repeats[known]):.0%} of the known errors)",
            repeats, "Ignore the column, or make errors from the signal to noise.",
        )  # fmt: skip
    if np.ptp(error[known]) == 0:
        return Finding.on_rows(
            "warning", name, f"all errors are {error[known][0]:g}", known,
            "Ignore the column: one value for all rows is no measurement.",
        )  # fmt: skip
    small = known & (error < _TOO_SMALL)
    if np.count_nonzero(small) > 0.5 * n_known:
        return Finding.on_rows(
            "warning", name,
            f"errors are below {_TOO_SMALL:g} mag in {np.mean(small[known]):.0%} of "
            f"them (median {np.median(error[known]):.2g}): no survey is so precise",
            small, "Check the unit: fluxes, or errors of something else?",
        )  # fmt: skip
    return _trend_finding(name, of_name, magnitude, error)


def _trend_finding(
    name: str, of_name: str, magnitude: Floats, error: Floats
) -> Finding | None:
    """Return a finding if errors do not rise towards faint magnitudes.

    Bright sources saturate, and their errors then rise the other way: only the fainter
    half is asked, wide enough in magnitude for a trend.
    """
    both = np.isfinite(magnitude) & np.isfinite(error)
    if np.count_nonzero(both) < _FEWEST_FOR_A_TREND:
        return None
    low, middle, high = np.percentile(magnitude[both], [5.0, 50.0, 95.0])
    faint = both & (magnitude >= middle - 0.25 * (middle - low))
    if high - low < _WIDE_MAG or high - middle < 0.25 * _WIDE_MAG:
        return None
    rho = _rank_correlation(magnitude[faint], error[faint])
    if rho >= _WEAK_TREND:
        return None
    return Finding(
        "warning", name,
        f"errors do not rise towards the faint end of {of_name}: rank correlation "
        f"{rho:+.2f} over {high - low:.1f} mag", 0, (),
        "Check that the errors are of these magnitudes and of the same rows.",
    )  # fmt: skip


def _rank_correlation(first: Floats, second: Floats) -> float:
    """Return Spearman's correlation; zero if one of them is constant."""
    ranks = np.vstack([rankdata(first), rankdata(second)])
    if np.any(np.ptp(ranks, axis=1) == 0):
        return 0.0
    return float(np.corrcoef(ranks)[0, 1])
