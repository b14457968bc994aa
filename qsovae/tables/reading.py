"""Reading a file of any format.

Within tables: above the formats.
"""

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from qsovae.errors import CatalogError
from qsovae.tables.astropy_files import read_ecsv, read_fits, read_votable
from qsovae.tables.csv_files import read_csv
from qsovae.tables.formats import format_by_name, format_of, unpacked
from qsovae.tables.parquet_files import read_parquet
from qsovae.tables.raw import RawTable, TableFile

_READERS = {
    "FITS": read_fits,
    "VOTable": read_votable,
    "ECSV": read_ecsv,
    "CSV": read_csv,
    "Parquet": read_parquet,
}


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def refusals_in(name: str, kind: str) -> Iterator[None]:
    """Read a file in here: what a library says of a damaged one ends in one sentence.

    Raises
    ------
    CatalogError
        If anything goes wrong.
    """
    try:
        with warnings.catch_warnings():
            # Loose units and dialects are the rule in real files, not an error.
            warnings.simplefilter("ignore")
            yield
    except CatalogError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever the library throws
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise CatalogError(
            f"the {kind} file cannot be read: {reason}",
            name,
            "It may be truncated or damaged: download it again.",
        ) from None


@contextmanager
def refused_by_disk(path: Path) -> Iterator[None]:
    """Open a file in here: what the disk refuses is said in words.

    Raises
    ------
    CatalogError
        If it refuses.
    """
    try:
        yield
    except OSError as error:
        raise CatalogError(
            f"the file cannot be read: {error.strerror}", str(path), "Check its rights."
        ) from None


def read_table(path: Path | str) -> RawTable:
    """Return a file's table.

    Raises
    ------
    CatalogError
        If there is no such file, it is empty, truncated, of no known kind, or holds no
        table; says which line is ragged and which names are double.
    """
    path = Path(path)
    if not path.is_file():
        raise CatalogError("there is no such file", str(path), "Check the path.")
    with refused_by_disk(path):
        content = path.read_bytes()
    if not content:
        raise CatalogError("the file is empty", path.name, "Download it again.")
    sha256 = hashlib.sha256(content).hexdigest()
    plain = unpacked(content, path.name)
    file = TableFile(path.name, sha256, plain, len(plain))
    kind = format_of(file.content, file.name)
    with refusals_in(path.name, kind):
        raw = _READERS[kind](file)
    return as_read(raw, kind)


def as_read(raw: RawTable, kind: str) -> RawTable:
    """Return a table with a note if its file's name says another format.

    Raises
    ------
    CatalogError
        If it has no columns.
    """
    if not len(raw.frame.columns):
        raise CatalogError("the table has no columns", raw.name, "Check the file.")
    stated = format_by_name(raw.name)
    if not stated or stated == kind:
        return raw
    note = f"the name says {stated}; the file is {kind} and was read as that"
    return replace(raw, notes=(note, *raw.notes))
