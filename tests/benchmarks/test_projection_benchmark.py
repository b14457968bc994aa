"""The benchmark of projections runs, and says what it measured."""

import json
import sys

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

PAGE = "before\n<!-- benchmark:projection -->\nold\n<!-- /benchmark:projection -->\n"


@pytest.fixture
def projection(module):
    """Return the file of the benchmark as a module."""
    return module("projection")


# umap-learn compiles its transform for half a minute in each fresh process.
@pytest.mark.slow
def test_projection_says_what_it_measured(projection, monkeypatch, tmp_path, runs):
    page, output = tmp_path / "page.md", tmp_path / "projection.json"
    page.write_text(PAGE, "utf-8")
    words = ["--run", "tiny", "--runs", runs, "--rows", 300, "--new-rows", 2000,
             "--repeats", 1, "--output", output, "--readme", page]  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["projection.py", *map(str, words)])
    assert projection.main() == 0
    result = json.loads(output.read_text())
    part = result["runs"]["tiny"]
    assert part["rows_fitted"] >= 2 * part["rows_new"] - 2 > 0
    for entry in (part["trust_fitted"], part["trust_new_rows"]):
        assert 0.9 < entry["qsovae"]["median"] < 1.0
        assert 0.9 < entry["peer"]["median"] < 1.0
    for entry in (part["seconds_of_a_million"], *result["first"]["300"].values()):
        ratio = entry["qsovae"]["values"][0] / entry["peer"]["values"][0]
        assert entry["ratio"]["values"][0] == pytest.approx(ratio, rel=0.01)
    table = page.read_text("utf-8").split("benchmark:projection -->")[1]
    assert "old" not in table
    assert "tiny: trust of new rows" in table
    assert "map of 300 rows, fresh process, peak MiB" in table


def test_trust_is_scikit_learns(projection):
    rng = np.random.default_rng(0)
    latent = rng.normal(size=(200, 3))
    places = latent[:, :2] + rng.normal(scale=0.3, size=(200, 2))
    expected = trustworthiness(latent, places, n_neighbors=15)
    assert projection.trust_fitted(latent, places) == pytest.approx(expected)
    new = rng.normal(size=(100, 3))
    trust, landed = projection.trust_new_rows(latent, places, new)
    assert trust == pytest.approx(trustworthiness(new, landed, n_neighbors=15))
