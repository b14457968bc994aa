"""What the columns of the mock mean: units, UCDs and words.

Within simulation: beside reference.
"""

from typing import NamedTuple

from qsovae.bands import BANDS
from qsovae.simulation.reference import BAND_NAMES


class Description(NamedTuple):
    """Unit, UCD and meaning of a column; the first two blank without."""

    unit: str
    ucd: str
    about: str


_PLAIN = {
    "object_id": Description("", "meta.id;meta.main", "id of the simulated source"),
    "ra_deg": Description("deg", "pos.eq.ra;meta.main", "right ascension, ICRS"),
    "dec_deg": Description("deg", "pos.eq.dec;meta.main", "declination, ICRS"),
    "epoch_jyr": Description("yr", "time.epoch", "epoch of the position, Julian year"),
    "gal_l_deg": Description("deg", "pos.galactic.lon", "galactic longitude"),
    "gal_b_deg": Description("deg", "pos.galactic.lat", "galactic latitude"),
    "hpx16": Description(
        "", "pos.healpix", "HEALPix cell, NSIDE 16, nested, equatorial"
    ),
    "ebv_sfd": Description("mag", "phot.color.excess", "E(B-V) of the simulated dust"),
    "spread_model": Description(
        "", "src.morph", "spread_model: zero for a point, larger for extended sources"
    ),
    "spread_model_err": Description(
        "", "stat.error;src.morph", "error of spread_model"
    ),
    "spread_band": Description(
        "", "instr.bandpass", "band of spread_model; blank without"
    ),
    "ext_class": Description(
        "", "src.class.starGalaxy",
        "0 sure star, 1 likely star, 2 likely galaxy, 3 sure galaxy, -9 no data",
    ),
    "pm_ra_masyr": Description(
        "mas / yr", "pos.pm;pos.eq.ra", "proper motion in right ascension, cos(dec) in"
    ),
    "pm_ra_masyr_err": Description(
        "mas / yr", "stat.error;pos.pm;pos.eq.ra", "error of pm_ra_masyr"
    ),
    "pm_dec_masyr": Description(
        "mas / yr", "pos.pm;pos.eq.dec", "proper motion in declination"
    ),
    "pm_dec_masyr_err": Description(
        "mas / yr", "stat.error;pos.pm;pos.eq.dec", "error of pm_dec_masyr"
    ),
    "pmra_pmdec_corr": Description(
        "", "stat.correlation;pos.pm;pos.eq", "correlation of the two proper motions"
    ),
    "pm_sig": Description(
        "", "stat.snr;pos.pm", "significance of the proper motion, by its covariance"
    ),
    "parallax_mas": Description(
        "mas", "pos.parallax", "parallax; missing, never zero, without a solution"
    ),
    "parallax_mas_err": Description(
        "mas", "stat.error;pos.parallax", "error of parallax_mas"
    ),
    "parallax_sig": Description(
        "", "stat.snr;pos.parallax", "parallax in units of its error"
    ),
    "ruwe": Description(
        "", "stat.error", "renormalised unit weight error: near 1 for a single point"
    ),
    "wise_n_neigh3": Description(
        "", "meta.number", "others within 3 arcsec, which WISE does not tell apart"
    ),
    "in_footprint_vhs": Description("", "meta.code", "whether VHS looked here"),
    "in_footprint_catwise": Description("", "meta.code", "whether WISE looked here"),
    "in_footprint_gaia": Description("", "meta.code", "whether Gaia looked here"),
    "class_true": Description(
        "", "src.class", "class by a simulated spectrum; blank without"
    ),
    "class_source": Description("", "meta.ref", "where the class is from"),
    "z_true": Description(
        "", "src.redshift", "redshift by a simulated spectrum; never a feature"
    ),
    "is_simulated": Description("", "meta.code", "whether the row was simulated"),
    "sim_version": Description("", "meta.version", "version of the simulator"),
}  # fmt: skip


def combined_columns() -> dict[str, Description]:
    """Return what each column of the combined mock means, by name."""
    described = dict(_PLAIN)
    for name in BAND_NAMES:
        label, ucd = BANDS[name].label, BANDS[name].ucd
        described |= {
            f"{name}_mag_ab": Description(
                "mag", f"phot.mag;{ucd}",
                f"{label}, AB, not dereddened; missing unless its status is ok",
            ),
            f"{name}_mag_err": Description(
                "mag", f"stat.error;phot.mag;{ucd}", f"error of {name}_mag_ab"
            ),
            f"{name}_flux_njy": Description(
                "nJy", f"phot.flux.density;{ucd}",
                f"flux in {label}, not dereddened; where the survey states it of what "
                "it did not detect, and may be negative there",
            ),
            f"{name}_flux_err_njy": Description(
                "nJy", f"stat.error;phot.flux.density;{ucd}",
                f"error of {name}_flux_njy",
            ),
            f"{name}_status": Description(
                "", "meta.code.qual",
                "ok, nondetect (looked and saw nothing), unobserved, bad or saturated",
            ),
        }  # fmt: skip
    return described
