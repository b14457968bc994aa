"""Bands, surveys' column names, quality bits: the definitions, as data in `surveys/`.

Layer: above errors; the only home of survey column names.
"""

import re
import tomllib
from dataclasses import dataclass
from enum import IntFlag
from functools import cache
from importlib import resources
from typing import Any

MORPHOLOGIES = ("all", "point", "extended", "unknown")


class Quality(IntFlag):
    """What is doubtful about a row; bits, so that several can hold at once."""

    SENTINEL = 1
    NON_FINITE = 2
    INVALID_ERROR = 4
    IMPLAUSIBLE = 8
    DUPLICATE_ID = 16
    INVALID_POSITION = 32
    NOTHING_OBSERVED = 64


QUALITY_DESCRIPTIONS: dict[Quality, str] = {
    Quality.SENTINEL: "a value was a code for 'missing' and counts as unobserved",
    Quality.NON_FINITE: "a value was infinite and counts as unobserved",
    Quality.INVALID_ERROR: "an error was zero or negative and counts as unknown",
    Quality.IMPLAUSIBLE: "a magnitude or colour no source has; counts as unobserved",
    Quality.DUPLICATE_ID: "another row has the same id",
    Quality.INVALID_POSITION: "the position is missing or off the sphere",
    Quality.NOTHING_OBSERVED: "no feature of the run was observed",
}


@dataclass(frozen=True)
class Band:
    """One photometric band.

    Attributes
    ----------
    name, label : str
        As in column names; as on an axis.
    wavelength_um : float
        Effective wavelength in µm.
    ab_minus_vega : float
        What turns a Vega magnitude into an AB magnitude, in mag.
    extinction : float or None
        R of A = R x E(B-V), SFD scale.
    """

    name: str
    label: str
    wavelength_um: float
    ab_minus_vega: float
    extinction: float | None = None


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


def _definitions(name: str) -> dict[str, Any]:
    """Return a TOML file of the package."""
    text = resources.files("qsovae").joinpath("surveys", name).read_text("utf-8")
    return tomllib.loads(text)


BANDS: dict[str, Band] = {
    name: Band(name, **entry)
    for name, entry in sorted(
        _definitions("bands.toml").items(), key=lambda item: item[1]["wavelength_um"]
    )
}


def plain_name(name: str) -> str:
    """Return a column name in lower case, other signs as single underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")


@cache
def _survey_entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = _definitions("surveys.toml")["survey"]
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
    for band in entry["bands"]:
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
    for entry in _definitions("surveys.toml")["morphology"]:
        codes = MorphologyCodes(
            tuple(entry["point"]), tuple(entry["extended"]), entry["source"]
        )
        if plain_name(name) in entry["names"] and is_text == (codes.source == "text"):
            return codes
    return None
