"""What a sample above a threshold is expected to hold over an area of the sky."""

import numpy as np
import pandas as pd
import pytest

import qsovae
from qsovae import ConfigError


@pytest.fixture(scope="module")
def run(runs):
    return qsovae.open_run("tiny", runs)


def thresholds(run, prior):
    return qsovae.evaluation_details(run, qsovae.test_rows(run), prior)["thresholds"]


def test_an_area_multiplies_what_a_square_degree_holds(run):
    found = qsovae.over_area(thresholds(run, "sky"), 250.0)
    table = pd.DataFrame(found["table"]).astype(float)
    assert found["area_deg2"] == 250.0
    expected = table["per_deg2"] * 250.0
    assert table["expected"].to_numpy() == pytest.approx(expected.to_numpy())
    others = table["contaminants_per_deg2"] * 250.0
    known = table["purity"].notna()
    sought = (expected - others)[known]
    assert table["expected_sought"][known].to_numpy() == pytest.approx(
        sought.to_numpy(), rel=1e-6, abs=1e-6
    )
    assert (table["expected_sought_low"] <= table["expected_sought"])[known].all()
    assert (table["expected_sought"] <= table["expected_sought_high"])[known].all()


def test_the_sky_down_to_another_magnitude_has_its_own_mix_and_density(run):
    deep, bright = (thresholds(run, f"sky:{limit}")["prior"] for limit in (23, 20.5))
    assert (deep["kind"], deep["r_limit"]) == ("sky", 23.0)
    assert deep["per_deg2"] > bright["per_deg2"]
    assert bright["shares"]["STAR"] > deep["shares"]["STAR"]
    usual = thresholds(run, "sky")["prior"]
    assert usual == thresholds(run, "sky:22")["prior"]
    assert sum(bright["shares"].values()) == pytest.approx(1.0)


@pytest.mark.parametrize("area", [0.0, -1.0, 41300.0, np.nan, np.inf])
def test_an_area_that_is_none_is_refused(run, area):
    with pytest.raises(ConfigError, match="the whole sky"):
        qsovae.over_area(thresholds(run, "sky"), area)


def test_without_a_density_there_is_nothing_to_expect(run):
    for prior in (None, {"QSO": 0.1, "STAR": 0.6, "GALAXY": 0.3}):
        with pytest.raises(ConfigError, match="--prior sky"):
            qsovae.over_area(thresholds(run, prior), 10.0)


@pytest.mark.parametrize("prior", ["moon", "sky:x", "sky:nan", "sky:19"])
def test_a_prior_that_is_no_mix_is_refused(run, prior):
    with pytest.raises(ConfigError):
        thresholds(run, prior)
