"""A query in the languages of archives and of tables: ADQL, STILTS and TOPCAT.

Within queries: above functions and reading.
"""

import re
from typing import ClassVar

from lark import Token
from lark.visitors import Interpreter

from qsovae.errors import QueryError
from qsovae.queries.functions import FUNCTIONS, NEARNESS
from qsovae.queries.reading import Branch, branches_of, place_of, unquoted, word_of

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_SAME = {"==": "=", "<>": "!="}


def adql_text(text: str, tree: Branch) -> str:
    """Return a query as a condition of ADQL 2.1 (IVOA 2023), to stand after WHERE.

    A name of letters alone might be a word of the language and is delimited, as others
    that ADQL would not read: it then has to be spelled as the archive has it.
    """
    return _Adql(text).claim(tree)


def stil_text(text: str, tree: Branch) -> str:
    """Return a query as an expression of STILTS and TOPCAT (Taylor 2006).

    There a missing value may equal nothing and differ from everything: contraries are
    written out, and what differs is asked to be there.
    """
    return _Stil(text).claim(tree, is_contrary=False)


class _Dialect(Interpreter[Token, str]):
    """What both languages write alike, in brackets wherever it is compound."""

    language: str
    functions: ClassVar[dict[str, str]]

    def __init__(self, text: str) -> None:
        self._text = text

    def refusal(self, tree: Branch, what: str) -> QueryError:
        """Return that the language cannot say something."""
        at = tree.meta.start_pos
        return QueryError(
            f"{self.language} has no {what}", place_of(self._text, at),
            "Export the rows themselves, or select without it.", at,
        )  # fmt: skip

    def plus(self, tree: Branch) -> str:
        return self._joined(tree, "+")

    def minus(self, tree: Branch) -> str:
        return self._joined(tree, "-")

    def times(self, tree: Branch) -> str:
        return self._joined(tree, "*")

    def over(self, tree: Branch) -> str:
        return self._joined(tree, "/")

    def _joined(self, tree: Branch, sign: str) -> str:
        first, second = (self.visit(branch) for branch in branches_of(tree))
        return f"({first} {sign} {second})"

    def negative(self, tree: Branch) -> str:
        return f"(-{self.visit(branches_of(tree)[0])})"

    def number(self, tree: Branch) -> str:
        return word_of(tree)

    def below_zero(self, tree: Branch) -> str:
        return f"-{word_of(tree)}"

    def call(self, tree: Branch) -> str:
        name = word_of(tree).lower()
        if name in NEARNESS:
            raise self.refusal(tree, f"latent space, in which {name} is told")
        if name not in self.functions:
            raise self.refusal(tree, f"function {word_of(tree)}")
        if FUNCTIONS[name].most > 2 and len(branches_of(tree)) > 2:
            raise self.refusal(tree, f"{word_of(tree)} of more than two numbers")
        return self.called(tree, self.functions[name])

    def called(self, tree: Branch, name: str) -> str:
        """Return a function of numbers."""
        return f"{name}({', '.join(self.visit(b) for b in branches_of(tree))})"


class _Adql(_Dialect):
    language = "ADQL"
    functions: ClassVar = {n: f.adql for n, f in FUNCTIONS.items() if f.adql}

    def claim(self, tree: Branch) -> str:
        """Return what may stand alone: a column may not."""
        if tree.data == "column":
            raise self.refusal(tree, "columns that are true or false")
        return self.visit(tree)

    def any(self, tree: Branch) -> str:
        return f"({' OR '.join(self.claim(b) for b in branches_of(tree))})"

    def all(self, tree: Branch) -> str:
        return f"({' AND '.join(self.claim(b) for b in branches_of(tree))})"

    def contrary(self, tree: Branch) -> str:
        return f"NOT ({self.claim(branches_of(tree)[0])})"

    def compared(self, tree: Branch) -> str:
        pairs = [
            f"{self.visit(first)} {'<>' if sign == '!=' else sign} {self.visit(second)}"
            for first, sign, second in _pairs(tree)
        ]
        return pairs[0] if len(pairs) == 1 else f"({' AND '.join(pairs)})"

    def one_of(self, tree: Branch) -> str:
        return self._in(tree, "IN")

    def none_of(self, tree: Branch) -> str:
        return self._in(tree, "NOT IN")

    def _in(self, tree: Branch, word: str) -> str:
        of, *options = (self.visit(branch) for branch in branches_of(tree))
        return f"{of} {word} ({', '.join(options)})"

    def missing(self, tree: Branch) -> str:
        return f"{self._column_alone(tree)} IS NULL"

    def given(self, tree: Branch) -> str:
        return f"{self._column_alone(tree)} IS NOT NULL"

    def _column_alone(self, tree: Branch) -> str:
        (branch,) = branches_of(tree)
        if branch.data != "column":
            raise self.refusal(branch, "way to ask whether this is missing")
        return self.visit(branch)

    def to_the(self, tree: Branch) -> str:
        return self.called(tree, "POWER")

    def column(self, tree: Branch) -> str:
        name = word_of(tree).strip("`")
        if _PLAIN.fullmatch(name) and not name.isalpha():
            return name
        delimited = name.replace('"', '""')
        return f'"{delimited}"'

    def text(self, tree: Branch) -> str:
        inside = unquoted(tree).replace("'", "''")
        return f"'{inside}'"

    def true(self, _: Branch) -> str:
        return "1 = 1"

    def false(self, _: Branch) -> str:
        return "1 = 0"


class _Stil(_Dialect):
    language = "STIL"
    functions: ClassVar = {n: f.stil for n, f in FUNCTIONS.items() if f.stil}

    def claim(self, tree: Branch, *, is_contrary: bool) -> str:
        """Return a claim or its contrary."""
        kind, branches = str(tree.data), branches_of(tree)
        if kind == "contrary":
            return self.claim(branches[0], is_contrary=not is_contrary)
        if kind in ("any", "all"):
            word = "||" if (kind == "any") != is_contrary else "&&"
            parts = (self.claim(b, is_contrary=is_contrary) for b in branches)
            return f"({f' {word} '.join(parts)})"
        if kind in ("compared", "one_of", "none_of"):
            return self._compared(tree, is_contrary=is_contrary)
        if kind in ("missing", "given"):
            name = f"NULL_{self._column_alone(branches[0])}"
            return name if (kind == "missing") != is_contrary else f"!{name}"
        return f"!{self.visit(tree)}" if is_contrary else self.visit(tree)

    def _compared(self, tree: Branch, *, is_contrary: bool) -> str:
        if tree.data == "compared":
            pairs = _pairs(tree)
        else:
            of, *options = branches_of(tree)
            pairs = [(of, "=", option) for option in options]
        # Each of a chain is to hold, one of a list.
        is_any = tree.data != "compared"
        if tree.data == "none_of":
            is_contrary = not is_contrary
        parts = [self._pair(*pair, is_contrary=is_contrary) for pair in pairs]
        word = " || " if is_any != is_contrary else " && "
        return parts[0] if len(parts) == 1 else f"({word.join(parts)})"

    def _pair(
        self, first: Branch, sign: str, second: Branch, *, is_contrary: bool
    ) -> str:
        sign = _CONTRARY[sign] if is_contrary else sign
        told = (
            f"{self.visit(first)} {'==' if sign == '=' else sign} {self.visit(second)}"
        )
        if sign != "!=":
            return told
        here = [
            f"!NULL_{self._column_alone(column)}"
            for side in (first, second)
            for column in side.find_data("column")
        ]
        return f"({' && '.join([*here, told])})"

    def _column_alone(self, tree: Branch) -> str:
        if tree.data != "column":
            raise self.refusal(tree, "way to ask whether this is missing")
        return self.visit(tree)

    def to_the(self, tree: Branch) -> str:
        return self.called(tree, "pow")

    def column(self, tree: Branch) -> str:
        name = word_of(tree).strip("`")
        if not _PLAIN.fullmatch(name):
            raise self.refusal(tree, f"way to write the name {name}")
        return name

    def text(self, tree: Branch) -> str:
        inside = unquoted(tree).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{inside}"'

    def true(self, _: Branch) -> str:
        return "true"

    def false(self, _: Branch) -> str:
        return "false"


def _pairs(tree: Branch) -> list[tuple[Branch, str, Branch]]:
    """Return the pairs of a chain of comparisons, signs as `=` and `!=`."""
    sides = branches_of(tree)
    signs = [str(c) for c in tree.children if isinstance(c, Token)]
    signs = [_SAME.get(sign, sign) for sign in signs]
    return list(zip(sides[:-1], signs, sides[1:], strict=True))
