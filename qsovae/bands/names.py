"""What columns' names, and the values of a morphology, stand for.

Within bands: above definitions.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from qsovae.bands.definitions import definitions_in
from qsovae.bands.photometry import BANDS


@dataclass(frozen=True)
class BandColumn:
    """What a known column name stands for.

    ``rank`` orders several columns of one band, the best first.
    """

    survey: str
    band: str
    system: str
    is_error: bool
    rank: int
    sentinels: tuple[float, ...]


@dataclass(frozen=True)
class MorphologyCodes:
    """Which values of a column mean point-like, which extended."""

    point: tuple[Any, ...]
    extended: tuple[Any, ...]
    source: str


def plain_name(name: str) -> str:
    """Return a column name in lower case, other signs as single underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


@cache
def _survey_entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = definitions_in("surveys.toml")["survey"]
    return entries


def band_columns(names: list[str]) -> dict[str, BandColumn]:
    """Return what each known name stands for, keyed by the name as given.

    Parameters
    ----------
    names : list of str
        All column names of a catalog: some surveys count only where certain columns
        stand together.
    """
    plain = {plain_name(name): name for name in reversed(names)}
    found: dict[str, BandColumn] = {}
    for entry in _survey_entries():
        if not all(name in plain for name in entry.get("requires", [])):
            continue
        for alias, column in _aliases(entry):
            if alias in plain:
                found.setdefault(plain[alias], column)
    return found


def _aliases(entry: dict[str, Any]) -> list[tuple[str, BandColumn]]:
    """Return every name that a survey's entry spells out."""
    pairs = []
    for band in BANDS if entry["bands"] == "all" else entry["bands"]:
        for spelling in entry.get("spelling", {}).get(band, [band]):
            for kind in ("magnitudes", "errors"):
                is_error = kind == "errors"
                codes = entry["sentinels"] + (
                    entry.get("error_sentinels", []) if is_error else []
                )
                for rank, pattern in enumerate(entry[kind]):
                    column = BandColumn(
                        entry["title"], band, entry["system"], is_error, rank,
                        tuple(codes),
                    )  # fmt: skip
                    pairs.append((pattern.replace("{b}", spelling), column))
    return pairs


def morphology_codes(name: str, *, is_text: bool) -> MorphologyCodes | None:
    """Return what the values of a morphology column mean, None if it is not one."""
    for entry in definitions_in("surveys.toml")["morphology"]:
        codes = MorphologyCodes(
            tuple(entry["point"]), tuple(entry["extended"]), entry["source"]
        )
        if plain_name(name) in entry["names"] and is_text == (codes.source == "text"):
            return codes
    return None
