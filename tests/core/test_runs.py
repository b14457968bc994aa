"""A run is whole or it is not; a crash leaves the old one or the new one."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from qsovae.errors import (
    ConfigError,
    ManifestMismatchError,
    RunError,
    RunIncompleteError,
)
from qsovae.estimator import SAVED_FILES
from qsovae.runs import RunWriter, list_runs, open_run
from qsovae.runs.layout import REQUIRED, training_folder


@pytest.fixture
def folder(runs, tmp_path):
    """Return a copy of the folder with the run `tiny`, free to be spoilt."""
    shutil.copytree(runs, tmp_path / "runs")
    return tmp_path / "runs"


def rewrite_manifest(path, **changes):
    manifest = json.loads((path / "manifest.json").read_text())
    for key, value in changes.items():
        if value is None:
            del manifest[key]
        else:
            manifest[key] = value
    (path / "manifest.json").write_text(json.dumps(manifest))


def test_a_whole_run_opens_with_all_it_holds(folder):
    run = open_run("tiny", folder)
    rows = run.rows()
    assert len(rows) == run.manifest["catalog"]["rows"] == 1200
    assert rows["row"].tolist() == list(range(1200))
    assert len(run.map()) == 1200
    assert len(run.baseline()) == (rows["split"] == "test").sum()
    assert run.estimator.classes_.tolist() == list(range(len(run.classes)))
    assert run.is_simulated
    assert [e["epoch"] for e in run.progress() if "epoch" in e] == list(range(1, 9))


@pytest.mark.parametrize(
    "file",
    ["weights.safetensors", "config.json", "scaler.json", "rows.parquet",
     "baseline.parquet", "progress.jsonl", "map.parquet"],
)  # fmt: skip
def test_a_missing_or_tampered_file_is_named(folder, file):
    path = folder / "tiny" / file
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(ManifestMismatchError, match=file):
        open_run("tiny", folder)
    path.unlink()
    with pytest.raises(RunIncompleteError, match=file):
        open_run("tiny", folder)
    path.write_bytes(content)
    assert open_run("tiny", folder).name == "tiny"


def test_a_file_of_another_run_is_refused(folder):
    other = json.loads((folder / "tiny" / "config.json").read_text())
    other["parameters"]["n_latent"] = 3
    (folder / "tiny" / "config.json").write_text(json.dumps(other))
    with pytest.raises(ManifestMismatchError, match="another run"):
        open_run("tiny", folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 99}, "format 99"),
        ({"features": None}, "lacks features"),
        ({"artifacts": {}}, "does not list"),
        ({"classes": None, "label": None}, "lacks label, classes"),
    ],
)
def test_a_manifest_that_disagrees_is_refused(folder, changes, words):
    rewrite_manifest(folder / "tiny", **changes)
    with pytest.raises(ManifestMismatchError, match=words):
        open_run("tiny", folder)


def test_a_path_in_the_manifest_leads_nowhere(folder):
    manifest = json.loads((folder / "tiny" / "manifest.json").read_text())
    secret = folder / "secret"
    secret.write_text("x")
    rewrite_manifest(
        folder / "tiny", artifacts=manifest["artifacts"] | {"../secret": "0" * 64}
    )
    with pytest.raises(RunIncompleteError, match="secret"):
        open_run("tiny", folder)


def test_without_a_manifest_a_folder_is_no_run(folder):
    (folder / "tiny" / "manifest.json").unlink()
    with pytest.raises(RunIncompleteError, match=r"manifest\.json"):
        open_run("tiny", folder)
    (folder / "tiny" / "manifest.json").write_text("{ not json")
    with pytest.raises(RunIncompleteError, match="no JSON"):
        open_run("tiny", folder)
    assert [r.status for r in list_runs(folder)] == ["damaged"]


@pytest.mark.parametrize("name", ["../runs/tiny", "tiny/", "", ".", "absent", "/etc"])
def test_names_are_looked_up_and_never_joined(folder, name):
    with pytest.raises(RunError, match="no such run"):
        open_run(name, folder)


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "x" * 65, "a b", "ä"])
def test_what_cannot_name_a_folder_everywhere_names_no_run(tmp_path, name):
    with pytest.raises(ConfigError, match="cannot name a run"):
        RunWriter(tmp_path, name)


def test_an_existing_run_is_replaced_only_when_told_so(folder):
    with pytest.raises(RunError, match="already a run tiny"):
        RunWriter(folder, "tiny")
    assert open_run("tiny", folder).name == "tiny"


def prepare(folder):
    """Return a writer that holds all files of a new run but its manifest."""
    writer = RunWriter(folder, "tiny", overwrite=True)
    for file in (folder / "tiny").iterdir():
        if file.name != "manifest.json":
            shutil.copy(file, writer.path)
    return writer


NEW = "2222-02-22T00:00:00Z"


def new_manifest(folder):
    manifest = json.loads((folder / "tiny" / "manifest.json").read_text())
    return {k: v for k, v in manifest.items() if k != "artifacts"} | {
        "created_utc": NEW
    }


STEPS = ["write_whole", "_sync", "rename", "rmtree"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("occurrence", range(4))
def test_a_crash_at_any_step_leaves_the_old_run_or_the_new(
    folder, monkeypatch, step, occurrence
):
    from pathlib import Path

    from qsovae.runs import writer as module

    manifest = new_manifest(folder)
    old = json.loads((folder / "tiny" / "manifest.json").read_text())["created_utc"]
    writer = prepare(folder)
    home = {"rename": Path, "rmtree": shutil}.get(step, module)
    original, calls = getattr(home, step), iter(range(99))

    def crash(*arguments, **options):
        if next(calls) == occurrence:
            raise KeyboardInterrupt
        return original(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(home, step, crash)
        with contextlib.suppress(KeyboardInterrupt):
            writer.finish(manifest)
    opened = open_run("tiny", folder)
    assert opened.manifest["created_utc"] in (old, NEW)
    assert "tiny" in [r.name for r in list_runs(folder) if r.status == "complete"]


def test_finishing_puts_the_new_run_in_place_and_leaves_nothing_behind(folder):
    writer = prepare(folder)
    writer.finish(new_manifest(folder))
    assert open_run("tiny", folder).manifest["created_utc"] == NEW
    assert sorted(p.name for p in folder.iterdir()) == [".training", "tiny"]
    assert list((folder / ".training").iterdir()) == []


def test_a_swap_in_the_midst_is_left_to_the_process_that_makes_it(folder, monkeypatch):
    from pathlib import Path

    writer = prepare(folder)
    original, seen = Path.rename, []

    def rename(path, target):
        moved = original(path, target)
        seen.append([r.status for r in list_runs(folder)])  # as a dashboard does
        return moved

    monkeypatch.setattr(Path, "rename", rename)
    writer.finish(new_manifest(folder))
    assert len(seen) == 2
    assert open_run("tiny", folder).manifest["created_utc"] == NEW


def test_what_a_dead_process_set_aside_is_put_back(folder):
    writer = prepare(folder)
    (folder / "tiny").rename(folder / ".tiny.replaced")
    state = json.loads((writer.path / "process.json").read_text())
    assert list_runs(folder)[-1].status == "training"  # ours, alive: not yet put back
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (writer.path / "process.json").write_text(json.dumps(state | {"pid": dead.pid}))
    assert [(r.name, r.status) for r in list_runs(folder)] == [
        ("tiny", "interrupted"), ("tiny", "complete"),
    ]  # fmt: skip


def test_a_training_that_was_killed_is_listed_as_interrupted(tmp_path):
    code = (
        "import time; from pathlib import Path; from qsovae.runs import RunWriter\n"
        f"w = RunWriter(Path(r'{tmp_path}'), 'lost')\n"
        "w.report({'phase': 'train'}); print('ready', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().strip() == "ready"
        assert [(r.name, r.status) for r in list_runs(tmp_path)] == [
            ("lost", "training")
        ]
        with pytest.raises(RunError, match="being trained right now"):
            RunWriter(tmp_path, "lost")
        with pytest.raises(RunError, match="not finished: training"):
            open_run("lost", tmp_path)
        os.kill(process.pid, signal.SIGKILL)
    assert list_runs(tmp_path)[0].status == "interrupted"
    RunWriter(tmp_path, "lost")  # and the name is free again


def test_an_error_is_left_for_whoever_watches(tmp_path):
    with pytest.raises(ConfigError), RunWriter(tmp_path, "wrong"):
        raise ConfigError("epochs is 0", "epochs", "Use more.")
    listed = list_runs(tmp_path)[0]
    assert (listed.status, listed.message) == (
        "failed",
        "epochs is 0 (in epochs). Use more.",
    )
    RunWriter(tmp_path, "wrong")  # by the same process: the name is free again


def test_a_stop_file_is_seen(tmp_path):
    writer = RunWriter(tmp_path, "long")
    assert not writer.stop_asked()
    (training_folder(tmp_path, "long") / "STOP").touch()
    assert writer.stop_asked()


def test_a_run_opens_only_with_every_file_of_its_model():
    assert set(SAVED_FILES) < set(REQUIRED)
