"""The benchmark of the Explore page says what it measured, and of what."""

import json
import math
import os
import sys

import pytest

PAGE = "before\n<!-- benchmark:explore -->\nold\n<!-- /benchmark:explore -->\nafter"
MEASURED = (
    "first_paint_s", "recolour_s", "filter_s", "lasso_to_table_s", "bytes_sent",
    "server_rss_mb", "trust_fitted", "trust_new_rows", "project_new_s",
)  # fmt: skip


# Two servers, a browser, and a million rows placed: half a minute.
@pytest.mark.slow
def test_each_size_is_a_line_of_json_and_of_the_page(
    module, runs, simulated, monkeypatch, tmp_path, capsys
):
    missing = module("pages").why_not()
    if missing and os.environ.get("CI") != "true":
        pytest.skip(missing)
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf-8")
    words = ["--sizes", 400, "--repeats", 1, "--run", runs / "tiny", "--catalog",
             simulated, "--data", tmp_path, "--readme", page]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["explore.py", *map(str, words)])
    assert module("explore").main() == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert found["rows"] > 400
    assert found["simulated"]
    for name in MEASURED:
        assert math.isfinite(found[name])
        assert found[name] > 0
    assert 0.5 < found["trust_new_rows"] <= 1
    assert found["peer"]["first_paint_s"] > 0
    assert f"{found['first_paint_s']:.2f}" in page.read_text("utf-8")


def test_without_a_browser_it_says_so(module, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "argv", ["explore.py"])
    with pytest.raises(SystemExit, match="Chromium"):
        module("explore").main()
