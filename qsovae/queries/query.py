"""A query: its text, the rows that it is true of, and the same in other languages.

Within queries: above dialects and nearness.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from lark import Token, Tree
from numpy.typing import ArrayLike, NDArray

from qsovae.queries.dialects import adql_text, stil_text
from qsovae.queries.nearness import PlacedMasking
from qsovae.queries.reading import read_tree
from qsovae.queries.values import holds


@dataclass(frozen=True)
class Query:
    """Rows told by a formula, as ``p_QSO > 0.9 and g_mag_ab - r_mag_ab < 0.6``.

    Read by a grammar and never run as a program. Numbers are compared (``<``, ``<=``,
    ``>``, ``>=``, ``=``, ``!=``, also ``18 < g_mag_ab < 20``) and computed (``+``,
    ``-``, ``*``, ``/``, ``**`` and functions); text is equal or not; ``x in (1, 2)``,
    ``x is missing``; claims are joined by ``and``, ``or``, ``not`` and brackets. Names
    of columns are in either case, with other signs than letters, digits and _ between
    back quotes.

    Where columns know places in a space, as a run's do, ``near('ID', 50)`` is true of
    an object and the 50 rows nearest to it, ``like(p_QSO > 0.9, 200)`` of the 200 rows
    nearest to the mean of those that a claim is true of. Both are exact (Euclidean),
    and of rows as near as one another the earlier come first.

    A claim that rests on a missing value holds of no row, and nor does its contrary, as
    in SQL; what is not finite and empty text are missing.

    Parameters
    ----------
    text : str

    Raises
    ------
    QueryError
        If it cannot be read; ``at`` is the character that it is about.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what cannot be read."""
        self._tree  # noqa: B018 - reads it

    @cached_property
    def _tree(self) -> Tree[Token]:
        return read_tree(self.text)

    @property
    def names(self) -> tuple[str, ...]:
        """Columns that it names, as it writes them, each once."""
        found = [str(t.children[0]).strip("`") for t in self._tree.find_data("column")]
        return tuple(dict.fromkeys(found))

    def mask(self, columns: Mapping[str, ArrayLike], n_rows: int) -> NDArray[np.bool_]:
        """Return of which rows it is true.

        Parameters
        ----------
        columns : mapping
            Columns by name, (n_rows,) each: numbers, text or truth values. Only those
            are read that the query names.
        n_rows : int

        Raises
        ------
        QueryError
            If a column or function is unknown, or values do not go together.
        """
        told = holds(PlacedMasking(self.text, columns).told(self._tree))
        mask: NDArray[np.bool_] = np.broadcast_to(told, (n_rows,)).copy()
        return mask

    def with_told(self, told: Mapping[str, str]) -> "Query":
        """Return the query with other queries in place of some names.

        Parameters
        ----------
        told : mapping
            Queries by the names, as they are written, that stand for them.
        """
        text = self.text
        places = sorted(
            (t.meta.start_pos, t.meta.end_pos, str(t.children[0]).strip("`"))
            for t in self._tree.find_data("column")
        )
        for start, end, name in reversed(places):
            if name in told:
                text = f"{text[:start]}({told[name]}){text[end:]}"
        return Query(text)

    def to_adql(self) -> str:
        """Return the same as a condition of ADQL 2.1, to stand after WHERE.

        Raises
        ------
        QueryError
            If ADQL cannot say it.
        """
        return adql_text(self.text, self._tree)

    def to_stil(self) -> str:
        """Return the same as an expression of STILTS and TOPCAT.

        Raises
        ------
        QueryError
            If they cannot say it.
        """
        return stil_text(self.text, self._tree)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is kept when it is copied: its text."""
        return {"text": self.text}


def formula_values(
    text: str, columns: Mapping[str, ArrayLike], n_rows: int
) -> NDArray[np.float64]:
    """Return the numbers of a formula over columns, (n_rows,), NaN where unknown.

    Parameters
    ----------
    text : str
        As a side of a comparison in a query: ``g_mag_ab - r_mag_ab``.
    columns, n_rows
        As of ``Query.mask``.

    Raises
    ------
    QueryError
        If it cannot be read, is no number, or a column is unknown.
    """
    told = PlacedMasking(text, columns).number_of(read_tree(text))
    values = np.where(told.known, told.data.astype(np.float64), np.nan)
    spread: NDArray[np.float64] = np.broadcast_to(values, (n_rows,)).copy()
    return spread
