"""Which catalogs a visitor may open: the demo, uploads, files in allowed folders.

A key names a catalog in the address; it is looked up here and never joined to a path.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import qsovae

DEMO = "demo"
_UPLOADS = "uploads"
_MAPPINGS = "mappings"
_MOST_LISTED = 2000
_UPLOAD_KEY = re.compile(r"upload/([0-9a-f]{16})")


class Source(NamedTuple):
    """One catalog that may be opened: its key in the address, and its file."""

    key: str
    path: Path


def data_folder() -> Path:
    """Return where uploads and mappings are kept: ``QSOVAE_DATA``, else ``data``."""
    return Path(os.environ.get("QSOVAE_DATA", "data"))


def mappings_folder() -> Path:
    """Return where saved mappings are kept."""
    return data_folder() / _MAPPINGS


def allowed_folders() -> list[Path]:
    """Return the folders that whoever runs the server has opened to visitors."""
    stated = os.environ.get("QSOVAE_CATALOGS")
    if stated is None:
        return [data_folder()]
    return [Path(folder) for folder in stated.split(os.pathsep) if folder]


def demo_source() -> Source | None:
    """Return the demo catalog, None where it was not made."""
    path = data_folder() / "demo.fits"
    return Source(DEMO, path) if path.is_file() else None


def server_sources() -> dict[str, Source]:
    """Return the catalogs in the allowed folders, by key, in order of their names."""
    sources: dict[str, Source] = {}
    for number, folder in enumerate(allowed_folders(), start=1):
        root = folder.resolve()
        for path in _catalog_files(root):
            key = f"{number}/{path.relative_to(root).as_posix()}"
            sources[key] = Source(key, path)
            if len(sources) >= _MOST_LISTED:
                return sources
    return sources


def _catalog_files(root: Path) -> Iterator[Path]:
    """Yield the readable files below a folder whose real place is below it, too."""
    hidden = {(data_folder() / name).resolve() for name in (_UPLOADS, _MAPPINGS)}
    for folder, folders, files in os.walk(root):
        place = Path(folder)
        folders[:] = sorted(f for f in folders
                            if f[0] != "." and place / f not in hidden)  # fmt: skip
        for name in sorted(files):
            path = place / name
            if name.lower().endswith(qsovae.READABLE_SUFFIXES) and _inside(path, root):
                yield path


def _inside(path: Path, root: Path) -> bool:
    """Return whether a file lies in a folder even after links are followed."""
    real = path.resolve()
    return real.is_relative_to(root) and real.is_file()


def find_source(key: str | None) -> Source | None:
    """Return the catalog of a key, None if there is none for this visitor."""
    if key is None:
        return None
    if key == DEMO:
        return demo_source()
    upload = _UPLOAD_KEY.fullmatch(key)
    if upload:
        folder = data_folder() / _UPLOADS / upload[1]
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        return Source(key, files[0]) if files else None
    return server_sources().get(key)


def keep_upload(name: str, content: bytes | memoryview) -> Source:
    """Write an upload to a folder named by its content, and return it."""
    return keep_uploads([(name, content)])


def keep_uploads(files: Sequence[tuple[str, bytes | memoryview]]) -> Source:
    """Write files that belong together to one folder, and return the first by name."""
    digests = sorted(hashlib.sha256(content).digest() for _, content in files)
    whole = (
        digests[0] if len(files) == 1 else hashlib.sha256(b"".join(digests)).digest()
    )
    digest = whole.hex()[:16]
    folder = data_folder() / _UPLOADS / digest
    folder.mkdir(parents=True, exist_ok=True)
    here = sorted(p for p in folder.iterdir() if not p.name.endswith(".part"))
    if len(here) < len(files):
        here = sorted(_written(folder / safe_name(n), content) for n, content in files)
    return Source(f"upload/{digest}", here[0])


def _written(path: Path, content: bytes | memoryview) -> Path:
    """Write a file whole or not at all; return it."""
    part = path.with_name(f".{os.getpid()}-{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
    return path


def safe_name(name: str) -> str:
    """Return a file name without folders, blanks or signs that mean something."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name.replace("\\", "/").split("/")[-1])
    return plain.lstrip(".-")[-100:] or "catalog"
