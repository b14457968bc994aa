"""The splits that come of a plan.

Within splits: above stratified, blocks and plans.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qsovae.errors import ConfigError, InputError
from qsovae.splits.blocks import (
    cell_area_deg2,
    faint_share,
    fitting_nside,
    folds_of_blocks,
    held_out_blocks,
    sky_cells,
)
from qsovae.splits.plans import RowPlaces, SplitPlan
from qsovae.splits.sides import two_sides
from qsovae.splits.split import Split, check_draw, check_folds, labelled_rows
from qsovae.splits.stratified import stratified_folds, stratified_split


def split_rows(
    plan: SplitPlan,
    places: RowPlaces,
    test_fraction: float,
    seed: int,
    where: str = "catalog",
) -> Split:
    """Return the split of a plan.

    A labelled row without what the plan goes by is excluded, and the rule's notes count
    these.

    Parameters
    ----------
    plan : SplitPlan
    places : RowPlaces
    test_fraction : float
        Share of the labelled rows to hold out; whole blocks come as near as they can.
    seed : int
        Of what is drawn.
    where : str
        File and column of the labels, for errors to name.

    Raises
    ------
    InputError
        If the rows lack what the plan goes by, or a side would be empty.
    ConfigError
        If fraction, seed or values are none.
    """
    if plan.kind == "stratified":
        return stratified_split(
            places.class_label, test_fraction, seed, places.groups, where
        )
    check_draw(test_fraction, seed)
    cut = _Cut.of(plan, places, where)
    if plan.kind == "bright-to-faint":
        tested = cut.share >= 1.0 - test_fraction
    elif plan.values:
        tested = np.isin(cut.blocks, cut.numbers_of(plan.values, where))
    else:
        tested = held_out_blocks(cut.blocks, cut.names, test_fraction, seed, where)
    rule = cut.rule | {"test_fraction": float(test_fraction), "seed": int(seed)}
    return cut.split(rule, tested, places.groups, where)


def split_folds(
    plan: SplitPlan, places: RowPlaces, n_folds: int, seed: int, where: str = "catalog"
) -> list[Split]:
    """Return the splits of a plan that test one part after the other.

    From bright to faint the rows are cut at quantiles into one part more than there are
    folds, and each is tested by what all brighter ones taught, as in scikit-learn's
    ``TimeSeriesSplit``; fainter rows are excluded from that fold.

    Parameters and errors are those of ``split_rows``, and of ``stratified_folds``.
    """
    if plan.kind == "stratified":
        return stratified_folds(places.class_label, n_folds, seed, places.groups, where)
    check_folds(n_folds)
    if plan.values:
        raise ConfigError(
            f"{n_folds} folds of a split that names what to hold out",
            "split",
            "Leave out the values, or the folds.",
        )
    cut = _Cut.of(plan, places, where)
    is_faint = plan.kind == "bright-to-faint"
    folds = (
        np.floor(cut.share * (n_folds + 1)) - 1.0 if is_faint
        else folds_of_blocks(cut.blocks, n_folds, where)
    )  # fmt: skip
    return [
        cut.split(
            cut.rule | {"fold": k + 1, "folds": n_folds, "seed": int(seed)},
            folds == k, places.groups, where, (folds > k) if is_faint else None,
        )
        for k in range(n_folds)
    ]  # fmt: skip


class _Cut:
    """Labelled rows in blocks or in order, ready to be cut.

    Attributes
    ----------
    blocks : ndarray of int, (n_rows,)
        -1 for rows without a label or without what the plan goes by.
    names : list of str
        Of the blocks.
    share : ndarray, (n_rows,)
        Of the labelled rows that are brighter; NaN as above.
    rule : dict
        What repeats it, of the plan.
    """

    def __init__(self, places: RowPlaces, where: str) -> None:
        self.labels, rows = labelled_rows(places.class_label, where)
        self.is_labelled = np.zeros(len(self.labels), dtype=bool)
        self.is_labelled[rows] = True
        self.blocks = np.full(len(self.labels), -1, dtype=np.int64)
        self.names: list[str] = []
        self.share = np.full(len(self.labels), np.nan)
        self.rule: dict[str, Any] = {}
        self._lacking = ""

    @classmethod
    def of(cls, plan: SplitPlan, places: RowPlaces, where: str) -> "_Cut":
        """Return rows cut by a plan."""
        cut = cls(places, where)
        if plan.kind == "sky":
            cut._by_cell(plan, places, where)
        elif plan.kind == "bright-to-faint":
            cut._by_magnitude(plan, places, where)
        else:
            cut._by_column(plan, places, where)
        cut.rule |= {"kind": plan.kind, "grouped": places.groups is not None}
        return cut

    def _by_cell(self, plan: SplitPlan, places: RowPlaces, where: str) -> None:
        if places.ra_deg is None or places.dec_deg is None:
            raise InputError(
                "there are no coordinates to split the sky by",
                where,
                "Give two columns the roles 'ra' and 'dec', or split otherwise.",
            )
        here = self.is_labelled
        ra, dec = (np.where(here, v, np.nan) for v in (places.ra_deg, places.dec_deg))
        nside = plan.nside or fitting_nside(ra, dec)
        cells = sky_cells(ra, dec, nside)
        self._take(pd.Series(cells).where(cells >= 0))
        self.rule = {"nside": nside, "cell_deg2": round(cell_area_deg2(nside), 6)}
        self._lacking = "position"

    def _by_magnitude(self, plan: SplitPlan, places: RowPlaces, where: str) -> None:
        if places.magnitude is None:
            raise InputError(
                "there is no magnitude to go from bright to faint by",
                where,
                "Give a column the role 'magnitude', or split otherwise.",
            )
        self.share = faint_share(np.where(self.is_labelled, places.magnitude, np.nan))
        self.rule = {"band": plan.band}
        self._lacking = f"magnitude in {plan.band}"

    def _by_column(self, plan: SplitPlan, places: RowPlaces, where: str) -> None:
        if places.column is None:
            raise InputError(
                f"there is no column {plan.column!r} to split by",
                where,
                "Name a column of the catalog.",
            )
        values = pd.Series(places.column, dtype=object)
        self._take(values.where(self.is_labelled))
        self.rule = {"column": plan.column, "values": list(plan.values)}
        self._lacking = f"value in column {plan.column}"

    def _take(self, values: "pd.Series[Any]") -> None:
        """Make a block of each value."""
        codes, found = pd.factorize(values, sort=False)
        spelt = np.array([_spelt(v) for v in found], dtype=object)
        numbers, names = pd.factorize(spelt, sort=True)
        self.names = [str(name) for name in names]
        # -1, the code of a null, is the last.
        self.blocks = np.append(numbers, -1).astype(np.int64)[codes]

    def numbers_of(self, values: tuple[str, ...], where: str) -> list[int]:
        """Return the blocks of some values."""
        unknown = sorted(set(values) - set(self.names))
        if unknown:
            known = ", ".join(self.names[:10]) + (" …" if len(self.names) > 10 else "")
            raise InputError(
                f"no labelled row has {', '.join(unknown)} in column "
                f"{self.rule['column']}",
                where,
                f"Values there: {known}.",
            )
        return [self.names.index(value) for value in values]

    def split(
        self,
        rule: dict[str, Any],
        tested: NDArray[np.bool_],
        groups: NDArray[np.int64] | None,
        where: str,
        later: NDArray[np.bool_] | None = None,
    ) -> Split:
        """Return the split that tests some rows, without those that come later."""
        lacking = self.is_labelled & (self.blocks < 0) & np.isnan(self.share)
        excluded = lacking if later is None else lacking | later
        made = two_sides(rule, self.labels, tested, where, groups, excluded)
        n_lacking = int(lacking.sum())
        if n_lacking:
            made.rule["notes"].append(
                f"{n_lacking} labelled row(s) have no {self._lacking}: excluded"
            )
        return made


def _spelt(value: object) -> str:
    """Return a value as a person writes it: a whole number without a fraction."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
