"""The benchmark of the Evaluate page makes a sound run, and says what it measured."""

import json
import sys

import numpy as np

import qsovae

PAGE = (
    "before\n<!-- benchmark:evaluate-page -->\nold\n"
    "<!-- /benchmark:evaluate-page -->\nafter"
)


def test_a_resampled_run_is_as_sound_as_one_that_was_trained(
    module, runs, simulated, tmp_path
):
    source = qsovae.open_run("tiny", runs)
    run = module("resampled").write_resampled(source, simulated, 700, tmp_path)
    tested = qsovae.test_rows(run)
    assert len(tested) == run.manifest["scores"]["rows"] == 700
    shares = tested[[f"p_{name}" for name in run.classes]].to_numpy()
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert len(np.unique(shares[:, 0])) > 600
    catalog = qsovae.run_catalog(run)
    assert catalog.n_rows == len(run.rows()) == run.manifest["catalog"]["rows"]
    assert catalog.object_id.tolist() == run.rows()["object_id"].tolist()
    assert run.is_simulated
    assert catalog.is_simulated
    slicing = qsovae.slicing_columns(run, tested)
    assert "magnitude" in {column.name for column in slicing.columns}


def test_evaluate_page_says_what_it_measured(
    module, runs, simulated, monkeypatch, tmp_path
):
    page, output = tmp_path / "page.md", tmp_path / "found.json"
    page.write_text(PAGE, "utf-8")
    words = ["--rows", 300, "--report-rows", 300, "--repeats", 1, "--run",
             runs / "tiny", "--catalog", simulated, "--output", output,
             "--readme", page]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["evaluate_page.py", *map(str, words)])
    monkeypatch.setenv("PATH", "/nowhere")
    assert module("evaluate_page").main() == 0
    result = json.loads(output.read_text())
    assert result["rows"] == 300
    assert result["report"]["seconds"]["median"] > 0
    assert result["report"]["bytes"] > 10_000
    # Without a Chromium the page is skipped, and every reader is told.
    assert "Chromium" in result["page"]["skipped"]
    assert "Chromium" in page.read_text("utf-8")


def test_what_has_no_peer_stands_last_in_the_table(module):
    file = module("evaluate_page")
    both = module("report").paired([2.0], [4.0], "peer")
    alone = module("report").spread([0.25])
    names = [*file._TARGETS, "bytes", "resident_mib"]
    lines = file._page_lines(dict.fromkeys(names, both) | {"slices_s": alone})
    assert [line[1] for line in lines] == ["peer"] * 6 + ["none"]
    assert lines[0][-1].startswith("0.50")
    assert lines[-1][2].startswith("0.25")


def test_a_server_that_does_not_say_its_memory_leaves_it_open(module):
    assert np.isnan(module("pages").resident_mib(-1))
