"""Each survey's own columns: its names, magnitude system and codes for 'missing'.

Within simulation: above rows.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qsovae.bands import BANDS, COMBINED_SURVEYS, SurveyDefinition
from qsovae.catalog import BAD, NONDETECT
from qsovae.magnitudes import AB_ZERO, POGSON, to_magnitude
from qsovae.simulation import observing
from qsovae.simulation.described import Description
from qsovae.simulation.observed import Observed
from qsovae.simulation.reference import BAND_NAMES, OPTICAL, WISE, Floats
from qsovae.simulation.rows import labels, magnitudes
from qsovae.simulation.shapes import ext_class, merged_class, noisy_spread, true_spread

_VHS_SEEING_ARCSEC = 0.9
# Vega magnitudes of one count in CatWISE.
_WISE_ZERO = {"w1": 20.5, "w2": 19.5}
_WISE_LIMIT_SIGMA, _WISE_NO_ERROR = 2.0, 9.99
_OVERLAP_SHARE = 0.1
_FIVE_PARAMETERS, _TWO_PARAMETERS = 31, 3


class SurveyColumn(NamedTuple):
    """A column with what is said of it."""

    values: NDArray[Any]
    about: Description


Columns = dict[str, SurveyColumn]


def survey_columns(key: str, observed: Observed, rng: np.random.Generator) -> Columns:
    """Return a survey's columns beside id and position, one line a source."""
    definition = COMBINED_SURVEYS[key]
    others = {
        "delve": _delve_columns, "vhs": _vhs_columns, "catwise": _catwise_columns,
        "gaia": _gaia_columns,
    }  # fmt: skip
    return _magnitude_columns(definition, observed) | others[key](observed, rng)


def _magnitude_columns(definition: SurveyDefinition, observed: Observed) -> Columns:
    """Return magnitudes and errors, or the signal to noise that stands for them."""
    columns: Columns = {}
    names = definition.writes
    system = "AB" if definition.key == "delve" else "Vega"
    magnitude, error = magnitudes(observed)
    for band in (b for b in definition.bands if b in BAND_NAMES):
        if definition.key == "delve" and band not in OPTICAL:
            continue
        label, k = BANDS[band].label, BAND_NAMES.index(band)
        shift = 0.0 if system == "AB" else BANDS[band].ab_minus_vega
        known = np.isfinite(magnitude[:, k])
        columns[definition.spelt(names["magnitude"], band)] = SurveyColumn(
            _coded(magnitude[:, k] - shift, known, names["missing"]),
            Description("mag", "phot.mag", f"{label}, {system}, not dereddened"),
        )
        if definition.snr is not None:
            columns[definition.spelt(definition.snr, band)] = SurveyColumn(
                _coded(POGSON / error[:, k], known, names["missing"]),
                Description("", "stat.snr", f"flux in {label} over its error"),
            )
            continue
        columns[definition.spelt(names["error"], band)] = SurveyColumn(
            _coded(error[:, k], known, names["missing"]),
            Description("mag", "stat.error;phot.mag", f"error of {label}"),
        )
    return columns


def _delve_columns(observed: Observed, _: np.random.Generator) -> Columns:
    """Return shapes, dust, and the class of sources with a spectrum."""
    columns: Columns = {}
    shapes = observed.shapes
    for k, band in enumerate(OPTICAL):
        columns[f"spread_model_{band}"] = SurveyColumn(
            shapes.spread[:, k].astype(np.float32),
            Description("", "src.morph", f"spread_model in {band}; NaN without signal"),
        )
        columns[f"spreaderr_model_{band}"] = SurveyColumn(
            shapes.sigma[:, k].astype(np.float32),
            Description("", "stat.error;src.morph", f"error of spread_model_{band}"),
        )
    known = labels(observed)
    return columns | {
        "ext_coadd": SurveyColumn(
            ext_class(*shapes.in_best),
            Description("", "src.class.starGalaxy", "0 sure star to 3 sure galaxy, -9"),
        ),
        "ebv_sfd": SurveyColumn(
            np.round(observed.scene.ebv, 4).astype(np.float32),
            Description("mag", "phot.color.excess", "E(B-V) of the simulated dust"),
        ),
        "class_true": SurveyColumn(
            known["class_true"],
            Description("", "src.class", "class by a simulated spectrum, or blank"),
        ),
        "z_true": SurveyColumn(
            known["z_true"],
            Description("", "src.redshift", "redshift by a simulated spectrum"),
        ),
    }


def _vhs_columns(observed: Observed, rng: np.random.Generator) -> Columns:
    """Return VHS's class, from its own images, and what tells overlaps apart."""
    scene = observed.scene
    n = len(scene.patch)
    snr = observed.flux / observed.sigma
    infrared = snr[:, observing.columns_of(("j", "ks"))]
    true = true_spread(scene.sources, scene.pair_arcsec, np.full(n, _VHS_SEEING_ARCSEC))
    best = np.nan_to_num(infrared).max(axis=1)
    # A frame set a patch; in overlaps the row to use names it, elsewhere there is zero.
    frame = scene.patch + np.int64(472_446_402_561)
    overlaps = rng.random(n) < _OVERLAP_SHARE
    return {
        "mergedclass": SurveyColumn(
            merged_class(*noisy_spread(true, best, rng)),
            Description("", "src.class.starGalaxy",
                        "1 galaxy, 0 noise, -1 star, -2 probable star, -3 probable "
                        "galaxy, -9 saturated"),
        ),
        "framesetid": SurveyColumn(frame, Description("", "meta.id", "frame set")),
        "priorsec": SurveyColumn(
            np.where(overlaps, frame, 0),
            Description("", "meta.code", "0 or framesetid: the row to use of repeats"),
        ),
    }  # fmt: skip


def _catwise_columns(observed: Observed, _: np.random.Generator) -> Columns:
    """Return fluxes in counts, upper limits, and flags of artefacts.

    A band below 2 sigma of a source that the other band lists has a magnitude that is
    a limit, with 9.99 in place of its error.
    """
    definition = COMBINED_SURVEYS["catwise"]
    magnitude, error = magnitudes(observed)
    columns: Columns = {}
    flags = np.zeros(len(magnitude), dtype=object)
    flags[:] = ""
    for band, k in zip(WISE, observing.columns_of(WISE), strict=True):
        flux, sigma = observed.flux[:, k], observed.sigma[:, k]
        status, shift = observed.status[:, k], BANDS[band].ab_minus_vega
        is_limit, usable = status == NONDETECT, status != BAD
        limit = to_magnitude(np.maximum(flux, 0.0) + _WISE_LIMIT_SIGMA * sigma)
        written = {
            "magnitude": np.where(is_limit, limit, magnitude[:, k]) - shift,
            "error": np.where(is_limit, _WISE_NO_ERROR, error[:, k]),
        }
        for kind, unit, about in (
            ("magnitude", "mag", f"{BANDS[band].label}, Vega; a limit if its error is "
             f"{_WISE_NO_ERROR}"),
            ("error", "mag", f"error; {_WISE_NO_ERROR} for an upper limit"),
        ):  # fmt: skip
            columns[definition.spelt(definition.writes[kind], band)] = SurveyColumn(
                written[kind].astype(np.float32), Description(unit, "phot.mag", about)
            )
        count = 10.0 ** (0.4 * (_WISE_ZERO[band] - AB_ZERO + shift))
        columns |= _wise_fluxes(band, flux * count, sigma * count, usable)
        flags += np.where(usable, "0", "D").astype(object)
    column = SurveyColumn(
        flags, Description("", "meta.code.qual", "artefacts in W1, W2; 0 is none")
    )
    return columns | {"ab_flags": column, "cc_flags": column}


def _wise_fluxes(
    band: str, flux: Floats, sigma: Floats, usable: NDArray[np.bool_]
) -> Columns:
    """Return flux, its error and their ratio under CatWISE's names."""
    label = BANDS[band].label
    return {
        name: SurveyColumn(
            np.where(usable, values, np.nan).astype(np.float32), Description(*about)
        )
        for name, values, about in (
            (f"{band}flux", flux, ("ct", "phot.flux", f"flux in {label}")),
            (f"{band}sigflux", sigma, ("ct", "stat.error;phot.flux", "its error")),
            (
                f"{band}snr",
                flux / sigma,
                ("", "stat.snr", f"{band}flux over its error"),
            ),
        )
    }


def _gaia_columns(observed: Observed, _: np.random.Generator) -> Columns:
    """Return motions, parallaxes and how well they fit; NaN with two parameters."""
    m = observed.motions
    solved = np.isfinite(m.pm_ra)
    columns = {
        name: SurveyColumn(values.astype(np.float32), Description(*about))
        for name, values, about in (
            ("pmra", m.pm_ra, ("mas / yr", "pos.pm;pos.eq.ra", "cos(dec) included")),
            ("pmra_error", m.pm_ra_error, ("mas / yr", "stat.error", "error of pmra")),
            ("pmdec", m.pm_dec, ("mas / yr", "pos.pm;pos.eq.dec", "proper motion")),
            ("pmdec_error", m.pm_dec_error, ("mas / yr", "stat.error", "its error")),
            ("pmra_pmdec_corr", m.correlation,
             ("", "stat.correlation", "correlation of pmra and pmdec")),
            ("parallax", m.parallax, ("mas", "pos.parallax", "parallax")),
            ("parallax_error", m.parallax_error, ("mas", "stat.error", "its error")),
            ("ruwe", m.ruwe, ("", "stat.error", "renormalised unit weight error")),
        )
    }  # fmt: skip
    kind = np.where(solved, _FIVE_PARAMETERS, _TWO_PARAMETERS).astype(np.int16)
    columns["astrometric_params_solved"] = SurveyColumn(
        kind, Description("", "meta.code", "31 with motion and parallax, 3 without")
    )
    return columns


def _coded(values: Floats, known: NDArray[np.bool_], missing: float) -> NDArray[Any]:
    """Return values as the survey writes them, its code where there are none."""
    return np.where(known, values, missing).astype(np.float32)
