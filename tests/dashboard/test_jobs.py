"""Training as a process: started, watched, stopped, and told of when it fails."""

import time
from dataclasses import replace

import pytest

import qsovae
from dashboard import jobs


@pytest.fixture
def choice(simulated):
    """Return a training of the small simulated catalog."""
    mapping = qsovae.open_catalog(simulated).mapping
    return jobs.TrainingChoice(
        simulated, mapping, "class_true", "live", None, 400, 4, 0.3, 0
    )


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


def listing(folder, name):
    return {r.name: r for r in qsovae.list_runs(folder)}.get(name)


def test_a_training_that_is_stopped_keeps_what_it_learnt(tmp_path, choice):
    folder, mappings = tmp_path / "runs", tmp_path / "mappings"
    jobs.start_training(choice, folder, mappings)
    with pytest.raises(qsovae.RunError, match="being trained right now"):
        jobs.start_training(choice, folder, mappings)
    assert wait_for(lambda: jobs.training_progress("live", folder).epoch >= 2)
    progress = jobs.training_progress("live", folder)
    assert progress.phase == "train"
    assert progress.n_epochs == 400
    assert progress.losses["epoch"].tolist() == list(range(1, progress.epoch + 1))
    jobs.ask_to_stop("live", folder)
    assert wait_for(lambda: listing(folder, "live").status == "complete")
    run = qsovae.open_run("live", folder)
    assert any("stopped" in note for note in run.manifest["notes"])
    with pytest.raises(qsovae.RunError, match="exists"):
        jobs.start_training(choice, folder, mappings)


def test_a_training_that_fails_leaves_its_words_until_dismissed(tmp_path, choice):
    folder = tmp_path / "runs"
    jobs.start_training(replace(choice, label="object_id"), folder, tmp_path)
    assert wait_for(lambda: getattr(listing(folder, "live"), "status", "") == "failed")
    message = jobs.failure(listing(folder, "live"), folder)
    assert "different values" in message
    assert "Traceback" not in message
    jobs.dismiss("live", folder)
    assert listing(folder, "live") is None


def test_a_process_that_never_began_tells_its_last_words(tmp_path, choice):
    folder = tmp_path / "runs"
    jobs.start_training(replace(choice, epochs=-1), folder, tmp_path)
    assert wait_for(lambda: "--epochs" in jobs.failure(listing(folder, "live"), folder))
    assert listing(folder, "live").status == "interrupted"
    assert not jobs.is_starting("live", folder)


@pytest.mark.parametrize("name", ["../out", "a/b", "", ".hidden", "-x", "a" * 65, "ä"])
def test_a_run_name_that_could_be_a_path_is_refused(tmp_path, choice, name):
    folder = tmp_path / "runs"
    with pytest.raises(qsovae.ConfigError, match="cannot name a run"):
        jobs.start_training(replace(choice, run=name), folder, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_stop_and_dismiss_touch_only_runs_that_are_listed(tmp_path):
    folder = tmp_path / "runs"
    (tmp_path / "victim").mkdir(parents=True)
    (folder / ".training").mkdir(parents=True)
    jobs.ask_to_stop("../../victim", folder)
    jobs.dismiss("../../victim", folder)
    assert list((tmp_path / "victim").iterdir()) == []


def test_a_value_that_looks_like_an_option_stays_a_value(tmp_path, choice):
    command = replace(choice, label="--overwrite", features=("i", "g-r")).command(
        tmp_path, tmp_path / "m.toml"
    )
    assert "--overwrite" not in command
    assert {"--label=--overwrite", "--features=i,g-r"} <= set(command)


def test_progress_of_an_empty_or_half_written_log_is_its_beginning():
    assert jobs.progress_of([]).phase == "starting"
    entries = [{"phase": "read", "message": "reading", "is_simulated": True}]
    progress = jobs.progress_of(entries)
    assert (progress.phase, progress.epoch, progress.is_simulated) == ("read", 0, True)
    assert progress.losses.empty
