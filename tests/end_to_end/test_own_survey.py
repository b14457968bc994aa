"""A fifth survey, with bands of its own, without touching Python."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import qsovae

N = 300
BANDS = """
[nuv]
ucd = "em.UV.200-300nm"
label = "NUV"
wavelength_um = 0.232
ab_minus_vega = 1.65
"""
SURVEYS = """
[[survey]]
name = "galex"
title = "GALEX"
system = "AB"
bands = ["nuv"]
magnitudes = ["{b}_magnitude_of_galex"]
errors = ["{b}_error_of_galex"]
sentinels = [-99.0]
nondetections = [-99.0]
"""
COMBINED = """
[galex]
title = "GALEX"
bands = ["nuv"]
epoch_jyr = 2008.0
radius_arcsec = 3.0
radius_reason = "a beam of 5 arcsec"
[[galex.carry]]
name = "galex_artifacts"
from = ["artifact"]
unit = ""
ucd = "meta.code.qual"
about = "artifact flags"
"""


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a primary, a survey nobody knows, and its definition."""
    rng = np.random.default_rng(0)
    ra, dec = rng.uniform(10, 11, N), rng.uniform(-31, -30, N)
    mag = rng.uniform(17, 20, N)
    delve = {"id": np.arange(N), "ra": ra, "dec": dec, "mag_auto_g": mag,
             "mag_auto_r": mag - 0.4}  # fmt: skip
    qsovae.write_table(pd.DataFrame(delve), tmp_path / "delve.fits")
    galex = {
        "id": np.arange(N) + 500, "ra": ra, "dec": dec + 1.0 / 3600,
        "nuv_magnitude_of_galex": np.where(np.arange(N) % 5, mag + 1, -99.0),
        "nuv_error_of_galex": 0.1, "artifact": 4,
    }  # fmt: skip
    qsovae.write_table(pd.DataFrame(galex), tmp_path / "galex.csv")
    own = tmp_path / "own"
    own.mkdir()
    (own / "bands.toml").write_text(BANDS)
    (own / "surveys.toml").write_text(SURVEYS)
    (own / "combined.toml").write_text(COMBINED)
    return tmp_path


def qsovae_command(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "qsovae", *words],
        cwd=folder, capture_output=True, text=True, check=False,
        env=os.environ | {"QSOVAE_SURVEYS": str(folder / "own")},
    )  # fmt: skip


COMBINE = ("combine", "--delve", "delve.fits", "--galex", "galex.csv", "-o", "all.fits")


def test_a_survey_of_ones_own_is_matched_checked_and_made_features_of(folder):
    done = qsovae_command(folder, *COMBINE, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["surveys"]["galex"]["matches"] == N
    table = qsovae.read_table(folder / "all.fits").frame
    seen = np.arange(N) % 5 > 0
    assert (table["nuv_status"] == np.where(seen, "ok", "nondetect")).all()
    expected = table["g_mag_ab"][seen] + 1
    np.testing.assert_allclose(table["nuv_mag_ab"][seen], expected, rtol=1e-6)
    assert (table["galex_artifacts"] == 4).all()
    np.testing.assert_allclose(table["galex_sep_arcsec"], 1.0, atol=1e-3)

    checked = json.loads(qsovae_command(folder, "check", "all.fits", "--json").stdout)
    bands = {c["column"]: c["band"] for c in checked["columns"]}
    assert bands["nuv_mag_ab"] == "nuv"


def test_without_its_definition_it_is_unknown(folder):
    (folder / "own" / "combined.toml").unlink()
    done = qsovae_command(folder, *COMBINE)
    assert done.returncode == 2
    assert "--galex" in done.stderr


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("combined.toml", "[galex", "combined.toml"),
        ("combined.toml", '[galex]\ntitle = "GALEX"', "combined.toml, galex"),
        ("combined.toml", COMBINED.replace('"nuv"', '"fuv"'), "no band fuv"),
        ("combined.toml", COMBINED.replace("epoch_jyr", "year"), "year"),
        ("bands.toml", '[nuv]\nlabel = "NUV"', "bands.toml"),
    ],
)
def test_a_definition_that_cannot_be_used_is_refused_in_words(
    folder, file, text, words
):
    (folder / "own" / file).write_text(text)
    done = qsovae_command(folder, *COMBINE)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
