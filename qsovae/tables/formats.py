"""Which format a file is in, by its first bytes and its name.

Within tables: lowest.
"""

import gzip
import zlib
from pathlib import Path

from qsovae.errors import CatalogError

READABLE_SUFFIXES = (
    ".fits", ".fit", ".fits.gz", ".vot", ".xml", ".votable", ".ecsv", ".csv",
    ".csv.gz", ".parquet",
)  # fmt: skip
WRITABLE_SUFFIXES = (".fits", ".vot", ".ecsv", ".csv", ".parquet")

_FORMATS = {
    ".fits": "FITS", ".fit": "FITS", ".fz": "FITS", ".vot": "VOTable",
    ".xml": "VOTable", ".votable": "VOTable", ".ecsv": "ECSV", ".csv": "CSV",
    ".parquet": "Parquet", ".pq": "Parquet",
}  # fmt: skip
_GZIP_MAGIC = b"\x1f\x8b"
_WEB_PAGE = (b"<!doctype html", b"<html")
_LOOKED_AT = 4096  # bytes


def unpacked(content: bytes, name: str) -> bytes:
    """Return the bytes behind gzip, if they are gzipped."""
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise CatalogError(
            f"the compressed file cannot be unpacked: {error}",
            name,
            "It may be truncated: download it again.",
        ) from None


def format_of(content: bytes, name: str) -> str:
    """Return the format by the file's first bytes; the name decides for CSV alone.

    Raises
    ------
    CatalogError
        If the bytes are of no format that can be read, or not what the name says.
    """
    found, stated = _format_by_content(content), format_by_name(name)
    if found:
        return found
    is_text = b"\x00" not in content[:_LOOKED_AT]
    if is_text and content[:_LOOKED_AT].lstrip().lower().startswith(_WEB_PAGE):
        raise CatalogError(
            "the file is a web page, not a table",
            name,
            "The download went wrong: open the link in a browser to see why.",
        )
    if is_text and stated == "CSV":
        return "CSV"
    what = "the file is of no known kind"
    if stated:
        what = f"the name says {stated}, but the file does not start like one"
    advice = "If it is CSV, let its name end in .csv. " if is_text else ""
    if stated == "CSV":
        what, advice = "the file is not plain text", "Save CSV as UTF-8. "
    raise CatalogError(what, name, f"{advice}Readable: {', '.join(READABLE_SUFFIXES)}.")


def format_by_name(name: str) -> str:
    """Return the format that a file's name states, empty if none."""
    suffixes = [s.lower() for s in Path(name).suffixes if s.lower() != ".gz"]
    return _FORMATS.get(suffixes[-1] if suffixes else "", "")


def _format_by_content(content: bytes) -> str:
    """Return the format that the first bytes give away, empty if none."""
    head = content[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(b"SIMPLE  ="):
        return "FITS"
    if content.startswith(b"PAR1"):
        return "Parquet"
    if head.startswith(b"# %ECSV"):
        return "ECSV"
    if head.startswith(b"<") and b"VOTABLE" in content[:_LOOKED_AT]:
        return "VOTable"
    return ""
