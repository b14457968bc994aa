"""A query's text as a tree, or what is wrong with it and where.

Within queries: lowest.
"""

from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from qsovae.errors import QueryError

Branch = Tree[Token]

_LONGEST = 2000
_DEEPEST = 60
_SHOWN = 12
_EXAMPLE = "Write it as in: p_QSO > 0.9 and g_mag_ab - r_mag_ab < 0.6"


def read_tree(text: str) -> Tree[Token]:
    """Return a query as a tree of the grammar's rules.

    Raises
    ------
    QueryError
        If it is empty, too long or too deep, or not as the grammar has it.
    """
    if not text.strip():
        raise QueryError("the query is empty", "query", f"{_EXAMPLE}.")
    if len(text) > _LONGEST:
        raise QueryError(
            f"the query has {len(text):,} characters, more than {_LONGEST:,}",
            "query", "Select in several steps.", _LONGEST,
        )  # fmt: skip
    try:
        tree: Tree[Token] = _parser().parse(text)
    except UnexpectedInput as error:
        raise _refusal(text, error) from None
    depth = _depth(tree)
    if depth > _DEEPEST:
        raise QueryError(
            f"the query is nested {depth} deep, more than {_DEEPEST}",
            "query", "Select in several steps.",
        )  # fmt: skip
    return tree


@cache
def _parser() -> Lark:
    grammar = files("qsovae.queries").joinpath("query.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True)


def place_of(text: str, at: int) -> str:
    """Return where a query is at fault, in words."""
    found = text[at:].split()
    rest = f", at {found[0][:_SHOWN]!r}" if found else ", at its end"
    return f"query, character {min(at, len(text)) + 1}{rest}"


def _refusal(text: str, error: UnexpectedInput) -> QueryError:
    """Return what is wrong with a query, in words."""
    at = error.pos_in_stream
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        at = len(text)
    if at is None or at < 0:
        at = len(text)
    found = text[at : at + 1]
    what = f"the query cannot be read from {found!r} on" if found else "the query ends"
    if isinstance(error, UnexpectedCharacters):
        what = f"the query has a character that means nothing: {found!r}"
    fix = f"{_EXAMPLE}."
    if found == "&" or found == "|":
        fix = f"Write {'and' if found == '&' else 'or'}."
    elif not found:
        what, fix = "the query ends too soon", "Say what follows, or close brackets."
    return QueryError(what, place_of(text, at), fix, at)


def _depth(tree: Tree[Any]) -> int:
    """Return how deep a tree is, whatever Python's limit of recursion."""
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [c for one in level for c in one.children if isinstance(c, Tree)]
    return depth


def branches_of(tree: Branch) -> list[Branch]:
    """Return what stands beneath a branch, without the words."""
    return [child for child in tree.children if isinstance(child, Tree)]


def word_of(tree: Branch) -> str:
    """Return the word that a branch begins with."""
    return str(tree.children[0])


def unquoted(tree: Branch) -> str:
    """Return what stands between quotes, of which a doubled one is one."""
    quoted = word_of(tree)
    return quoted[1:-1].replace(quoted[0] * 2, quoted[0])
