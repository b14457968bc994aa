"""A role for every column, from its name and its values.

Within recognition: above names and values.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from qsovae.bands import COUNT_UNITS, FLUX_UNITS, BandColumn, plain_name
from qsovae.columns import Column, Mapping
from qsovae.recognition.names import (
    DEC,
    IDS,
    LABELS,
    MORPHOLOGIES,
    RA,
    band_of,
    colour_bands,
    is_astrometry,
    is_bookkeeping,
    is_error_name,
    is_feature_name,
    is_lone_z,
    is_redshift_name,
    known_bands,
)
from qsovae.recognition.values import can_be, is_number, sentinels_in
from qsovae.tables import RawTable


def recognise_columns(raw: RawTable) -> Mapping:
    """Return a guess for every column, with its unit, sentinels and reason.

    Parameters
    ----------
    raw : RawTable
        Values help where names do not: an id must be nearly unique, a label must have
        few values.
    """
    frame = raw.frame
    names = list(frame.columns)
    known = known_bands(names)
    colours = {n: c for n in names if (c := colour_bands(plain_name(n))) is not None}
    if is_lone_z(known, names):
        known = {n: c for n, c in known.items() if plain_name(n) != "z"}
    columns: dict[str, Column] = {}
    columns |= dict(_of_bands(raw, known))
    _claim(columns, frame, "ra", RA, "name of a right ascension")
    _claim(columns, frame, "dec", DEC, "name of a declination")
    _claim(columns, frame, "id", IDS, "name of an identifier")
    _claim(columns, frame, "label", LABELS, "name of a class, few values")
    _claim(columns, frame, "morphology", MORPHOLOGIES, "name of a morphology")
    n_bands = sum(c.role in ("magnitude", "flux") for c in columns.values())
    for name in names:
        if name not in columns:
            columns[name] = _other(frame, name, colours, columns, n_bands)
    columns |= _feature_errors(frame, columns)
    stated = {n: raw.units.get(n) for n in names}
    return Mapping(
        tuple(
            _with_values(columns[n], frame[n], stated[n], known.get(n)) for n in names
        )
    ).checked("recognised columns")


def _of_bands(
    raw: RawTable, known: dict[str, BandColumn]
) -> Iterator[tuple[str, Column]]:
    """Yield what belongs to a band: of each role the best, the others ignored."""
    frame = raw.frame
    units = {n: raw.units.get(n) or known[n].unit for n in known}
    reasons = {n: _unusable(frame[n], known[n], units[n]) for n in known}
    chosen: dict[tuple[str, str], str] = {}
    for name in sorted(known, key=lambda n: known[n].rank):
        if not reasons[name]:
            chosen.setdefault((known[name].band, known[name].role), name)
    for name, meaning in known.items():
        first = chosen.get((meaning.band, meaning.role))
        measured = meaning.role.removesuffix("_error")
        if not reasons[name] and first != name:
            reasons[name] = f"{first} is used for {meaning.band}"
        elif not reasons[name] and measured in ("magnitude", "flux"):
            has_it = (meaning.band, measured) in chosen
            reasons[name] = "" if has_it else f"error of a band without a {measured}"
        if reasons[name]:
            yield name, Column(name, "ignore", reason=reasons[name])
            continue
        yield name, Column(
            name, meaning.role, meaning.band,
            meaning.system if meaning.role == "magnitude" else None, units[name],
            reason=f"written so by {meaning.survey}"
            + (", corrected for extinction" if meaning.dereddened else ""),
            limit_without_error=meaning.limit_without_error,
        )  # fmt: skip


def _unusable(values: "pd.Series[Any]", known: BandColumn, unit: str | None) -> str:
    """Return why a band's column cannot be what its name says, blank if it can."""
    if known.role == "band_status":
        return "" if not is_number(values) else "named like a status, but holds numbers"
    if not (is_number(values) or values.isna().all()):
        return f"named like {known.band}, but holds text"
    if known.role == "flux" and (unit or "").lower() not in (*FLUX_UNITS, *COUNT_UNITS):
        return f"a flux in the unknown unit {unit}"
    return ""


def _claim(
    columns: dict[str, Column],
    frame: pd.DataFrame,
    role: str,
    names: tuple[str, ...],
    reason: str,
) -> None:
    """Give a role to the first column that bears one of the names and can have it."""
    by_plain = {plain_name(n): n for n in reversed(frame.columns) if n not in columns}
    for plain in names:
        name = by_plain.get(plain)
        if name is not None and can_be(role, frame[name]):
            columns[name] = Column(name, role, reason=reason)
            return


def _other(
    frame: pd.DataFrame,
    name: str,
    colours: dict[str, tuple[str, str]],
    columns: dict[str, Column],
    n_bands: int,
) -> Column:
    """Return the guess for a column that is no band, id, position or label."""
    plain = plain_name(name)
    number = is_number(frame[name])
    if is_redshift_name(plain):
        role = "redshift" if number else "ignore"
        return Column(name, role, reason="redshift: never a feature")
    if number and is_astrometry(plain):
        return Column(name, "astrometry", reason="gives the significance of a motion")
    if not number or is_error_name(plain) or is_bookkeeping(plain):
        reason = "bookkeeping or an error" if number else "not a number"
        return Column(name, "ignore", reason=reason)
    if name in colours:
        return _colour_column(name, colours[name], columns)
    if is_feature_name(plain):
        return Column(name, "feature", reason="shape or motion of a source")
    if not pd.api.types.is_float_dtype(frame[name].dtype):
        return Column(name, "ignore", reason="whole numbers: an id or a code")
    if n_bands < 2:
        return Column(name, "feature", reason="a number, in a table without bands")
    return Column(name, "ignore", reason="not recognised: choose a role to use it")


def _colour_column(
    name: str, tokens: tuple[str, str], columns: dict[str, Column]
) -> Column:
    """Return the guess for a colour: needless where both its bands are there."""
    bands = {c.band for c in columns.values() if c.role == "magnitude"}
    if {"bp", "rp"} & {*tokens} and "gaia_g" in bands:
        bands.add("g")  # Gaia calls its own so
    if all(band_of(token) in bands for token in tokens):
        return Column(name, "ignore", reason="made from magnitudes that are here")
    return Column(name, "feature", unit="mag", reason="name of a colour")


def _feature_errors(
    frame: pd.DataFrame, columns: dict[str, Column]
) -> dict[str, Column]:
    """Return the errors of features, by the usual ways to write them."""
    by_plain = {plain_name(n): n for n in frame.columns}
    found = {}
    for column in columns.values():
        if column.role != "feature":
            continue
        plain = plain_name(column.name)
        shape = plain.replace("spread_model", "spreaderr_model")
        for pattern in ("{}_err", "{}_error", "e_{}", "{}err", "{}_sigma", "err_{}"):
            name = by_plain.get(pattern.format(plain))
            if name is None and shape != plain:
                name = by_plain.get(shape)
            if name and is_number(frame[name]) and columns[name].role == "ignore":
                found[name] = Column(
                    name, "feature_error", error_of=column.name,
                    reason=f"error of {column.name}",
                )  # fmt: skip
                break
    return found


def _with_values(
    column: Column,
    values: "pd.Series[Any]",
    unit: str | None,
    known: BandColumn | None,
) -> Column:
    """Return the column with its unit and the sentinels that its values hold."""
    if column.role.startswith("magnitude"):
        unit = unit or "mag"
    elif column.role in ("ra", "dec"):
        unit = unit or "deg"
    sentinels: tuple[float, ...] = ()
    if column.is_measurement or column.role == "redshift":
        sentinels = sentinels_in(values, known)
    unseen = known.nondetections if known and column.role == known.role else ()
    return replace(
        column, unit=column.unit or unit, sentinels=sentinels,
        nondetections=tuple(s for s in sentinels if s in unseen),
    )  # fmt: skip
