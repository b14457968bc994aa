"""A query's tree and columns become the rows that it is true of.

Within queries: above functions, reading and values.
"""

import operator
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import reduce
from typing import Any

import numpy as np
from lark import Token
from lark.visitors import Interpreter
from numpy.typing import ArrayLike

from qsovae.errors import QueryError
from qsovae.queries.functions import FUNCTIONS, NEARNESS
from qsovae.queries.reading import Branch, branches_of, place_of, unquoted, word_of
from qsovae.queries.values import (
    NUMBER,
    TEXT,
    TRUTH,
    Values,
    both,
    claim,
    computed,
    constant,
    contrary,
    either,
    values_of,
)

_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "=": operator.eq, "==": operator.eq, "!=": operator.ne, "<>": operator.ne,
}  # fmt: skip
_OF_EQUALITY = ("=", "==", "!=", "<>")
_KINDS = {NUMBER: "a number", TEXT: "text", TRUTH: "true or false"}


class Masking(Interpreter[Token, Values]):
    """Tells a query of rows.

    Parameters
    ----------
    text : str
        For messages.
    columns : mapping
        Columns by name, read when the query needs them.
    """

    def __init__(self, text: str, columns: Mapping[str, ArrayLike]) -> None:
        self._text, self._columns = text, columns

    def told(self, tree: Branch) -> Values:
        """Return the claim that a query makes.

        Raises
        ------
        QueryError
            If a column or function is unknown, or values do not go together.
        """
        # What has no value becomes a number that is not finite, and that is missing.
        with np.errstate(all="ignore"):
            return self._of_kind(TRUTH, tree)

    def number_of(self, tree: Branch) -> Values:
        """Return the numbers that a formula computes; raises as ``told``."""
        with np.errstate(all="ignore"):
            return self._of_kind(NUMBER, tree)

    def any(self, tree: Branch) -> Values:
        """Return whether one of some claims holds."""
        return reduce(either, (self._of_kind(TRUTH, c) for c in branches_of(tree)))

    def all(self, tree: Branch) -> Values:
        """Return whether all of some claims hold."""
        return reduce(both, (self._of_kind(TRUTH, c) for c in branches_of(tree)))

    def contrary(self, tree: Branch) -> Values:
        """Return whether a claim does not hold."""
        return contrary(self._of_kind(TRUTH, branches_of(tree)[0]))

    def compared(self, tree: Branch) -> Values:
        """Return whether values stand to one another as is said."""
        sides = [self.visit(branch) for branch in branches_of(tree)]
        signs = [str(c) for c in tree.children if isinstance(c, Token)]
        found = [
            self._pair(tree, sign, first, second)
            for sign, first, second in zip(signs, sides[:-1], sides[1:], strict=True)
        ]
        return reduce(both, found)

    def one_of(self, tree: Branch) -> Values:
        """Return whether a value is in a list."""
        of, *options = (self.visit(branch) for branch in branches_of(tree))
        return reduce(either, (self._pair(tree, "=", of, one) for one in options))

    def none_of(self, tree: Branch) -> Values:
        """Return whether a value is in no place of a list."""
        return contrary(self.one_of(tree))

    def missing(self, tree: Branch) -> Values:
        """Return whether there is no value."""
        return Values(TRUTH, ~self.visit(branches_of(tree)[0]).known, np.asarray(True))

    def given(self, tree: Branch) -> Values:
        """Return whether there is a value."""
        return Values(TRUTH, self.visit(branches_of(tree)[0]).known, np.asarray(True))

    def plus(self, tree: Branch) -> Values:
        """Return a sum."""
        return self._computed(tree, np.add)

    def minus(self, tree: Branch) -> Values:
        """Return a difference."""
        return self._computed(tree, np.subtract)

    def times(self, tree: Branch) -> Values:
        """Return a product."""
        return self._computed(tree, np.multiply)

    def over(self, tree: Branch) -> Values:
        """Return a ratio."""
        return self._computed(tree, np.divide)

    def to_the(self, tree: Branch) -> Values:
        """Return a power."""
        return self._computed(tree, np.power)

    def negative(self, tree: Branch) -> Values:
        """Return a number with the other sign."""
        (branch,) = branches_of(tree)
        if branch.data == "number":
            return constant(NUMBER, -_number(word_of(branch)))
        return self._computed(tree, np.negative)

    def call(self, tree: Branch) -> Values:
        """Return what a function makes of numbers."""
        name, branches = word_of(tree), branches_of(tree)
        function = FUNCTIONS.get(name.lower())
        if function is None:
            raise self._refusal(
                tree, f"there is no function {name}",
                _proposed(name, [*FUNCTIONS, *NEARNESS]),
            )  # fmt: skip
        if not function.least <= len(branches) <= function.most:
            raise self._refusal(
                tree, f"{name} takes {function.least} numbers, not {len(branches)}",
                "Give as many.",
            )  # fmt: skip
        return self._computed(tree, function.of)

    def column(self, tree: Branch) -> Values:
        """Return a column."""
        wanted = word_of(tree).strip("`")
        names = list(self._columns)
        same = [name for name in names if name.casefold() == wanted.casefold()]
        found = wanted if wanted in names else same[0] if len(same) == 1 else None
        if found is None:
            what = f"there is no column {wanted}"
            if same:
                what = f"{wanted} may be any of the columns {', '.join(same)}"
            raise self._refusal(tree, what, _proposed(wanted, names))
        try:
            return values_of(self._columns[found])
        except QueryError as error:
            # Of a query that tells the column: what it points at is not in this one.
            raise self._refusal(tree, f"{found}: {error.what}", error.fix) from None

    def number(self, tree: Branch) -> Values:
        """Return a number."""
        return constant(NUMBER, _number(word_of(tree)))

    def below_zero(self, tree: Branch) -> Values:
        """Return a number below zero."""
        return constant(NUMBER, -_number(word_of(tree)))

    def text(self, tree: Branch) -> Values:
        """Return text."""
        return constant(TEXT, unquoted(tree))

    def true(self, _: Branch) -> Values:
        """Return what is true of every row."""
        return constant(TRUTH, True)

    def false(self, _: Branch) -> Values:
        """Return what is true of no row."""
        return constant(TRUTH, False)

    def _computed(self, tree: Branch, of: Callable[..., Any]) -> Values:
        sides = [self._of_kind(NUMBER, branch) for branch in branches_of(tree)]
        return computed(*sides, result=of(*(s.data.astype(float) for s in sides)))

    def _of_kind(self, kind: str, branch: Branch) -> Values:
        found = self.visit(branch)
        if found.kind != kind:
            raise self._refusal(
                branch, f"this is {_KINDS[found.kind]}, where {_KINDS[kind]} belongs",
                "Compare it with a value, as in p_QSO > 0.9." if kind == TRUTH
                else "Compute with numbers, and compare.",
            )  # fmt: skip
        return found

    def _pair(self, tree: Branch, sign: str, first: Values, second: Values) -> Values:
        if first.kind != second.kind:
            raise self._refusal(
                tree, f"{_KINDS[first.kind]} is compared with {_KINDS[second.kind]}",
                "Put text in quotes, and numbers in none.",
            )  # fmt: skip
        if first.kind != NUMBER and sign not in _OF_EQUALITY:
            raise self._refusal(
                tree, f"{_KINDS[first.kind]} is neither more nor less", "Use = or !=."
            )
        told = _COMPARED[sign](first.data, second.data)
        return claim(np.asarray(told, dtype=bool), first, second)

    def _refusal(self, tree: Branch, what: str, fix: str) -> QueryError:
        at = tree.meta.start_pos
        return QueryError(what, place_of(self._text, at), fix, at)


def _number(word: str) -> float | int:
    # A 64-bit id must not become a float on its way to a column of ids.
    return int(word) if word.isdigit() else float(word)


def _proposed(name: str, known: Mapping[str, Any] | list[str]) -> str:
    """Return what a name may have been meant to be."""
    by_case = {other.casefold(): other for other in known}
    close = get_close_matches(name.casefold(), by_case, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(by_case[c] for c in close)}?"
    return "Names with other signs than letters, digits and _ stand in back quotes."
