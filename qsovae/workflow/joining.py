"""Columns of another file joined to a run's rows by id, without training again.

Within workflow: lowest.
"""

from difflib import get_close_matches
from typing import NamedTuple

import pandas as pd

from qsovae.errors import InputError
from qsovae.inference import latent_names

_JOINED = "_joined"


class Joined(NamedTuple):
    """A run's rows with columns of another file.

    Attributes
    ----------
    rows : DataFrame
        As given, in its order, with the columns; missing where the file has no line.
    names : tuple of str
        Of the columns; those that the rows have already, or that are called as
        latent means are, end in ``_joined``.
    matched, unknown, repeated : int
        Rows that got a line; lines whose id no row has; lines whose id an earlier line
        has, which are left out.
    """

    rows: pd.DataFrame
    names: tuple[str, ...]
    matched: int
    unknown: int
    repeated: int

    def sentence(self) -> str:
        """Return what was joined, in words."""
        return (
            f"{self.matched:,} of {len(self.rows):,} rows have a line; of the file, "
            f"{self.unknown:,} lines have an id that no row has, and "
            f"{self.repeated:,} repeat an id and are left out"
        )


class JoinedFile(NamedTuple):
    """A file whose columns were joined: its name, its digest, its column of ids."""

    name: str
    sha256: str
    on: str


def join_columns(
    rows: pd.DataFrame, frame: pd.DataFrame, on: str = "object_id"
) -> Joined:
    """Return rows with the columns of a table that has their ids.

    Parameters
    ----------
    rows : DataFrame
        As of ``run_table``.
    frame : DataFrame
        A line an object.
    on : str
        Its column of ids, compared as they are written.

    Raises
    ------
    InputError
        If the table has no such column, or no id of any row.
    """
    if on not in frame:
        close = get_close_matches(on, map(str, frame.columns), n=3)
        raise InputError(
            f"there is no column {on}", "the joined file",
            f"Name its column of ids: {', '.join(close or map(str, frame.columns))}.",
        )  # fmt: skip
    ids = frame[on].astype("string").str.strip()
    repeated = ids.duplicated() & ids.notna()
    kept = frame[ids.notna() & ~repeated].drop(columns=on)
    kept.index = pd.Index(ids[kept.index])
    wanted = rows["object_id"].astype("string")
    has_line = wanted.isin(kept.index)
    if not has_line.any():
        raise InputError(
            f"no id in {on} is that of a row", "the joined file",
            "Join by the column that has the catalog's ids.",
        )  # fmt: skip
    # Kinds that know of missing values, so that numbers and truth stay what they are.
    taken = kept.convert_dtypes().reindex(wanted).reset_index(drop=True)
    # Further latent columns would change who is near.
    known = {*rows, *latent_names(taken)}
    taken.columns = pd.Index(
        [f"{n}{_JOINED}" if n in known else str(n) for n in taken.columns]
    )
    n_known = int(kept.index.isin(wanted).sum())
    return Joined(
        pd.concat([rows.reset_index(drop=True), taken], axis=1), tuple(taken.columns),
        int(has_line.sum()), len(kept) - n_known, int(repeated.sum()),
    )  # fmt: skip
