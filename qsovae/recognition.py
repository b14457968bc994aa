"""What each column of a catalog probably is, and why: the guesses a person corrects.

Layer: above columns. Never a feature: redshift, labels, ids, positions, bookkeeping.
"""

import re
from typing import Any

import numpy as np
import pandas as pd

from qsovae.bands import BandColumn, band_columns, morphology_codes, plain_name
from qsovae.columns import Column, Mapping
from qsovae.tables import RawTable

# Codes for 'missing' that surveys use beside their own; each counts only where a
# column really holds it.
_CODES = (
    99.0, -99.0, 99.99, -99.99, 999.0, -999.0, 9999.0, -9999.0, -999999488.0, -1e30,
)  # fmt: skip
_MOST_CLASSES = 50

_IDS = (
    "object_id", "coadd_object_id", "quick_object_id", "objid", "obj_id", "source_id",
    "sourceid", "targetid", "specobjid", "id", "qid", "designation", "name",
    "object_name", "source_name", "row_id", "spec_obj_id",
)  # fmt: skip
_RA = (
    "ra_deg",
    "ra",
    "ra2000",
    "raj2000",
    "ra_icrs",
    "ra_j2000",
    "alpha_j2000",
    "alpha",
)
_DEC = (
    "dec_deg", "dec", "dec2000", "dej2000", "decj2000", "de_icrs", "dec_j2000",
    "delta_j2000", "delta",
)  # fmt: skip
_LABELS = (
    "class_true", "class_label", "class", "spectype", "objtype", "source_class",
    "label", "target", "classification",
)  # fmt: skip
_MORPHOLOGIES = (
    "ext_class", "ext_coadd", "extended_class_i", "extended_class_r",
    "extended_class_z", "extended_class_g", "extended_class", "mergedclass",
    "vhs_class", "morphology", "morph", "sdss_type", "type", "ls_type",
)  # fmt: skip
# Numbers that tell classes apart beside colours; significances need no sign.
_FEATURES = (
    "pm_sig", "parallax_sig", "parallax_over_error", "spread_model", "class_star",
    "pm", "pm_total", "concentration", "astrometric_excess_noise", "pstar",
    "psf_minus_model", "extendedness",
)  # fmt: skip
_FEATURE_WORDS = re.compile(
    r"(spread_model|class_star|minus_model|psf_model|model_psf|(^|_)concentration"
    r"|(^|_)ell(ipticity)?(_|$)|(^|_)fwhm|over_error$|_sig$|kron_psf|psf_kron"
    r"|kron_minus|minus_kron|morph_diff|deltamag|(^|_)d?mag_diff)"
)
_REDSHIFT = re.compile(
    r"^(z|(.*_)?redshift(_.*)?|z_?(spec|phot|photo|best|true|vi|err|error|warn(ing)?"
    r"|conf)(_.*)?|(spec|phot|photo|true)_?z(_.*)?)$"
)
_BAND_TOKEN = "(bp|rp|ks|w1|w2|w3|w4|u|g|r|i|z|y|j|h|k|g_gaia|nuv|fuv)"
_COLOUR = re.compile(rf"^(colou?r_)?{_BAND_TOKEN}(_minus_|_m_|_|m){_BAND_TOKEN}$")
_SPECIAL_COLOURS = {"w1m2": ("w1", "w2"), "w1mw2": ("w1", "w2")}
_LETTERS = ("u", "g", "r", "i")


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
    known = _bands(names)
    colours = {n: c for n in names if (c := _colour(plain_name(n))) is not None}
    if _is_lone_z(known, names):
        known = {n: c for n, c in known.items() if plain_name(n) != "z"}
    columns: dict[str, Column] = {}
    columns |= _magnitudes(frame, known)
    _claim(columns, frame, "ra", _RA, "name of a right ascension")
    _claim(columns, frame, "dec", _DEC, "name of a declination")
    _claim(columns, frame, "id", _IDS, "name of an identifier")
    _claim(columns, frame, "label", _LABELS, "name of a class, few values")
    _claim(columns, frame, "morphology", _MORPHOLOGIES, "name of a morphology")
    n_bands = sum(c.role == "magnitude" for c in columns.values())
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


def _bands(names: list[str]) -> dict[str, BandColumn]:
    """Return known magnitudes and errors; VizieR's Gmag is Gaia's, gmag is not."""
    renamed = {
        {"Gmag": "phot_g_mean_mag", "e_Gmag": "e_gaia_g"}.get(n, n): n for n in names
    }
    return {renamed[n]: c for n, c in band_columns(list(renamed)).items()}


def _is_lone_z(known: dict[str, BandColumn], names: list[str]) -> bool:
    """Return whether a bare z stands without u, g, r, i: then it is a redshift."""
    plain = {plain_name(n) for n in names}
    return "z" in plain and sum(letter in plain for letter in _LETTERS) < 2


def _colour(plain: str) -> tuple[str, str] | None:
    """Return the two bands of a colour's name, None if it is not one."""
    if plain in _SPECIAL_COLOURS:
        return _SPECIAL_COLOURS[plain]
    match = _COLOUR.match(plain)
    if match is None or match[2] == match[4]:
        return None
    return match[2], match[4]


def _is_number(column: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not (
        pd.api.types.is_bool_dtype(column.dtype)
    )


def _magnitudes(frame: pd.DataFrame, known: dict[str, BandColumn]) -> dict[str, Column]:
    """Return one magnitude and one error a band, the best; the others are ignored."""
    chosen: dict[tuple[str, bool], str] = {}
    numeric = [n for n in known if _is_number(frame[n]) or frame[n].isna().all()]
    for name in sorted(numeric, key=lambda n: known[n].rank):
        chosen.setdefault((known[name].band, known[name].is_error), name)
    columns = {}
    for name in numeric:
        meaning = known[name]
        first = chosen[meaning.band, meaning.is_error]
        has_magnitude = (meaning.band, False) in chosen
        if first != name or not has_magnitude:
            reason = (
                f"{first} is used for {meaning.band}"
                if first != name
                else ("error of a band without a magnitude")
            )
            columns[name] = Column(name, "ignore", reason=reason)
            continue
        role = "magnitude_error" if meaning.is_error else "magnitude"
        columns[name] = Column(
            name, role, meaning.band, None if meaning.is_error else meaning.system,
            reason=f"written so by {meaning.survey}",
        )  # fmt: skip
    return columns


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
        if name is not None and _can_be(role, frame[name]):
            columns[name] = Column(name, role, reason=reason)
            return


def _can_be(role: str, column: "pd.Series[Any]") -> bool:
    """Return whether a column's values allow a role."""
    present = column.dropna()
    if role in ("ra", "dec"):
        return _is_number(column)
    if role == "id":
        exact = not pd.api.types.is_float_dtype(column.dtype)
        return exact and present.nunique() >= 0.9 * len(present)
    if role == "label":
        if pd.api.types.is_float_dtype(column.dtype) and len(present):
            return bool((present == present.round()).all()) and present.nunique() <= 10
        return present.nunique() <= _MOST_CLASSES
    is_text = pd.api.types.is_string_dtype(column.dtype)
    codes = morphology_codes(str(column.name), is_text=is_text)
    if codes is None:
        return False
    values = present.str.lower() if is_text else present
    return not len(present) or bool(values.isin([*codes.point, *codes.extended]).any())


def _other(
    frame: pd.DataFrame,
    name: str,
    colours: dict[str, tuple[str, str]],
    columns: dict[str, Column],
    n_bands: int,
) -> Column:
    """Return the guess for a column that is no band, id, position or label."""
    plain = plain_name(name)
    if _REDSHIFT.match(plain):
        role = "redshift" if _is_number(frame[name]) else "ignore"
        return Column(name, role, reason="redshift: never a feature")
    if not _is_number(frame[name]):
        return Column(name, "ignore", reason="not a number")
    if _is_error_name(plain) or _is_bookkeeping(plain):
        return Column(name, "ignore", reason="bookkeeping or an error")
    if name in colours:
        bands = {c.band for c in columns.values() if c.role == "magnitude"}
        if all(_band_of(token) in bands for token in colours[name]):
            return Column(name, "ignore", reason="made from magnitudes that are here")
        return Column(name, "feature", unit="mag", reason="name of a colour")
    if plain in _FEATURES or _FEATURE_WORDS.search(plain):
        return Column(name, "feature", reason="shape or motion of a source")
    if not pd.api.types.is_float_dtype(frame[name].dtype):
        return Column(name, "ignore", reason="whole numbers: an id or a code")
    if n_bands < 2:
        return Column(name, "feature", reason="a number, in a table without bands")
    return Column(name, "ignore", reason="not recognised: choose a role to use it")


def _band_of(token: str) -> str:
    return {"k": "ks", "bp": "gaia_bp", "rp": "gaia_rp"}.get(token, token)


def _is_error_name(plain: str) -> bool:
    return bool(
        re.search(
            r"(^|_)(e|err|error|sigma|sig|ivar|snr|unc|flux\w*)(_|$)|err(or)?$", plain
        )
    ) and not re.search(r"(over_error|pm_sig|parallax_sig)$", plain)


def _is_bookkeeping(plain: str) -> bool:
    return bool(
        re.search(
            r"(^|_)(plate|mjd|fiber|fibre|run|rerun|camcol|field|hpx\d*|healpix|epoch"
            r"|ebv|gal_l|gal_b|glon|glat|row|index|flags?|quality|sep|n_match|tile|jd"
            r"|exptime|airmass|seeing|date|weight|prob|p_\w+|a_mag|depth|dist)(_|\d|$)",
            plain,
        )
        or re.match(r"^(ra|dec|l|b|alpha|delta|raj2000|dej2000|x|y_pix|pm_?ra|pm_?dec)"
                    r"(_\w+)?$", plain)
    )  # fmt: skip


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
        for pattern in ("{}_err", "{}_error", "e_{}", "{}err", "{}_sigma", "err_{}"):
            name = by_plain.get(pattern.format(plain))
            if name and _is_number(frame[name]) and columns[name].role == "ignore":
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
    if column.role.startswith(("magnitude", "feature")) or column.role == "redshift":
        sentinels = _sentinels(values, known)
    return Column(
        column.name, column.role, column.band, column.system, column.unit or unit,
        sentinels, column.error_of, column.reason,
    )  # fmt: skip


def _sentinels(values: "pd.Series[Any]", known: BandColumn | None) -> tuple[float, ...]:
    """Return the codes for 'missing' that a column really holds.

    A survey's own codes count wherever they occur. Others count only if they stand
    clear of the remaining values, ten times their spread away: 99 may be a value.
    """
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = numbers[np.isfinite(numbers)]
    own = known.sentinels if known else ()
    found = [c for c in {*own, *_CODES} if np.isclose(numbers, c, rtol=1e-6).any()]
    if not found:
        return ()
    rest = numbers[~np.isclose(numbers[:, None], found, rtol=1e-6).any(axis=1)]
    if rest.size:
        lower, middle, upper = np.percentile(rest, [2.0, 50.0, 98.0])
        reach = 10.0 * max(upper - lower, 1e-3)
        far = [c for c in found if abs(c - middle) > min(reach, 40.0) or c in own]
    else:
        far = found
    return tuple(sorted(far))
