"""`qsovae combine` as a person meets it: files in, a catalog and a report out."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from astropy.table import Table

import qsovae

ROWS = 6000
IDS = {"vhs": "sourceid", "catwise": "source_id", "gaia": "source_id"}
PLACES = {"vhs": ("ra2000", "dec2000"), "catwise": ("ra", "dec"), "gaia": ("ra", "dec")}


def qsovae_command(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "qsovae", *map(str, words)],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def sky(tmp_path_factory):
    """Return a folder with the tables of four surveys, made by the command."""
    folder = tmp_path_factory.mktemp("combine")
    made = qsovae_command(
        folder, "simulate", "sky", "--separate", "--rows", ROWS, "--seed", 3
    )
    assert made.returncode == 0, made.stderr
    assert "truth.parquet" in made.stderr
    return folder


def files(*keys):
    return [w for key in ("delve", *keys) for w in (f"--{key}", f"sky/{key}.fits")]


def test_the_report_tells_of_each_survey_and_each_row_is_there_once(sky):
    done = qsovae_command(sky, "combine", *files(*IDS), "-o", "all.fits", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert "simulated data" in done.stderr
    assert "matching VHS" in done.stderr
    table = qsovae.read_table(sky / "all.fits").frame
    delve = qsovae.read_table(sky / "sky" / "delve.fits").frame
    assert table["object_id"].tolist() == delve["coadd_object_id"].tolist()
    for key in IDS:
        said = report["surveys"][key]
        assert said["matches"] == table[f"{key}_id"].notna().sum()
        assert (
            said["ambiguous"]
            == ((table[f"{key}_n_match"] > 1) & table[f"{key}_id"].notna()).sum()
        )
        assert 0 < said["chance_rate"] < 0.1
        assert table[f"{key}_sep_arcsec"].max() <= said["radius_arcsec"]
    words = qsovae_command(sky, "combine", *files("vhs"), "-o", "two.parquet")
    assert f"{ROWS:,} rows of DELVE in two.parquet" in words.stdout


def test_the_pairs_are_those_of_stilts(sky, stilts):
    done = qsovae_command(
        sky, "combine", *files(*IDS), "-o", "still.fits", "--no-motion"
    )
    assert done.returncode == 0, done.stderr
    table = qsovae.read_table(sky / "still.fits").frame
    for key, (ra, dec) in PLACES.items():
        radius = qsovae.COMBINED_SURVEYS[key].radius_arcsec
        subprocess.run(
            [stilts, "tskymatch2", "in1=sky/delve.fits", f"in2=sky/{key}.fits",
             "ra1=ra", "dec1=dec", f"ra2={ra}", f"dec2={dec}", f"error={radius}",
             "find=best1", "join=1and2", "out=pairs.fits"],
            cwd=sky, check=True, capture_output=True,
        )  # fmt: skip
        pairs = Table.read(sky / "pairs.fits")
        theirs = dict(
            zip(pairs["coadd_object_id"].tolist(),
                pairs[IDS[key] if IDS[key] in pairs.colnames else f"{IDS[key]}_2"]
                .tolist(), strict=True)
        )  # fmt: skip
        found = table[table[f"{key}_id"].notna()]
        ours = dict(zip(found["object_id"].tolist(), found[f"{key}_id"].astype(int),
                        strict=True))  # fmt: skip
        assert ours == theirs, key


def test_a_pattern_names_several_files(sky):
    whole = qsovae.read_table(sky / "sky" / "gaia.fits").frame
    half = len(whole) // 2
    for number, rows in enumerate((slice(0, half), slice(half, None))):
        qsovae.write_table(whole[rows], sky / f"gaia_part{number}.fits")
    done = qsovae_command(
        sky, "combine", *files(), "--gaia", "gaia_part*.fits", "-o", "g.fits", "--json"
    )
    gaia = json.loads(done.stdout)["surveys"]["gaia"]
    assert [f["rows"] for f in gaia["files"]] == [half, len(whole) - half]


def test_the_report_and_word_of_progress_are_kept_for_whoever_watches(sky, in_process):
    words = (*files("vhs"), "-o", "w.fits", "--report", "w.json", "--watch", "watch")
    assert in_process(sky, "combine", *words)[0] == 0
    report = json.loads((sky / "w.json").read_text("utf-8"))
    assert report["rows"] == ROWS
    text = (sky / "watch" / "progress.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[-1]["phase"] == "done"
    shares = [line["fraction"] for line in lines]
    assert shares == sorted(shares)
    assert not qsovae.is_alive(sky / "watch")
    (sky / "watch" / "STOP").touch()
    (sky / "w.fits").unlink()
    status, told = in_process(sky, "combine", *words)
    assert (status, "Nothing was written" in told) == (1, True)
    assert not (sky / "w.fits").exists()
    last = (sky / "watch" / "progress.jsonl").read_text("utf-8").splitlines()[-1]
    assert json.loads(last)["phase"] == "failed"


def test_exit_statuses(sky, in_process):
    for words, status, said in (
        (["--vhs", "sky/vhs.fits", "-o", "x.fits"], 2, "--delve"),
        ([*files("vhs"), "-o", "x.fits", "--radius", "vhs=wide"], 2, "vhs=1.5"),
        ([*files("vhs"), "-o", "x.fits", "--match", "all"], 2, "mutual"),
        ([*files("vhs"), "-o", "x.fits", "--radius", "vhs=-1"], 1, "radius is -1"),
        ([*files("vhs"), "-o", "x.doc"], 1, "written as .doc"),
        ([*files(), "--vhs", "sky/gaia.fits", "-o", "x.fits"], 1, "given as VHS"),
        ([*files(), "--vhs", "no*.fits", "-o", "x.fits"], 1, "no such file"),
        ([*files("vhs"), "-o", "no/x.fits"], 1, "cannot be written"),
        ([*files("vhs"), "-o", "x.fits", "--watch", "sky/vhs.fits"], 1, "be made"),
        ([*files("vhs"), "-o", "x.fits", "--ebv", "dust"], 1, "no column 'dust'"),
        ([*files("vhs"), "-o", "x.fits", "--dust-map", "sky"], 1, "holds 0 files"),
        (
            [*files("vhs"), "-o", "x.fits", "--dust-map", "sky/vhs.fits"],
            1,
            "no dust map",
        ),
        (
            [*files("vhs"), "-o", "x.fits", "--dust-map", "a", "--ebv", "b"],
            2,
            "allowed",
        ),
    ):
        left, told = in_process(sky, "combine", *words)
        assert left == status, (words, told)
        assert said in told
    assert not (sky / "x.fits").exists()


def test_a_kill_in_the_midst_of_writing_leaves_no_half_file(tmp_path):
    rng = np.random.default_rng(0)
    n = 400_000
    ra, dec = rng.uniform(0, 9, n), rng.uniform(-9, 0, n)
    columns = {"id": np.arange(n), "ra": ra, "dec": dec, "mag_auto_i": 20.0 + 0 * ra}
    Table(columns).write(tmp_path / "delve.fits")
    (tmp_path / "all.fits").write_text("old")
    command = [sys.executable, "-m", "qsovae", "combine", "--delve", "delve.fits",
               "-o", "all.fits"]  # fmt: skip
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not _begun(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert (tmp_path / "all.fits").read_text() == "old"


def _begun(folder):
    """Return whether some of the new file is there."""
    return any(p.stat().st_size for p in folder.glob(".all.fits.*"))


def test_pairs_are_scored_against_the_truth(sky, in_process, capsys, monkeypatch):
    from qsovae.cli import main

    words = ("combine", *files("gaia"), "-o", "gaia.fits")
    assert in_process(sky, *words)[0] == 0
    monkeypatch.chdir(sky)
    capsys.readouterr()
    assert main(["pairs", "gaia.fits", "sky/truth.parquet", "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)["pairs"]
    assert {line["survey"] for line in lines} == {"gaia"}
    assert lines[-1]["r_from"] is None
    assert lines[-1]["completeness"] > 0.99
    assert sum(line["true"] for line in lines[:-1]) == lines[-1]["true"]
    assert main(["pairs", "gaia.fits", "sky/truth.parquet"]) == 0
    assert capsys.readouterr().out.startswith("survey  r_from")
    # DELVE's own table has no partners.
    status, said = in_process(sky, "pairs", "sky/delve.fits", "sky/truth.parquet")
    assert status != 0
    assert "object_id" in said
