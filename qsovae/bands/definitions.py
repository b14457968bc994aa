"""Definitions as data: the package's own, and a folder's that adds to them.

Within bands: lowest.
"""

import os
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from qsovae.errors import ConfigError


def definitions_in(name: str) -> dict[str, Any]:
    """Return a TOML file of the package, with what ``QSOVAE_SURVEYS`` adds to it.

    Entries of lists are added before the package's, and so go first; others replace
    those of the same name.
    """
    package = resources.files("qsovae").joinpath("surveys", name)
    found = tomllib.loads(package.read_text("utf-8"))
    folder = os.environ.get("QSOVAE_SURVEYS")
    added = Path(folder) / name if folder else None
    if added is None or not added.is_file():
        return found
    try:
        own = tomllib.loads(added.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise unusable(added, error) from None
    for key, value in own.items():
        is_list = isinstance(value, list)
        found[key] = value + found.get(key, []) if is_list else value
    return found


def unusable(where: Path | str, error: Exception) -> ConfigError:
    """Return what to say of a definition that cannot be used."""
    return ConfigError(
        f"the definition cannot be used: {error}",
        str(where),
        "Write it as the package's own in qsovae/surveys are.",
    )
