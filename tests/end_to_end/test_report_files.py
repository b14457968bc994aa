"""The files that `qsovae evaluate` writes beside its scores."""

import json
import shutil

import pytest

import qsovae


@pytest.fixture
def folder(tmp_path, runs, simulated):
    shutil.copytree(runs / "tiny", tmp_path / "checkpoints" / "tiny")
    shutil.copy(simulated, tmp_path / "sim.fits")
    return tmp_path


def test_the_command_writes_the_three_files_and_the_same_again(folder, in_process):
    names = ("--html", "report.html"), ("--latex", "scores.tex"), ("--card", "card.md")
    options = [word for pair in names for word in pair]
    status, said = in_process(folder, "evaluate", "tiny", *options)
    assert status == 0, said
    run = qsovae.open_run("tiny", folder / "checkpoints")
    report = qsovae.evaluate_run(run)
    expected = {
        "report.html": qsovae.evaluation_page(run, report),
        "scores.tex": qsovae.scores_latex(report),
        "card.md": qsovae.model_card(run, report),
    }
    for name, content in expected.items():
        assert f"wrote {name}" in said
        assert (folder / name).read_bytes() == content.encode()


def test_what_is_written_does_not_change_what_is_printed(folder, monkeypatch, capsys):
    from qsovae.cli import main

    monkeypatch.chdir(folder)
    monkeypatch.delenv("QSOVAE_RUNS", raising=False)
    assert main(["evaluate", "tiny", "--json", "--latex", "scores.tex"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == qsovae.evaluate_run(
        qsovae.open_run("tiny", folder / "checkpoints")
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sim.fits", "--html", "sim.fits"], "the output is the catalog itself"),
        (["sim.fits", "--card", "linked.fits"], "the output is the catalog itself"),
        (["--html", "checkpoints/tiny/manifest.json"], "among the files of the run"),
        (["--html", "a.html", "--card", "./a.html"], "two outputs have one name"),
        (["--latex", "no/such/folder.tex"], "cannot be written"),
    ],
)
def test_no_file_that_was_read_is_replaced(folder, in_process, words, said):
    (folder / "linked.fits").symlink_to("sim.fits")
    read = [folder / "sim.fits", folder / "checkpoints" / "tiny" / "manifest.json"]
    before = [path.read_bytes() for path in read]
    status, told = in_process(folder, "evaluate", "tiny", *words)
    assert status == 1
    assert said in told
    assert "Traceback" not in told
    assert [path.read_bytes() for path in read] == before
    assert not (folder / "a.html").exists()


def test_rows_with_a_quality_bit_are_scored_alone(folder, in_process):
    status, said = in_process(
        folder, "evaluate", "tiny", "--with-quality", "BOGUS", "--html", "a.html"
    )
    assert status == 1
    assert "BOGUS" in said
    both = ("--with-quality", "any", "--without-quality", "any")
    assert in_process(folder, "evaluate", "tiny", *both)[0] == 2
    status, said = in_process(
        folder, "evaluate", "tiny", "--with-quality", "any", "--html", "a.html"
    )
    assert status == 0, said
    assert "rows are left out by quality" in said
    assert "Only rows with the quality bits" in (folder / "a.html").read_text("utf-8")
