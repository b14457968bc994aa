"""The benchmark of the mock sees a difference where there is one, and only there."""

import importlib
import json
import sys

import numpy as np
import pandas as pd
import pytest

PAGE = "before\n<!-- benchmark:mock -->\nold\n<!-- /benchmark:mock -->\nafter"
ROWS = 400


@pytest.fixture
def mock(module, monkeypatch):
    """Return the file of the benchmark as a module; it looks at few rows."""
    found = module("mock")
    monkeypatch.setattr(found, "_MOST_ROWS", ROWS)
    return found


@pytest.fixture
def catalog(mock, tmp_path):
    """Return a function that writes mock quasars as the real catalog is written."""
    rng = np.random.default_rng(7)
    places = pd.DataFrame(
        {
            "ra": rng.uniform(0, 30, ROWS), "dec": rng.uniform(-30, -20, ROWS),
            "redshift": rng.uniform(0.5, 3.0, ROWS), "r": rng.uniform(17, 19, ROWS),
            "y": rng.uniform(16.5, 18.5, ROWS),
        }
    )  # fmt: skip
    samples = importlib.import_module("samples")
    bands = {f"panstarrs_{b}": b for b in "grizy"}
    bands |= {name: name for name in ("gaia_g", "gaia_bp", "gaia_rp")}
    bands |= {"wise_w1": "w1", "wise_w2": "w2"}
    rows = samples.quasars(places, bands, "y", rng)
    vega = {"w1": 2.699, "w2": 3.339, "gaia_g": 0.114, "gaia_bp": 0.015,
            "gaia_rp": 0.356}  # fmt: skip

    def write(g_brighter=0.0):
        frame = rows.assign(g=rows["g"] - g_brighter)
        frame = frame.assign(**{band: rows[band] - offset
                                for band, offset in vega.items()})  # fmt: skip
        frame = frame.rename(columns={b: f"ps1_{b}" for b in "grizy"})
        frame = frame.assign(ra=places["ra"], dec=places["dec"],
                             z_spec=places["redshift"])  # fmt: skip
        path = tmp_path / "voss_qubrics_qso" / "voss_qubrics_qso.parquet"
        path.parent.mkdir(exist_ok=True)
        frame.to_parquet(path)
        return tmp_path

    return write


def run(mock, monkeypatch, folder, *words):
    """Run the benchmark as a person does, in this process; return what it measured."""
    output = folder / "new" / "mock.json"
    words = ["--data", folder, "--sets", "voss_qubrics_qso", "--output", output, *words]
    monkeypatch.setattr(sys, "argv", ["mock.py", *map(str, words)])
    assert mock.main() == 0
    return json.loads(output.read_text())


def test_the_mock_is_not_told_from_itself(mock, catalog, monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf-8")
    result = run(mock, monkeypatch, catalog(), "--readme", page)
    (sample,) = result["samples"]
    assert sample["real_rows"] == ROWS
    assert sample["mock_rows"] % ROWS == 0
    assert 0.4 < sample["auc"] < 0.6
    assert 0.4 < sample["auc_control"] < 0.6
    assert len(sample["medians"]) == 10
    for line in sample["medians"]:
        assert abs(line["g-r"]["mock_minus_real"]) < 5 * line["g-r"]["standard_error"]
    text = page.read_text("utf-8")
    assert text.startswith("before\n<!-- benchmark:mock -->\n| catalog |")
    assert f"{sample['auc']:.3f}" in text
    assert "\nold\n" not in text


def test_a_shift_of_one_band_is_found_and_named(mock, catalog, monkeypatch):
    (sample,) = run(mock, monkeypatch, catalog(g_brighter=0.3))["samples"]
    assert sample["auc"] > 0.75
    assert next(iter(sample["auc_of_one_colour"])) == "g-r"
    shifts = [line["g-r"]["mock_minus_real"] for line in sample["medians"]]
    assert np.median(shifts) == pytest.approx(0.3, abs=0.04)
