"""Which format a file is in, by its first bytes and its name.

Within tables: lowest.
"""

import gzip
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


def unpacked(content: bytes, name: str) -> bytes:
    """Return the bytes behind gzip, if they are gzipped."""
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise CatalogError(
            f"the compressed file cannot be unpacked: {error}",
            name,
            "It may be truncated: download it again.",
        ) from None


def format_of(content: bytes, name: str) -> str:
    """Return the format by the file's first bytes; the name must not contradict."""
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if content.startswith(b"SIMPLE  ="):
        found = "FITS"
    elif content.startswith(b"PAR1"):
        found = "Parquet"
    elif head.startswith(b"# %ECSV"):
        found = "ECSV"
    elif head.startswith(b"<") and b"VOTABLE" in content[:4096]:
        found = "VOTable"
    else:
        found = ""
    suffixes = [s.lower() for s in Path(name).suffixes if s.lower() != ".gz"]
    stated = _FORMATS.get(suffixes[-1] if suffixes else "", "")
    if found:
        return found
    if stated == "CSV" and b"\x00" not in content[:4096]:
        return "CSV"
    if stated:
        raise CatalogError(
            f"the name says {stated}, but the file does not start like one",
            name,
            f"Rename it to what it is; readable: {', '.join(READABLE_SUFFIXES)}.",
        )
    raise CatalogError(
        "the file is of no known kind",
        name,
        f"Readable are {', '.join(READABLE_SUFFIXES)}.",
    )
