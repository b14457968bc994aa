"""The benchmark of nearness runs, and says what it measured."""

import json
import sys


def test_nearness_says_what_it_measured(module, runs, monkeypatch, capsys):
    nearness = module("nearness")
    monkeypatch.setenv("QSOVAE_RUNS", str(runs))
    words = ["--run", "tiny", "--rows", "2000", "--repeats", "1", "--without-peers"]
    monkeypatch.setattr(sys, "argv", ["nearness.py", *words])
    assert nearness.main() == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] > 2000
    assert found["latent"] == 8
    assert all(found[name] > 0 for name in ("near_s", "like_s", "slice_s", "unsure_s"))
    assert "peers" not in found
