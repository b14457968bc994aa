"""What a query can call, and how other languages call it.

Within queries: lowest.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Function(NamedTuple):
    """A function of numbers.

    Attributes
    ----------
    of : callable
        Of arrays.
    least, most : int
        How many numbers it takes.
    adql, stil : str or None
        Its name there: IVOA ADQL 2.1, section 2.3, and STILTS' expressions; None where
        it has none.
    """

    of: Callable[..., Any]
    least: int
    most: int
    adql: str | None
    stil: str | None


FUNCTIONS = {
    "abs": Function(np.abs, 1, 1, "ABS", "abs"),
    "sqrt": Function(np.sqrt, 1, 1, "SQRT", "sqrt"),
    "ln": Function(np.log, 1, 1, "LOG", "ln"),
    "log10": Function(np.log10, 1, 1, "LOG10", "log10"),
    "exp": Function(np.exp, 1, 1, "EXP", "exp"),
    "floor": Function(np.floor, 1, 1, "FLOOR", "roundDown"),
    "ceil": Function(np.ceil, 1, 1, "CEILING", "roundUp"),
    "hypot": Function(np.hypot, 2, 2, None, "hypot"),
    "min": Function(lambda *of: np.minimum.reduce(of), 2, 20, None, "min"),
    "max": Function(lambda *of: np.maximum.reduce(of), 2, 20, None, "max"),
}  # fmt: skip


class Nearness(NamedTuple):
    """A claim about rows that have places in a space.

    Attributes
    ----------
    takes : str
        What it takes before the number of rows.
    fix : str
        How it is written.
    """

    takes: str
    fix: str


NEARNESS = {
    "near": Nearness("an object's id", "Write it as in: near('ID', 50)"),
    "like": Nearness("a claim", "Write it as in: like(p_QSO > 0.9, 200)"),
}  # fmt: skip
