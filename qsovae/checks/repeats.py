"""What occurs more often than it should: values, positions, whole rows.

Within checks: above report.
"""

import numpy as np
import pandas as pd

from qsovae.catalog import Catalog
from qsovae.checks.report import Finding
from qsovae.checks.stars import Floats, Mask
from qsovae.crossmatch import SkyIndex

_NEAR_ARCSEC = 0.5
_FEWEST = 20
_SMALLEST_SHARE = 0.01
_TIMES_NEIGHBOURS = 5.0
_FEWEST_VALUES = 50
_WINDOW = 0.05  # of the values' range: which others are neighbours
_FEWEST_MEASURED = 4


def repeat_findings(catalog: Catalog) -> list[Finding]:
    """Return values, positions and rows that repeat."""
    found = []
    for column in catalog.mapping.columns:
        if column.role.startswith(("magnitude", "feature")):
            values = catalog.values(column.name)
            is_error = column.role.endswith("error")
            found += _spike(column.name, values, is_error=is_error)
    return [*found, *_near_positions(catalog), *_equal_rows(catalog)]


def _spike(name: str, values: Floats, *, is_error: bool) -> list[Finding]:
    """Return a finding on a value that is far commoner than those next to it.

    Rounded values repeat, but so do their neighbours; a column of few values is a code.
    """
    seen = values[np.isfinite(values)]
    if len(seen) < _FEWEST_VALUES:
        return []
    distinct, counts = np.unique(seen, return_counts=True)
    top = int(np.argmax(counts))
    enough = max(_FEWEST, _SMALLEST_SHARE * len(seen))
    if len(distinct) < _FEWEST_VALUES or counts[top] < enough:
        return []
    low, high = np.percentile(seen, [1.0, 99.0])
    near = np.abs(distinct - distinct[top]) <= max(_WINDOW * (high - low), 1e-12)
    near[top] = False
    if counts[top] < _TIMES_NEIGHBOURS * max(1, counts[near].max(initial=0)):
        return []
    share = f"{counts[top] / len(seen):.1%} of the observed"
    if is_error:
        message = f"the error {distinct[top]:g} stands in many rows, {share}"
        fix = "A floor, or a code for an unknown error? Name a code as a sentinel."
    else:
        message = f"the value {distinct[top]:g} stands in many rows, {share}"
        fix = "If it is a code for 'missing' or a limit, name it as a sentinel."
    severity = "note" if is_error else "warning"
    return [Finding.on_rows(severity, name, message, values == distinct[top], fix)]


def _near_positions(catalog: Catalog) -> list[Finding]:
    """Return a finding on rows within half an arcsecond of another."""
    if catalog.position is None:
        return []
    ra, dec = catalog.position
    near = near_another(ra, dec)
    if not near.any():
        return []
    return [
        Finding.on_rows(
            "warning", catalog.mapping.only("ra"),
            f"positions are within {_NEAR_ARCSEC:g} arcsec of another row's", near,
            "The same source twice? Put both on one side of a split, or keep one.",
        )
    ]  # fmt: skip


def near_another(ra_deg: Floats, dec_deg: Floats) -> Mask:
    """Return which positions are within half an arcsecond of another, (n_rows,)."""
    # Equal positions first: many rows at one place would make all pairs of them.
    places = pd.DataFrame({"ra": ra_deg, "dec": dec_deg})
    known = places.notna().all(axis=1).to_numpy(dtype=bool)
    near: Mask = places.duplicated(keep=False).to_numpy(dtype=bool) & known
    once = np.flatnonzero(~places.duplicated().to_numpy(dtype=bool) & known)
    ra, dec = ra_deg[once], dec_deg[once]
    pairs = SkyIndex(ra, dec).pairs_near(ra, dec, _NEAR_ARCSEC)
    different = pairs.first != pairs.second
    near[once[pairs.first[different]]] = True
    return near


def _equal_rows(catalog: Catalog) -> list[Finding]:
    """Return a finding on rows whose measurements all equal another row's."""
    names = [
        c.name for c in catalog.mapping.columns if c.role in ("magnitude", "feature")
    ]
    if len(names) < _FEWEST_MEASURED:
        return []
    measured = pd.DataFrame({n: catalog.values(n) for n in names})
    enough = measured.notna().sum(axis=1).to_numpy() >= _FEWEST_MEASURED
    equal: Mask = np.zeros(catalog.n_rows, dtype=bool)
    equal[enough] = measured[enough].duplicated(keep=False).to_numpy(dtype=bool)
    if not equal.any():
        return []
    message = f"rows have all {len(names)} measurements in common with another"
    label = catalog.mapping.only("label")
    if label is not None:
        groups = measured[equal].groupby(names, dropna=False).ngroup()
        classes = catalog.raw.frame.loc[equal, label].astype("string").str.casefold()
        n_classes = classes.groupby(groups).nunique()
        n_differ = int(np.count_nonzero(n_classes > 1))
        message += f"; in {n_differ:,} of these groups the classes differ"
    return [
        Finding.on_rows(
            "warning", None, message, equal,
            "The same source twice: keep one, and mend its class.",
        )
    ]  # fmt: skip
