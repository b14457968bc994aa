"""Errors that no measurement has.

Within checks: above stars.
"""

import numpy as np
from numpy.typing import NDArray

from qsovae.bands import Quality
from qsovae.catalog import Catalog
from qsovae.checks.report import Finding, Hits
from qsovae.checks.stars import Floats, Mask
from qsovae.magnitudes import POGSON

# Zero points are not known to a thousandth of a magnitude in any survey, and no error
# of a survey's source is a tenth of that.
TOO_SMALL_MAG = 1e-4

_FEWEST = 20
_FEWEST_FOR_A_TREND = 200
_MOST_SMALL = 0.5
_WIDE_MAG = 2.0
_WEAK_TREND = 0.2


class ErrorColumns:
    """Magnitude errors that are made up, constant, too small or unrelated.

    Parameters
    ----------
    sample : Catalog
        It tells which columns repeat their magnitude or are constant, and whether
        errors rise towards faint magnitudes.
    """

    def __init__(self, sample: Catalog) -> None:
        self._columns = []
        for band in sample.bands:
            names = {c.role: c.name for c in sample.mapping.columns if c.band == band}
            if {"magnitude", "magnitude_error"} <= set(names):
                name, of_name = names["magnitude_error"], names["magnitude"]
                self._columns.append(_ErrorColumn(name, of_name, sample))

    def bits(self, portion: Catalog, start: int) -> NDArray[np.uint32]:
        """Return the bits of a portion's rows, (n_portion,)."""
        bits = np.zeros(portion.n_rows, dtype=np.uint32)
        for column in self._columns:
            bits[column.suspect(portion, start)] |= np.uint32(Quality.SUSPECT_ERROR)
        return bits

    def findings(self) -> list[Finding]:
        """Return what was found, at most one finding a column."""
        found = [column.finding() for column in self._columns]
        return [finding for finding in found if finding is not None]


class _ErrorColumn:
    """What is wrong with the errors of one band."""

    def __init__(self, name: str, of_name: str, sample: Catalog) -> None:
        self._name, self._of_name, self._sample = name, of_name, sample
        self._hits, self._n_known = Hits(), 0
        error, magnitude = sample.values(name), sample.values(of_name)
        known = error[np.isfinite(error)]
        self._median = np.median(known) if len(known) else np.nan
        self._repeats = self._is_constant = False
        if len(known) < _FEWEST:
            return
        n_repeats = np.count_nonzero(_repeats(magnitude, error))
        self._repeats = bool(n_repeats >= max(_FEWEST, 0.1 * len(known)))
        self._is_constant = bool(np.ptp(known) == 0)

    def suspect(self, portion: Catalog, start: int) -> Mask:
        """Return which errors of a portion are not to be trusted, (n_portion,)."""
        error = portion.values(self._name)
        self._n_known += int(np.isfinite(error).sum())
        if self._repeats:
            hit = _repeats(portion.values(self._of_name), error)
        elif self._is_constant:
            hit = error == self._median
        else:
            hit = is_too_small(error)
        self._hits.add(hit, start)
        return hit

    def finding(self) -> Finding | None:
        """Return the first thing that is wrong with the column."""
        n_rows = self._hits.n_rows
        share = n_rows / max(self._n_known, 1)
        if self._repeats:
            return Finding.on_rows(
                "warning", self._name,
                f"errors are 1.0857 / {self._of_name}, not 1.0857 / signal-to-noise: "
                f"they repeat the magnitude ({share:.0%} of the known errors)",
                self._hits,
                "Ignore the column, or make errors from the signal to noise.",
            )  # fmt: skip
        if self._is_constant:
            all_or_most = "all" if share == 1 else f"{share:.2%} of the"
            return Finding.on_rows(
                "warning", self._name, f"{all_or_most} errors are {self._median:g}",
                self._hits,
                "Ignore the column: one value for all rows is no measurement.",
            )  # fmt: skip
        sample = self._sample
        trend = _trend_finding(
            self._name, self._of_name,
            sample.values(self._of_name), sample.values(self._name),
        )  # fmt: skip
        if not n_rows or (trend is not None and share <= _MOST_SMALL):
            return trend
        return Finding.on_rows(
            "warning" if share > _MOST_SMALL else "note", self._name,
            f"errors are below {TOO_SMALL_MAG:g} mag in {share:.2g} of them (median "
            f"{self._median:.2g}): no survey is so precise", self._hits,
            "Check the unit: fluxes, or errors of something else?",
        )  # fmt: skip


def is_too_small(error_mag: Floats) -> Mask:
    """Return which errors no survey reaches, (n_rows,)."""
    with np.errstate(invalid="ignore"):
        small: Mask = error_mag < TOO_SMALL_MAG
    return small


def _repeats(magnitude: Floats, error: Floats) -> Mask:
    """Return which errors are made from the magnitude as if it were a ratio."""
    with np.errstate(invalid="ignore"):
        hit: Mask = np.abs(error * magnitude / POGSON - 1.0) < 1e-3
    return hit


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
    # Half a second to import, for pages that check nothing.
    from scipy.stats import rankdata

    ranks = np.vstack([rankdata(first), rankdata(second)])
    if np.any(np.ptp(ranks, axis=1) == 0):
        return 0.0
    return float(np.corrcoef(ranks)[0, 1])
