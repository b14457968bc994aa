"""The benchmark of many viewers says what it measured, and counts what differs."""

import argparse
import json
import sys
from dataclasses import replace

import numpy as np
import pytest

import qsovae
from dashboard.outlines import outlines_to_text


@pytest.fixture
def viewer(module):
    """Return the file of one viewer as a module."""
    return module("viewer")


@pytest.fixture(scope="module")
def run(runs):
    return qsovae.open_run("tiny", runs)


# Three browsers and a server: a quarter of a minute each.
@pytest.mark.slow
def test_viewers_say_what_they_met_with_and_count_what_differs(
    module, viewer, runs, simulated, monkeypatch, capsys
):
    viewers = module("viewers")
    missing = module("pages").why_not()
    if missing:
        pytest.skip(missing)
    says, asked = viewer.Known.says, []

    def says_wrong_once(known, choices):
        asked.append(choices)
        wrong = {"selected": "another's"} if len(asked) == 2 else {}
        return says(known, choices) | wrong

    monkeypatch.setattr(viewer.Known, "says", says_wrong_once)
    words = ["--viewers", 3, "--clicks", 2, "--think", 0.1, "--run", runs / "tiny",
             "--catalog", simulated]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["viewers.py", *map(str, words)])
    assert viewers.main() == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["viewers"], found["clicks"]) == (1200, 3, 2)
    assert found["interactions"] == found["interaction_s"]["n"] == len(asked) == 6
    assert sum(kind["n"] for kind in found["by_kind"].values()) == 6
    assert 0 < found["interaction_s"]["median"] <= found["interaction_s"]["worst"]
    assert found["open_s"]["n"] == 3
    assert (found["failed"], found["failures"]) == (0, [])
    assert found["mismatches"] == len(found["first_mismatches"]) == 1
    assert found["first_mismatches"][0]["wanted"]["selected"] == "another's"
    # No Python with what the pages load, and no Chromium, is smaller than that.
    assert found["server_peak_mb"] > 100
    assert found["browsers_mb"] > 100
    assert found["server_cpu_s"] > 0


@pytest.mark.slow
def test_what_browsers_sent_is_sent_again_without_them(
    module, runs, simulated, monkeypatch, capsys
):
    replay = module("replay")
    missing = module("pages").why_not()
    if missing:
        pytest.skip(missing)
    counts, asked = replay._counts, []

    def counts_wrong_at_last(viewer):
        asked.append(viewer)
        return counts(viewer) if len(asked) < 3 else ("0", "another's")

    monkeypatch.setattr(replay, "_counts", counts_wrong_at_last)
    words = ["--viewers", 2, "--recorded", 1, "--clicks", 2, "--think", 0.1, "--run",
             runs / "tiny", "--catalog", simulated]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["replay.py", *map(str, words)])
    assert replay.main() == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["viewers"], found["recorded"]) == (1200, 2, 1)
    assert found["answer_s"]["n"] == 4
    assert 0 < found["answer_s"]["median"] <= found["answer_s"]["worst"]
    # The last click of both sessions, and no other.
    assert found["mismatches"] == 2
    assert found["server_peak_mb"] > 100


def test_what_failed_and_what_was_not_made_for_it_is_told(module, viewer):
    viewers = module("viewers")
    whole = viewer.Found(1.0, [("query", 1.0), ("facet", 3.0)], [1.5, 4.0])
    left = viewer.Found(2.0, [("query", 2.0)], [2.5], failure="lasso: gone")
    away = viewer.Found(failure="open: gone")
    options = argparse.Namespace(viewers=3, clicks=2)
    found = viewers.told([whole, left, away], options)
    assert found["failed"] == 3
    assert found["failures"] == ["lasso: gone", "open: gone"]
    assert found["interaction_s"] == {
        "n": 3, "median": 2.0, "percentile_90": pytest.approx(2.8), "worst": 3.0,
    }  # fmt: skip
    assert found["by_kind"]["query"]["median"] == 1.5
    assert set(found["by_kind"]) == {"query", "facet"}
    assert found["open_s"]["n"] == 2


def test_a_viewer_expects_what_the_rows_themselves_say(viewer, run):
    known, rows = viewer.Known(run), qsovae.run_table(run)
    name = "class_predicted"
    third = known.bins[name].bins[2].value
    choices = viewer.Choices(
        colour="p_QSO", morphology="point", query="p_QSO > 0.3",
        brushes=(f"{name}=is {third}",),
        outline=((-99.0, -99.0), (-99.0, 99.0), (99.0, 99.0), (99.0, -99.0)),
    )  # fmt: skip
    expected = (rows["morphology"] == "point") & (rows["p_QSO"] > 0.3)
    expected &= rows[name] == third
    assert 0 < expected.sum() < len(rows)
    said = known.says(choices)
    assert said["shown"] == said["selected"] == f"{int(expected.sum()):,}"
    assert said["address"] == {
        "run": ["tiny"], "colour": ["p_QSO"], "morphology": ["point"],
        "query": ["p_QSO > 0.3"], "brushes": [f"{name}=is {third}"],
    }  # fmt: skip
    # A query alone selects; filters alone do not.
    assert known.selected(replace(choices, outline=())).sum() == expected.sum()
    assert not known.selected(replace(choices, outline=(), query=None)).any()


def test_another_viewers_outline_is_not_taken_for_ones_own(viewer, run):
    one = viewer.Viewer(viewer.Known(run), np.random.default_rng(0))
    assert one.take_own_outline("")
    own, other = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)), ((0.0, 0.0), (2, 0.0), (0.0, 1))
    assert not one.take_own_outline(outlines_to_text([own]))
    one.choices, one.reach = replace(one.choices, outline=own), 0.01
    assert one.take_own_outline(outlines_to_text([own]))
    for wrong in ([other], [own, other], []):
        assert not one.take_own_outline(outlines_to_text(wrong))
        one.choices = replace(one.choices, outline=own)


def test_the_same_seed_gives_the_same_clicks(viewer, run):
    known = viewer.Known(run)

    def planned(seed):
        one = viewer.Viewer(known, np.random.default_rng(seed))
        done = []
        for _ in range(12):
            kind, one.choices = one.planned()
            done.append((kind, one.choices))
        return done

    assert planned(3) == planned(3)
    assert planned(3) != planned(4)
    before = planned(3)[0][1]
    for kind, after in planned(3)[1:]:
        # Each changes the picture: to wait for another would be in vain otherwise.
        is_changed = (known.shown(before) != known.shown(after)).any()
        assert is_changed or kind in ("recolour", "plane", "lasso")
        before = after
