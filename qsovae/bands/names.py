"""What columns' names, and the values of a morphology, stand for.

Within bands: above definitions.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from qsovae.bands.definitions import definitions_in
from qsovae.bands.photometry import BANDS

# What a column can be of a band, by the key under which a survey lists its names.
_NAMES_OF_ROLES = {
    "magnitudes": "magnitude", "errors": "magnitude_error", "fluxes": "flux",
    "flux_errors": "flux_error", "statuses": "band_status",
}  # fmt: skip
BAND_ROLES = tuple(_NAMES_OF_ROLES.values())


@dataclass(frozen=True)
class BandColumn:
    """What a known column name stands for.

    Attributes
    ----------
    survey, band : str
    role : str
        One of ``BAND_ROLES``.
    system : str
        Of the survey's magnitudes, AB or Vega.
    rank : int
        Orders several columns of one band and role, the best first.
    sentinels, nondetections : tuple of float
        Codes for 'missing', and those of them for 'looked, and saw nothing'.
    limit_without_error : bool
        Whether a magnitude without an error is an upper limit.
    unit : str or None
        Of a flux, where the file states none.
    dereddened : bool
        Whether a magnitude is corrected for extinction.
    """

    survey: str
    band: str
    role: str
    system: str
    rank: int
    sentinels: tuple[float, ...]
    nondetections: tuple[float, ...] = ()
    limit_without_error: bool = False
    unit: str | None = None
    dereddened: bool = False


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
            for key, role in _NAMES_OF_ROLES.items():
                for rank, pattern in enumerate(_patterns(entry, key)):
                    name = pattern.replace("{b}", spelling)
                    column = _column(entry, band, role, rank)
                    dered = pattern in entry.get("dereddened", [])
                    pairs.append((name, replace(column, dereddened=dered)))
    return pairs


def _patterns(entry: dict[str, Any], key: str) -> list[str]:
    """Return how a survey writes what a key is for, the best first."""
    dereddened = entry.get("dereddened", []) if key == "magnitudes" else []
    return [*entry.get(key, []), *dereddened]


def _column(entry: dict[str, Any], band: str, role: str, rank: int) -> BandColumn:
    """Return what a survey's column of a band stands for."""
    is_magnitude = role == "magnitude"
    codes = [*entry["sentinels"]]
    if role == "magnitude_error":
        codes += entry.get("error_sentinels", [])
    unseen = {"magnitude": "nondetections", "magnitude_error": "error_nondetections"}
    return BandColumn(
        entry["title"], band, role, entry["system"], rank, tuple(codes),
        tuple(entry.get(unseen.get(role, ""), [])),
        is_magnitude and entry.get("limit_without_error", False),
        entry.get("flux_unit") if role.startswith("flux") else None,
    )  # fmt: skip


def morphology_codes(name: str, *, is_text: bool) -> MorphologyCodes | None:
    """Return what the values of a morphology column mean, None if it is not one."""
    for entry in definitions_in("surveys.toml")["morphology"]:
        codes = MorphologyCodes(
            tuple(entry["point"]), tuple(entry["extended"]), entry["source"]
        )
        if plain_name(name) in entry["names"] and is_text == (codes.source == "text"):
            return codes
    return None
