"""The graph and the layout against umap-learn's own, row by row."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from qsovae.projection.graph import fuzzy_graph, neighbour_distances
from qsovae.projection.layout import lay_out, starting_places
from qsovae.projection.principal import principal_axes, principal_plane
from qsovae.projection.radii import local_radii

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # umap-learn warns of optional packages
    import umap.umap_


def some_latent(seed=0, n_rows=300, n_latent=4):
    rng = np.random.default_rng(seed)
    island = rng.integers(0, 3, n_rows)
    centre = 4 * rng.normal(size=(3, n_latent))
    latent = centre[island] + rng.normal(size=(n_rows, n_latent))
    return latent.astype(np.float32)


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(2, 15))
def test_neighbours_are_scikit_learns(seed, n_latent, n_neighbors):
    latent = some_latent(seed, 60, n_latent)
    rows, distances = neighbour_distances(latent, n_neighbors)
    oracle = NearestNeighbors(n_neighbors=n_neighbors, algorithm="brute")
    expected, _ = oracle.fit(latent.astype(float)).kneighbors(latent.astype(float))
    # scikit-learn's brute force loses digits to cancellation; ties may swap rows.
    assert distances == pytest.approx(expected, abs=1e-6)
    assert (rows[:, 0] == np.arange(60)).all()
    away = np.linalg.norm(latent[rows].astype(float) - latent[:, None], axis=-1)
    assert away == pytest.approx(distances, abs=1e-6)


@pytest.mark.parametrize("n_neighbors", [2, 5, 15, 300])
@pytest.mark.parametrize("n_latent", [1, 4])
def test_the_graph_is_umap_learns(n_neighbors, n_latent):
    latent = some_latent(n_latent=n_latent)
    rows, distances = neighbour_distances(latent, n_neighbors)
    oracle, _, _ = umap.umap_.fuzzy_simplicial_set(
        latent, n_neighbors, np.random.RandomState(0), "euclidean",
        knn_indices=rows, knn_dists=distances.astype(np.float32),
    )  # fmt: skip
    graph = fuzzy_graph(rows, distances).toarray()
    assert graph == pytest.approx(oracle.toarray(), abs=2e-4)
    assert (graph > 0).sum() == pytest.approx((oracle.toarray() > 0).sum(), rel=0.01)


def test_the_layout_is_umap_learns_bit_for_bit():
    latent = some_latent()
    graph = fuzzy_graph(*neighbour_distances(latent, 10))
    # Places on a grid from 0 to 10 pass unchanged through umap-learn's own scaling.
    start = np.random.default_rng(1).permutation(21 * 21)[: len(latent)]
    start = np.column_stack([start % 21, start // 21]).astype(np.float32) / 2
    assert np.ptp(start, axis=0).tolist() == [10.0, 10.0]
    found, epochs = lay_out(
        graph, start, 60, 0.1, np.random.default_rng(2), lambda epoch: False
    )

    class SameDraws:
        def randint(self, low, high, size):
            return np.random.default_rng(2).integers(low, high, size, dtype=np.int64)

    a, b = umap.umap_.find_ab_params(1.0, 0.1)
    oracle, _ = umap.umap_.simplicial_set_embedding(
        latent, graph.copy(), 2, 1.0, a, b, 1.0, 5, 60, start, SameDraws(),
        "euclidean", {}, False, {}, False,
    )  # fmt: skip
    assert epochs == 60
    assert np.array_equal(found, oracle)
    assert not np.allclose(found, start, atol=0.1)


def test_local_radii_are_umap_learns():
    latent = some_latent()
    graph = fuzzy_graph(*neighbour_distances(latent, 10))
    apart = np.linalg.norm(latent[:, None].astype(float) - latent[None], axis=-1)
    # umap-learn writes what it finds into what it is given.
    density = {"lambda": 2.0, "frac": 0.3, "var_shift": 0.1, "graph_dists": apart}
    umap.umap_.simplicial_set_embedding(
        latent, graph.copy(), 2, 1.0, 1.6, 0.9, 1.0, 5, 20, "random",
        np.random.RandomState(0), "euclidean", {}, True, density, False,
    )  # fmt: skip
    strong = graph.data >= graph.data.max() / 20
    kept = (graph.data[strong], (graph.row[strong], graph.col[strong]))
    found = local_radii(coo_matrix(kept, shape=graph.shape), latent)
    assert found.radii == pytest.approx(density["R"], abs=1e-4)
    assert found.totals == pytest.approx(density["mu_sum"], rel=1e-4)
    assert found.strengths == pytest.approx(density["mu"])


def test_rows_in_one_place_have_the_same_radii():
    latent = some_latent()
    graph = fuzzy_graph(*neighbour_distances(latent, 10))
    radii = local_radii(graph, np.zeros_like(latent)).radii
    assert radii == pytest.approx(0.0, abs=1e-6)


def test_principal_axes_place_new_rows_as_scikit_learn_does():
    latent, new = some_latent(n_latent=5), some_latent(seed=9, n_latent=5)
    oracle = PCA(3, svd_solver="full").fit(latent.astype(float))
    axes = principal_axes(latent, 3)
    assert np.abs(axes.apply(new)) == pytest.approx(
        np.abs(oracle.transform(new.astype(float))), abs=1e-5
    )
    assert axes.shares == pytest.approx(oracle.explained_variance_ratio_, abs=1e-6)
    assert principal_axes(latent[:, :2], 3).apply(latent[:, :2]).shape[1] == 2


@given(st.integers(0, 2**32 - 1), st.integers(2, 9))
def test_the_principal_plane_is_scikit_learns_up_to_the_sign(seed, n_latent):
    latent = some_latent(seed, 50, n_latent)
    expected = PCA(2, svd_solver="full").fit_transform(latent.astype(float))
    plane = principal_plane(latent)
    assert np.abs(plane) == pytest.approx(np.abs(expected), abs=1e-5)


def test_the_start_fills_the_plane_and_leaves_a_flat_axis_flat():
    generator = np.random.default_rng(0)
    filled = starting_places(some_latent(), generator)
    assert filled.min(axis=0).tolist() == [0.0, 0.0]
    assert filled.max(axis=0) == pytest.approx([10.0, 10.0])
    line = starting_places(some_latent(n_latent=1), generator)
    assert line.max(axis=0)[0] == pytest.approx(10.0)
    assert 0 < line.max(axis=0)[1] < 0.01
    assert len(np.unique(line, axis=0)) == len(line)
