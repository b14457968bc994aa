"""Other splits: chosen for a training, and refitted for a finished run."""

import time

import pytest

import qsovae
from dashboard import launching, splitting
from dashboard.split_form import possible_splits
from dashboard.splits_view import splits_table


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def ended(run):
    job = splitting.SPLITTING.job(run)
    return job is not None and not job.is_busy


def test_a_run_is_refitted_from_the_page_and_its_scores_stand_beside_its_own(
    server, open_page, texts
):
    page = open_page("Evaluate", run="tiny", section="splits")
    assert page.selectbox(key="refit_split").value == "sky"
    page.selectbox(key="refit_nside").set_value("64")
    page.button(key="refit_start").click().run()
    assert "Refitting under other splits" in [s.value for s in page.subheader]
    run = qsovae.open_run("tiny", server / "checkpoints")
    with pytest.raises(qsovae.ConfigError, match="right now"):
        splitting.start_refitting(run, server / "data" / "demo.fits", ["sky"], None)
    assert wait_for(lambda: ended(run)), "the process did not end"
    (result,) = qsovae.split_results(run)
    assert result["spec"] == "sky:64"
    page = open_page("Evaluate", run="tiny", section="splits")
    assert splitting.SPLITTING.job(run) is None
    assert "fitted anew" in texts(page)
    for score in ("f1", "log_loss", "accuracy"):
        page.segmented_control(key="splits_score").set_value(score).run()
        assert not page.exception


def test_a_refitting_that_is_stopped_says_so_until_it_is_dismissed(
    server, open_page, texts
):
    page = open_page("Evaluate", run="tiny", section="splits")
    page.selectbox(key="refit_split").set_value("stratified").run()
    page.number_input(key="refit_folds").set_value(5)
    page.button(key="refit_start").click().run()
    page.button(key="splits_stop_tiny").click().run()
    run = qsovae.open_run("tiny", server / "checkpoints")
    assert wait_for(lambda: ended(run)), "the process did not end"
    page = open_page("Evaluate", run="tiny", section="splits")
    assert "stopped: the splits before are kept" in texts(page)
    page.button(key="splits_dismiss_tiny").click().run()
    assert splitting.SPLITTING.job(run) is None


def test_a_column_splits_only_once_it_is_named(server, open_page):
    page = open_page("Evaluate", run="tiny", section="splits")
    page.selectbox(key="refit_split").set_value("column").run()
    assert page.button(key="refit_start").disabled
    page.selectbox(key="refit_split_column").set_value("hpx16").run()
    assert not page.button(key="refit_start").disabled


def test_without_its_catalog_a_run_says_what_to_open(server, open_page, texts):
    (server / "data" / "demo.fits").unlink()
    run = qsovae.open_run("tiny", server / "checkpoints")
    manifest = run.folder / "manifest.json"
    text = manifest.read_text("utf-8").replace(run.manifest["catalog"]["path"], "gone")
    manifest.write_text(text, "utf-8")
    page = open_page("Evaluate", run="tiny", section="splits")
    assert "open the catalog that trained the run" in texts(page)


@pytest.mark.usefixtures("server")
def test_a_training_takes_the_split_that_was_chosen(open_page, monkeypatch):
    started = []
    monkeypatch.setattr(launching, "launch", lambda words, place: started.append(words))
    page = open_page("Train", catalog="demo")
    page.selectbox(key="train_split").set_value("bright-to-faint").run()
    page.button(key="train_start").click().run()
    assert "--split=bright-to-faint" in started[0]
    page = open_page("Train", catalog="demo")
    page.selectbox(key="train_split").set_value("column").run()
    assert page.button(key="train_start").disabled
    page.selectbox(key="train_split_column").set_value("hpx16").run()
    page.text_input(key="train_split_values").set_value("3, 4").run()
    page.button(key="train_start").click().run()
    assert "--split=column:hpx16=3, 4" in started[1]


def test_only_splits_that_the_columns_allow_are_offered():
    mapping = qsovae.Mapping(
        (qsovae.Column("a", "feature"), qsovae.Column("class", "label"))
    )
    assert possible_splits(mapping) == ["stratified", "column"]


def test_a_line_a_split_has_scores_and_intervals_of_the_right_class():
    scores = {"rows": 9, "accuracy": 0.9, "log_loss": 0.2,
              "per_class": {"QSO": {"f1": 0.8}}}  # fmt: skip
    entry = {
        "spec": "sky", "folds": 3, "scores": scores, "baseline": scores,
        "split": {"kind": "sky", "nside": 16, "cell_deg2": 13.4287, "seed": 1},
        "intervals": {"f1 QSO": [0.7, 0.85], "accuracy": [0.88, 0.92]},
    }  # fmt: skip
    (line,) = splits_table([entry], "QSO").to_dict("records")
    assert line["split"] == "sky, 3 folds"
    assert "NSIDE 16, 13.4 deg² each" in line["held_out"]
    assert (line["f1"], line["f1_low"], line["f1_high"]) == (0.8, 0.7, 0.85)
    assert line["log_loss_low"] is None
    assert line["accuracy_baseline"] == 0.9
