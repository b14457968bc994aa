"""Rows near an object, or like others, where columns know of places in a space.

Within queries: above masking.
"""

from abc import abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import Any

from qsovae.errors import InputError
from qsovae.queries.functions import NEARNESS
from qsovae.queries.masking import Masking
from qsovae.queries.reading import Branch, branches_of, unquoted, word_of
from qsovae.queries.values import TRUTH, Mask, Values, claim, holds


class PlacedColumns(Mapping[str, Any]):
    """Columns of rows that have places in a space: they tell which are nearest."""

    @abstractmethod
    def anchors(self) -> "PlacedColumns":
        """Return columns of the rows that rows can be near to, or like."""

    @abstractmethod
    def near(self, object_id: str, n_rows: int) -> Mask:
        """Return which rows are an object and those nearest to it, (n_rows,).

        Raises
        ------
        InputError
            If no row, or several, that rows can be near to have the id.
        """

    @abstractmethod
    def like(self, chosen: Mask, n_rows: int) -> Mask:
        """Return which rows are nearest to the mean of some anchors, (n_rows,).

        Raises
        ------
        InputError
            If there are none.
        """


class PlacedMasking(Masking):
    """Tells a query of rows, also of which are near an object, or like others."""

    def call(self, tree: Branch) -> Values:
        """Return what a function makes of numbers, or which rows are nearest."""
        name, branches = word_of(tree).lower(), branches_of(tree)
        if name not in NEARNESS:
            return super().call(tree)
        columns, told = self._columns, NEARNESS[name]
        if not isinstance(columns, PlacedColumns):
            raise self._refusal(
                tree, f"{name} is told of rows with places in a latent space",
                "Ask it of a run's rows.",
            )  # fmt: skip
        if len(branches) != 2:
            raise self._refusal(
                tree, f"{name} takes {told.takes} and how many rows", told.fix
            )
        of, n_rows = branches[0], self._n_rows(branches[1], told.fix)
        ask = (
            partial(columns.near, self._object_id(of, told.fix))
            if name == "near"
            else partial(columns.like, self._anchors(columns, of))
        )
        try:
            return claim(ask(n_rows))
        except InputError as error:
            raise self._refusal(of, error.what, error.fix) from None

    def _anchors(self, columns: PlacedColumns, tree: Branch) -> Mask:
        """Return of which anchors a claim is true, (n_anchors,) or ()."""
        return holds(PlacedMasking(self._text, columns.anchors())._of_kind(TRUTH, tree))

    def _object_id(self, tree: Branch, fix: str) -> str:
        if tree.data == "text":
            return unquoted(tree)
        if tree.data == "number" and word_of(tree).isdigit():
            return word_of(tree)
        raise self._refusal(tree, "this is no id", fix)

    def _n_rows(self, tree: Branch, fix: str) -> int:
        word = word_of(tree) if tree.data == "number" else ""
        if not word.isdigit() or not int(word):
            raise self._refusal(tree, "how many rows is a whole number, 1 or more", fix)
        return int(word)
