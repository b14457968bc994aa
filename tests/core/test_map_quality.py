"""How far a map can be trusted: the measures against scikit-learn, and what is kept."""

import shutil

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

import qsovae
from qsovae.errors import ConfigError
from qsovae.workflow import evaluate_map, make_map, map_quality, projection_columns


@pytest.fixture(scope="module")
def run(runs, tmp_path_factory):
    """Return a run whose map is laid out of a sample, so that others are placed."""
    folder = tmp_path_factory.mktemp("quality") / "runs"
    shutil.copytree(runs, folder)
    make_map(qsovae.open_run("tiny", folder), max_fit_rows=800, overwrite=True)
    return qsovae.open_run("tiny", folder)


@pytest.fixture(scope="module")
def quality(run):
    seen = []
    found = evaluate_map(run, seen.append, n_seeds=2)
    return found, seen


def nearest(places, fitted):
    """Return the 15 nearest fitted rows of each row, itself left out."""
    oracle = NearestNeighbors(n_neighbors=16, algorithm="brute").fit(places[fitted])
    found = fitted[oracle.kneighbors(places)[1]]
    return [[j for j in near if j != i][:15] for i, near in enumerate(found)]


def shares(first, second):
    return np.array([len({*a} & {*b}) / 15 for a, b in zip(first, second, strict=True)])


def test_the_measures_are_those_of_scikit_learn_and_of_counting(run, quality):
    found, _ = quality
    table, rows = run.map(), run.rows()
    latent = rows.filter(like="latent_").to_numpy(dtype=float)
    places = table[["map_1", "map_2"]].to_numpy(dtype=float)
    fitted = np.flatnonzero(table["is_fitted"])
    inner, outer = latent[fitted], places[fitted]
    assert found["trustworthiness"] == pytest.approx(
        trustworthiness(inner, outer, n_neighbors=15), abs=1e-4
    )
    assert found["continuity"] == pytest.approx(
        trustworthiness(outer, inner, n_neighbors=15), abs=1e-4
    )
    plane = PCA(2).fit_transform(inner)
    assert found["plane"]["trustworthiness"] == pytest.approx(
        trustworthiness(inner, plane, n_neighbors=15), abs=1e-4
    )
    assert (found["scored_rows"], found["fitted_rows"]) == (len(fitted), len(fitted))
    other = qsovae.fit_map(latent[fitted], seed=found["seeds"][1])
    projector = qsovae.Projector(latent[fitted], other.coordinates)
    there = projector.apply(latent)
    columns = projection_columns(run, rows)
    stable = shares(nearest(places, fitted), nearest(there.astype(float), fitted))
    kept = shares(nearest(latent, fitted), nearest(places, fitted))
    # Ties and rounding swap a neighbour here and there.
    assert np.abs(columns["map_stability"] - stable).mean() < 2e-3
    assert np.abs(columns["map_kept"] - kept).mean() < 2e-3
    assert found["agreement"] == pytest.approx(stable.mean(), abs=1e-3)
    assert found["kept"] == pytest.approx(kept.mean(), abs=1e-3)
    median = np.median(columns["map_stability"])
    assert found["percentiles"]["agreement"]["50"] == pytest.approx(median)


def test_what_is_found_is_kept_until_the_map_is_another(run, quality, tmp_path):
    found, seen = quality
    assert map_quality(run) == found
    assert seen[0]["phase"] == "quality"
    assert {"seed 1: layout", "neighbours of each row"} <= {e["message"] for e in seen}
    shutil.copytree(run.folder.parent, tmp_path / "runs")
    other = qsovae.open_run("tiny", tmp_path / "runs")
    make_map(other, max_fit_rows=700, overwrite=True)
    assert map_quality(other) is None
    assert "map_stability" not in projection_columns(other, other.rows())


def test_a_stop_or_a_lack_of_a_map_is_said_and_nothing_is_kept(runs, tmp_path):
    shutil.copytree(runs, tmp_path / "runs")
    run = qsovae.open_run("tiny", tmp_path / "runs")
    with pytest.raises(ConfigError, match="stopped"):
        evaluate_map(run, should_stop=lambda: True)
    assert map_quality(run) is None
    with pytest.raises(ConfigError, match="n_seeds is 1"):
        evaluate_map(run, n_seeds=1)
    (run.folder / "map.parquet").unlink()
    with pytest.raises(ConfigError, match="has no map"):
        evaluate_map(run)


def test_rows_of_one_latent_mean_are_as_stable_as_each_other(run, quality):
    latent = run.rows().filter(like="latent_")
    columns = projection_columns(run, run.rows())
    groups = columns.groupby([latent[name] for name in latent], sort=False)
    assert (groups["map_stability"].nunique() == 1).all()
