"""What a column's name alone says.

Within recognition: lowest.
"""

import re

from qsovae.bands import COMBINED_SURVEYS, BandColumn, band_columns, plain_name

# Names that each role goes by, the likeliest first.
IDS = (
    "object_id", "coadd_object_id", "quick_object_id", "objid", "obj_id", "source_id",
    "sourceid", "targetid", "specobjid", "id", "qid", "designation", "name",
    "object_name", "source_name", "row_id", "spec_obj_id",
)  # fmt: skip
RA = (
    "ra_deg", "ra", "ra2000", "raj2000", "ra_icrs", "ra_j2000", "alpha_j2000", "alpha",
)  # fmt: skip
DEC = (
    "dec_deg", "dec", "dec2000", "dej2000", "decj2000", "de_icrs", "dec_j2000",
    "delta_j2000", "delta",
)  # fmt: skip
LABELS = (
    "class_true", "class_label", "class", "spectype", "objtype", "source_class",
    "label", "target", "classification",
)  # fmt: skip
MORPHOLOGIES = (
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
    r"|(^|_)ell(ipticity)?(_|$)|(^|_)fwhm|(?<!flux_)over_error$|_sig$|kron_psf|psf_kron"
    r"|kron_minus|minus_kron|morph_diff|deltamag|(^|_)d?mag_diff)"
)
_REDSHIFT = re.compile(
    r"^(z|(.*_)?redshift(_.*)?|z_?(spec|phot|photo|best|true|vi|err|error|warn(ing)?"
    r"|conf)(_.*)?|(spec|phot|photo|true)_?z(_.*)?)$"
)
_BAND_TOKEN = "(bp|rp|ks|w1|w2|w3|w4|u|g|r|i|z|y|j|h|k|g_gaia|nuv|fuv)"
_COLOUR = re.compile(rf"^(colou?r_)?{_BAND_TOKEN}(_minus_|_m_|_|m){_BAND_TOKEN}$")
_SPECIAL_COLOURS = {"w1m2": ("w1", "w2"), "w1mw2": ("w1", "w2")}
# Gaia's, by every name that a combined catalog takes them under.
_ASTROMETRY = frozenset(
    name
    for carried in COMBINED_SURVEYS["gaia"].carry
    for name in (carried.name, *carried.sources)
    if carried.name.startswith(("pm", "parallax"))
)
_LETTERS = ("u", "g", "r", "i")


def known_bands(names: list[str]) -> dict[str, BandColumn]:
    """Return known magnitudes and errors; VizieR's Gmag is Gaia's, gmag is not."""
    renamed = {
        {"Gmag": "phot_g_mean_mag", "e_Gmag": "e_gaia_g"}.get(n, n): n for n in names
    }
    return {renamed[n]: c for n, c in band_columns(list(renamed)).items()}


def is_lone_z(known: dict[str, BandColumn], names: list[str]) -> bool:
    """Return whether a bare z stands without u, g, r, i: then it is a redshift."""
    plain = {plain_name(n) for n in names}
    return "z" in plain and sum(letter in plain for letter in _LETTERS) < 2


def colour_bands(plain: str) -> tuple[str, str] | None:
    """Return the two bands of a colour's name, None if it is not one."""
    if plain in _SPECIAL_COLOURS:
        return _SPECIAL_COLOURS[plain]
    match = _COLOUR.match(plain)
    if match is None or match[2] == match[4]:
        return None
    return match[2], match[4]


def is_redshift_name(plain: str) -> bool:
    """Return whether a name is that of a redshift, or says something of one."""
    return _REDSHIFT.match(plain) is not None


def is_astrometry(plain: str) -> bool:
    """Return whether a name is that of a part of a motion or parallax, or its error."""
    return plain in _ASTROMETRY


def is_feature_name(plain: str) -> bool:
    """Return whether a name is that of a shape or a motion."""
    return plain in _FEATURES or _FEATURE_WORDS.search(plain) is not None


def band_of(token: str) -> str:
    """Return the band that a part of a colour's name stands for."""
    return {"k": "ks", "bp": "gaia_bp", "rp": "gaia_rp"}.get(token, token)


def is_error_name(plain: str) -> bool:
    """Return whether a name is that of an error, a flux or a weight."""
    return bool(
        re.search(
            r"(^|_)(e|err|error|spreaderr|sigma|sig|ivar|snr|unc|flux\w*)(_|$)|err(or)?$",
            plain,
        )
    ) and not re.search(r"(over_error|pm_sig|parallax_sig)$", plain)


def is_bookkeeping(plain: str) -> bool:
    """Return whether a name tells of the survey, or the sky, not of the source."""
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
