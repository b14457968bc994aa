"""Every error a person may cause, each saying what is wrong, where, and what to do.

Layer: lowest; imports nothing of qsovae, so that any module can raise these.
"""


class QsovaeError(Exception):
    """Base of all errors that a person can mend.

    Arguments stay positional so that the error survives pickling between processes.

    Parameters
    ----------
    what : str
        What is wrong, with the offending value.
    where : str
        File, column, row, run or function.
    fix : str
        What to do about it.
    """

    def __init__(self, what: str, where: str = "", fix: str = "") -> None:
        super().__init__(what, where, fix)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        """Return one sentence or two: what (in where). Fix."""
        place = f" (in {self.where})" if self.where else ""
        advice = f" {self.fix}" if self.fix else ""
        return f"{self.what}{place}.{advice}"


class InputError(QsovaeError, ValueError):
    """Something handed in cannot be used; a ValueError to scikit-learn's callers."""


class CatalogError(InputError):
    """A catalog, one of its columns, or a mapping cannot be used."""


class ShapeError(InputError):
    """Two arrays that belong together differ in shape."""


class ConfigError(InputError):
    """A parameter lies outside what it may be."""


class QueryError(InputError):
    """A query cannot be read, or does not fit the table.

    Parameters
    ----------
    what, where, fix : str
        As of every error.
    at : int
        The character that it is about, from 0.
    """

    def __init__(self, what: str, where: str = "", fix: str = "", at: int = 0) -> None:
        super().__init__(what, where, fix)
        self.args = what, where, fix, at
        self.at = at


class RunError(QsovaeError):
    """A run folder cannot be used."""


class RunIncompleteError(RunError):
    """A run has no manifest, or a file that its manifest lists is missing."""


class ManifestMismatchError(RunError):
    """A run's manifest disagrees with its files, the catalog or this version."""


class TrainingDivergedError(RunError):
    """The loss became non-finite."""
