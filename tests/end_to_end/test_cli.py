"""The command line as a person meets it: a process, its output, its exit status."""

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from astropy.table import MaskedColumn, Table

import qsovae
from qsovae.cli import main


def qsovae_command(*arguments, folder, **options):
    return subprocess.run(
        [sys.executable, "-m", "qsovae", *map(str, arguments)],
        cwd=folder, capture_output=True, text=True, check=False, **options,
    )  # fmt: skip


def told_here(*arguments, folder):
    """Run the command in this process: another needs seconds to import the same."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        status = main([str(word) for word in arguments])
    words = out.getvalue(), err.getvalue()
    return subprocess.CompletedProcess(arguments, status, *words)


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
    saved = json.loads(told_here("evaluate", "first", "--json", folder=folder).stdout)
    assert saved.pop("details")["thresholds"]["prior"]["kind"] == "test"
    assert saved.pop("splits") == []
    assert saved.pop("quality") == {"choice": "without", "bits": []}
    assert saved == report
    anew = told_here("evaluate", "first", "sim.fits", "--json", folder=folder)
    assert json.loads(anew.stdout)["confusion_matrix"] == report["confusion_matrix"]
    words = told_here("evaluate", "first", folder=folder).stdout
    assert f"accuracy {report['accuracy']:.4f}" in words
    assert "VAE minus baseline" in words


def test_evaluating_judges_a_sample_at_the_mix_that_is_asked_for(journey):
    folder, _, _ = journey
    mixes = {"sky": "sky", "QSO=0.02,STAR=0.9,GALAXY=0.08": "stated"}
    for prior, kind in mixes.items():
        asked = ("evaluate", "first", "--prior", prior, "--class", "STAR")
        done = told_here(*asked, "--json", folder=folder)
        thresholds = json.loads(done.stdout)["details"]["thresholds"]
        assert (thresholds["class"], thresholds["prior"]["kind"]) == ("STAR", kind)
        assert sum(thresholds["prior"]["shares"].values()) == pytest.approx(1.0)
        assert ("per_deg2" in thresholds["table"]) == (kind == "sky")
        words = told_here(*asked, folder=folder).stdout
        assert "STAR above a threshold, class mix: " in words
        assert "active latent dimensions: latent_" in words
    failed = told_here("evaluate", "first", "--prior", "moon", folder=folder)
    assert failed.returncode != 0
    assert "the prior is 'moon'" in failed.stderr


@pytest.mark.parametrize("suffix", [".parquet", ".fits", ".csv", ".vot"])
def test_scoring_writes_every_row_in_its_order(journey, suffix):
    folder, report, _ = journey
    out = f"out{suffix}"
    done = told_here("score", "first", "sim.fits", "-o", out, folder=folder)
    assert done.returncode == 0, done.stderr
    table = qsovae.read_table(folder / out).frame
    catalog = qsovae.open_catalog(folder / "sim.fits")
    assert table["object_id"].tolist() == catalog.object_id.tolist()
    expected = {"object_id", "class_predicted", "latent_1", "quality", "p_QSO"}
    assert expected <= set(table.columns)
    assert {f"p_{c}" for c in report["classes"]} <= set(table.columns)


@pytest.mark.parametrize("suffix", [".parquet", ".fits", ".csv"])
def test_scoring_at_another_mix_says_so_in_file_and_output(
    journey, suffix, monkeypatch, capsys
):
    folder, report, _ = journey
    monkeypatch.chdir(folder)
    monkeypatch.delenv("QSOVAE_RUNS", raising=False)
    out = f"mixed{suffix}"
    words = ["score", "first", "sim.fits", "-o", out, "--prior", "estimate"]
    assert main([*words, "--abstain", "0.8", "--uncertainty", "--json"]) == 0
    mix = json.loads(capsys.readouterr().out)["prior"]
    assert mix["kind"] == "estimated"
    assert set(mix["shares"]) == set(mix["low"]) == set(report["classes"])
    read = qsovae.read_table(out)
    rows = read.frame
    unsure = rows[[f"p_{c}" for c in report["classes"]]].max(axis=1) < 0.8
    named = rows["class_predicted"].fillna("").astype(str).str.strip() != ""
    assert 0 < unsure.sum() < len(rows)
    assert (named == ~unsure).all()
    assert rows["entropy"].between(0, 3).all()
    if suffix != ".csv":
        said = {key.lower(): value for key, value in read.meta.items()}
        assert said["prior_is"] == "estimated"
        assert f"{mix['shares']['QSO']:.6g}" in said["prior"]
    assert main(words) == 0
    assert "class mix as estimated: " in capsys.readouterr().out


def test_projecting_writes_places_on_the_map(journey):
    folder, _, _ = journey
    done = told_here(
        "project", "first", "sim.fits", "-o", "map.parquet", "--json", folder=folder
    )
    assert json.loads(done.stdout)["rows"] == 1500
    table = pd.read_parquet(folder / "map.parquet")
    assert {"map_1", "map_2", "object_id"} <= set(table.columns)
    assert np.isfinite(table[["map_1", "map_2"]]).all().all()


def test_runs_are_listed(journey):
    folder, report, _ = journey
    listed = json.loads(told_here("runs", "--json", folder=folder).stdout)["runs"]
    assert [(r["name"], r["status"]) for r in listed] == [("first", "complete")]
    assert listed[0]["summary"]["accuracy"] == report["accuracy"]
    assert "first" in told_here("runs", folder=folder).stdout


def test_checking_reports_and_saves_a_mapping_that_training_takes(journey):
    folder, _, _ = journey
    done = told_here(
        "check", "sim.fits", "--json", "--save-mapping", "map.toml", folder=folder
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["rows"] == 1500
    trained = told_here(
        "train", "sim.fits", "--label", "class_true", "--run", "mapped", "--mapping",
        "map.toml", "--features", "g-r,i,spread_model", "--epochs", 1, "--no-map",
        "--json", folder=folder,
    )  # fmt: skip
    features = json.loads(trained.stdout)["features"]
    assert features == ["g_mag_ab - r_mag_ab", "i_mag_ab", "spread_model"]


def test_exit_statuses(journey, in_process):
    folder, _, _ = journey
    for arguments, status in (([], 2), (["--help"], 0), (["evaluate", "absent"], 1)):
        done = qsovae_command(*arguments, folder=folder)
        assert done.returncode == status, done.stderr
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
        (
            ["evaluate", "first", "--without-quality", "any"],
            0,
            "rows are left out by quality",
        ),
        (["evaluate", "first", "--without-quality", "BAD"], 1, "no quality bit BAD"),
        (["score", "first", "sim.fits", "-o", "sim.fits"], 1, "the catalog itself"),
        (["score", "first", "sim.fits", "-o", "x.doc"], 1, "End the name"),
        (
            ["score", "first", "sim.fits", "-o", "x.csv", "--prior", "QSO=2"],
            1,
            "is not stated",
        ),
        (
            ["score", "first", "sim.fits", "-o", "x.csv", "--abstain", "2"],
            1,
            "abstain is 2",
        ),
        (["check", "sim.fits", "--save-mapping", "no/m.toml"], 1, "cannot be written"),
    ):
        left, said = in_process(folder, *arguments)
        assert left == status, (arguments, said)
        assert words in said
    (folder / "empty.csv").write_text("g,r\n")
    assert in_process(folder, "check", "empty.csv")[0] == 1


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
    ("name", "file", "quasar", "epochs", "fewest"),
    [
        ("sdss17_10k", "sdss17_10k.parquet", "QSO", 12, 0.80),
        ("vst_atlas_wise_dev", "vst_atlas_wise_dev.parquet", "Quasar", 3, 0.90),
    ],
)
def test_a_real_catalog_goes_the_whole_way(
    shared_data, tmp_path, name, file, quasar, epochs, fewest
):
    path = shared_data / name / file
    done = qsovae_command(
        "train", path, "--label", "class", "--run", "real", "--epochs", epochs,
        "--no-map", "--json", folder=tmp_path,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["accuracy"] > fewest  # few epochs: far from what it can do
    assert report["is_simulated"] is False
    assert not any("redshift" in f for f in report["features"])
    scored = told_here("score", "real", path, "-o", "out.parquet", folder=tmp_path)
    assert scored.returncode == 0
    table = pd.read_parquet(tmp_path / "out.parquet")
    assert len(table) == pd.read_parquet(path).shape[0]
    assert table[f"p_{quasar}"].between(0, 1).all()


BANDS = ("g", "r", "i")


def labelled_table(n_rows=60):
    """Return magnitudes of two classes that differ in colour, and exact ids."""
    rng = np.random.default_rng(5)
    is_quasar = np.arange(n_rows) % 2 == 0
    table = pd.DataFrame({"source_id": 2**62 + 1 + np.arange(n_rows, dtype=np.int64)})
    for k, band in enumerate(BANDS):
        table[f"{band}_mag_ab"] = 20 - k * 0.8 * ~is_quasar + rng.normal(0, 0.1, n_rows)
    table["class"] = np.where(is_quasar, "QSO", "STAR")
    return table


def with_labels(labels):
    table = labelled_table(len(labels))
    table["class"] = labels
    return qsovae.table_bytes(table, ".csv")


FITS = qsovae.table_bytes(labelled_table(), ".fits")
UNUSABLE = {
    "empty.fits": (b"", "the file is empty"),
    "named.fits": (b"g,r\n1,2\n", "the name says FITS"),
    "odd.dat": (b"g,r\n1,2\n", "no known kind"),
    "cut.fits": (FITS[:6000], "truncated"),
    "image.fits": (FITS[:2880], "no table"),
    "ragged.csv": (b"g,r,class\n20,19,QSO\n20,19\n", "line 3 has 2 values"),
    "double.csv": (b"g,r,g,class\n20,19,20,QSO\n", "two columns are named g"),
    "none.csv": (b"g,r,class\n", "no rows"),
    "three.csv": (with_labels(["QSO", "STAR", "STAR"]), "3 rows are labelled"),
    "single.csv": (with_labels(["QSO"] * 60), "holds 1 class(es): QSO"),
    "names.csv": (with_labels([f"s{k}" for k in range(500)]), "500 different values"),
    "few.csv": (with_labels(["QSO"] * 58 + [None, "--"]), "holds 1 class(es): QSO"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_trained_on_ends_in_one_sentence(tmp_path, capsys, name):
    content, words = UNUSABLE[name]
    (tmp_path / name).write_bytes(content)
    status = main(
        ["train", str(tmp_path / name), "--label", "class", "--run", "r", "--runs",
         str(tmp_path / "runs")]
    )  # fmt: skip
    told = capsys.readouterr()
    message = told.err.strip().splitlines()[-1]
    assert status == 1
    assert told.out == ""
    assert message.startswith("qsovae: error: ")
    assert words in message
    assert name in message
    assert not (tmp_path / "runs" / "r").exists()


def trained(folder, path):
    """Return the report and the scored rows of a run trained on a catalog."""
    runs = ["--runs", str(folder / "runs"), "--json"]
    out = folder / "out.parquet"
    assert main(["train", str(path), "--label", "class", "--run", "odd", "--epochs",
                 "30", "--no-map", *runs]) == 0  # fmt: skip
    assert main(["score", "odd", str(path), "-o", str(out), *runs]) == 0
    manifest = qsovae.open_run("odd", folder / "runs").manifest
    return manifest, pd.read_parquet(out)


def test_a_fits_table_of_awkward_columns_goes_the_whole_way(tmp_path, capsys):
    plain = labelled_table(80)
    table = Table()
    table["objid"] = np.array(plain["source_id"], dtype=">i8")
    for band in BANDS:
        table[f"{band}_mag_ab"] = np.array(plain[f"{band}_mag_ab"], dtype=">f4")
    table["h_mag_ab"] = np.full(80, np.nan, dtype=np.float32)
    mask = np.arange(80) % 7 == 0
    table["n_match"] = MaskedColumn(np.ones(80, np.int32), mask=mask, fill_value=-9)
    table["tile"] = np.full(80, 60_000, dtype=np.uint16)
    spelt = np.where(np.arange(80) % 10 == 0, "qso", plain["class"])
    table["class"] = np.char.ljust(spelt.astype(str), 12).astype("S12")
    table.write(tmp_path / "awkward.fits")
    manifest, scored = trained(tmp_path, tmp_path / "awkward.fits")
    assert manifest["classes"] == ["QSO", "STAR"]
    assert manifest["notes"][0] == "'qso' taken for 'QSO'"
    assert scored["object_id"].tolist() == plain["source_id"].tolist()
    assert (scored["class_predicted"] == plain["class"]).mean() > 0.95


def test_csv_from_a_spreadsheet_goes_the_whole_way(tmp_path, capsys):
    plain = labelled_table(80)
    text = plain.to_csv(index=False, sep=";", decimal=",", lineterminator="\r\n")
    (tmp_path / "sheet.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    _, scored = trained(tmp_path, tmp_path / "sheet.csv")
    assert scored["object_id"].tolist() == plain["source_id"].tolist()
    assert (scored["class_predicted"] == plain["class"]).mean() > 0.95


@pytest.mark.parametrize("command", ["evaluate", "score", "project"])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda run: (run / "rows.parquet").unlink(), "rows.parquet is missing"),
        (lambda run: (run / "manifest.json").unlink(), "no manifest.json"),
        (lambda run: (run / "scaler.json").write_text("{}"), "scaler.json is not the"),
        (lambda run: (run / "manifest.json").write_text("{}"), "has format None"),
    ],
    ids=["missing", "unfinished", "tampered", "foreign"],
)
def test_a_spoilt_run_is_refused_by_every_command(
    runs, simulated, tmp_path, capsys, spoil, words, command
):
    shutil.copytree(runs, tmp_path / "runs")
    spoil(tmp_path / "runs" / "tiny")
    arguments = [command, "tiny", str(simulated), "--runs", str(tmp_path / "runs")]
    if command != "evaluate":
        arguments += ["-o", str(tmp_path / "out.parquet")]
    assert main(arguments) == 1
    message = capsys.readouterr().err
    assert words in message
    assert "tiny" in message
    assert not (tmp_path / "out.parquet").exists()
