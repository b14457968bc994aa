"""The benchmarks run, say what they measured, and write only their part of a page."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import qsovae

ROOT = Path(qsovae.__file__).resolve().parents[1]
SCORES = {"accuracy", "balanced_accuracy", "quasar_f1", "log_loss", "seconds"}
PAGE = """# A page

<!-- benchmark:accuracy -->
old
<!-- /benchmark:accuracy -->

between `code` | and ä\r
<!-- benchmark:speed -->
<!-- /benchmark:speed -->
end"""


def run(script, *words, path=None):
    """Run a benchmark as a person does; return what it did."""
    command = [sys.executable, str(ROOT / "benchmarks" / script), *map(str, words)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    if path is not None:
        environment["PATH"] = path
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.md"
    path.write_bytes(PAGE.encode())
    return path


@pytest.fixture(scope="module")
def catalogs(tmp_path_factory):
    """Return a folder with two small catalogs in the columns of the real ones."""
    folder = tmp_path_factory.mktemp("real")
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 240)
    colours = rng.normal(kind[:, None], 0.4, (240, 6)).astype(np.float32)
    bands = dict(zip("ugriz", 20 - colours[:, :5].T, strict=True))
    names = np.array(["GALAXY", "QSO", "STAR"])[kind]
    write(folder, "sdss17_10k", bands | {"redshift": kind / 10.0, "class": names})
    detected = rng.random(240) < 0.8
    colours[:, 4:][~detected] = -99.0
    write(folder, "vst_atlas_wise_dev", {
        "row_id": np.arange(240), "rmagc": 18 + colours[:, 0], "umg": colours[:, 1],
        "gmr": colours[:, 2], "rmw1": colours[:, 4], "w1m2": colours[:, 5],
        "wise_detected": detected,
        "class": np.array(["Galaxy", "Quasar", "Star"])[kind],
    })  # fmt: skip
    return folder


def write(folder, name, columns):
    (folder / name).mkdir()
    frame = pd.DataFrame(columns)
    # Some objects stand in it twice.
    qsovae.write_table(
        pd.concat([frame, frame.head(30)], ignore_index=True),
        folder / name / f"{name}.parquet",
    )


def test_accuracy_says_what_it_measured(catalogs, page):
    done = run("accuracy.py", "--data", catalogs, "--seeds", 2, "--epochs", 1,
               "--readme", page)  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["machine"]["cores"] >= 1
    assert result["machine"]["versions"]["qsovae"]
    assert list(result["sets"]) == [
        "sdss17_10k", "vst_atlas_wise_dev", "vst_atlas_wise_dev_detected",
    ]  # fmt: skip
    for entry in result["sets"].values():
        assert set(entry["methods"]) == {"VAE", "boosting"}
        for scores in entry["methods"].values():
            assert set(scores) == SCORES
            assert all(len(values["values"]) == 2 for values in scores.values())
        assert entry["largest_change_when_evaluated_again"] < 1e-3
        assert "redshift" not in " ".join(entry["features"])
    rows = [entry["rows"] for entry in result["sets"].values()]
    assert rows[0] == rows[1] == 270
    assert 0 < rows[2] < 270
    assert str(catalogs) not in done.stdout
    mean = result["sets"]["sdss17_10k"]["methods"]["VAE"]["accuracy"]["mean"]
    assert f"| VAE | {mean:.3f} ± " in page.read_text("utf-8")


# Opens the pages in a Chromium, and fits and scores in fresh processes: 15 s.
@pytest.mark.slow
def test_speed_says_what_it_measured(catalogs, runs, page, tmp_path):
    output = tmp_path / "new" / "speed.json"
    done = run("speed.py", "--data", catalogs, "--epochs", 1, "--repeats", 1,
               "--parts", "training", "scoring", "pages", "--score-rows", 300,
               "--runs", runs, "--run", "tiny", "--output", output, "--readme", page,
               path="/nowhere")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    parts = json.loads(output.read_text())["parts"]
    measured = [parts["training"]["seconds"]] + [
        parts["scoring"][name]
        for name in ("rows_per_second", "probabilities_per_second", "peak_mib")
    ]
    for entry in measured:
        assert set(entry) == {"qsovae", "peer", "ratio"}
        assert entry["peer"]["name"]
        assert 0 < entry["qsovae"]["min"] <= entry["qsovae"]["median"]
    assert parts["scoring"]["rows"] == 300
    # Without a Chromium the pages are skipped, and every reader is told.
    assert "Chromium" in parts["pages"]["skipped"]
    assert "Chromium" in page.read_text("utf-8")


@pytest.mark.parametrize("script", ["accuracy", "speed"])
@pytest.mark.parametrize("option", ["--data", "--readme"])
def test_what_is_missing_is_told_before_anything_runs(
    module, monkeypatch, capsys, tmp_path, script, option
):
    empty = tmp_path / "empty.md"
    empty.write_text("no markers", "utf-8")
    value = tmp_path if option == "--data" else empty
    monkeypatch.setattr(sys, "argv", [script, option, str(value)])
    with pytest.raises(SystemExit) as left:
        module(script).main()
    # Python writes such a text to stderr and exits with 1.
    assert ("--data" if option == "--data" else "<!-- benchmark:") in left.value.code
    assert capsys.readouterr().out == ""
    assert empty.read_text("utf-8") == "no markers"


def test_only_what_stands_between_the_markers_is_replaced(module, page):
    report = module("report")
    for _ in range(2):  # the second time there is nothing to change
        report.write_readme(page, "accuracy", "\n| new |\n")
        assert page.read_bytes() == PAGE.replace("old", "| new |").encode()


@pytest.mark.parametrize(
    "broken",
    [
        PAGE.replace("<!-- benchmark:accuracy -->", ""),
        PAGE.replace("<!-- /benchmark:accuracy -->", ""),
        PAGE + PAGE,
        "<!-- /benchmark:accuracy -->\n<!-- benchmark:accuracy -->",
    ],
)
def test_a_page_without_one_clear_place_is_left_as_it_is(module, page, broken):
    page.write_bytes(broken.encode())
    with pytest.raises(SystemExit, match="no place"):
        module("report").write_readme(page, "accuracy", "new")
    assert page.read_bytes() == broken.encode()


def test_deviations_are_those_of_a_sample(module):
    report = module("report")
    assert report.mean_and_sd([1.0, 3.0])["sd"] == pytest.approx(2**0.5)
    assert report.mean_and_sd([1.0])["sd"] is None
    ratio = report.paired([2.0, 9.0, 4.0], [1.0, 3.0, 4.0], "peer")["ratio"]
    assert (ratio["min"], ratio["median"], ratio["max"]) == (1.0, 2.0, 3.0)


def test_boosting_all_rounds_is_the_baseline_where_that_is_not_stopped(
    module, runs, simulated
):
    run = qsovae.open_run("tiny", runs)
    values = qsovae.build_features(qsovae.open_catalog(simulated), run.features).values
    values = values[:, np.isfinite(values).any(axis=0)]
    found = module("accuracy").boost_all_rounds(run.rows(), values, 0, "QSO")
    baseline = run.manifest["scores"]["baseline"]
    assert found["accuracy"] == baseline["accuracy"]
    assert found["log_loss"] == pytest.approx(baseline["log_loss"], abs=1e-5)
    assert found["quasar_f1"] == baseline["per_class"]["QSO"]["f1"]


def test_a_map_is_made_of_what_is_handed_over(module, tmp_path):
    tasks = module("tasks")
    latent = tmp_path / "latent.npy"
    np.save(latent, np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32))
    before = tasks.peak_mib()
    result = tasks.TASKS["project-qsovae"](str(latent))
    assert result["rows"] == 60
    assert result["peak_mib"] >= before > 30  # Python and numpy alone hold that much


def test_a_test_row_that_trains_as_well_stops_the_benchmark(module):
    check_apart = module("accuracy").check_apart
    values = np.array([[1.0, np.nan], [2.0, 3.0], [np.nan, np.nan], [np.nan, np.nan]])
    part = np.array(["train", "test", "test", "train"], dtype=object)
    check_apart(values, part)  # rows without a value are alike, yet no one object
    values[1] = [1.0, np.nan]
    with pytest.raises(SystemExit, match="1 test rows"):
        check_apart(values, part)
