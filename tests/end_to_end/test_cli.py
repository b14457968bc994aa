"""The command line as a person meets it: a process, its output, its exit status."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import qsovae


def qsovae_command(*arguments, folder, **options):
    return subprocess.run(
        [sys.executable, "-m", "qsovae", *map(str, arguments)],
        cwd=folder, capture_output=True, text=True, check=False, **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def journey(tmp_path_factory):
    """Return a folder with a simulated catalog and a run trained by the command."""
    folder = tmp_path_factory.mktemp("journey")
    made = qsovae_command(
        "simulate", "sim.fits", "--rows", 1500, "--seed", 2, folder=folder
    )
    assert made.returncode == 0, made.stderr
    trained = qsovae_command(
        "train", "sim.fits", "--label", "class_true", "--run", "first", "--epochs", 15,
        "--json", folder=folder,
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr
    return folder, json.loads(trained.stdout), trained.stderr


def test_training_ends_with_one_object_and_tells_of_its_progress(journey):
    _, report, told = journey
    for key in ("run", "rows", "split", "accuracy", "balanced_accuracy", "log_loss",
                "classes", "confusion_matrix", "per_class", "by_morphology", "baseline",
                "seconds"):  # fmt: skip
        assert key in report
    for part in (report, report["baseline"], report["by_morphology"]["point"]):
        assert np.sum(part["confusion_matrix"]) == part["rows"]
    for scores in report["per_class"].values():
        assert set(scores) == {"completeness", "purity", "f1", "rows"}
    assert "epoch 15/15" in told
    assert "simulated data" in told


def test_evaluating_prints_the_same_scores_again(journey):
    folder, report, _ = journey
    saved = json.loads(
        qsovae_command("evaluate", "first", "--json", folder=folder).stdout
    )
    assert saved == report
    anew = qsovae_command("evaluate", "first", "sim.fits", "--json", folder=folder)
    assert json.loads(anew.stdout)["confusion_matrix"] == report["confusion_matrix"]
    words = qsovae_command("evaluate", "first", folder=folder).stdout
    assert f"accuracy {report['accuracy']:.4f}" in words
    assert "gradient boosting" in words or "baseline" in words


@pytest.mark.parametrize("suffix", [".parquet", ".fits", ".csv", ".vot"])
def test_scoring_writes_every_row_in_its_order(journey, suffix):
    folder, report, _ = journey
    out = f"out{suffix}"
    done = qsovae_command("score", "first", "sim.fits", "-o", out, folder=folder)
    assert done.returncode == 0, done.stderr
    table = qsovae.read_table(folder / out).frame
    catalog = qsovae.open_catalog(folder / "sim.fits")
    assert table["object_id"].tolist() == catalog.object_id.tolist()
    expected = {"object_id", "class_predicted", "latent_1", "quality", "p_QSO"}
    assert expected <= set(table.columns)
    assert {f"p_{c}" for c in report["classes"]} <= set(table.columns)


def test_projecting_writes_places_on_the_map(journey):
    folder, _, _ = journey
    done = qsovae_command(
        "project", "first", "sim.fits", "-o", "map.parquet", "--json", folder=folder
    )
    assert json.loads(done.stdout)["rows"] == 1500
    table = pd.read_parquet(folder / "map.parquet")
    assert {"map_1", "map_2", "object_id"} <= set(table.columns)
    assert np.isfinite(table[["map_1", "map_2"]]).all().all()


def test_runs_are_listed(journey):
    folder, report, _ = journey
    listed = json.loads(qsovae_command("runs", "--json", folder=folder).stdout)["runs"]
    assert [(r["name"], r["status"]) for r in listed] == [("first", "complete")]
    assert listed[0]["summary"]["accuracy"] == report["accuracy"]
    assert "first" in qsovae_command("runs", folder=folder).stdout


def test_checking_reports_and_saves_a_mapping_that_training_takes(journey):
    folder, _, _ = journey
    done = qsovae_command(
        "check", "sim.fits", "--json", "--save-mapping", "map.toml", folder=folder
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["rows"] == 1500
    trained = qsovae_command(
        "train", "sim.fits", "--label", "class_true", "--run", "mapped", "--mapping",
        "map.toml", "--features", "g-r,i,spread_model", "--epochs", 1, "--no-map",
        "--json", folder=folder,
    )  # fmt: skip
    features = json.loads(trained.stdout)["features"]
    assert features == ["g_mag_ab - r_mag_ab", "i_mag_ab", "spread_model"]


def test_exit_statuses(journey):
    folder, _, _ = journey
    for arguments, status, words in (
        (["--help"], 0, ""),
        (["train", "--help"], 0, ""),
        ([], 2, "required"),
        (["simulate", "x.fits", "--rows", "0"], 2, "not above 0"),
        (["train", "sim.fits"], 2, "--label"),
        (["train", "no.fits", "--label", "c", "--run", "r"], 1, "no such file"),
        (["train", "sim.fits", "--label", "c", "--run", "r"], 1, "no column 'c'"),
        (
            ["train", "sim.fits", "--label", "class_true", "--run", "first"],
            1,
            "already",
        ),
        (
            ["train", "sim.fits", "--label", "class_true", "--run", "../x"],
            1,
            "cannot name",
        ),
        (["evaluate", "absent"], 1, "no such run"),
        (["score", "first", "sim.fits", "-o", "sim.fits"], 1, "the catalog itself"),
        (["score", "first", "sim.fits", "-o", "x.doc"], 1, "End the name"),
    ):
        done = qsovae_command(*arguments, folder=folder)
        assert done.returncode == status, (arguments, done.stderr)
        assert words in done.stderr
        assert "Traceback" not in done.stderr
    (folder / "empty.csv").write_text("g,r\n")
    assert qsovae_command("check", "empty.csv", folder=folder).returncode == 1


def test_an_interrupt_keeps_what_was_learnt(journey):
    folder, _, _ = journey
    command = [
        sys.executable, "-m", "qsovae", "train", "sim.fits", "--label", "class_true",
        "--run", "cut", "--epochs", "5000", "--no-map", "--json",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        log = folder / "checkpoints" / ".training" / "cut" / "progress.jsonl"
        for _ in range(600):
            if log.exists() and '"epoch": 2' in log.read_text():
                break
            time.sleep(0.1)
        os.kill(process.pid, signal.SIGINT)
        out, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert "stopped after epoch" in json.loads(out)["notes"][-1]
    assert qsovae.open_run("cut", folder / "checkpoints").name == "cut"


def test_the_demo_that_ships_scores_what_its_manifest_says():
    root = qsovae_root()
    run = qsovae.open_run("demo", root / "checkpoints")
    catalog = qsovae.open_catalog(root / "data" / "demo.fits")
    assert catalog.sha256 == run.manifest["catalog"]["sha256"]
    assert run.is_simulated
    anew = qsovae.evaluate_run(run, catalog)
    for key in ("accuracy", "balanced_accuracy", "log_loss"):
        assert anew[key] == pytest.approx(run.manifest["scores"][key], abs=0.005)
    size = sum(f.stat().st_size for f in run.folder.iterdir())
    assert size < 3e6
    assert "/" not in run.manifest["catalog"]["path"].removeprefix("data/")


def qsovae_root():
    from pathlib import Path

    return Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("name", "file", "quasar", "fewest"),
    [
        ("sdss17_10k", "sdss17_10k.parquet", "QSO", 0.80),
        ("vst_atlas_wise_dev", "vst_atlas_wise_dev.parquet", "Quasar", 0.95),
    ],
)
def test_a_real_catalog_goes_the_whole_way(
    shared_data, tmp_path, name, file, quasar, fewest
):
    path = shared_data / name / file
    done = qsovae_command(
        "train", path, "--label", "class", "--run", "real", "--epochs", 12, "--no-map",
        "--json", folder=tmp_path,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["accuracy"] > fewest  # a dozen epochs: far from what it can do
    assert report["is_simulated"] is False
    assert not any("redshift" in f for f in report["features"])
    scored = qsovae_command("score", "real", path, "-o", "out.parquet", folder=tmp_path)
    assert scored.returncode == 0
    table = pd.read_parquet(tmp_path / "out.parquet")
    assert len(table) == pd.read_parquet(path).shape[0]
    assert table[f"p_{quasar}"].between(0, 1).all()
