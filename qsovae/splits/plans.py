"""How rows shall be split, as a person asks for it.

Within splits: lowest.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsovae.errors import ConfigError

SPLIT_KINDS = ("stratified", "sky", "bright-to-faint", "column")
_FINEST_NSIDE = 1 << 13


@dataclass(frozen=True)
class SplitPlan:
    """Which rows shall be held out.

    Parameters
    ----------
    kind : str
        ``stratified``: the same share of each class, at random; ``sky``: whole HEALPix
        cells; ``bright-to-faint``: the faintest; ``column``: whole fields, surveys or
        whatever a column names.
    nside : int, optional
        Of the cells; by default 16, or as fine as 20 cells ask for.
    band : str, optional
        Whose magnitude says what is faint; by default that of the features.
    column : str, optional
        Its name.
    values : tuple of str
        Of the column: which to hold out; by default some by a hash of their names.
    """

    kind: str = "stratified"
    nside: int | None = None
    band: str | None = None
    column: str | None = None
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return what ``parse_split`` takes."""
        detail = self.nside or self.band or self.column
        values = f"={','.join(self.values)}" if self.values else ""
        return self.kind if detail is None else f"{self.kind}:{detail}{values}"


def parse_split(text: str) -> SplitPlan:
    """Return the plan that a person wrote.

    Parameters
    ----------
    text : str
        ``stratified``, ``sky``, ``sky:32`` (NSIDE), ``bright-to-faint``,
        ``bright-to-faint:r`` (band), ``column:field`` or ``column:field=A,B`` (which
        to hold out).

    Raises
    ------
    ConfigError
        If it is none of these.
    """
    kind, _, detail = text.partition(":")
    if kind == "sky":
        return SplitPlan(kind, nside=_nside(detail) if detail else None)
    if kind == "bright-to-faint":
        return SplitPlan(kind, band=detail or None)
    name, _, values = detail.partition("=")
    if kind == "column" and name:
        held_out = tuple(v.strip() for v in values.split(",") if v.strip())
        return SplitPlan(kind, column=name, values=held_out)
    if kind == "stratified" and not detail:
        return SplitPlan()
    raise ConfigError(
        f"{text!r} is no split",
        "split",
        "Write stratified, sky, sky:NSIDE, bright-to-faint, bright-to-faint:BAND, "
        "column:NAME or column:NAME=VALUE,….",
    )


def _nside(text: str) -> int:
    """Return an NSIDE: a power of two."""
    nside = int(text) if text.isdecimal() else 0
    if not 1 <= nside <= _FINEST_NSIDE or nside & (nside - 1):
        raise ConfigError(
            f"NSIDE is {text!r}",
            "split",
            f"Choose a power of two up to {_FINEST_NSIDE}; 16 gives cells of 13 deg².",
        )
    return nside


class RowPlaces(NamedTuple):
    """What rows are split by, (n_rows,) each; None where the plan asks for none.

    ``class_label`` is null where unlabelled, ``groups`` as of ``repeat_groups``,
    positions are ICRS in deg, magnitudes NaN where unknown; ``column`` is null where
    empty.
    """

    class_label: NDArray[Any]
    groups: NDArray[np.int64] | None = None
    ra_deg: NDArray[np.float64] | None = None
    dec_deg: NDArray[np.float64] | None = None
    magnitude: NDArray[np.float64] | None = None
    column: NDArray[Any] | None = None
