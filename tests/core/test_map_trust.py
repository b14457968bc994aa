"""Trustworthiness and continuity against scikit-learn; shared neighbours by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import KDTree
from sklearn.manifold import trustworthiness

from qsovae.errors import InputError, ShapeError
from qsovae.projection import nearest_others, rank_scores, shared_neighbours


@given(st.integers(0, 2**32 - 1), st.integers(12, 60), st.integers(1, 5))
def test_both_are_scikit_learns_one_with_the_spaces_swapped(seed, n_rows, n_neighbors):
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n_rows, 4))
    picture = latent[:, :2] + rng.normal(scale=rng.uniform(0, 2), size=(n_rows, 2))
    found = rank_scores(latent, picture, n_neighbors)
    expected = trustworthiness(latent, picture, n_neighbors=n_neighbors)
    assert found.trustworthiness == pytest.approx(expected)
    expected = trustworthiness(picture, latent, n_neighbors=n_neighbors)
    assert found.continuity == pytest.approx(expected)


def test_a_map_that_is_the_latent_space_keeps_all():
    latent = np.random.default_rng(0).normal(size=(300, 2))
    assert rank_scores(latent, 5 * latent[:, ::-1]) == (1.0, 1.0)


def test_a_flattened_ball_is_not_trusted_and_a_torn_ring_is_not_continuous():
    rng = np.random.default_rng(0)
    ball = rng.normal(size=(400, 3))
    flattened = rank_scores(ball, ball[:, :2])
    assert flattened.trustworthiness < flattened.continuity - 0.02
    angle = rng.uniform(-np.pi, np.pi, 400)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    torn = rank_scores(ring, np.column_stack([angle, np.zeros(400)]))
    assert torn.trustworthiness > 0.999
    assert torn.continuity < torn.trustworthiness - 0.005


def test_a_sample_of_rows_is_ranked_among_all():
    rng = np.random.default_rng(1)
    latent = rng.normal(size=(900, 5))
    picture = latent[:, :2]
    parts = np.array_split(rng.permutation(900), 3)
    found = np.array([rank_scores(latent, picture, 10, rows) for rows in parts])
    assert found.mean(axis=0) == pytest.approx(rank_scores(latent, picture, 10))
    assert np.ptp(found, axis=0).max() < 0.02


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(InputError, match="30 distinct rows are too few for 15"):
        rank_scores(np.zeros((30, 2)), np.zeros((30, 2)), 15)
    with pytest.raises(ShapeError, match="same rows"):
        rank_scores(np.zeros((30, 2)), np.zeros((29, 2)), 3)


def test_a_row_is_no_neighbour_of_its_own():
    places = np.array([[0.0], [1.0], [3.0], [3.0], [3.0], [9.0]])
    near = nearest_others(KDTree(places), places, np.arange(6), 2)
    assert (near != np.arange(6)[:, None]).all()
    assert set(near[0]) == {1, 2} or near[0][0] == 1
    assert set(near[2]) == {3, 4}
    # One that is none of them has the nearest of all.
    asked = nearest_others(KDTree(places), np.array([[8.0]]), np.array([-1]), 1)
    assert asked.tolist() == [[5]]


def test_the_shared_share_counts_names_not_ranks():
    first = np.array([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]])
    second = np.array([[4, 3, 2, 1], [9, 8, 7, 6], [1, 9, 3, 8]])
    assert shared_neighbours(first, second).tolist() == [1.0, 0.0, 0.5]
