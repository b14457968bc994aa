"""Names and values as a query writes them.

Within queries: lowest.
"""

import re

from qsovae.errors import QueryError

_PLAIN = re.compile(r"[^\W\d]\w*")
_WORDS = ("and", "or", "not", "is", "in", "missing", "null", "true", "false")


def name_text(name: str) -> str:
    """Return a column's name, in back quotes where it needs them.

    Raises
    ------
    QueryError
        If it is empty or has a back quote, so that no query can name it.
    """
    if not name or "`" in name:
        raise QueryError(
            f"no query can name the column {name!r}", "query",
            "Give it a name without back quotes.",
        )  # fmt: skip
    is_plain = _PLAIN.fullmatch(name) and name.casefold() not in _WORDS
    return name if is_plain else f"`{name}`"


def value_text(value: float | str) -> str:
    """Return a number or text so that a query reads the very same."""
    if isinstance(value, str):
        inside = value.replace("'", "''")
        return f"'{inside}'"
    return repr(value).removesuffix(".0")
