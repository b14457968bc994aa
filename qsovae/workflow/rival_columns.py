"""A rival's class probabilities that stand in columns of a catalog.

Within workflow: lowest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qsovae.catalog import Catalog
from qsovae.errors import ConfigError, InputError

_SUM_TOLERANCE = 0.01
_MOST_NAMED = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ColumnProbabilities:
    """What columns say of some rows.

    Attributes
    ----------
    is_given : ndarray of bool, (n_rows,)
        Which of the rows have probabilities.
    probabilities : ndarray, (n_given, n_classes)
        In the order of the classes; or of not being and being of the one sought.
    is_of_one : bool
        Whether only the class sought has a column.
    notes : list of str
    """

    is_given: NDArray[np.bool_]
    probabilities: Floats
    is_of_one: bool
    notes: list[str]


def parse_rival_columns(text: str) -> dict[str, str]:
    """Return columns by class, of ``QSO=p_qso,STAR=p_star``.

    Raises
    ------
    ConfigError
        If a part is not written so, or a class stands there twice.
    """
    columns: dict[str, str] = {}
    for part in text.split(","):
        name, equals, column = (word.strip() for word in part.partition("="))
        if not (name and equals and column) or name in columns:
            raise ConfigError(
                f"{part.strip()!r} is no column of a class, or one too many",
                "columns of a rival",
                "Write QSO=p_qso,STAR=p_star, each class once.",
            )
        columns[name] = column
    return columns


def column_probabilities(
    catalog: Catalog,
    places: NDArray[np.int64],
    columns: Mapping[str, str],
    classes: tuple[str, ...],
    sought: str,
) -> ColumnProbabilities:
    """Return the probabilities in columns of a catalog; rows without any are noted.

    Parameters
    ----------
    catalog : Catalog
    places : ndarray of int, (n_rows,)
        Rows of the catalog.
    columns : mapping
        Columns by class, of all ``classes`` or of ``sought`` alone, in any case.
    classes : tuple of str
    sought : str

    Raises
    ------
    CatalogError
        If there is no such column.
    ConfigError
        If the columns are of other classes.
    InputError
        If rows have some of the probabilities, or such as lie outside 0 to 1 or do
        not sum to one; named by their number in the catalog, from 0.
    """
    wanted = _by_class(columns, classes, sought)
    where = f"{catalog.name}, columns {', '.join(wanted.values())}"
    for column in wanted.values():
        catalog.mapping.column(column)
    shares = np.column_stack([catalog.numbers(c)[places] for c in wanted.values()])
    is_of_one = len(wanted) == 1
    missing = np.asarray(np.isnan(shares).all(axis=1))
    given = shares[~missing]
    if is_of_one:
        given = np.column_stack([1.0 - given[:, 0], given[:, 0]])
    _refuse_invalid(given, places[~missing], where)
    if missing.all():
        raise InputError(
            "no scored row has a probability", where, "Choose other columns."
        )
    notes = [
        f"{missing.sum():,} rows without a probability are left out "
        f"({_named(places[missing])})"
    ] if missing.any() else []  # fmt: skip
    return ColumnProbabilities(~missing, given, is_of_one, notes)


def _by_class(
    columns: Mapping[str, str], classes: tuple[str, ...], sought: str
) -> dict[str, str]:
    """Return the columns in the order of the classes."""
    stated = {name.casefold(): column for name, column in columns.items()}
    if set(stated) == {sought.casefold()}:
        return {sought: stated[sought.casefold()]}
    if set(stated) != {name.casefold() for name in classes}:
        raise ConfigError(
            f"the columns are of the classes {', '.join(columns)}",
            "columns of a rival",
            f"Name one for each of {', '.join(classes)}, or for {sought} alone.",
        )
    return {name: stated[name.casefold()] for name in classes}


def _refuse_invalid(shares: Floats, places: NDArray[np.int64], where: str) -> None:
    """Refuse what are no probabilities, naming the first rows."""
    with np.errstate(invalid="ignore"):
        sums = np.abs(shares.sum(axis=1) - 1.0) <= _SUM_TOLERANCE
        valid = ((shares >= 0) & (shares <= 1)).all(axis=1) & sums
    if valid.all():
        return
    first = int(np.argmin(valid))
    raise InputError(
        f"{np.count_nonzero(~valid):,} rows hold what are no class probabilities "
        f"({_named(places[~valid])}); the first: {shares[first].tolist()}",
        where,
        "Each must lie from 0 to 1, all of a row sum to one, or all be empty.",
    )


def _named(places: NDArray[np.int64]) -> str:
    """Return the first rows by number."""
    more = ", …" if len(places) > _MOST_NAMED else ""
    return f"row {', '.join(map(str, places[:_MOST_NAMED]))}{more}"
